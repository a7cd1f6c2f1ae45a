# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Everything that the certificates of gateways are asked, in one pass: which evidence each artefact is, what comes out.

Nothing is read here. The adapter hands over files that it has opened, and what it knows about the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import Container
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.catalogue import OPENING, RULES
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.clients import (
    client_findings,
    connection_point_of,
    needs_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    Evidence,
    Population,
    Purpose,
    RuleBook,
    Settings,
    judge,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import is_self_signed
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.management_points import (
    management_point_findings,
    mode_verdict,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.materials import (
    SERVER_PURPOSES,
    Knowledge,
    chain_members,
    population_of,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import (
    PathResult,
    Profile,
    build_path,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.renewal import Renewal, judge_renewal
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_declaration import (
    DECLARED,
    NO_ROOT,
    OBTAINED,
    PRIVATE,
    UNRELATED,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_management import (
    management_certificate_needed,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_time import days_left
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_use import (
    CLIENT_AUTH,
    SERVER_AUTH,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material, Source
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import (
    Finding,
    Status,
    accept,
    is_valid,
    worst_first,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway, Issuer
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import listed, read

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

_EKU = {
    Purpose.SERVER_PUBLIC: SERVER_AUTH,
    Purpose.SERVER_ENTERPRISE: SERVER_AUTH,
    Purpose.MANAGEMENT_POINT: SERVER_AUTH,
    Purpose.CLIENT: CLIENT_AUTH,
}


Judged = tuple[dict[str, Any], list[Finding]]


def judge_certificates(
    materials: Sequence[Material], settings: Settings, knowledge: Knowledge, now: datetime
) -> list[Judged]:
    """Facts and findings of each gateway's certificates, in the same order.

    :param now: aware.
    :raises InvalidInput: for a declaration that makes no sense, such as an unknown version of Windows.
    """
    court = Court(settings, knowledge, now, population_of(materials))
    return [_GatewayCase(court, material).judged() for material in materials]


@dataclass(frozen=True)
class Court:
    """What all gateways of one run share."""

    settings: Settings
    knowledge: Knowledge
    now: datetime
    population: Population

    @property
    def today(self) -> date:
        return self.now.date()

    @cached_property
    def rules(self) -> dict[tuple[Purpose, bool], RuleBook]:
        """The rules by purpose, and whether they look at a set."""
        return {
            (purpose, of_set): RuleBook([rule for rule in RULES if purpose in rule.purposes and rule.of_set is of_set])
            for purpose in Purpose
            for of_set in (False, True)
        }

    def evidence(self, purpose: Purpose, subject: str, gateway: Gateway, **known: Any) -> Evidence:
        """Evidence with all that is known about the world."""
        knowledge = self.knowledge
        absent = {**knowledge.absent, **known.pop("absent", {})}
        return Evidence(
            purpose=purpose,
            subject=subject,
            gateway=gateway,
            now=self.now,
            settings=self.settings,
            windows_roots=knowledge.windows_roots,
            population=self.population,
            public_suffix=knowledge.public_suffix,
            decode_label=knowledge.decode_label,
            weak_key=knowledge.weak_key,
            caa=knowledge.caa,
            crls=knowledge.crls,
            absent=absent,
            **known,
        )

    def findings(self, evidence: Evidence) -> list[Finding]:
        return self.rules[evidence.purpose, evidence.of_set].judge(evidence)

    def path(
        self,
        purpose: Purpose,
        leaf: CertificateFacts,
        intermediates: Iterable[CertificateFacts],
        roots: Iterable[CertificateFacts],
        names: Iterable[str] = (),
    ) -> PathResult:
        """The path of a certificate, the public ones among them held to what strict clients demand."""
        return build_path(
            leaf,
            intermediates,
            roots,
            now=self.now,
            eku=_EKU.get(purpose),
            names=names,
            profile=Profile.WEB if purpose is Purpose.SERVER_PUBLIC else Profile.NEUTRAL,
            public_suffix=self.knowledge.public_suffix,
        )


def _unread(gateway: Gateway, source: Source) -> list[Finding]:
    if source.problem is None:
        return []
    expected = "A file that the user who runs this task can read, on the host where the task runs."
    remedy = "Correct the path, or make the file readable. Nothing else could be checked about it."
    if source.served:
        expected = "A gateway that can be reached from the host where the task runs."
        remedy = "Check whether the gateway runs and what stands between. Nothing is known about its certificate."
    return [
        OBTAINED.finding(
            gateway=gateway.label,
            subject=source.subject,
            observed=source.problem,
            expected=expected,
            remedy=remedy,
            status=Status.NOT_CHECKED if source.served else Status.FAILED,
        )
    ]


def called_by_certificate(gateway: Gateway, service_name: str | None) -> Gateway:
    """The gateway with the name that its certificate gives it, where the declaration gives it none."""
    if gateway.name or gateway.service_name or service_name is None:
        return gateway
    return replace(gateway, name=service_name)


class _GatewayCase:
    """The certificates of one gateway, judged together because they speak about each other."""

    def __init__(self, court: Court, material: Material) -> None:
        self.court, self.material, self.gateway = court, material, material.gateway
        self.findings: list[Finding] = []
        self.service_name = read(self.gateway, material.certificate_name).service_name
        self.declared_roots = tuple(one for root in material.trusted_roots for one in root.certificates)
        self.trust_set = tuple(chain_members(material))
        self.set_roots = tuple(one.facts for one in self.trust_set if is_self_signed(one.facts))
        known = {one.thumbprint_sha256 for one in self.set_roots}
        self.set_rest = tuple(one.facts for one in self.trust_set if one.facts.thumbprint_sha256 not in known)

    def judged(self) -> Judged:
        server = self._server()
        facts = {
            "service_name": self.service_name,
            "server_certificate": server,
            "current_certificate": None,
            "renewal": None,
            "client_authentication": self._client_authentication(),
            "management_point": self._management_point(),
            "management_certificate": self._management_certificate(),
        }
        facts.update(self._current(server))
        self._trusted_roots()
        self._plan()
        return facts, [self._labelled(finding) for finding in self.findings]

    def _labelled(self, finding: Finding) -> Finding:
        """A gateway that is declared without a name is called by the name that its certificate gives it."""
        return finding._replace(gateway=called_by_certificate(self.gateway, self.service_name).label)

    def _note(self, findings: Sequence[Finding]) -> dict[str, Any]:
        """Remember findings and return in short what they say about the artefact that they are about."""
        self.findings += findings
        accepted = accept(findings, self.gateway.accept, self.court.today)
        return {"valid": is_valid(accepted), "rules": list(dict.fromkeys(one.rule for one in worst_first(accepted)))}

    def _evidence(self, purpose: Purpose, source: Source, **known: Any) -> Evidence:
        known = {"service_name": self.service_name, "artefact": source.loaded, "leaf": source.leaf, **known}
        return self.court.evidence(purpose, source.subject, self.gateway, **known)

    def _entry(
        self, purpose: Purpose, source: Source, roots: tuple[CertificateFacts, ...], **known: Any
    ) -> dict[str, Any]:
        """Judge one artefact and describe it."""
        evidence = self._with_path(purpose, source, roots, **known)
        findings = [*_unread(self.gateway, source), *self.court.findings(evidence)]
        return {**self._described(source, evidence.path), **self._note(findings)}

    def _with_path(
        self, purpose: Purpose, source: Source, roots: tuple[CertificateFacts, ...], **known: Any
    ) -> Evidence:
        others = source.loaded.others if source.loaded else ()
        intermediates = (*others, *known.pop("intermediates", ()))
        names = filter(None, [self.service_name if purpose in SERVER_PURPOSES.values() else None])
        path = self.court.path(purpose, source.leaf, intermediates, roots, names) if source.leaf else None
        return self._evidence(purpose, source, chain=others, trusted_roots=roots, path=path, **known)

    def _described(self, source: Source, path: PathResult | None) -> dict[str, Any]:
        """An artefact as modules return it. The keys are always the same."""
        leaf, loaded = source.leaf, source.loaded
        return {
            "subject": source.subject,
            "path": source.path,
            "container": str(loaded.container) if loaded else None,
            "key_matches": loaded.key_matches if loaded else None,
            "pfx": loaded.pfx.as_dict() if loaded and loaded.pfx else None,
            "certificate": leaf.as_dict() if leaf else None,
            "days_left": days_left(leaf, self.court.now) if leaf else None,
            "trusted": None if path is None or path.undetermined else path.trusted,
            "chain": [dict(_link(one)) for one in path.best.certificates] if path else [],
        }

    def _server(self) -> dict[str, Any] | None:
        source = self.material.server
        if source is None:
            return None
        purpose = SERVER_PURPOSES[self.gateway.issuer]
        return self._entry(purpose, source, self._server_roots(purpose, source), absent=self._no_roots(purpose))

    def _no_roots(self, purpose: Purpose) -> dict[str, str]:
        if purpose is Purpose.SERVER_PUBLIC:
            none = "None of the roots in Microsoft's list has signed any of the certificates."
            return {"trusted_roots": self.court.knowledge.absent.get("windows_roots", none)}
        return {"trusted_roots": self._why_no_declared_root("server_certificate.trusted_roots is not declared.")}

    def _why_no_declared_root(self, not_declared: str) -> str:
        return "None of the declared trusted roots can be used." if self.material.trusted_roots else not_declared

    def _trusted_roots(self) -> None:
        """What is wrong with the declared roots: of a chain it could only be said that it leads to none of them."""
        for source in self.material.trusted_roots:
            # Nearly every file is sound, and then no rule has to look at it.
            if source.loaded and not source.loaded.problems and not any(one.defects for one in source.certificates):
                self.findings += self._no_root(source)
            else:
                evidence = self._evidence(Purpose.TRUST_CHAIN, source)
                self.findings += [*_unread(self.gateway, source), *judge(evidence, OPENING)]

    def _no_root(self, source: Source) -> Iterable[Finding]:
        if not any(is_self_signed(one) for one in source.certificates):
            held = listed(f"'{one.label}'" for one in source.certificates)
            yield NO_ROOT.finding(
                gateway=self.gateway.label,
                subject=source.subject,
                observed=f"The file holds {held}, which another CA has issued.",
                expected="A root: the certificate of a CA that is signed by its own key.",
                remedy="Declare the root itself. CA certificates between belong to the chain of the certificate.",
            )

    def _server_roots(self, purpose: Purpose, source: Source) -> tuple[CertificateFacts, ...]:
        if purpose is not Purpose.SERVER_PUBLIC:
            return self.declared_roots
        issuers_of, windows = self.court.knowledge.issuers_of, self.court.knowledge.windows_roots
        own = [one for one in source.certificates if one.self_issued and windows and windows.find(one.thumbprint_sha1)]
        return (*self.declared_roots, *own, *(issuers_of(source.certificates) if issuers_of else ()))

    def _plan(self) -> None:
        """What is to be said where there is no certificate yet, so that nobody takes silence for a verdict."""
        if self.material.server or self.material.current:
            return
        missing = DECLARED.finding(
            gateway=self.gateway.label,
            subject="server certificate",
            observed="No server certificate is declared, so that nothing could be said about it.",
            expected="The certificate of the gateway, which it needs in every case.",
            remedy="Give its file in server_certificate.path as soon as there is one.",
            status=Status.NOT_CHECKED,
        )
        plan = self.court.evidence(Purpose.PLAN, "certificate to order", self.gateway, service_name=self.service_name)
        public = self.gateway.issuer is Issuer.PUBLIC
        self._note([missing, *(self.court.findings(plan) if public else [])])

    def _current(self, server: Mapping[str, Any] | None) -> dict[str, Any]:
        """The certificate in use. Where there is no new one, it is the one that is judged as the server's."""
        source, new = self.material.current, self.material.server
        if source is None:
            return {}
        if new is None:
            purpose = SERVER_PURPOSES[self.gateway.issuer]
            roots = self._server_roots(purpose, source)
            return {"current_certificate": self._entry(purpose, source, roots, artefact=None)}
        opened = judge(self._evidence(SERVER_PURPOSES[self.gateway.issuer], source), OPENING)
        entry = {**self._described(source, None), **self._note([*_unread(self.gateway, source), *opened])}
        return {"current_certificate": entry, "renewal": self._renewal(source, new, server)}

    def _renewal(self, source: Source, new: Source, server: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if source.leaf is None or new.leaf is None or server is None:
            return None
        renewal: Renewal
        renewal, findings = judge_renewal(self.gateway, new.subject, new.leaf, source.leaf, sound=bool(server["valid"]))
        return {**renewal.as_dict(), **self._note(findings)}

    def _client_authentication(self) -> dict[str, Any] | None:
        declared = self.gateway.client_authentication
        if declared is None:
            return None
        certificates = [self._client(source) for source in self.material.clients]
        return {
            "clients": [need.as_dict() for need in needs_of(self.gateway)],
            "connection_point": connection_point_of(self.gateway).as_dict(),
            "trust_chain": self._trust_chain(certificates) if declared.trust_chain else None,
            "certificates": certificates,
            **self._note(client_findings(self.gateway)),
        }

    def _client(self, source: Source) -> dict[str, Any]:
        absent = {"trusted_roots": "client_authentication.trust_chain is not declared, or holds no root."}
        return self._entry(
            Purpose.CLIENT,
            source,
            self.set_roots,
            intermediates=self.set_rest,
            trust_set=self.trust_set,
            absent=absent,
        )

    def _trust_chain(self, clients: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        findings = [finding for source in self.material.trust_chain for finding in _unread(self.gateway, source)]
        paths = []
        for source in self.material.trust_chain:
            for evidence in self._chain_evidence(source):
                findings += self.court.findings(evidence)
                paths += [evidence.path] if evidence.leaf not in self.set_roots else []
        whole = self.court.evidence(
            Purpose.TRUST_CHAIN, "trust chain", self.gateway, trust_set=self.trust_set, of_set=True
        )
        findings += [*self.court.findings(whole), *self._unrelated(clients)]
        return {
            "roots": [_link(one) for one in self.set_roots],
            "intermediates": [_link(one) for one in self.set_rest if one.is_ca],
            "others": [_link(one) for one in self.set_rest if not one.is_ca],
            "complete": bool(self.set_roots) and all(path is not None and path.best.anchored for path in paths),
            **self._note(findings),
        }

    def _unrelated(self, clients: Sequence[Mapping[str, Any]]) -> Iterable[Finding]:
        """CA certificates that no sample client needs, where there are samples and all of them lead to a root."""
        if not clients or not all(client["trusted"] for client in clients):
            return
        used = {link["thumbprint_sha256"] for client in clients for link in client["chain"]}
        for member in self.trust_set:
            if member.facts.is_ca and member.facts.thumbprint_sha256 not in used:
                yield UNRELATED.finding(
                    gateway=self.gateway.label,
                    subject=member.subject,
                    observed=f"No sample client certificate leads to {member.facts.label!r}.",
                    expected="Only CAs whose clients are meant: the gateway admits every client below any of them.",
                    remedy="Leave it out, or add a client certificate below it to client_authentication.certificates.",
                )

    def _chain_evidence(self, source: Source) -> Iterable[Evidence]:
        """One for each certificate of a file; what is wrong with the file itself is said with the first one."""
        members = [member for member in self.trust_set if member.artefact is source.loaded]
        common: dict[str, Any] = {"trust_set": self.trust_set, "trusted_roots": self.set_roots}
        if not members:
            yield self.court.evidence(
                Purpose.TRUST_CHAIN, source.subject, self.gateway, artefact=source.loaded, **common
            )
        for position, member in enumerate(members):
            path = self.court.path(Purpose.TRUST_CHAIN, member.facts, self.set_rest, self.set_roots)
            artefact = None if position else source.loaded
            yield self.court.evidence(
                Purpose.TRUST_CHAIN,
                member.subject,
                self.gateway,
                leaf=member.facts,
                artefact=artefact,
                path=path,
                **common,
            )

    def _management_point(self) -> dict[str, Any] | None:
        point = self.gateway.management_point
        if point is None:
            return None
        source = self.material.management_point
        roots = (*self.declared_roots, *self.set_roots)
        none = "Neither server_certificate.trusted_roots nor a trust chain is declared."
        absent = {"trusted_roots": self._why_no_declared_root(none)}
        entry = source and self._entry(
            Purpose.MANAGEMENT_POINT, source, roots, intermediates=self.set_rest, absent=absent
        )
        return {
            **mode_verdict(self.gateway, point).as_dict(),
            "certificate": entry,
            **self._note(management_point_findings(self.gateway)),
        }

    def _management_certificate(self) -> dict[str, Any] | None:
        cer, pfx = self.material.management_cer, self.material.management_pfx
        if cer is None and pfx is None:
            return None
        needed, reason = management_certificate_needed(self.gateway.deployment_method, self.gateway.site_version)
        whole = self.court.evidence(Purpose.MANAGEMENT, "management certificate", self.gateway, of_set=True)
        leaves = [source.leaf for source in (cer, pfx) if source and source.leaf]
        said = self._note([*(self._private(cer) if cer else ()), *self.court.findings(whole)])
        return {
            "needed": needed,
            "reason": reason,
            "thumbprints_equal": leaves[0].thumbprint_sha256 == leaves[1].thumbprint_sha256
            if len(leaves) == 2
            else None,
            "certificate": cer and self._entry(Purpose.MANAGEMENT, cer, (), counterpart=pfx.leaf if pfx else None),
            "pfx": pfx and self._entry(Purpose.MANAGEMENT, pfx, ()),
            **said,
        }

    def _private(self, cer: Source) -> Iterable[Finding]:
        if cer.loaded is not None and (cer.loaded.keys or cer.loaded.container is Container.PFX):
            yield PRIVATE.finding(
                gateway=self.gateway.label,
                subject=cer.subject,
                observed="The file that is uploaded to the subscription is a PFX file, or holds a private key.",
                expected="The certificate alone, DER-encoded (.cer).",
                remedy="Export the certificate without its private key. If the file was uploaded, make a new one.",
            )


# Few CAs stand above many certificates.
@lru_cache(maxsize=512)
def _link(certificate: CertificateFacts) -> Mapping[str, Any]:
    """A certificate of a chain in short."""
    return {
        "subject": certificate.subject.text if certificate.subject else None,
        "issuer": certificate.issuer.text if certificate.issuer else None,
        "not_after": certificate.not_after.isoformat() if certificate.not_after else None,
        "thumbprint_sha1": certificate.thumbprint_sha1,
        "thumbprint_sha256": certificate.thumbprint_sha256,
        "ca": certificate.is_ca,
        "self_issued": certificate.self_issued,
    }
