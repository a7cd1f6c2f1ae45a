# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Opening the files that gateways declare, asking for the certificates that they serve, and knowing the world."""

from __future__ import annotations

import functools
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaAnswer
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.guards import quiet
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.judgement import judge_certificates
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import LoadedArtefact, load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.materials import (
    Knowledge,
    Material,
    Source,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import CrlAnswer, read_crl
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import (
    CertificateSource,
    Gateway,
    Issuer,
    ManagementCertificate,
    gateways_from_options,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import read
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.caa_lookup import CaaLookup
from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_cryptography
from ansible_collections.configmgr.cmg.plugins.module_utils._module.windows_roots import windows_trust
from ansible_collections.configmgr.cmg.plugins.module_utils._tls.served import NotServed, served_certificates

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
LARGEST_FILE = 16 * 1024 * 1024
USUAL_FILE = 64 * 1024
AT_ONCE = 16
NO_KEYS = "No list of published keys was given (published_keys)."
NO_CRLS = "No CRL was given (crls)."
NO_CAA = "CAA records are looked up only with check_caa."


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
    files = Files(Server(options["served_address"], options["served_port"], options["served_timeout"]))
    materials = files.with_served([files.material(gateway) for gateway in gateways])
    knowledge = replace(knowledge_from_options(options), caa=_caa(options, materials))
    return results_of(gateways, judge_certificates(materials, settings, knowledge, now), now.date())


def _caa(options: Options, materials: Sequence[Material]) -> dict[str, CaaAnswer] | None:
    """CAA look-ups for every name that a public authority signs or is going to sign, if they are wanted."""
    if not options["check_caa"]:
        return None
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
    for name in ("expiry_warning_days", "enterprise_validity_days"):
        if options[name] < 1:
            raise InvalidInput(f"{name} is {options[name]}. Give a number of days, at least 1.")
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
        try:
            return served_certificates(name, address=self.address, port=self.port, timeout=self.timeout)
        except NotServed as problem:
            return problem.message


@dataclass(frozen=True)
class Files:
    """The files of one run. Each is opened once, however many gateways name it."""

    server: Server
    _contents: dict[str, bytes | str] = field(default_factory=dict, repr=False)
    _loaded: dict[tuple[Any, ...], LoadedArtefact] = field(default_factory=dict, repr=False)
    _opened: dict[tuple[str, str], Source] = field(default_factory=dict, repr=False)

    def material(self, gateway: Gateway) -> Material:
        """All files of a gateway, opened. What the gateway serves is asked for later."""
        server, clients = gateway.server_certificate, gateway.client_authentication
        point, management = gateway.management_point, gateway.management_certificate
        current = server.current if server else None
        return Material(
            gateway,
            server=self._source("server certificate", server),
            current=None if current is None or current.served else self._source("certificate in use", current),
            trusted_roots=self._sources("trusted root", server.trusted_roots if server else ()),
            trust_chain=self._sources("trust chain", clients.trust_chain if clients else ()),
            clients=self._sources("client certificate", clients.certificates if clients else ()),
            management_point=self._source("management point certificate", point.certificate if point else None),
            management_cer=self._source("management certificate", _cer_of(management)),
            management_pfx=self._source("management PFX", _pfx_of(management)),
        )

    def _sources(self, what: str, paths: Iterable[str]) -> tuple[Source, ...]:
        return tuple(self._shared(what, path) for path in paths if path)

    def _shared(self, what: str, path: str) -> Source:
        """A file without a password, which many gateways may name."""
        if (what, path) not in self._opened:
            self._opened[what, path] = self._open(what, CertificateSource(path))
        return self._opened[what, path]

    def _source(self, what: str, declared: CertificateSource | None) -> Source | None:
        """A declared artefact, opened; V(None) where neither path nor content is given."""
        if declared is None or not (declared.path or declared.content):
            return None
        return self._open(what, declared)

    def _open(self, what: str, declared: CertificateSource) -> Source:
        subject = f"{what} {Path(declared.path).name}" if declared.path else what
        data = declared.content.encode() if declared.content else self._read(declared.path or "")
        key = self._key(declared)
        chain = list(map(self._read, declared.chain))
        problem = next((part for part in (data, key, *chain) if isinstance(part, str)), None)
        if problem is not None or isinstance(data, str) or isinstance(key, str):
            return Source(subject, declared.path, problem=problem)
        files = [one for one in chain if not isinstance(one, str)]
        return Source(subject, declared.path, self._load(declared, data, key, files))

    def _key(self, declared: CertificateSource) -> bytes | str | None:
        if declared.private_key_content:
            return declared.private_key_content.encode()
        return self._read(declared.private_key_path) if declared.private_key_path else None

    def _load(
        self, declared: CertificateSource, data: bytes, key: bytes | None, chain: Sequence[bytes]
    ) -> LoadedArtefact:
        known = (declared.content, declared.path, declared.password, key, tuple(chain))
        if known not in self._loaded:
            self._loaded[known] = load(data, declared.password, name=declared.path, private_key=key, chain=chain)
        return self._loaded[known]

    def _read(self, path: str) -> bytes | str:
        """What is in a file, or in one sentence why it cannot be read."""
        if path not in self._contents:
            self._contents[path] = _contents(path)
        return self._contents[path]

    def with_served(self, materials: Sequence[Material]) -> list[Material]:
        """The materials, completed by the certificates that gateways serve, where those are declared as current."""
        asking = {position: self._served_name(one) for position, one in enumerate(materials) if _wants_served(one)}
        names = sorted({name for name in asking.values() if name})
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            answers = dict(zip(names, pool.map(self.server.ask, names), strict=True)) if names else {}
        completed = list(materials)
        for position, name in asking.items():
            answer = answers[name] if name else "No service name is known to ask for."
            completed[position] = replace(materials[position], current=_served(name, answer))
        return completed

    def _served_name(self, material: Material) -> str | None:
        return read(material.gateway, material.certificate_name).service_name


def _cer_of(declared: ManagementCertificate | None) -> CertificateSource | None:
    return CertificateSource(declared.path) if declared else None


def _pfx_of(declared: ManagementCertificate | None) -> CertificateSource | None:
    return CertificateSource(declared.pfx_path, password=declared.password) if declared else None


def _wants_served(material: Material) -> bool:
    declared = material.gateway.server_certificate
    return bool(declared and declared.current and declared.current.served)


def _served(name: str | None, answer: tuple[bytes, ...] | str) -> Source:
    subject = f"certificate served for {name}" if name else "served certificate"
    if isinstance(answer, str):
        return Source(subject, problem=answer, served=True)
    return Source(subject, loaded=load(answer[0], chain=answer[1:]), served=True)


def _contents(path: str) -> bytes | str:
    """What is in a file, or in one sentence why it cannot be read. A device or a pipe is not even opened."""
    place = Path(path)
    try:
        if not stat.S_ISREG(place.stat().st_mode):
            return f"{path} is not a file."
        with place.open("rb") as file:
            # Room for the largest file would have to be made and given back for each of many small ones.
            content = file.read(USUAL_FILE)
            if len(content) == USUAL_FILE:
                content += file.read(LARGEST_FILE + 1 - USUAL_FILE)
    except OSError as problem:
        return f"{path} cannot be read: {problem.strerror}."
    if len(content) > LARGEST_FILE:
        return f"{path} has more than {LARGEST_FILE:,} bytes, which no certificate has."
    return content


def knowledge_from_options(options: Options) -> Knowledge:
    """What is known about the world where the module runs, and why the rest is not.

    :raises CmgError: for a file of the user that cannot be used.
    """
    trust = windows_trust(options["windows_roots"])
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

    content = _contents(path)
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
    content = _contents(path)
    if isinstance(content, str):
        raise InvalidInput(f"crls: {content}")
    try:
        read_crl(content)
    except MalformedAsn1 as problem:
        raise InvalidInput(f"crls: {path} is no certificate revocation list. {problem}") from None
    return CrlAnswer(path, content)
