# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What becomes of the files of a gateway's certificate request. Files are read here, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certreq_inf import inf_of, inf_text
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.pfx_joining import (
    Bundle,
    PfxEncryption,
    is_right,
    issuers_of,
    newest_for,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.request_keys import KeyState, StoredKey, stored_key
from ansible_collections.configmgr.cmg.plugins.module_utils._core.request_rules import (
    foreign_key_findings,
    no_issuer_finding,
    stale_finding,
    unit_findings,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.requests import (
    Request,
    Subject,
    build_csr,
    check_dns_names,
    check_printable,
    csr_der,
    csr_text,
    request_of,
    subject_of,
    wanted_text,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.files import is_exposed, read_file
from ansible_collections.configmgr.cmg.plugins.module_utils._module.issued_files import IssuedCertificates

Options = Mapping[str, Any]

_LONGEST_SECRET = 1023  # bytes; OpenSSL takes no more


@dataclass(frozen=True, slots=True)
class Settings:
    """What the task wants of all gateways alike."""

    directory: Path
    formats: tuple[str, ...]
    key_size: int
    passphrase: str | None = field(repr=False)
    subject: Subject
    dns_names: tuple[str, ...]
    template: str
    friendly_name: str | None
    regenerate: str
    replace_key: bool
    encryption: PfxEncryption
    pfx_password: str | None = field(repr=False)
    joins: bool

    @property
    def renews_keys(self) -> bool:
        """Whether every run makes new keys."""
        return self.replace_key and self.regenerate == "always"


def settings_from_options(options: Options) -> Settings:
    """The task's settings.

    :raises InvalidInput: for what no argument spec can say, and for a PFX that could not be made.
    """
    check_dns_names(options["dns_names"])
    for name in ("template", "friendly_name"):
        check_printable(name, options[name] or "")
    _check_secrets(options)
    if not options["formats"]:
        raise InvalidInput("formats is empty. Give csr, inf or both.")
    if "inf" in options["formats"] and not options["template"].strip():
        raise InvalidInput("template is empty, and a CA of AD CS issues nothing without one. Give its name.")
    if options["issued_certificates"] and "csr" not in options["formats"]:
        raise InvalidInput(
            "issued_certificates cannot be joined with a private key that Windows has. Where formats is only inf, run "
            "certreq -accept there and export the PFX file, or add csr to formats."
        )
    return Settings(
        directory=Path(options["directory"]),
        formats=tuple(options["formats"]),
        key_size=options["key_size"],
        passphrase=options["key_passphrase"],
        subject=subject_of(options["subject"] or {}),
        dns_names=tuple(options["dns_names"]),
        template=options["template"],
        friendly_name=options["friendly_name"] or None,
        regenerate=options["regenerate"],
        replace_key=options["replace_key"],
        encryption=PfxEncryption(options["pfx_encryption"]),
        pfx_password=options["pfx_password"],
        joins=bool(options["issued_certificates"]),
    )


def _check_secrets(options: Options) -> None:
    """Refuse passwords that protect nothing or that no tool could take. None of them is ever shown."""
    if options["issued_certificates"] and options["pfx_password"] is None:
        raise InvalidInput("pfx_password is missing. The PFX files of issued_certificates hold private keys.")
    for name in ("key_passphrase", "pfx_password"):
        secret = options[name]
        if secret is None:
            continue
        size = len(secret.encode("utf-8", "surrogatepass"))
        if not 1 <= size <= _LONGEST_SECRET:
            way_out = f"Give from 1 to {_LONGEST_SECRET} bytes, or leave it out."
            raise InvalidInput(f"{name} has {size} bytes, which cannot protect a private key. {way_out}")
        try:
            secret.encode()
        except UnicodeEncodeError:
            raise InvalidInput(f"{name} is not text in UTF-8. Give another one.") from None


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What becomes of one file: V(create), V(update), V(replace) for another private key, or V(none).

    O(before) and O(after) are for the difference. They hold nothing secret.
    """

    path: Path
    action: str
    before: str
    after: str
    secret: bool = False

    @property
    def changes(self) -> bool:
        return self.action != "none"


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the files of one gateway; V(None) for a file that is not wanted.

    O(kept) is the private key that is there and stays, V(None) where one has to be made. O(leaf) and O(bundle) are
    V(None) where no certificate has been issued for it yet.
    """

    gateway: Gateway
    service_name: str
    request: Request
    findings: tuple[Finding, ...] = ()
    kept: StoredKey | None = field(default=None, repr=False)
    key: FilePlan | None = None
    csr: FilePlan | None = None
    inf: FilePlan | None = None
    inf_content: bytes = b""
    pfx: FilePlan | None = None
    bundle: Bundle | None = None

    @property
    def files(self) -> tuple[FilePlan, ...]:
        """The files that are wanted."""
        return tuple(file for file in (self.key, self.csr, self.inf, self.pfx) if file is not None)


def plan_for(
    gateway: Gateway,
    service_name: str,
    settings: Settings,
    issued: IssuedCertificates,
    now: datetime,
    *,
    named: Sequence[Finding],
) -> Plan:
    """What has to be done for a gateway.

    :param service_name: in lower case; the files are named after it.
    :param named: what is to be said about its names.
    :raises InvalidInput: where the private key that is there cannot be used and must not be replaced.
    :raises CmgError: where a file cannot be read.
    """
    request = request_of(gateway, settings.dns_names, settings.subject, settings.key_size)
    stem = settings.directory / service_name
    files: dict[str, Any] = {}
    findings = [*named, *unit_findings(gateway, settings.subject)]
    if "csr" in settings.formats:
        key, kept = _key_plan(_named(stem, "key"), settings)
        csr, stale = _csr_plan(_named(stem, "csr"), request, kept, settings)
        files |= {"key": key, "kept": kept, "csr": csr}
        findings += [stale_finding(gateway, str(csr.path))] if stale else []
    if "inf" in settings.formats:
        name = settings.friendly_name or service_name
        content = inf_of(request, service_name=service_name, template=settings.template, friendly_name=name)
        inf, stale = _inf_plan(_named(stem, "inf"), content, settings)
        files |= {"inf": inf, "inf_content": content}
        findings += [stale_finding(gateway, str(inf.path))] if stale else []
    plan = Plan(gateway, service_name, request, tuple(findings), **files)
    return _with_pfx(plan, _named(stem, "pfx"), settings, issued, now) if settings.joins else plan


def _named(stem: Path, suffix: str) -> Path:
    return stem.with_name(f"{stem.name}.{suffix}")


def _key_plan(path: Path, settings: Settings) -> tuple[FilePlan, StoredKey | None]:
    new = f"private key RSA {settings.key_size}, a new one\n"
    data = read_file(path)
    if data is None:
        return FilePlan(path, "create", "", new, secret=True), None
    stored = stored_key(data, settings.passphrase, settings.key_size)
    _refuse(path, stored, settings)
    if stored.state is KeyState.UNSUITABLE or settings.renews_keys:
        return FilePlan(path, "replace", "private key\n", new, secret=True), None
    unprotected = settings.passphrase is not None and not stored.encrypted
    if unprotected or is_exposed(path):
        return FilePlan(path, "update", "private key\n", "private key, the same one, protected\n", secret=True), stored
    return FilePlan(path, "none", "", "", secret=True), stored


def _refuse(path: Path, stored: StoredKey, settings: Settings) -> None:
    if stored.state is KeyState.CLOSED:
        raise InvalidInput(
            f"{path}: {stored.reason} Give its passphrase as key_passphrase. If that is lost, so is the key: remove "
            "the file to have another one made."
        )
    if stored.state is KeyState.UNSUITABLE and not settings.replace_key:
        raise InvalidInput(
            f"{path}: {stored.reason} A private key is never replaced unless replace_key is true, because the "
            "certificates that were issued for it are worth nothing without it. Set replace_key, or a key_size that "
            "fits the key."
        )


def _csr_plan(path: Path, request: Request, kept: StoredKey | None, settings: Settings) -> tuple[FilePlan, bool]:
    """What becomes of the CSR, and whether it is kept although it is stale."""
    present = read_file(path)
    wanted = csr_der(build_csr(request, kept.key)) if kept and kept.key else None
    right = wanted is not None and csr_der(present) == wanted
    action, stale = _action(present, settings, right=right)
    before = "" if present is None else csr_text(present)
    return FilePlan(path, action, before, wanted_text(request, kept.facts if kept else None)), stale


def _inf_plan(path: Path, content: bytes, settings: Settings) -> tuple[FilePlan, bool]:
    present = read_file(path)
    action, stale = _action(present, settings, right=present == content)
    before = "" if present is None else inf_text(present)
    return FilePlan(path, action, before, inf_text(content)), stale


def _action(present: bytes | None, settings: Settings, *, right: bool) -> tuple[str, bool]:
    if present is None:
        return "create", False
    if settings.regenerate == "never":
        return "none", not right
    return "none" if right and settings.regenerate == "content" else "update", False


def _with_pfx(plan: Plan, path: Path, settings: Settings, issued: IssuedCertificates, now: datetime) -> Plan:
    """The plan with the PFX file, if there is a certificate for the key that is there."""
    facts = plan.kept.facts if plan.kept else None
    leaf = newest_for(facts, issued.issued) if facts else None
    if facts is None or leaf is None:
        strangers = foreign_key_findings(plan.gateway, plan.request.common_name, issued.issued)
        return _extended(plan, strangers)
    issuers = issuers_of(leaf, issued.pool, now)
    findings = [no_issuer_finding(plan.gateway, leaf)] if issuers is None else []
    name = settings.friendly_name or plan.service_name
    bundle = Bundle(leaf, issuers or (), settings.pfx_password or "", settings.encryption, name)
    present = read_file(path)
    right = present is not None and is_right(present, bundle, facts) and not is_exposed(path)
    action = "none" if right else "create" if present is None else "update"
    before = "" if present is None else "PFX file\n"
    after = f"PFX file, {settings.encryption}, certificate {leaf.thumbprint_sha1}\n"
    return _extended(plan, findings, pfx=FilePlan(path, action, before, after, secret=True), bundle=bundle)


def _extended(plan: Plan, findings: list[Finding], **files: Any) -> Plan:
    return replace(plan, findings=(*plan.findings, *findings), **files)
