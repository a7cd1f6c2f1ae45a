# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How certificates are judged: evidence goes in, each rule that applies looks at it, findings come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Rule, Severity, Status
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Gateway

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaAnswer
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import LoadedArtefact
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import PathResult
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.revocation import CrlAnswer
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.windows_trust import WindowsRoots


class Purpose(StrEnum):
    """What a certificate is declared for. The values are the abbreviations of the rule catalogue."""

    SERVER_PUBLIC = "SP"
    SERVER_ENTERPRISE = "SE"
    CLIENT = "CL"
    TRUST_CHAIN = "CT"
    MANAGEMENT_POINT = "MP"
    MANAGEMENT = "MG"
    PLAN = "PLAN"


SERVER = (Purpose.SERVER_PUBLIC, Purpose.SERVER_ENTERPRISE)
ALL_PURPOSES = (*SERVER, Purpose.CLIENT, Purpose.TRUST_CHAIN, Purpose.MANAGEMENT_POINT, Purpose.MANAGEMENT)


class Observation(NamedTuple):
    """What a rule saw in the evidence. What is V(None) the rule itself says; O(subject) narrows the evidence's."""

    observed: str
    expected: str
    remedy: str | None = None
    severity: Severity | None = None
    status: Status = Status.FAILED
    subject: str | None = None


OTHERWISE = "Have it looked at by other means, for example with certutil on Windows."


# Where a list is missing, the same is said of every certificate.
@lru_cache(maxsize=256)
def not_checked(reason: str, expected: str, remedy: str = OTHERWISE) -> Observation:
    """The observation of a rule that could not look. O(reason) is a whole sentence, O(remedy) is how to have it look.

    The rule's own remedy is for what is wrong, and nobody knows that anything is.
    """
    return Observation(observed=reason, expected=expected, remedy=remedy, status=Status.NOT_CHECKED)


@dataclass(frozen=True, slots=True)
class Settings:
    """What users may decide for themselves, because the sources disagree or a policy of their own does.

    O(clientauth_cutoff) is the day from which public authorities no longer issue server certificates that are good
    for client authentication. O(import_windows_server) is the year of the oldest Windows Server that has to import
    the PFX file, V(None) where that is no question.
    """

    expiry_warning_days: int = 30
    allowed_key_sizes: tuple[int, ...] = (2048, 4096)
    clientauth_cutoff: date = date(2027, 3, 15)
    enterprise_validity_days: int = 825
    import_windows_server: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A certificate together with where it was declared: a file of the trust chain, or any artefact of the run.

    O(artefact) is the file that it came from. O(subject) is what findings call it.
    """

    gateway: str
    subject: str
    purpose: Purpose
    facts: CertificateFacts
    artefact: LoadedArtefact | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Every certificate that one call judges, found by its key (DER of the SPKI) and, for clients, by its identity."""

    by_key: Mapping[bytes, Sequence[Member]] = field(default_factory=dict)
    by_identity: Mapping[str, Sequence[Member]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a rule may look at. Nothing in here is read later, and nothing knows where it came from.

    O(service_name) is the complete name that clients use, in lower case, V(None) where neither the declaration nor the
    certificate tells it. O(leaf) is the certificate that is judged; for V(CT) it is one CA certificate of the trust
    chain. It is V(None) where the artefact holds none and where the trust chain is judged as a whole (O(of_set)).
    O(chain) are the other certificates that came along. O(trust_set) is the trust chain of the gateway, for V(CT) and
    V(CL). O(counterpart) is the certificate that this one has to equal, for V(MG). O(caa) are CAA look-ups by DNS
    name, as far as they were made. O(crls) are the CRLs that were given or fetched, V(None) if nobody asked for them.
    O(public_suffix) gives the public suffix of a DNS name by the ICANN section of the list, V(None) for an unknown
    top-level domain. O(decode_label) gives the Unicode form of an A-label or says what is wrong with it by
    C(ValueError). O(weak_key) says where the key with this SPKI was published. Where one of them is V(None), the
    library or the data for it are absent, and O(absent) says so in one sentence by the name of the field.
    """

    purpose: Purpose
    subject: str
    gateway: Gateway
    now: datetime
    settings: Settings = Settings()
    service_name: str | None = None
    artefact: LoadedArtefact | None = None
    leaf: CertificateFacts | None = None
    chain: tuple[CertificateFacts, ...] = ()
    trusted_roots: tuple[CertificateFacts, ...] = ()
    path: PathResult | None = None
    windows_roots: WindowsRoots | None = None
    trust_set: tuple[Member, ...] = ()
    of_set: bool = False
    counterpart: CertificateFacts | None = None
    caa: Mapping[str, CaaAnswer] | None = None
    crls: Sequence[CrlAnswer] | None = None
    population: Population = Population()
    public_suffix: Callable[[str], str | None] | None = None
    decode_label: Callable[[str], str] | None = None
    weak_key: Callable[[bytes], str | None] | None = None
    absent: Mapping[str, str] = field(default_factory=dict)

    def why_absent(self, name: str) -> str:
        """Why the field V(name) is V(None), as a sentence."""
        return self.absent.get(name, f"There is no data for it ({name}).")


Observations = Iterable[Observation]
Check = Callable[[Evidence], Observations]
CertificateCheck = Callable[["CertificateFacts", Evidence], Observations]
Premise = Callable[[Evidence], bool]


def has_file_problem(evidence: Evidence) -> bool:
    """The premise of rules that speak of what is wrong with the file as a file."""
    return evidence.artefact is not None and bool(evidence.artefact.problems)


def is_pfx(evidence: Evidence) -> bool:
    """The premise of rules that speak of what only a PFX file has."""
    return evidence.artefact is not None and evidence.artefact.pfx is not None


def has_path_problem(evidence: Evidence) -> bool:
    """The premise of rules that speak of what is wrong with the best chain."""
    return evidence.path is not None and evidence.path.problem is not None


def has_crls(evidence: Evidence) -> bool:
    """The premise of rules that look into CRLs."""
    return evidence.crls is not None


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """A rule with the purposes that it applies to and the function that looks.

    O(severities) holds what differs from the rule's own severity by purpose. O(caused_by) are the ids of rules whose
    failure explains this one's: then only the cause is reported, so that one defect leaves one finding. Where its
    O(premise) does not hold, the rule has nothing to say. Rules share premises, so that for most certificates one
    question spares a dozen others.
    """

    rule: Rule
    purposes: frozenset[Purpose]
    remedy: str
    check: Check
    severities: Mapping[Purpose, Severity] = field(default_factory=dict)
    caused_by: frozenset[str] = frozenset()
    of_set: bool = False
    of_leaf: CertificateCheck | None = None
    """What O(check) asks about a certificate of which everything can be read."""
    premise: Premise | None = None

    @property
    def id(self) -> str:
        return self.rule.id

    def applies(self, evidence: Evidence) -> bool:
        """Whether this rule has anything to say about that kind of evidence."""
        return evidence.purpose in self.purposes and self.of_set is evidence.of_set

    def severity_for(self, purpose: Purpose) -> Severity:
        return self.severities.get(purpose, self.rule.severity)

    def finding(self, evidence: Evidence, observation: Observation) -> Finding:
        """The finding that an observation becomes."""
        return self.rule.finding(
            gateway=evidence.gateway.label,
            subject=observation.subject or evidence.subject,
            observed=observation.observed,
            expected=observation.expected,
            remedy=observation.remedy or (OTHERWISE if observation.status is Status.NOT_CHECKED else self.remedy),
            severity=observation.severity or self.severity_for(evidence.purpose),
            status=observation.status,
        )


def judge(evidence: Evidence, rules: Iterable[CertificateRule]) -> list[Finding]:
    """What the rules have to say, in their order; what another finding already explains is left out."""
    return RuleBook([rule for rule in rules if rule.applies(evidence)]).judge(evidence)


class RuleBook:
    """The rules for one kind of evidence, in their order."""

    def __init__(self, rules: Sequence[CertificateRule]) -> None:
        self._rules = rules
        self._premises = tuple(dict.fromkeys(rule.premise for rule in rules if rule.premise is not None))
        self._open: dict[tuple[Premise, ...], tuple[CertificateRule, ...]] = {}

    def judge(self, evidence: Evidence) -> list[Finding]:
        """What these rules have to say, of which each applies to the evidence."""
        held = tuple([premise for premise in self._premises if premise(evidence)])
        rules = self._open.get(held)
        if rules is None:
            rules = tuple(rule for rule in self._rules if rule.premise is None or rule.premise in held)
            self._open[held] = rules
        return _findings(evidence, rules)


def _findings(evidence: Evidence, rules: Iterable[CertificateRule]) -> list[Finding]:
    leaf = evidence.leaf
    if leaf is None or leaf.defects:
        seen = [(rule, seen) for rule in rules for seen in rule.check(evidence)]
    else:
        # Most rules look at the certificate alone; to ask them directly saves a call of each.
        seen = [
            (rule, seen)
            for rule in rules
            for seen in (rule.check(evidence) if rule.of_leaf is None else rule.of_leaf(leaf, evidence))
        ]
    failed = {rule.id for rule, observation in seen if observation.status is Status.FAILED}
    return [rule.finding(evidence, observation) for rule, observation in seen if not rule.caused_by & failed]


class Family(list[CertificateRule]):
    """The rules of one family in the order in which their findings should be read, causes before consequences.

    A file of rules makes one, decorates its checks with it and ends with C(RULES = tuple(FAMILY)).
    """

    def rule(
        self,
        rule_id: str,
        title: str,
        *sources: str,
        purposes: Iterable[Purpose],
        remedy: str,
        severity: Severity = Severity.ERROR,
        severities: Mapping[Purpose, Severity] | None = None,
        caused_by: Iterable[str] = (),
        of_set: bool = False,
        of_leaf: CertificateCheck | None = None,
        premise: Premise | None = None,
    ) -> Callable[[Check], Check]:
        """A decorator: the function below looks at the evidence for this rule."""

        def register(check: Check) -> Check:
            self.append(
                CertificateRule(
                    rule=Rule(id=rule_id, title=title, severity=severity, sources=sources),
                    purposes=frozenset(purposes),
                    remedy=remedy,
                    check=check,
                    severities=severities or {},
                    caused_by=frozenset(caused_by),
                    of_set=of_set,
                    of_leaf=of_leaf,
                    premise=premise,
                )
            )
            return check

        return register

    def certificate_rule(
        self,
        rule_id: str,
        title: str,
        *sources: str,
        purposes: Iterable[Purpose],
        remedy: str,
        severity: Severity = Severity.ERROR,
        severities: Mapping[Purpose, Severity] | None = None,
        caused_by: Iterable[str] = (),
        reads: Sequence[str] = (),
        premise: Premise | None = None,
    ) -> Callable[[CertificateCheck], CertificateCheck]:
        """A decorator: the function below looks at the certificate, and is not asked where there is none.

        Nor is it asked where one of the fields O(reads) cannot be read, as C(CertificateFacts.unreadable) names them:
        V(FILE-001) says so, and what is broken must not be called absent.
        """

        def register(check: CertificateCheck) -> CertificateCheck:
            self.rule(
                rule_id,
                title,
                *sources,
                purposes=purposes,
                remedy=remedy,
                severity=severity,
                severities=severities,
                caused_by=caused_by,
                of_leaf=check,
                premise=premise,
            )(_of_certificate(check, reads))
            return check

        return register


def _of_certificate(check: CertificateCheck, reads: Sequence[str]) -> Check:
    """The check as one of evidence, silent without a certificate and where something of it cannot be read."""

    def with_certificate(evidence: Evidence) -> Observations:
        leaf = evidence.leaf
        if leaf is None or (leaf.defects and any(map(leaf.unreadable, reads))):
            return ()
        return check(leaf, evidence)

    return with_certificate
