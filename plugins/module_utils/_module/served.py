# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the addresses of a target serve, judged by the rules that M(configmgr.cmg.certificate_info) has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import Settings
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.judgement import judge_certificates
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import LoadedArtefact, load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.materials import Knowledge
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material, Source
from ansible_collections.configmgr.cmg.plugins.module_utils._core.drift.observations import ServedView
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._module.certificates import (
    AT_ONCE,
    CERTIFICATE_OPTIONS,
    Server,
    knowledge_from_options,
)

# Nobody serves a private key or a PFX file, and time has findings of its own.
FAMILIES = frozenset({"CHAIN", "KEY", "NAME", "PUB", "SIG", "USE"})
# The files of a gateway, its service name, the addresses of its target.
Wanted = tuple[Material, str, Sequence[str]]
UNREAD = "The served bytes are no certificate."


@dataclass(frozen=True, slots=True)
class Handshakes:
    """Where and how long to ask for certificates, and what is known about the world to judge them by."""

    port: int
    timeout: float
    settings: Settings
    knowledge: Knowledge

    def views(self, wanted: Sequence[Wanted], now: datetime) -> list[tuple[ServedView, ...]]:
        """What each address serves for each gateway's service name; an address and a name are asked once."""
        pairs = list(dict.fromkeys((name, address) for _files, name, addresses in wanted for address in addresses))
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            answers = dict(zip(pairs, pool.map(self._ask, pairs), strict=True))
        return [
            tuple(self._view(material, address, answers[name, address], now) for address in addresses)
            for material, name, addresses in wanted
        ]

    def _ask(self, pair: tuple[str, str]) -> tuple[bytes, ...] | str:
        name, address = pair
        return Server(address, self.port, self.timeout).ask(name)

    def _view(self, material: Material, address: str, answer: tuple[bytes, ...] | str, now: datetime) -> ServedView:
        if isinstance(answer, str):
            return ServedView(address, failure=answer)
        loaded = load(answer[0], chain=answer[1:])
        if loaded.leaf is None:
            return ServedView(address, failure=UNREAD)
        trusted, findings = self._judged(material, loaded, now)
        leaf = loaded.leaf
        return ServedView(
            address,
            names=tuple(leaf.dns_names) or tuple(leaf.common_names),
            not_after=leaf.not_after,
            sha256=leaf.thumbprint_sha256.lower(),
            trusted=trusted,
            findings=findings,
        )

    def _judged(
        self, material: Material, loaded: LoadedArtefact, now: datetime
    ) -> tuple[bool | None, tuple[Finding, ...]]:
        """Whether the chain is trusted, and what the rules have against it."""
        gateway = replace(material.gateway, accept=(), client_authentication=None, management_point=None)
        served = Material(gateway, Source("served certificate", loaded=loaded), trusted_roots=material.trusted_roots)
        ((facts, findings),) = judge_certificates([served], self.settings, self.knowledge, now)
        kept = tuple(finding for finding in findings if finding.rule.partition("-")[0] in FAMILIES)
        return (facts["server_certificate"] or {}).get("trusted"), kept


def handshakes_from(options: Mapping[str, Any]) -> Handshakes:
    """What the options of the task say of handshakes.

    :raises CmgError: for a file of the user that cannot be used.
    """
    usual = {name: spec.get("default") for name, spec in CERTIFICATE_OPTIONS.items()}
    world = {**usual, "windows_roots": options["windows_roots"], "check_caa": False}
    settings = Settings(expiry_warning_days=options["expiry_warning_days"])
    return Handshakes(options["served_port"], options["served_timeout"], settings, knowledge_from_options(world))
