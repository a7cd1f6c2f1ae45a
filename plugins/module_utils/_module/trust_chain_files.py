# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Writing the client trust chain: which certificates go to which files, what changes, and doing it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    LoadedArtefact,
    ProblemKind,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import CLOSING, load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.trust_sets import (
    OWN_NAME,
    Authority,
    TrustSet,
    choose_authorities,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import ClientAuthentication, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateway_options import GATEWAY_OPTIONS

LARGEST_FILE = 8 * 1024 * 1024

OPTIONS: dict[str, dict[str, Any]] = {
    "gateways": {**GATEWAY_OPTIONS["gateways"], "required": False, "default": []},
    "candidates": {"type": "list", "elements": "path", "default": []},
    "client_certificate": {"type": "path"},
    "password": {"type": "str", "no_log": True},
    "directory": {"type": "path", "required": True},
    "prune": {"type": "bool", "default": False},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One folder and what should be in it. O(service_name) is V(None) where no gateway was declared."""

    service_name: str | None
    directory: Path
    chosen: TrustSet
    sources: Mapping[str, str]
    """Where each certificate was found first, by its thumbprint."""


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What becomes of one file: V(create), V(update), V(none), V(stale) if it is left, or V(delete)."""

    path: Path
    action: str
    authority: Authority | None = None

    @property
    def changes(self) -> bool:
        return self.action in {"create", "update", "delete"}


@dataclass(frozen=True, slots=True)
class Plan:
    """One folder with the plans of its files, and the names and thumbprints before, for the difference."""

    wanted: Wanted
    files: tuple[FilePlan, ...]
    before: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files to choose from, those of client certificates, and the password of those that need one."""

    candidates: tuple[str, ...]
    clients: tuple[str, ...]
    password: str | None = field(repr=False)

    @property
    def given(self) -> bool:
        """Whether there is anything to choose from."""
        return bool(self.candidates or self.clients)

    def preceded_by(self, declared: ClientAuthentication | None) -> Sources:
        """These files after those that a gateway declares itself."""
        if declared is None:
            return self
        return replace(
            self,
            candidates=(*declared.trust_chain, *self.candidates),
            clients=(*declared.certificates, *self.clients),
        )


def wanted_sets(options: Mapping[str, Any], gateways: Sequence[Gateway], now: datetime) -> list[Wanted]:
    """What should be in which folder: one folder for each gateway, or O(directory) itself without any.

    :raises InvalidInput: where nothing is given or a file cannot be read.
    :raises IncompleteChain: where a CA certificate is missing.
    """
    directory = Path(options["directory"])
    client = options["client_certificate"]
    sources = Sources(tuple(options["candidates"]), (client,) if client else (), options["password"])
    if not gateways:
        if not sources.given:
            raise InvalidInput("Neither gateways nor candidates nor client_certificate is given. Give one of them.")
        return [_wanted(None, directory, sources, now)]
    _check_distinct(gateways)
    return [_wanted_by(gateway, directory, sources, now) for gateway in gateways]


def _wanted_by(gateway: Gateway, directory: Path, shared: Sources, now: datetime) -> Wanted:
    declared = gateway.client_authentication
    sources = shared.preceded_by(declared)
    uses_pki = declared is None or not declared.methods or "pki" in declared.methods
    if not sources.given and declared is not None and "pki" in declared.methods:
        raise InvalidInput(
            f"The clients of the gateway {gateway.label} authenticate by PKI, but it declares no CA certificates and "
            "no client certificates, and there are no candidates. Give client_authentication.trust_chain, "
            "client_authentication.certificates, or candidates."
        )
    if not sources.given or (sources == shared and not uses_pki):
        return Wanted(gateway.label, directory / _folder(gateway), TrustSet((), (), ()), {})
    try:
        return _wanted(gateway.label, directory / _folder(gateway), sources, now)
    except CmgError as error:
        raise type(error)(f"Gateway {gateway.label}: {error.message}") from None


def _folder(gateway: Gateway) -> str:
    """The gateway's folder: its name without anything that a file system takes for something else."""
    name = (gateway.service_name or gateway.prefix or "").lower().replace("*", "_")
    if not name.strip(".") or Path(name).name != name:
        raise InvalidInput(
            f"The gateway {gateway.label} has no name that a folder can have. Give service_name, for example "
            "granitefalls.contoso.com."
        )
    return name


def _check_distinct(gateways: Sequence[Gateway]) -> None:
    folders = [_folder(gateway) for gateway in gateways]
    twice = sorted({folder for folder in folders if folders.count(folder) > 1})
    if twice:
        raise InvalidInput(f"More than one gateway is named {twice[0]}; their files would go to the same folder.")


def _wanted(name: str | None, directory: Path, sources: Sources, now: datetime) -> Wanted:
    files = {path: _loaded(path, sources.password) for path in dict.fromkeys((*sources.candidates, *sources.clients))}
    leaves = [leaf for path in sources.clients if (leaf := files[path].leaf) is not None]
    pool = [certificate for path in files for certificate in files[path].certificates]
    found: dict[str, str] = {}
    for path, artefact in files.items():
        for certificate in artefact.certificates:
            found.setdefault(certificate.thumbprint_sha1, path)
    return Wanted(name, directory, choose_authorities(pool, leaves, now), found)


def _loaded(path: str, password: str | None) -> LoadedArtefact:
    """The certificates of a file; private keys in it do not matter here and are not kept.

    :raises InvalidInput: where it cannot be read, or holds no certificate.
    """
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}. {_CORRECT}") from None
    if len(data) > LARGEST_FILE:
        raise InvalidInput(f"{path} is larger than {LARGEST_FILE // 1024 // 1024} MiB. {_EXPECTED} {_CORRECT}")
    artefact = load(data, password)
    problem = artefact.problem(*CLOSING, ProblemKind.NO_CERTIFICATE)
    if problem is not None:
        remedy = problem.remedy or _REMEDIES.get(problem.kind, _EXPORT)
        raise InvalidInput(f"{path}: {problem.observed} {_EXPECTED} {remedy}")
    return artefact


_EXPECTED = "Expected is a file with certificates: DER, PEM, PKCS#7 or PFX."
_CORRECT = "Correct the path, or make the file readable for the user that this task runs as on that host."
_EXPORT = (
    "Name the file of the certificate itself. A CA writes its own with: certutil -ca.cert ca.cer. The certificates of "
    "a client and of the CAs above it can be exported together as PKCS#7 (.p7b)."
)
_WITHOUT_KEYS = "Export the certificates alone, without private keys, as PKCS#7 (.p7b); no password is needed then."
_PASSWORD = f"Give the right password with the option password. Or: {_WITHOUT_KEYS[0].lower()}{_WITHOUT_KEYS[1:]}"
_COPY = "Copy the file again, as a whole and in binary mode, or export it anew."
_REMEDIES = {
    ProblemKind.TRUNCATED: _COPY,
    ProblemKind.MALFORMED: _COPY,
    ProblemKind.BAD_CERTIFICATE: _COPY,
    ProblemKind.LOCKED: _PASSWORD,
    ProblemKind.NOT_OPENED: _PASSWORD,
    ProblemKind.SEALED_TO_PRINCIPAL: _WITHOUT_KEYS,
    ProblemKind.PUBLIC_KEY_PROTECTED: _WITHOUT_KEYS,
    ProblemKind.TOO_MANY_ROUNDS: _WITHOUT_KEYS,
    ProblemKind.UNSUPPORTED_CIPHER: _WITHOUT_KEYS,
    ProblemKind.BAD_KEY: _WITHOUT_KEYS,
}


def plan_for(wanted: Wanted, *, prune: bool) -> Plan:
    """What has to be done to the folder. Only files that this collection has named itself can be stale.

    :raises CmgError: where the folder is none, or cannot be looked into.
    """
    present = _present(wanted.directory)
    files = [_file_plan(wanted.directory, authority, present) for authority in wanted.chosen.authorities]
    names = {plan.path.name for plan in files}
    stale = [name for name in sorted(present) if OWN_NAME.fullmatch(name) and name not in names]
    files += [FilePlan(wanted.directory / name, "delete" if prune else "stale") for name in stale]
    before = {name: _thumbprint(data) for name, data in present.items() if OWN_NAME.fullmatch(name)}
    return Plan(wanted, tuple(files), before)


def _present(directory: Path) -> dict[str, bytes]:
    """The files of a folder that are named like ours; an absent folder has none."""
    try:
        if not directory.exists():
            return {}
        entries = [entry for entry in directory.iterdir() if OWN_NAME.fullmatch(entry.name)]
        return {entry.name: entry.read_bytes() for entry in entries if entry.is_file()}
    except OSError as problem:
        raise CmgError(f"The folder {directory} cannot be read: {problem.strerror}.") from None


def _file_plan(directory: Path, authority: Authority, present: Mapping[str, bytes]) -> FilePlan:
    data = present.get(authority.file_name)
    action = "create" if data is None else "none" if data == authority.facts.der else "update"
    return FilePlan(directory / authority.file_name, action, authority)


def _thumbprint(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()


def carry_out(plan: Plan, module: AnsibleModule) -> bool:
    """Make the folder as planned and say whether anything changed, attributes of files included.

    In check mode nothing is written. Every file is replaced as a whole, so that nobody ever reads half of one.

    :raises CmgError: where the system does not permit it.
    """
    try:
        if any(file.changes for file in plan.files) and not module.check_mode:
            plan.wanted.directory.mkdir(parents=True, exist_ok=True)
            for file in plan.files:
                _apply(file, module)
    except OSError as problem:
        raise CmgError(f"{problem.filename or plan.wanted.directory} cannot be written: {problem.strerror}.") from None
    kept = [file.path for file in plan.files if file.authority is not None]
    attributes = [_set_attributes(path, module) for path in kept]
    return any(attributes) or any(file.changes for file in plan.files)


def _apply(file: FilePlan, module: AnsibleModule) -> None:
    if file.action == "delete":
        file.path.unlink(missing_ok=True)
    elif file.changes and file.authority is not None:
        _write(file.path, file.authority.facts.der, module)


def _write(path: Path, data: bytes, module: AnsibleModule) -> None:
    """Write beside the target and move into place; a failed attempt leaves nothing behind."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        module.atomic_move(temporary, str(path))
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()


def _set_attributes(path: Path, module: AnsibleModule) -> bool:
    """Owner, group and mode as the task wants them. A file that is only planned in check mode has none yet."""
    if not path.exists():
        return False
    arguments = module.load_file_common_arguments(module.params, path=str(path))
    return bool(module.set_fs_attributes_if_different(arguments, False))


def result_of(plans: Sequence[Plan]) -> dict[str, Any]:
    """What the module returns, V(changed) and the difference aside. The shape does not depend on how many there are."""
    entries = [_entry(plan) for plan in plans]
    used = {file["thumbprint"] for entry in entries for file in entry["files"]}
    unused = {one["thumbprint"]: one for entry in entries for one in entry["unused"] if one["thumbprint"] not in used}
    return {
        "gateways": [entry for entry, plan in zip(entries, plans, strict=True) if plan.wanted.service_name is not None],
        "files": [file for entry in entries for file in entry["files"]],
        "stale": [path for entry in entries for path in entry["stale"]],
        "removed": [path for entry in entries for path in entry["removed"]],
        "unused": list(unused.values()),
    }


def _entry(plan: Plan) -> dict[str, Any]:
    wanted = plan.wanted
    return {
        "service_name": wanted.service_name,
        "directory": str(wanted.directory),
        "files": [_file_entry(file) for file in plan.files if file.authority is not None],
        "stale": [str(file.path) for file in plan.files if file.action == "stale"],
        "removed": [str(file.path) for file in plan.files if file.action == "delete"],
        "unused": [_unused_entry(one, wanted.sources) for one in wanted.chosen.unused],
    }


def _file_entry(file: FilePlan) -> dict[str, Any]:
    described = file.authority.as_dict() if file.authority else {}
    return {"path": str(file.path), "action": file.action, **described}


def _unused_entry(certificate: CertificateFacts, sources: Mapping[str, str]) -> dict[str, Any]:
    return {
        "subject": certificate.subject.text if certificate.subject else None,
        "thumbprint": certificate.thumbprint_sha1,
        "source": sources.get(certificate.thumbprint_sha1),
    }


def diff_of(plans: Sequence[Plan]) -> list[dict[str, str]]:
    """The files of every folder with their thumbprints, before and after."""
    return [_folder_diff(plan) for plan in plans if any(file.changes for file in plan.files)]


def _folder_diff(plan: Plan) -> dict[str, str]:
    removed = {file.path.name for file in plan.files if file.action == "delete"}
    written = {file.path.name: file.authority.facts.thumbprint_sha1 for file in plan.files if file.authority}
    after = {**{name: value for name, value in plan.before.items() if name not in removed}, **written}
    directory = str(plan.wanted.directory)
    return {
        "before_header": directory,
        "after_header": directory,
        "before": _listing(plan.before),
        "after": _listing(after),
    }


def _listing(files: Mapping[str, str]) -> str:
    return "".join(f"{name} {files[name]}\n" for name in sorted(files))


def warnings_of(plans: Iterable[Plan]) -> list[str]:
    """What a user should know of the chains although they are complete, each thing once."""
    return list(dict.fromkeys(warning for plan in plans for warning in plan.wanted.chosen.warnings))


def ensure_files(
    module: AnsibleModule, gateways: Sequence[Gateway], now: datetime, warn: Callable[[str], None]
) -> dict[str, Any]:
    """Bring all folders to the wanted state, or in check mode say what that would take, and return the result."""
    plans = [plan_for(wanted, prune=module.params["prune"]) for wanted in wanted_sets(module.params, gateways, now)]
    for warning in warnings_of(plans):
        warn(warning)
    result = result_of(plans)
    changed = [carry_out(plan, module) for plan in plans]
    return {**result, "changed": any(changed), "diff": diff_of(plans)}
