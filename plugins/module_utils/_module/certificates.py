# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What becomes of the certificates that gateways declare: those that they serve are asked for, and all are judged."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaAnswer
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import quiet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.judgement import (
    called_by_certificate,
    judge_certificates,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.materials import Knowledge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import CrlAnswer, read_crl
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material, Source
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import (
    Issuer,
    gateways_from_options,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import read
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificate_files import Files, contents_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_cryptography
from ansible_collections.configmgr.cmg.plugins.module_utils._module.ranges import OF_SERVED, Range, check_ranges
from ansible_collections.configmgr.cmg.plugins.module_utils._module.windows_roots import (
    WindowsTrustSource,
    windows_trust,
)

Options = Mapping[str, Any]

CERTIFICATE_OPTIONS: dict[str, dict[str, Any]] = {
    "expiry_warning_days": {"type": "int", "default": 30},
    "allowed_key_sizes": {"type": "list", "elements": "int", "default": [2048, 4096]},
    "clientauth_cutoff": {"type": "str", "default": "2027-03-15"},
    "enterprise_validity_days": {"type": "int", "default": 825},
    "import_windows_server": {"type": "int", "choices": [2012, 2016, 2019, 2022, 2025]},
    "windows_roots": {"type": "path"},
    "published_keys": {"type": "path"},
    "crls": {"type": "list", "elements": "path", "default": []},
    "check_caa": {"type": "bool", "default": False},
    "resolver_address": {"type": "str"},
    "resolver_port": {"type": "int", "default": 53},
    "resolver_timeout": {"type": "float", "default": 5.0},
    "served_address": {"type": "str"},
    "served_port": {"type": "int", "default": 443},
    "served_timeout": {"type": "float", "default": 10.0},
}
AT_ONCE = 16
NO_KEYS = "No list of published keys was given (published_keys)."
NO_CRLS = "No CRL was given (crls)."
NO_CAA = "CAA records are looked up only with check_caa."

RANGES: tuple[Range, ...] = (
    *OF_SERVED,
    ("enterprise_validity_days", 1, 36_500),
    ("resolver_port", 1, 65_535),
    ("resolver_timeout", 0.1, 600),
)


def certificate_results(options: Options, now: datetime) -> dict[str, Any]:
    """Everything that M(configmgr.cmg.certificate_info) returns.

    :param options: of the module, as its argument spec has checked them.
    :param now: aware.
    :raises CmgError: for options that make no sense. A certificate that is none is a finding.
    """
    require_cryptography()
    with quiet():
        return _results(options, now)


def _results(options: Options, now: datetime) -> dict[str, Any]:
    settings = settings_from_options(options)
    gateways = gateways_from_options(options["gateways"])
    files, server = Files(), Server(options["served_address"], options["served_port"], options["served_timeout"])
    materials = with_served([files.material(gateway) for gateway in gateways], server)
    known = knowledge_from_options(options, certificates=any(one.sources for one in materials))
    knowledge = replace(known, caa=_caa(options, materials))
    judged = judge_certificates(materials, settings, knowledge, now)
    pairs = zip(gateways, judged, strict=True)
    called = [called_by_certificate(gateway, facts["service_name"]) for gateway, (facts, _found) in pairs]
    return results_of(called, judged, now.date())


def _caa(options: Options, materials: Sequence[Material]) -> dict[str, CaaAnswer] | None:
    """CAA look-ups for every name that a public authority signs or is going to sign, if they are wanted."""
    if not options["check_caa"]:
        return None
    # What asks the network is imported by those who want it: it takes a tenth of the time in which a module starts.
    from ansible_collections.configmgr.cmg.plugins.module_utils._dns.caa_lookup import CaaLookup

    lookup = CaaLookup(options["resolver_address"], options["resolver_port"], options["resolver_timeout"])
    return lookup.all_of(name for one in materials if one.gateway.issuer is Issuer.PUBLIC for name in _names(one))


def _names(material: Material) -> tuple[str, ...]:
    source = material.server or material.current
    leaf = source.leaf if source else None
    if leaf is not None:
        return leaf.dns_names or leaf.common_names
    return tuple(filter(None, [read(material.gateway).service_name]))


def settings_from_options(options: Options) -> Settings:
    """What users decide for themselves.

    :raises InvalidInput: for a number or a date that makes no sense.
    """
    check_ranges(options, RANGES)
    sizes = tuple(options["allowed_key_sizes"])
    if not sizes or min(sizes) < 2048:
        raise InvalidInput(
            f"allowed_key_sizes is {list(sizes)}. Give lengths in bits, none below 2048, which nobody trusts any more."
        )
    return Settings(
        expiry_warning_days=options["expiry_warning_days"],
        allowed_key_sizes=sizes,
        clientauth_cutoff=_day("clientauth_cutoff", options["clientauth_cutoff"]),
        enterprise_validity_days=options["enterprise_validity_days"],
        import_windows_server=options["import_windows_server"],
    )


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{name} is {text!r}, which is not a date. Write it as YYYY-MM-DD.") from None


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask for served certificates; O(address) stands in for what the names lead to. Timeout in seconds."""

    address: str | None = None
    port: int = 443
    timeout: float = 10.0

    def ask(self, name: str) -> tuple[bytes, ...] | str:
        """The certificates that are served for a name, or why there are none."""
        from ansible_collections.configmgr.cmg.plugins.module_utils._tls.served import NotServed, served_certificates

        try:
            return served_certificates(name, address=self.address, port=self.port, timeout=self.timeout)
        except NotServed as problem:
            return problem.message


def with_served(materials: Sequence[Material], server: Server) -> list[Material]:
    """The materials, completed by the certificates that gateways serve, where those are declared as current."""
    asking = {position: _served_name(one) for position, one in enumerate(materials) if _wants_served(one)}
    names = sorted({name for name in asking.values() if name})
    answers = _answers(names, server) if names else {}
    completed = list(materials)
    for position, name in asking.items():
        answer = answers[name] if name else "No service name is known to ask for."
        completed[position] = replace(materials[position], current=_served(name, answer))
    return completed


def _answers(names: Sequence[str], server: Server) -> dict[str, tuple[bytes, ...] | str]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return dict(zip(names, pool.map(server.ask, names), strict=True))


def _served_name(material: Material) -> str | None:
    return read(material.gateway, material.certificate_name).service_name


def _wants_served(material: Material) -> bool:
    declared = material.gateway.server_certificate
    return bool(declared and declared.current and declared.current.served)


def _served(name: str | None, answer: tuple[bytes, ...] | str) -> Source:
    subject = f"certificate served for {name}" if name else "served certificate"
    if isinstance(answer, str):
        return Source(subject, problem=answer, served=True)
    return Source(subject, loaded=load(answer[0], chain=answer[1:]), served=True)


def knowledge_from_options(options: Options, *, certificates: bool = True) -> Knowledge:
    """What is known about the world where the module runs, and why the rest is not.

    :param certificates: whether there are any. If not, what Windows trusts matters only as a file of the user.
    :raises CmgError: for a file of the user that cannot be used.
    """
    roots = options["windows_roots"]
    trust = windows_trust(roots) if certificates or roots else WindowsTrustSource(None)
    suffix, no_suffix = public_suffix_list()
    label, no_label = label_decoder()
    keys, crls = options["published_keys"], options["crls"]
    absent = {
        "windows_roots": trust.absent,
        "public_suffix": no_suffix,
        "decode_label": no_label,
        "weak_key": None if keys else NO_KEYS,
        "crls": None if crls else NO_CRLS,
        "caa": None if options["check_caa"] else NO_CAA,
    }
    return Knowledge(
        windows_roots=trust.roots,
        issuers_of=trust.issuers_of if trust.roots else None,
        public_suffix=suffix,
        decode_label=label,
        weak_key=_published(keys) if keys else None,
        crls=tuple(map(_crl, crls)) if crls else None,
        absent={name: reason for name, reason in absent.items() if reason},
    )


def public_suffix_list() -> tuple[Callable[[str], str | None] | None, str | None]:
    """How to find the public suffix of a DNS name, or why that is not known. The list is read when it is needed."""
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        return None, "The Python library publicsuffixlist is not installed."

    @functools.cache
    def known() -> PublicSuffixList:
        return PublicSuffixList(accept_unknown=False, only_icann=True)

    return lambda name: known().publicsuffix(name), None


def label_decoder() -> tuple[Callable[[str], str] | None, str | None]:
    """How to turn an A-label back, or why that is not known."""
    try:
        import idna
    except ImportError:
        return None, "The Python library idna is not installed."
    return idna.decode, None


def _published(path: str) -> Callable[[bytes], str | None]:
    """Looks a key up in a text file with the SHA-256 of one SubjectPublicKeyInfo in hexadecimal on each line."""
    import hashlib

    content = contents_of(path)
    if isinstance(content, str):
        raise InvalidInput(f"published_keys: {content}")
    known = frozenset(line.split()[0].lower() for line in content.splitlines() if line.strip())
    if not all(len(one) == 64 for one in known):
        raise InvalidInput(
            f"published_keys: {path} is no list of keys. Each line begins with the SHA-256 of a SubjectPublicKeyInfo, "
            "64 hexadecimal digits."
        )
    return lambda spki: path if hashlib.sha256(spki).hexdigest().encode() in known else None


def _crl(path: str) -> CrlAnswer:
    content = contents_of(path)
    if isinstance(content, str):
        raise InvalidInput(f"crls: {content}")
    try:
        read_crl(content)
    except MalformedAsn1 as problem:
        raise InvalidInput(f"crls: {path} is no certificate revocation list. {problem}") from None
    return CrlAnswer(path, content)
