# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Private keys, certificate requests and PFX files of gateways: judge the names, plan, write, tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyFacts
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certreq_inf import inf_text
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import judged_names
from ansible_collections.configmgr.cmg.plugins.module_utils._core.pfx_joining import build_pfx
from ansible_collections.configmgr.cmg.plugins.module_utils._core.request_keys import facts_of_key, key_pem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.requests import build_csr, csr_pem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import Judged, results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.files import (
    check_no_link,
    check_writable,
    make_private_folder,
    read_file,
    replace_file,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.issued_files import (
    IssuedCertificates,
    issued_certificates,
    text_of_subject,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._module.request_plans import (
    FilePlan,
    Plan,
    Settings,
    plan_for,
    settings_from_options,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

    KeyMaker = Callable[[int], rsa.RSAPrivateKey]

OPTIONS: dict[str, dict[str, Any]] = {
    "directory": {"type": "path", "required": True},
    "formats": {"type": "list", "elements": "str", "choices": ["csr", "inf"], "default": ["csr"]},
    "key_size": {"type": "int", "choices": [2048, 4096], "default": 2048, "no_log": False},
    "key_passphrase": {"type": "str", "no_log": True},
    "subject": {
        "type": "dict",
        "options": {
            "organization": {"type": "str"},
            "organizational_unit": {"type": "str"},
            "locality": {"type": "str"},
            "state": {"type": "str"},
            "country": {"type": "str"},
        },
    },
    "dns_names": {"type": "list", "elements": "str", "default": []},
    "template": {"type": "str", "default": "WebServer"},
    "friendly_name": {"type": "str"},
    "regenerate": {"type": "str", "choices": ["content", "never", "always"], "default": "content"},
    "replace_key": {"type": "bool", "default": False, "no_log": False},
    "issued_certificates": {"type": "list", "elements": "path", "default": []},
    "chain": {"type": "list", "elements": "path", "default": []},
    "pfx_password": {"type": "str", "no_log": True},
    "pfx_encryption": {"type": "str", "choices": ["windows_2016", "modern"], "default": "windows_2016"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan with what became of it. Both are V(None) where the key is only going to be made."""

    plan: Plan
    key: KeyFacts | None
    csr: str | None


def new_key(size: int) -> rsa.RSAPrivateKey:
    """A private key from the random numbers of the system."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def ensure_requests(
    module: AnsibleModule, gateways: Sequence[Gateway], now: datetime, make_key: KeyMaker
) -> dict[str, Any]:
    """Bring the files of all gateways to the wanted state, or in check mode say what that would take.

    Nothing is written unless the names of all gateways are right and the files of all of them can be made.

    :param make_key: makes a private key of a size in bits.
    :raises CmgError: where that is not so; with what had been done, where a file could not be written.
    """
    settings = settings_from_options(module.params)
    named = _named(gateways, now.date())
    issued = issued_certificates(module.params["issued_certificates"], module.params["chain"], module.warn)
    plans = [
        plan_for(gateway, name, settings, issued, now, named=findings)
        for gateway, (name, findings) in zip(gateways, named, strict=True)
    ]
    changes = [file for plan in plans for file in plan.files if file.changes]
    if changes:
        check_writable(settings.directory)
    for file in changes:
        check_no_link(file.path)
    if module.check_mode:
        outcomes = [_foreseen(plan) for plan in plans]
        attributes = _set_owners(plans, module)
    else:
        outcomes, attributes = _carried_out(plans, settings, module, make_key)
    result = _result(outcomes, issued, settings, now.date())
    return {**result, "changed": bool(changes) or attributes, "diff": [_diff_of(file) for file in changes]}


def _named(gateways: Sequence[Gateway], today: date) -> list[tuple[str, list[Finding]]]:
    """The names that files are called after, and what is to be said about the names of each gateway.

    :raises InvalidInput: where the names of a gateway are wrong. What is wrong comes along as the result.
    """
    named = [(facts["service_name"], findings) for facts, findings in judged_names(gateways)]
    judged: list[Judged] = [(_entry_without_files(name), findings) for name, findings in named]
    result = {**results_of(gateways, judged, today), "unmatched": []}
    if not result["valid"]:
        failed = [one for one in result["findings"] if one["status"] == "failed"]
        wrong = [one for one in failed if one["severity"] in ("critical", "error")]
        reasons = " ".join(f"{one['gateway']}: {one['observed']} {one['remedy']} ({one['rule']})" for one in wrong)
        raise InvalidInput(f"Nothing was written, because names are wrong. {reasons}", result=result)
    _check_file_names(gateways, [name for name, _findings in named])
    return named


def _check_file_names(gateways: Sequence[Gateway], names: Sequence[str | None]) -> None:
    """Errors in names may have been accepted; files have to be called something all the same, and each its own."""
    for gateway, name in zip(gateways, names, strict=True):
        if not name or not name.strip(".") or Path(name).name != name:
            raise InvalidInput(f"The gateway {gateway.label} has no service name that a file can have. Give another.")
        if names.count(name) > 1:
            raise InvalidInput(f"More than one gateway is named {name}. Their files would be the same; declare one.")


def _foreseen(plan: Plan) -> Outcome:
    """What the result says in check mode. Of a key that is still to be made, nothing is known."""
    key, facts = (plan.kept.key, plan.kept.facts) if plan.kept else (None, None)
    return Outcome(plan, facts, _csr_text(plan, key))


def _csr_text(plan: Plan, key: rsa.RSAPrivateKey | None) -> str | None:
    """The CSR as it is there in the end."""
    if plan.csr is None:
        return None
    if not plan.csr.changes:
        return csr_pem(read_file(plan.csr.path))
    return build_csr(plan.request, key).decode("ascii") if key else None


def _carried_out(
    plans: Sequence[Plan], settings: Settings, module: AnsibleModule, make_key: KeyMaker
) -> tuple[list[Outcome], bool]:
    done: list[Path] = []
    try:
        made = any(plan.files for plan in plans) and make_private_folder(settings.directory)
        outcomes = [_written(plan, settings, make_key, done) for plan in plans]
    except CmgError as problem:
        written = [str(path) for path in done]
        raise CmgError(problem.message, result={"changed": bool(done), "written": written}) from None
    if made:
        _set_owner(settings.directory, module)
    return outcomes, _set_owners(plans, module)


def _written(plan: Plan, settings: Settings, make_key: KeyMaker, done: list[Path]) -> Outcome:
    """Write what has to be written for one gateway, the key first. O(done) is told of each file."""
    key = None
    if plan.key is not None:
        key = plan.kept.key if plan.kept and plan.kept.key else make_key(settings.key_size)
    for file, content in _contents(plan, settings, key):
        if file.changes:
            replace_file(file.path, content(), secret=file.secret, new=file.action == "create")
            done.append(file.path)
    return Outcome(plan, facts_of_key(key) if key else None, _csr_text(plan, key))


def _contents(
    plan: Plan, settings: Settings, key: rsa.RSAPrivateKey | None
) -> Iterator[tuple[FilePlan, Callable[[], bytes]]]:
    """What goes into each file. In this order, because a request is worth nothing without its key."""
    if key is not None and plan.key is not None and plan.csr is not None:
        yield plan.key, partial(key_pem, key, settings.passphrase)
        yield plan.csr, partial(build_csr, plan.request, key)
    if plan.inf is not None:
        yield plan.inf, lambda: plan.inf_content
    if key is not None and plan.pfx is not None and plan.bundle is not None:
        yield plan.pfx, partial(build_pfx, plan.bundle, key)


def _set_owners(plans: Sequence[Plan], module: AnsibleModule) -> bool:
    """Owner and group as the task wants them. A file that is only planned in check mode has none yet."""
    changed = [_set_owner(file.path, module) for plan in plans for file in plan.files]
    return any(changed)


def _set_owner(path: Path, module: AnsibleModule) -> bool:
    wanted = {name: module.params[name] for name in ("owner", "group") if module.params[name] is not None}
    if not wanted or not path.exists():
        return False
    return bool(module.set_fs_attributes_if_different(module.load_file_common_arguments(wanted, path=str(path)), False))


def _diff_of(file: FilePlan) -> dict[str, str]:
    path = str(file.path)
    return {"before_header": path, "after_header": path, "before": file.before, "after": file.after}


def _result(outcomes: Sequence[Outcome], issued: IssuedCertificates, settings: Settings, today: date) -> dict[str, Any]:
    """What the module returns, V(changed) and the difference aside."""
    gateways = [outcome.plan.gateway for outcome in outcomes]
    judged: list[Judged] = [(_entry(outcome, issued, settings), outcome.plan.findings) for outcome in outcomes]
    keys = [outcome.key for outcome in outcomes if outcome.key is not None]
    return {**results_of(gateways, judged, today), "unmatched": issued.unmatched(keys)}


def _entry_without_files(service_name: str | None) -> dict[str, Any]:
    """A gateway whose names are wrong: the shape is always the same."""
    absent = dict.fromkeys(("common_name", "subject", "key", "csr", "inf", "certificate", "pfx"))
    return {"service_name": service_name, **absent, "dns_names": []}


def _entry(outcome: Outcome, issued: IssuedCertificates, settings: Settings) -> dict[str, Any]:
    plan, bundle = outcome.plan, outcome.plan.bundle
    return {
        "service_name": plan.service_name,
        "common_name": plan.request.common_name,
        "subject": plan.request.text,
        "dns_names": list(plan.request.dns_names),
        "key": _key_entry(outcome, settings),
        "csr": _file_entry(plan.csr, content=outcome.csr),
        "inf": _file_entry(plan.inf, content=inf_text(plan.inf_content)),
        "certificate": _certificate_entry(bundle.leaf, issued) if bundle else None,
        "pfx": _pfx_entry(plan),
    }


def _file_entry(file: FilePlan | None, **more: Any) -> dict[str, Any] | None:
    return None if file is None else {"path": str(file.path), "action": file.action, **more}


def _key_entry(outcome: Outcome, settings: Settings) -> dict[str, Any] | None:
    return _file_entry(
        outcome.plan.key,
        size=settings.key_size,
        encrypted=settings.passphrase is not None,
        public_key_sha256=outcome.key.fingerprint if outcome.key else None,
    )


def _certificate_entry(leaf: CertificateFacts, issued: IssuedCertificates) -> dict[str, Any]:
    return {
        "path": issued.source_of(leaf),
        "subject": text_of_subject(leaf),
        "issuer": leaf.issuer.text if leaf.issuer else None,
        "not_before": leaf.not_before.isoformat() if leaf.not_before else None,
        "not_after": leaf.not_after.isoformat() if leaf.not_after else None,
        "thumbprint": leaf.thumbprint_sha1,
        "thumbprint_sha256": leaf.thumbprint_sha256,
    }


def _pfx_entry(plan: Plan) -> dict[str, Any] | None:
    if plan.bundle is None:
        return None
    return _file_entry(
        plan.pfx,
        encryption=str(plan.bundle.encryption),
        friendly_name=plan.bundle.friendly_name,
        chain=[{"subject": text_of_subject(one), "thumbprint": one.thumbprint_sha1} for one in plan.bundle.issuers],
    )
