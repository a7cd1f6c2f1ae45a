# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of the service name and of its first label, the prefix that Azure resources are named after."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import azure_domain_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import (
    AZURE_NAMES_PAGE,
    CERTIFICATE_PAGE,
    MODIFY_PAGE,
    SUPPORTED_PAGE,
    WILDCARD,
    Checks,
    Objection,
    Reading,
    listed,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.records import LONGEST_LABEL, LONGEST_NAME

SERVICE = Checks()
PREFIX = Checks()

LONGEST_COMMON_NAME = 64
SHORTEST_PREFIX = 3
LONGEST_PREFIX = 24
LONGEST_COMPUTER_NAME = 15
# As in a.de: shorter names belong to nobody but registries.
SHORTEST_DOMAIN = 4

NAME = "service name"
EXAMPLE = "granitefalls.contoso.com"


@SERVICE.rule("SERVICE-001", "The service name is known", CERTIFICATE_PAGE, subject=NAME)
def _known(reading: Reading) -> Objection | None:
    if reading.common_name:
        return None
    unnamed = reading.gateway.unnamed
    return Objection(
        f"service_name is not given, and server_certificate has no name to offer: {unnamed}"
        if unnamed
        else "Neither service_name nor the common name of a certificate is given.",
        "The name that clients address the gateway by, which is the common name of its server certificate.",
        f"Set service_name, for example to {EXAMPLE!r}{', or correct server_certificate' if unnamed else ''}.",
    )


@SERVICE.rule("SERVICE-002", "The service name is a name and nothing else", "RFC 1123, section 2.1", subject=NAME)
def _plain(reading: Reading) -> Objection | None:
    if not reading.common_name or reading.labels:
        return None
    return Objection(
        f"{reading.common_name!r} is not just a DNS name: it has a scheme, port, path, blank or final dot, "
        "or it is an IP address.",
        f"A fully qualified domain name alone, such as {EXAMPLE!r}.",
        "Write the common name exactly as it stands in the certificate, without https://, port, path, blanks "
        "and final dot. A certificate for an IP address cannot be used.",
    )


@SERVICE.rule("SERVICE-003", "The service name is fully qualified", CERTIFICATE_PAGE, subject=NAME)
def _qualified(reading: Reading) -> Objection | None:
    if len(reading.labels) != 1:
        return None
    return Objection(
        f"{reading.common_name!r} has no domain.",
        f"A fully qualified domain name in a domain of your own, such as {EXAMPLE!r}.",
        f"Add the domain: {reading.common_name}.contoso.com, with your domain in the place of contoso.com. "
        "The certificate's common name must be the same.",
    )


@SERVICE.rule(
    "SERVICE-004", "The labels of the service name are valid", "RFC 1123, section 2.1", "RFC 5890", subject=NAME
)
def _hosts(reading: Reading) -> Objection | None:
    # The prefix has stricter rules of its own; saying here that it also breaks this one would say it twice.
    rest = reading.labels[1:] if reading.prefix or reading.wildcard else reading.labels
    wrong = [label for label in rest if label.isascii() and WILDCARD not in label and not _is_host_label(label)]
    if not wrong:
        return None
    return Objection(
        f"{reading.common_name!r} has {_quoted(wrong)} between its dots.",
        "Labels of letters, digits and hyphens that neither begin nor end with a hyphen and are not empty.",
        "Correct the domain part of the service name. Underscores and empty labels are not valid in a host name.",
    )


@SERVICE.rule("SERVICE-005", "No label is longer than 63 characters", "RFC 1035, section 2.3.4", subject=NAME)
def _label_length(reading: Reading) -> Objection | None:
    long = [label for label in reading.labels[1:] if len(label) > LONGEST_LABEL]
    if not long:
        return None
    return Objection(
        f"{_quoted(long)} has {max(map(len, long))} characters.",
        f"At most {LONGEST_LABEL} characters between two dots.",
        "Choose a domain with shorter labels.",
    )


@SERVICE.rule(
    "SERVICE-006", "The service name is not longer than 253 characters", "RFC 1035, section 2.3.4", subject=NAME
)
def _name_length(reading: Reading) -> Objection | None:
    if len(reading.common_name) <= LONGEST_NAME:
        return None
    return Objection(
        f"The service name has {len(reading.common_name)} characters.",
        f"At most {LONGEST_NAME} characters, and at most {LONGEST_COMMON_NAME} to fit a certificate's common name.",
        "Choose a shorter domain.",
    )


@SERVICE.rule(
    "SERVICE-007",
    "The service name fits the common name of a certificate",
    "RFC 5280, appendix A.1 (ub-common-name)",
    CERTIFICATE_PAGE,
    subject=NAME,
)
def _common_name_length(reading: Reading) -> Objection | None:
    length = len(reading.certificate_name)
    if not LONGEST_COMMON_NAME < length <= LONGEST_NAME:
        return None
    domain = LONGEST_COMMON_NAME - 1 - len(reading.prefix or "")
    # Beside a prefix that takes all the room there is no domain to choose.
    shorter = (
        f"a shorter prefix or a domain of at most {domain} characters"
        if domain >= SHORTEST_DOMAIN
        else "a shorter prefix"
    )
    return Objection(
        f"{reading.certificate_name!r} has {length} characters.",
        f"At most {LONGEST_COMMON_NAME}: a certificate's common name cannot hold more, and Configuration Manager takes "
        "the service name from there.",
        f"Choose {shorter}, or use a wildcard certificate "
        f"whose own name is not longer than {LONGEST_COMMON_NAME} characters.",
    )


@SERVICE.rule("SERVICE-008", "International domain names are written as A-labels", "RFC 5890", subject=NAME)
def _ascii(reading: Reading) -> Objection | None:
    foreign = [label for label in reading.labels[1:] if not label.isascii()]
    if not foreign:
        return None
    return Objection(
        f"{_quoted(foreign)} contains letters outside of ASCII.",
        "The ASCII form of the label, which begins with 'xn--': certificates and DNS hold nothing else.",
        "Write the domain in its ASCII form, as it stands in the certificate.",
    )


@SERVICE.rule(
    "SERVICE-009",
    "An asterisk stands alone and in front",
    "RFC 9525, section 6.3",
    CERTIFICATE_PAGE,
    subject=NAME,
)
def _wildcard_form(reading: Reading) -> Objection | None:
    rest = reading.labels[1:] if reading.wildcard else reading.labels
    if not any(WILDCARD in label for label in rest):
        return None
    return Objection(
        f"{reading.common_name!r} has an asterisk in a place where it covers nothing.",
        "An asterisk as the complete first label and nowhere else, such as '*.contoso.com'. It covers exactly one "
        "label.",
        "Give the complete service name, or a wildcard such as '*.contoso.com' together with prefix.",
    )


@SERVICE.rule(
    "SERVICE-010", "A wildcard does not claim the names of others", CERTIFICATE_PAGE, "RFC 9525", subject=NAME
)
def _wildcard_in_azure(reading: Reading) -> Objection | None:
    domain = azure_domain_of(reading.common_name) if reading.wildcard else None
    if domain is None:
        return None
    return Objection(
        f"The wildcard {reading.common_name!r} lies in {domain}, which belongs to Microsoft.",
        "A wildcard in a domain of your own: this one would also cover the services of other Azure customers.",
        "Use a certificate for one name, either in a domain of your own or, from your own PKI, for the complete "
        "deployment name.",
    )


@SERVICE.rule(
    "SERVICE-011",
    "The service name is in lower case",
    MODIFY_PAGE,
    "RFC 4343",
    subject=NAME,
    severity=Severity.WARNING,
)
def _lower_case(reading: Reading) -> Objection | None:
    spelled = ".".join((reading.prefix or "", *reading.labels[1:])) if reading.wildcard else reading.common_name
    if not reading.labels or spelled == spelled.lower():
        return None
    return Objection(
        f"{spelled.lstrip('.')!r} has capital letters.",
        f"{spelled.lstrip('.').lower()!r}. DNS does not mind, but a renewed certificate is refused unless its common "
        "name has the very same capitals, and a storage account has none.",
        "Order a new gateway's certificate in lower case. For a gateway that runs, keep the capitals exactly as they "
        "are in every renewal.",
    )


@dataclass(frozen=True, slots=True)
class _Consumer:
    """Something that is named after the prefix, and what it demands of a name beyond what all of them demand."""

    name: str
    longest: int
    letter_first: bool
    hyphens: bool


_PAGE = _Consumer("the certificate page of Configuration Manager", 24, letter_first=False, hyphens=False)
_STORAGE = _Consumer("a storage account", 24, letter_first=False, hyphens=False)
_VAULT = _Consumer("a key vault", 24, letter_first=True, hyphens=True)
_DNS_LABEL = _Consumer("the DNS label of a public IP address", 63, letter_first=True, hyphens=True)
_CLOUD_SERVICE = _Consumer("a classic cloud service", 24, letter_first=False, hyphens=False)
_SCALE_SET_CONSUMERS = (_STORAGE, _VAULT, _DNS_LABEL, _PAGE)
_CLASSIC_CONSUMERS = (_STORAGE, _CLOUD_SERVICE, _PAGE)


def _verdict(reading: Reading, rejects: Callable[[_Consumer], bool]) -> str:
    """Who of those that take the prefix as a name would refuse it, and who would not."""
    consumers = _SCALE_SET_CONSUMERS if reading.scale_set else _CLASSIC_CONSUMERS
    against = [consumer.name for consumer in consumers if rejects(consumer)]
    in_favour = [consumer.name for consumer in consumers if not rejects(consumer)]
    verdict = f"{listed(against)} {'refuses' if len(against) == 1 else 'refuse'} it"
    return f"{verdict}, although {listed(in_favour)} would take it" if in_favour else verdict


def _hyphen_objector(reading: Reading) -> Callable[[_Consumer], bool]:
    """Who refuses the prefix for its hyphens, or for letters outside of ASCII. A key vault minds only two in a row."""
    label = reading.label or ""
    impossible = not label.isascii() or label != label.strip("-")
    return lambda consumer: impossible or not consumer.hyphens or (consumer is _VAULT and "--" in label)


def _better(reading: Reading) -> str:
    """The way out of an unusable prefix, with an example made of it where enough of it is usable."""
    usable = re.sub(r"^[0-9]+|[^a-z0-9]+", "", (reading.label or "").lower())[:LONGEST_PREFIX]
    kept = len(usable) >= SHORTEST_PREFIX and usable[0].isalpha() and not _is_international(reading)
    example = usable if kept else "granitefalls"
    if reading.wildcard or not reading.labels:
        return f"Choose another prefix, for example {example!r}."
    name = ".".join(label for label in (example, *reading.labels[1:]) if label)
    return f"Choose a service name that begins otherwise, for example {name!r}, and order the certificate for it."


@PREFIX.rule("PREFIX-001", "A wildcard certificate needs a prefix", CERTIFICATE_PAGE, subject="prefix")
def _wildcard_needs_prefix(reading: Reading) -> Objection | None:
    # A prefix would not help a wildcard in Azure's domains.
    if not reading.wildcard or reading.prefix or azure_domain_of(reading.common_name):
        return None
    domain = ".".join(reading.labels[1:])
    return Objection(
        f"The service name {reading.common_name!r} is a wildcard, and prefix is not given.",
        "The label that takes the place of the asterisk in the console. It must be unique in Azure.",
        f"Set prefix, for example to 'granitefalls', which makes the service name granitefalls.{domain}.",
    )


@PREFIX.rule("PREFIX-002", "The prefix is the first label of the service name", CERTIFICATE_PAGE, subject="prefix")
def _same_prefix(reading: Reading) -> Objection | None:
    given = reading.gateway.prefix
    if not given or not reading.labels or reading.wildcard or reading.prefix is None:
        return None
    if given.lower() == reading.prefix.lower():
        return None
    return Objection(
        f"prefix is {given!r}, but the service name {reading.common_name!r} begins with {reading.prefix!r}.",
        f"{reading.prefix.lower()!r}. Only a wildcard certificate leaves a choice.",
        "Leave prefix out, or use a certificate whose common name begins with it.",
    )


@PREFIX.rule("PREFIX-003", "The prefix has at least 3 characters", CERTIFICATE_PAGE, AZURE_NAMES_PAGE, subject="prefix")
def _long_enough(reading: Reading) -> Objection | None:
    if reading.label is None or len(reading.label) >= SHORTEST_PREFIX:
        return None
    return Objection(
        f"The prefix {reading.label!r} has a length of {len(reading.label)}.",
        f"{SHORTEST_PREFIX} to {LONGEST_PREFIX} characters. With fewer, {_verdict(reading, lambda _consumer: True)}.",
        _better(reading),
    )


@PREFIX.rule("PREFIX-004", "The prefix has at most 24 characters", CERTIFICATE_PAGE, AZURE_NAMES_PAGE, subject="prefix")
def _short_enough(reading: Reading) -> Objection | None:
    length = len(reading.label or "")
    if length <= LONGEST_PREFIX:
        return None
    verdict = _verdict(reading, lambda consumer: length > consumer.longest)
    return Objection(
        f"The prefix {reading.label!r} has {length} characters.",
        f"{SHORTEST_PREFIX} to {LONGEST_PREFIX} characters. With {length}, {verdict}.",
        _better(reading),
    )


@PREFIX.rule("PREFIX-005", "The prefix starts with a letter", SUPPORTED_PAGE, AZURE_NAMES_PAGE, subject="prefix")
def _letter_first(reading: Reading) -> Objection | None:
    if not re.match(r"[0-9]", reading.label or ""):
        return None
    if reading.scale_set:
        severity, verdict = None, _verdict(reading, lambda consumer: consumer.letter_first)
    else:
        severity, verdict = Severity.WARNING, "the gateway cannot be converted to a scale set, which needs a key vault"
    return Objection(
        f"The prefix {reading.label!r} starts with a digit.",
        f"The name must start with a letter. With a digit, {verdict}.",
        _better(reading),
        severity,
    )


@PREFIX.rule("PREFIX-006", "The prefix has no hyphen", CERTIFICATE_PAGE, AZURE_NAMES_PAGE, subject="prefix")
def _no_hyphen(reading: Reading) -> Objection | None:
    if "-" not in (reading.label or "") or _is_international(reading):
        return None
    return Objection(
        f"The prefix {reading.label!r} contains a hyphen.",
        f"Letters and digits only. With a hyphen, {_verdict(reading, _hyphen_objector(reading))}.",
        _better(reading),
    )


@PREFIX.rule(
    "PREFIX-007",
    "The prefix consists of letters and digits",
    CERTIFICATE_PAGE,
    AZURE_NAMES_PAGE,
    subject="prefix",
)
def _characters(reading: Reading) -> Objection | None:
    wrong = sorted(set(re.findall(r"[^A-Za-z0-9-]", reading.label or "")))
    if not wrong or _is_international(reading):
        return None
    return Objection(
        f"The prefix {reading.label!r} contains {_quoted(wrong)}.",
        f"Letters and digits only. With anything else, {_verdict(reading, lambda _consumer: True)}.",
        _better(reading),
    )


@PREFIX.rule(
    "PREFIX-008", "The prefix is not an internationalised label", CERTIFICATE_PAGE, "RFC 5890", subject="prefix"
)
def _not_international(reading: Reading) -> Objection | None:
    if not _is_international(reading):
        return None
    form = "is the ASCII form of an internationalised label, which contains hyphens"
    return Objection(
        f"The prefix {reading.label!r} {form if (reading.label or '').isascii() else 'has letters outside of ASCII'}.",
        "The letters a to z and digits. With anything else, "
        f"{_verdict(reading, _hyphen_objector(reading))}. The domain behind the prefix may be "
        "internationalised.",
        _better(reading),
    )


@PREFIX.rule("PREFIX-009", "The prefix is a single label", "RFC 9525, section 6.3", CERTIFICATE_PAGE, subject="prefix")
def _single_label(reading: Reading) -> Objection | None:
    if "." not in (reading.prefix or ""):
        return None
    first = (reading.prefix or "").split(".")[0] or "granitefalls"
    return Objection(
        f"The prefix {reading.prefix!r} contains a dot.",
        f"One label: the asterisk of {reading.common_name or 'a wildcard'!r} covers exactly one.",
        f"Set prefix to {first!r} alone, or use a certificate for the complete name.",
    )


@PREFIX.rule(
    "PREFIX-010",
    "The prefix is short enough for a computer name",
    AZURE_NAMES_PAGE,
    subject="prefix",
    severity=Severity.INFO,
)
def _computer_name(reading: Reading) -> Objection | None:
    length = len(reading.label or "")
    if not reading.scale_set or not LONGEST_COMPUTER_NAME < length <= LONGEST_PREFIX:
        return None
    return Objection(
        f"The prefix {reading.label!r} has {length} characters.",
        f"Nothing forbids up to {LONGEST_PREFIX}. The computer names in a scale set begin with at most "
        f"{LONGEST_COMPUTER_NAME} characters, and Microsoft does not say whether Configuration Manager makes them "
        "from the prefix.",
        f"Where the choice is still open, prefer at most {LONGEST_COMPUTER_NAME} characters.",
    )


# Azure refuses the first three as a part of a name (the first one only in front), the others as the whole name.
_RESERVED = re.compile(
    "^login|microsoft|windows|^(?:access|azure|bing|bizspark|biztalk|cortana|directx|dotnet|dynamics|excel|exchange|"
    "forefront|groove|hololens|hyperv|kinect|lync|msdn|o365|office|office365|onedrive|onenote|outlook|powerpoint|"
    "sharepoint|skype|visio|visualstudio|xbox)$"
)


@PREFIX.rule(
    "PREFIX-011",
    "The prefix is not a word that Azure reserves",
    "Microsoft Learn: Resolve errors for reserved resource names, "
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-reserved-resource-name",
    subject="prefix",
    severity=Severity.WARNING,
)
def _not_reserved(reading: Reading) -> Objection | None:
    reserved = _RESERVED.search((reading.label or "").lower())
    if not reserved:
        return None
    return Objection(
        f"The prefix {reading.label!r} contains the reserved word {reserved[0]!r}.",
        "A name without the trademarks that Azure refuses for anything with a public endpoint (error "
        "ReservedResourceName).",
        "Choose another prefix before the certificate is ordered.",
    )


def _is_host_label(label: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", label))


def _is_international(reading: Reading) -> bool:
    label = (reading.label or "").lower()
    return label.startswith("xn--") or not label.isascii()


def _quoted(words: list[str]) -> str:
    return listed(repr(word) if word else "nothing" for word in words)
