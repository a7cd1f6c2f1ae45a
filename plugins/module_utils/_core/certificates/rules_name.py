# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of names in certificates: common name, subject alternative names, wildcards, and who owns a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.dns_names import (
    base_of,
    has_bad_asterisk,
    is_wildcard,
    syntax_problem,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    SERVER,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.names_match import (
    address_of,
    dns_matches,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import (
    azure_domain_of,
    in_azure_domain,
    is_within,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import (
    CERTIFICATE_PAGE,
    SETUP_PAGE,
    listed,
    read,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_rules import PREFIX

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

NAME = Family()

ENTERPRISE_SOFTENS = {Purpose.SERVER_ENTERPRISE: Severity.WARNING, Purpose.MANAGEMENT_POINT: Severity.WARNING}
LONGEST_COMMON_NAME = 64
A_LABEL = "xn--"
INSTALL_SUFFIXES = "Install the Python library publicsuffixlist where the task runs."
BR = "CA/Browser Forum, TLS Baseline Requirements"
PKI_PAGE = (
    "Microsoft Learn: PKI certificate requirements for Configuration Manager, "
    "https://learn.microsoft.com/intune/configmgr/core/plan-design/network/pki-certificate-requirements"
)

CMDLET_PAGE = (
    "Microsoft Learn: New-CMCloudManagementGateway, "
    "https://learn.microsoft.com/powershell/module/configurationmanager/new-cmcloudmanagementgateway"
)

# RFC 6761, RFC 6762, RFC 7686, RFC 9476 and ICANN's resolution on .internal; the rest is what networks use by habit.
RESERVED_DOMAINS = (
    "alt",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "test",
)
REVERSE_ZONE = "arpa"
# Beyond doubt without a list at hand: the first top-level domains of all.
CERTAIN_DOMAINS = frozenset({"com", "edu", "gov", "int", "mil", "net", "org"})


def common_name(leaf: CertificateFacts) -> str | None:
    """The common name, where there is exactly one."""
    return leaf.common_names[0] if len(leaf.common_names) == 1 else None


@lru_cache(maxsize=4096)
def _form_problem(name: str) -> str | None:
    """What is wrong with the form of a common name that no other rule has a word for, as the end of a sentence."""
    if has_bad_asterisk(name) or _is_address(name) or not name.isascii():
        return None
    if problem := syntax_problem(name):
        return problem
    if "." not in base_of(name):
        return "has no domain" if not is_wildcard(name) else None
    if len(name) > LONGEST_COMMON_NAME:
        return f"has {len(name)} characters; a common name has at most {LONGEST_COMMON_NAME}"
    return None


def _sound_common_name(leaf: CertificateFacts) -> str | None:
    """The common name, where there is one and its form is beyond reproach, so that its meaning can be judged."""
    name = common_name(leaf)
    return name if name is not None and _is_sound(name) else None


@lru_cache(maxsize=4096)
def _is_sound(name: str) -> bool:
    return not (_form_problem(name) or has_bad_asterisk(name) or _is_address(name) or not name.isascii())


def _is_address(name: str) -> bool:
    return address_of(name) is not None


def _any_covers(presented: Iterable[str], name: str) -> bool:
    return any(dns_matches(one, name) for one in presented)


def _quoted(names: Iterable[str]) -> str:
    return listed([repr(name) for name in names] or ["nothing"])


@NAME.certificate_rule(
    "NAME-001",
    "The certificate has a common name",
    CERTIFICATE_PAGE,
    f"{BR} 7.1.2.7.2 to 7.1.2.7.4 (which no longer recommend one)",
    purposes=SERVER,
    remedy="Have the certificate issued again with the service name as common name. With a public provider, order a "
    "profile that fills the common name.",
    reads=("subject",),
)
def _present(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if leaf.common_names:
        return
    subject = leaf.subject.text if leaf.subject else ""
    where = f"The subject is {subject!r}" if subject else "The subject is empty"
    names = f"; only subject alternative names are there: {_quoted(leaf.dns_names)}" if leaf.dns_names else ""
    yield Observation(
        f"{where}, without a common name{names}.",
        "A common name. Configuration Manager takes the service name of the gateway from it.",
    )


@NAME.certificate_rule(
    "NAME-002",
    "The certificate has a single common name",
    CERTIFICATE_PAGE,
    f"{BR} 7.1.4.3",
    purposes=SERVER,
    remedy="Have the certificate issued again with one common name, and all names as subject alternative names.",
)
def _single(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if len(leaf.common_names) > 1:
        yield Observation(
            f"The subject has {len(leaf.common_names)} common names: {_quoted(leaf.common_names)}.",
            "Exactly one, so that there is no doubt which one is the service name.",
        )


@NAME.certificate_rule(
    "NAME-003",
    "The common name is a fully qualified domain name",
    CERTIFICATE_PAGE,
    "RFC 1034, section 3.5",
    "RFC 5280, appendix A.1 (ub-common-name)",
    purposes=SERVER,
    remedy="Have the certificate issued again with the service name as common name, such as granitefalls.contoso.com.",
)
def _qualified(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    name = common_name(leaf)
    problem = _form_problem(name) if name is not None else None
    if problem:
        yield Observation(
            f"The common name {name!r} {problem}.",
            "A DNS name with its domain, of at most 64 characters, or '*.' and a domain.",
        )


@NAME.certificate_rule(
    "NAME-009",
    "An asterisk stands alone and in front",
    "RFC 9525, section 6.3",
    f"{BR} 1.6.1",
    purposes=SERVER,
    remedy="Use '*.' and a domain, or the complete service name.",
)
def _wildcard_form(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    wrong = [name for name in leaf.names if has_bad_asterisk(name)]
    if wrong:
        yield Observation(
            f"The certificate has {_quoted(wrong)}.",
            "An asterisk as the complete first label and nowhere else. In any other place it covers nothing.",
        )


@NAME.certificate_rule(
    "NAME-015",
    "No IP address stands for a name",
    CERTIFICATE_PAGE,
    f"{BR} 7.1.2.7.12",
    purposes=SERVER,
    remedy="Have the certificate issued again for a DNS name. A gateway is never addressed by its IP address.",
)
def _no_address(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    wrong = [name for name in leaf.names if _is_address(name)]
    if wrong:
        yield Observation(
            f"{_quoted(wrong)} stands where a DNS name belongs.",
            "DNS names as common name and as DNS names among the subject alternative names.",
        )


@NAME.certificate_rule(
    "NAME-014",
    "International names are written as A-labels",
    "RFC 5280, section 7.2",
    "RFC 5890",
    "RFC 5891",
    purposes=SERVER,
    remedy="Have the certificate issued again with the ASCII form (A-label) of the name.",
)
def _a_labels(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    expected = "The ASCII form of each label, which begins with 'xn--' and can be turned back by IDNA 2008."
    names = leaf.names
    foreign = [name for name in names if not name.isascii()]
    if foreign:
        yield Observation(f"{_quoted(foreign)} contains letters outside of ASCII.", expected)
    labels = [label for name in names for label in name.lower().split(".") if label.startswith(A_LABEL)]
    if not labels:
        return
    if evidence.decode_label is None:
        observed = f"{_quoted(labels)} was not decoded. {evidence.why_absent('decode_label')}"
        yield not_checked(observed, expected, "Install the Python library idna where the task runs.")
        return
    for label, reason in _undecodable(labels, evidence.decode_label):
        yield Observation(f"The label {label!r} means nothing: {reason}", expected)


def _undecodable(labels: Iterable[str], decode: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for label in labels:
        try:
            decode(label)
        except ValueError as problem:
            yield label, str(problem)


@NAME.certificate_rule(
    "NAME-012",
    "A wildcard certificate needs an explicit service name",
    SETUP_PAGE,
    CERTIFICATE_PAGE,
    purposes=SERVER,
    remedy="Set service_name to the complete name, or prefix to the label that takes the place of the asterisk.",
)
def _wildcard_needs_name(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    name = _sound_common_name(leaf)
    if name and is_wildcard(name) and evidence.service_name is None:
        yield Observation(
            f"The common name {name!r} is a wildcard, and neither service_name nor prefix says which name is meant.",
            "The name that clients will use. In the console the asterisk has to be replaced by it.",
        )


@NAME.certificate_rule(
    "NAME-011",
    "The wildcard is exactly one label above the service name",
    "RFC 9525, section 6.3",
    purposes=SERVER,
    remedy="Choose a service name directly below the wildcard's domain, or have a certificate issued for the complete "
    "name or for a deeper wildcard.",
)
def _wildcard_depth(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    name, wanted = _sound_common_name(leaf), evidence.service_name
    if name is None or wanted is None or not is_wildcard(name) or dns_matches(name, wanted):
        return
    if is_within(wanted, base_of(name)):
        yield Observation(
            f"{name!r} does not cover the service name {wanted!r}.",
            "An asterisk stands for one label, neither for none nor for several.",
        )


@NAME.certificate_rule(
    "NAME-004",
    "The common name is the service name",
    CERTIFICATE_PAGE,
    purposes=SERVER,
    remedy="Use the certificate that was issued for this service name, or correct service_name.",
)
def _is_service_name(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    name, wanted = _sound_common_name(leaf), evidence.service_name
    if name is None or wanted is None or evidence.gateway.service_name is None:
        return
    below = is_wildcard(name) and is_within(wanted, base_of(name))
    if not below and not dns_matches(name, wanted):
        yield Observation(
            f"The common name is {name!r}.",
            f"The service name {wanted!r}, or the wildcard '*.{wanted.partition('.')[2]}'. Case does not matter.",
        )


@NAME.certificate_rule(
    "NAME-005",
    "The certificate has DNS names among its subject alternative names",
    f"{BR} 7.1.2.7.12",
    "RFC 9525, section 6.3",
    CERTIFICATE_PAGE,
    purposes=(*SERVER, Purpose.MANAGEMENT_POINT),
    severities=ENTERPRISE_SOFTENS,
    remedy="Have the certificate issued again with the service name as a DNS name, too. A template of AD CS that takes "
    "the subject from the request needs it in the request.",
    reads=("subjectAltName", "extensions"),
)
def _alternative_names(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if leaf.dns_names:
        return
    yield Observation(
        "There is no DNS name among the subject alternative names."
        if leaf.san
        else "The certificate has no subject alternative names.",
        "At least the service name. Windows falls back to the common name; other clients and public authorities do "
        "not.",
    )


@NAME.certificate_rule(
    "NAME-006",
    "The common name is among the subject alternative names",
    f"{BR} 7.1.4.3",
    "RFC 9525, section 6.3",
    purposes=SERVER,
    remedy="Have the certificate issued again with the common name repeated among the subject alternative names.",
    reads=("subjectAltName",),
)
def _common_name_repeated(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    name = _sound_common_name(leaf)
    if name and leaf.dns_names and name.lower() not in map(str.lower, leaf.dns_names):
        yield Observation(
            f"The common name {name!r} is not among {_quoted(leaf.dns_names)}.",
            "It has to be there: where there are DNS names, clients no longer look at the common name.",
        )


@NAME.certificate_rule(
    "NAME-007",
    "The common name is a character copy of a subject alternative name",
    f"{BR} 7.1.4.3",
    purposes=(Purpose.SERVER_PUBLIC,),
    severity=Severity.WARNING,
    remedy="Write the name in lower case in both places.",
)
def _same_spelling(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    name = _sound_common_name(leaf)
    alike = [other for other in leaf.dns_names if name and other.lower() == name.lower()]
    if alike and name not in alike:
        yield Observation(
            f"The common name is {name!r}, the subject alternative name is {alike[0]!r}.",
            "The same name character by character.",
        )


@NAME.certificate_rule(
    "NAME-008",
    "The names that clients use are covered",
    "RFC 9525, section 6.3",
    CERTIFICATE_PAGE,
    purposes=(*SERVER, Purpose.MANAGEMENT_POINT),
    caused_by=(f"NAME-{number:03}" for number in (3, 4, 6, 9, 11, 12, 14, 15, 22)),
    remedy="Have the certificate issued again with this name among its subject alternative names.",
    reads=("subjectAltName",),
)
def _covered(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    missing = [name for name in _wanted_names(evidence) if not _any_covers(leaf.dns_names, name)]
    if leaf.dns_names and missing:
        yield Observation(
            f"The subject alternative names {_quoted(leaf.dns_names)} do not cover {_quoted(missing)}.",
            "A subject alternative name that is equal, or a wildcard one label above. The common name is not looked "
            "at where there are any.",
        )


def _wanted_names(evidence: Evidence) -> tuple[str, ...]:
    if evidence.purpose is Purpose.MANAGEMENT_POINT:
        return evidence.gateway.management_point.hostnames if evidence.gateway.management_point else ()
    return tuple(filter(None, [evidence.service_name]))


@NAME.certificate_rule(
    "NAME-010",
    "The wildcard does not cover a public suffix",
    f"{BR} 3.2.2.6",
    "Public Suffix List, ICANN section",
    purposes=SERVER,
    remedy="Have the certificate issued for a domain of your own.",
)
def _not_public_suffix(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    expected = "A wildcard within a domain that belongs to one owner."
    for name in filter(is_wildcard, leaf.names):
        base = base_of(name).lower()
        if "." in base and evidence.public_suffix is None:
            observed = f"{name!r} was not compared. {evidence.why_absent('public_suffix')}"
            yield not_checked(observed, expected, INSTALL_SUFFIXES)
        elif "." not in base or (evidence.public_suffix and evidence.public_suffix(base) == base):
            yield Observation(f"{name!r} covers everything below the public suffix {base!r}.", expected)


@NAME.certificate_rule(
    "NAME-013",
    "The DNS names are well-formed",
    f"{BR} 7.1.2.7.12",
    "RFC 1034, section 3.5",
    purposes=SERVER,
    severities=ENTERPRISE_SOFTENS,
    remedy="Have the certificate issued again with names of letters, digits, hyphens and dots.",
)
def _well_formed(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    # What is wrong with the common name is said of the common name, also where it is repeated here.
    judged_elsewhere = {name.lower() for name in leaf.common_names if len(leaf.common_names) == 1}
    others = [name for name in leaf.dns_names if name.lower() not in judged_elsewhere]
    problems = [
        f"{name!r} {problem}"
        for name in others
        if not has_bad_asterisk(name) and not _is_address(name) and (problem := syntax_problem(name))
    ]
    if problems:
        yield Observation(
            f"Among the subject alternative names {listed(problems)}.",
            "Labels of letters, digits and inner hyphens, each of at most 63 characters, without a final dot.",
        )


@NAME.rule(
    "NAME-016",
    "No public authority is asked for a name that Microsoft owns",
    CERTIFICATE_PAGE,
    purposes=(Purpose.SERVER_PUBLIC, Purpose.PLAN),
    remedy="Use a name in a domain of your own and an alias (CNAME), or a certificate of your enterprise PKI.",
)
def _not_azure(evidence: Evidence) -> Observations:
    planned = evidence.service_name if evidence.purpose is Purpose.PLAN else None
    names = evidence.leaf.names if evidence.leaf else tuple(filter(None, [planned]))
    owned = {name: domain for name in names if (domain := azure_domain_of(base_of(name)))}
    if owned:
        yield Observation(
            f"{_quoted(owned)} lies in {listed(dict.fromkeys(owned.values()))}.",
            "A name in a domain of your own: no public authority can confirm that this one is yours.",
        )


@NAME.certificate_rule(
    "NAME-017",
    "An Azure name is the deployment name",
    CERTIFICATE_PAGE,
    purposes=(Purpose.SERVER_ENTERPRISE,),
    remedy="Have the certificate issued for the deployment name, or better for a name in a domain of your own, which "
    "survives a change of region and of deployment method.",
)
def _is_deployment_name(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    name = _sound_common_name(leaf)
    if name is None or not in_azure_domain(name):
        return
    wanted = read(evidence.gateway, name).deployment_name
    if wanted is not None and not dns_matches(wanted, name):
        gateway = evidence.gateway
        yield Observation(
            f"The common name is {name!r}.",
            f"{wanted!r}: for the region {gateway.region!r} of {gateway.cloud_environment} and the deployment method "
            f"{gateway.deployment_method} the gateway gets no other name, and there is no alias for this one.",
        )


@NAME.certificate_rule(
    "NAME-018",
    "No internal or reserved name is in a public certificate",
    f"{BR} 4.2.2",
    "RFC 6761",
    "RFC 6762",
    purposes=(Purpose.SERVER_PUBLIC,),
    remedy="Use a name in a domain that is registered in the public DNS.",
)
def _public_names(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    expected = "Names below a top-level domain of the public DNS: no authority may issue for others."
    unsound = common_name(leaf) if _sound_common_name(leaf) is None else None
    names = [name for name in leaf.names if name != unsound and _could_be_public(name)]
    internal = [name for name in names if _is_internal(name, evidence.public_suffix)]
    if internal:
        yield Observation(f"{_quoted(internal)} does not lie in the public DNS.", expected)
    doubtful = [name for name in names if evidence.public_suffix is None and name not in internal]
    unknown = [name for name in doubtful if _last_label(name) not in CERTAIN_DOMAINS]
    if unknown:
        yield not_checked(
            f"It is not known whether {_quoted(unknown)} lies in the public DNS. "
            f"{evidence.why_absent('public_suffix')}",
            expected,
            INSTALL_SUFFIXES,
        )


def _could_be_public(name: str) -> bool:
    return name.isascii() and not _is_address(name) and not has_bad_asterisk(name) and syntax_problem(name) is None


def _last_label(name: str) -> str:
    return name.lower().rpartition(".")[2]


def _is_internal(name: str, public_suffix: Callable[[str], str | None] | None) -> bool:
    last, base = _last_label(name), base_of(name).lower()
    if "." not in base:
        return not is_wildcard(name)
    reserved = last in RESERVED_DOMAINS or last == REVERSE_ZONE
    return reserved or (public_suffix is not None and public_suffix(base) is None)


_GOOD_PREFIX = re.compile(r"[a-z][a-z0-9]{2,23}\.")
_UNUSABLE_PREFIX = frozenset(f"PREFIX-{number:03}" for number in range(3, 9))


@NAME.certificate_rule(
    "NAME-019",
    "The first label can name Azure resources",
    CERTIFICATE_PAGE,
    purposes=SERVER,
    remedy="Have the certificate issued for another service name.",
)
def _usable_prefix(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    name = _sound_common_name(leaf)
    if name is not None and is_wildcard(name):
        # The console asks for the first label of a gateway with a wildcard certificate.
        name = evidence.service_name
    if name is None or is_wildcard(name) or _GOOD_PREFIX.match(name):
        return
    wrong = [one for one in PREFIX.findings(read(evidence.gateway, name)) if one.rule in _UNUSABLE_PREFIX]
    if wrong:
        yield Observation(wrong[0].observed, wrong[0].expected, wrong[0].remedy, wrong[0].severity)
    label = name.partition(".")[0]
    if not wrong and label != label.lower():
        yield Observation(
            f"The common name {name!r} begins with {label!r}, which has capital letters.",
            "Lower case: the storage account is named after it, and a renewed certificate has to repeat the capitals.",
            "For a new gateway, have the certificate issued in lower case. For a gateway that runs, keep the spelling.",
            Severity.WARNING,
        )


@NAME.certificate_rule(
    "NAME-020",
    "The subject alternative names are DNS names",
    f"{BR} 7.1.2.7.12",
    purposes=(Purpose.SERVER_PUBLIC,),
    severity=Severity.WARNING,
    remedy="Have the certificate issued again with DNS names only.",
)
def _kinds(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    foreign = [f"{name.kind} {name.value!r}" for name in leaf.san or () if name.kind not in {"dns", "ip"}]
    if foreign:
        yield Observation(
            f"Among the subject alternative names is {listed(foreign)}.",
            "DNS names only. Public authorities may not sign anything else for a server.",
        )


@NAME.certificate_rule(
    "NAME-021",
    "The subject alternative names are critical only without a subject",
    "RFC 5280, section 4.2.1.6",
    purposes=(Purpose.SERVER_PUBLIC,),
    severity=Severity.WARNING,
    remedy="Have the certificate issued again.",
    reads=("subject", "subjectAltName"),
)
def _criticality(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    has_subject = bool(leaf.subject and leaf.subject.attributes)
    if leaf.san and leaf.san_critical is has_subject:
        yield Observation(
            f"They are {'' if leaf.san_critical else 'not '}critical, and the subject is "
            f"{'not ' if has_subject else ''}empty.",
            "Critical where the subject is empty, and not critical otherwise.",
        )


@NAME.certificate_rule(
    "NAME-022",
    "The management point's certificate is for its host names",
    PKI_PAGE,
    purposes=(Purpose.MANAGEMENT_POINT,),
    remedy="Have the web server certificate issued again with the intranet and the internet name that clients use.",
    reads=("subject", "subjectAltName"),
)
def _host_names(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    # Configuration Manager reads two names in one common name where an ampersand stands between them.
    presented = [*leaf.dns_names, *(part.strip() for name in leaf.common_names for part in name.split("&"))]
    wanted = _wanted_names(evidence)
    missing = [name for name in wanted if not _any_covers(presented, name)]
    if missing:
        yield Observation(
            f"The certificate is for {_quoted(presented) if presented else 'no name'}, not for {_quoted(missing)}.",
            "Every name by which clients reach the management point, as common name or subject alternative name.",
        )
    if not wanted and not any("." in name for name in presented):
        yield Observation(
            f"The certificate is for {_quoted(presented) if presented else 'no name'}; none has a domain.",
            "The fully qualified name of the intranet, of the internet, or both.",
        )


@NAME.certificate_rule(
    "NAME-023",
    "A client certificate says which client it is",
    PKI_PAGE,
    purposes=(Purpose.CLIENT,),
    remedy="Let the certificate template fill the subject or the DNS name with the name of the computer.",
    reads=("subject", "subjectAltName"),
)
def _identity(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    identity = client_identity(leaf)
    if identity is None:
        yield Observation(
            "The certificate has neither a common name nor a subject alternative name.",
            "The name of the computer. Of several subject alternative names only the first one is used.",
        )
        return
    twins = evidence.population.by_identity.get(identity.lower(), ())
    others = sorted({one.subject for one in twins if one.facts.thumbprint_sha256 != leaf.thumbprint_sha256})
    if others:
        yield Observation(
            f"{identity!r} is also the name in {listed(others)}.",
            "A name of its own for each client.",
            severity=Severity.WARNING,
        )


def client_identity(leaf: CertificateFacts) -> str | None:
    """The name by which the site knows the client: the first subject alternative name, else the common name.

    Source: Microsoft Learn, PKI certificate requirements for Configuration Manager.
    """
    return next(iter([*(name.value for name in leaf.san or ()), *leaf.common_names]), None)


@NAME.certificate_rule(
    "NAME-024",
    "The first DNS name is the service name",
    CMDLET_PAGE,
    purposes=SERVER,
    severity=Severity.WARNING,
    caused_by=(f"NAME-{number:03}" for number in (3, 4, 6, 8, 9, 11, 12, 13, 14, 15)),
    remedy="Pass -ServiceName to New-CMCloudManagementGateway, or have the certificate issued with that name in front. "
    "The console takes the common name.",
    reads=("subjectAltName",),
)
def _first_name(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    names, wanted = leaf.dns_names, evidence.service_name
    if wanted and names and _any_covers(names, wanted) and not dns_matches(names[0], wanted):
        yield Observation(
            f"The first DNS name is {names[0]!r}.",
            f"{wanted!r} in front: PowerShell takes the first DNS name for the service name.",
        )


RULES: tuple[CertificateRule, ...] = tuple(NAME)
