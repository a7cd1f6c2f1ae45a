# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what Azure says of a name and what the subscription holds to one status, and from there to findings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability import (
    TYPE_OF,
    AliasFact,
    AliasState,
    Answer,
    Availability,
    DeletedVault,
    Estate,
    Kind,
    Listing,
    NameCheck,
    NameStatus,
    Reply,
    Resource,
    ResourceGroup,
    claimed,
    foreign_cloud,
    judged,
    of_classic,
    settled,
    wanted,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.availability_rules import (
    RULES,
    Assessment,
    availability_findings,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding, Severity, Status, is_valid
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import names_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import (
    PARTS,
    Provider,
    Registration,
)

NAME, GROUP, SUBSCRIPTION = "granitefalls", "rg-cmg", "s"
SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
READY = tuple(
    Provider(namespace, Registration.REGISTERED, {part.lower(): frozenset({"westus"})})
    for namespace, part in PARTS.items()
)
CHECKS = {kind: NameCheck(kind, NAME, "westus" if kind is Kind.LABEL else None) for kind in Kind}
GROUPS = Listing((ResourceGroup(GROUP, "westus"), ResourceGroup("rg-east", "eastus")))


def gateway(context: str = "new", group: str | None = GROUP, **more: Any) -> Gateway:
    return Gateway(f"{NAME}.contoso.com", "westus", context=Context(context), resource_group=group, **more)


def resource(kind: Kind, group: str = GROUP, location: str = "westus") -> Resource:
    found = TYPE_OF[kind]
    name, label = (f"ip-{NAME}", NAME) if kind is Kind.LABEL else (NAME, None)
    return Resource(f"{SCOPE}/{group}/providers/{found}/{name}", found.lower(), name, location, label)


def estate(*resources: Resource, **more: Any) -> Estate:
    addresses = tuple(one for one in resources if one.label)
    others = tuple(one for one in resources if not one.label)
    lists = {"resources": Listing(others), "public_ips": Listing(addresses), "resource_groups": GROUPS, **more}
    return Estate(SUBSCRIPTION, providers=lists.pop("providers", Listing(READY)), **lists)


def status(kind: Kind, reply: Reply, own: Estate, owner: Gateway) -> NameStatus:
    return settled(CHECKS[kind], owner, own) or judged(CHECKS[kind], Answer(reply, "Azure says so."), own)


# --- one status for each name --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("reply", "context", "declared", "holder", "expected"),
    [
        (Reply.FREE, "new", GROUP, None, Availability.AVAILABLE),
        (Reply.FREE, "existing", GROUP, None, Availability.AVAILABLE),
        (Reply.TAKEN, "new", GROUP, GROUP, Availability.OWNED),
        (Reply.TAKEN, "new", "RG-cmg", GROUP, Availability.OWNED),
        (Reply.TAKEN, "existing", GROUP, GROUP, Availability.OWNED),
        (Reply.TAKEN, "convert", GROUP, GROUP, Availability.OWNED),
        (Reply.TAKEN, "new", GROUP, "rg-other", Availability.TAKEN_ELSEWHERE),
        (Reply.TAKEN, "existing", GROUP, "rg-other", Availability.TAKEN_ELSEWHERE),
        (Reply.TAKEN, "new", None, GROUP, Availability.TAKEN_ELSEWHERE),
        (Reply.TAKEN, "existing", None, GROUP, Availability.OWNED),
        (Reply.TAKEN, "convert", None, GROUP, Availability.OWNED),
        (Reply.TAKEN, "new", GROUP, None, Availability.TAKEN),
        (Reply.TAKEN, "existing", GROUP, None, Availability.TAKEN),
        (Reply.TAKEN, "convert", GROUP, None, Availability.TAKEN),
        (Reply.INVALID, "new", GROUP, None, Availability.INVALID),
        (Reply.UNKNOWN, "new", GROUP, None, Availability.UNKNOWN),
        (Reply.UNKNOWN, "existing", GROUP, GROUP, Availability.OWNED),
    ],
)
def test_the_table(
    kind: Kind, reply: Reply, context: str, declared: str | None, holder: str | None, *, expected: Availability
) -> None:
    own = estate(*([resource(kind, holder)] if holder else []))
    found = status(kind, reply, own, gateway(context, declared))
    assert found.status is expected
    assert (found.holder is not None) == (holder is not None)
    assert found.name == NAME


def test_a_label_is_ours_only_in_its_region() -> None:
    own = estate(resource(Kind.LABEL, location="eastus"))
    assert status(Kind.LABEL, Reply.FREE, own, gateway()).status is Availability.AVAILABLE
    assert status(Kind.LABEL, Reply.TAKEN, own, gateway()).status is Availability.TAKEN


def test_a_vault_that_was_deleted_and_one_that_came_back() -> None:
    gone = Listing((DeletedVault(NAME.upper(), "westus", "2026-01-01", "2026-04-01"),))
    assert status(Kind.VAULT, Reply.TAKEN, estate(deleted_vaults=gone), gateway()).status is Availability.SOFT_DELETED
    assert status(Kind.STORAGE, Reply.FREE, estate(deleted_vaults=gone), gateway()).status is Availability.AVAILABLE
    back = estate(resource(Kind.VAULT), deleted_vaults=gone)
    assert status(Kind.VAULT, Reply.TAKEN, back, gateway()).status is Availability.OWNED


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("reply", Reply)
def test_an_unregistered_provider_leaves_a_name_unknown(kind: Kind, reply: Reply) -> None:
    own = estate(providers=Listing(tuple(replace(one, registration=Registration.UNREGISTERED) for one in READY)))
    found = status(kind, reply, own, gateway())
    assert found.status is Availability.UNKNOWN
    assert "is not registered for Microsoft." in str(found.reason)


@given(reply=st.sampled_from(Reply), kind=st.sampled_from(Kind), context=st.sampled_from(Context), hidden=st.booleans())
def test_nothing_but_a_free_name_is_available(reply: Reply, kind: Kind, context: Context, hidden: bool) -> None:
    secret: Listing[Any] = Listing(reason="Hidden.")
    own = estate(resources=secret, public_ips=secret) if hidden else estate()
    found = status(kind, reply, own, gateway(context))
    assert (found.status is Availability.AVAILABLE) == (reply is Reply.FREE)
    if hidden and reply is Reply.TAKEN:
        assert found.status is Availability.UNKNOWN
        assert claimed(found) is None


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_asked_of_an_estate_out_of_reach(kind: Kind) -> None:
    found = settled(CHECKS[kind], gateway(), Estate.unread(SUBSCRIPTION, "Elsewhere."))
    assert found == NameStatus(Availability.UNKNOWN, NAME, "Elsewhere.")


@pytest.mark.parametrize(
    ("declared", "label", "storage", "vault"),
    [
        (Gateway("granite-falls.contoso.com", "westus"), "invalid", "invalid", "invalid"),
        (Gateway("granitefalls.contoso.com", "us-west"), "unknown", None, None),
        (Gateway(None, "westus"), "unknown", "unknown", "unknown"),
        (Gateway("g.contoso.cn", "chinaeast", cloud_environment="AzureChinaCloud"), "invalid", "invalid", "invalid"),
        (
            Gateway("g1.contoso.com", None, deployment_method=DeploymentMethod.CLASSIC),
            "unknown",
            "invalid",
            "not_required",
        ),
        (
            Gateway("1granite.contoso.com", None, deployment_method=DeploymentMethod.CLASSIC),
            "unknown",
            None,
            "not_required",
        ),
        (Gateway("granitefalls.contoso.com", "westus"), None, None, None),
    ],
)
def test_what_is_asked_and_what_is_not(
    declared: Gateway, label: str | None, storage: str | None, vault: str | None
) -> None:
    names, findings = names_of(declared)
    found = wanted(declared, names, findings)
    told = [str(one.status) if isinstance(one, NameStatus) else None for one in found.values()]
    assert list(found) == [Kind.LABEL, Kind.STORAGE, Kind.VAULT]
    assert told == [label, storage, vault]
    assert all(
        one.reason or one.status is Availability.NOT_REQUIRED for one in found.values() if isinstance(one, NameStatus)
    )


@pytest.mark.parametrize(
    ("cloud", "connected", "foreign"),
    [
        ("AzureCloud", "AzureCloud", False),
        ("AzurePublicCloud", "AzureCloud", False),
        ("AzureUSGovernment", "AzureCloud", True),
        ("AzureCloud", "AzureUSGovernment", True),
        ("AzureUSGovernment", None, False),
    ],
)
def test_the_cloud_of_the_connection(cloud: str, connected: str | None, foreign: bool) -> None:
    names, _findings = names_of(Gateway(f"{NAME}.contoso.com", "westus", cloud_environment=cloud))
    assert (foreign_cloud(names, connected) is not None) == foreign


# --- findings ------------------------------------------------------------------------------------------------------

AVAILABLE, OWNED, TAKEN = Availability.AVAILABLE, Availability.OWNED, Availability.TAKEN
HERE = AliasFact(AliasState.HERE, "t", "contoso.com")
MARKED = replace(HERE, marked=True)
ABSENT = AliasFact(AliasState.ABSENT, None, "contoso.com")


def assessed(
    *statuses: Availability, context: str = "new", alias: AliasFact = ABSENT, own: Estate | None = None, **more: Any
) -> Assessment:
    """A gateway whose label, account and vault have these statuses."""
    declared = gateway(context, **more)
    names, _findings = names_of(declared)
    given = {kind: NameStatus(one, NAME, "Said.") for kind, one in zip(Kind, statuses, strict=True)}
    return Assessment(declared, names, given, own or estate(), alias)


def told(it: Assessment) -> dict[str, Finding]:
    return {finding.rule: finding for finding in availability_findings(it)}


@pytest.mark.parametrize(
    ("statuses", "context", "alias", "expected"),
    [
        ((AVAILABLE,) * 3, "new", ABSENT, {"AVAIL-007": "warning"}),
        ((AVAILABLE,) * 3, "new", MARKED, {"AVAIL-007": "warning"}),
        ((AVAILABLE,) * 3, "new", HERE, {"AVAIL-005": "critical"}),
        ((AVAILABLE,) * 3, "existing", MARKED, {"AVAIL-004": "error", "AVAIL-005": "critical"}),
        ((AVAILABLE,) * 3, "existing", ABSENT, {"AVAIL-004": "error", "AVAIL-007": "warning"}),
        ((OWNED,) * 3, "new", HERE, {}),
        ((OWNED,) * 3, "existing", HERE, {}),
        ((OWNED, AVAILABLE, OWNED), "existing", HERE, {"AVAIL-004": "error"}),
        ((AVAILABLE, OWNED, AVAILABLE), "convert", ABSENT, {"AVAIL-007": "warning"}),
        ((AVAILABLE, OWNED, AVAILABLE), "convert", MARKED, {"AVAIL-005": "critical"}),
        ((AVAILABLE, AVAILABLE, AVAILABLE), "convert", ABSENT, {"AVAIL-004": "error", "AVAIL-007": "warning"}),
        ((TAKEN, OWNED, OWNED), "existing", HERE, {"AVAIL-001": "error", "AVAIL-006": "critical"}),
        ((TAKEN, OWNED, OWNED), "existing", ABSENT, {"AVAIL-001": "error"}),
        ((OWNED, TAKEN, OWNED), "new", ABSENT, {"AVAIL-002": "error"}),
        ((OWNED, OWNED, Availability.TAKEN_ELSEWHERE), "new", ABSENT, {"AVAIL-003": "error"}),
        ((OWNED, Availability.INVALID, OWNED), "new", ABSENT, {"AVAIL-002": "error"}),
    ],
)
def test_findings(statuses: tuple[Availability, ...], context: str, alias: AliasFact, expected: dict[str, str]) -> None:
    found = told(assessed(*statuses, context=context, alias=alias))
    assert {rule: str(finding.severity) for rule, finding in found.items()} == expected
    assert all(finding.status is Status.FAILED for finding in found.values())


@pytest.mark.parametrize(
    ("alias", "status_of_label", "rules"),
    [
        (AliasFact(AliasState.UNKNOWN, reason="No zone."), AVAILABLE, {"AVAIL-005"}),
        (AliasFact(AliasState.NOT_READ), AVAILABLE, {"AVAIL-005"}),
        (AliasFact(AliasState.NOT_READ), TAKEN, {"AVAIL-006"}),
        (AliasFact(AliasState.NOT_READ), Availability.UNKNOWN, {"AVAIL-001", "AVAIL-005"}),
        (AliasFact(AliasState.NOT_READ), OWNED, set()),
    ],
)
def test_what_was_not_checked_is_never_passed(alias: AliasFact, status_of_label: Availability, rules: set[str]) -> None:
    it = assessed(status_of_label, OWNED, OWNED, alias=alias)
    assert {rule for rule, finding in told(it).items() if finding.status is Status.NOT_CHECKED} == rules
    assert it.dangling is (None if "AVAIL-005" in rules or "AVAIL-006" in rules else False)


def test_a_gateway_of_which_nothing_is_known() -> None:
    own = Estate.unread(SUBSCRIPTION, "The connection is elsewhere.")
    found = told(assessed(*[Availability.UNKNOWN] * 3, alias=AliasFact(AliasState.NOT_READ), own=own))
    assert {finding.status for finding in found.values()} == {Status.NOT_CHECKED}
    assert set(found) == {
        *("AVAIL-001", "AVAIL-002", "AVAIL-003", "AVAIL-005"),
        *("AVAIL-008", "AVAIL-009", "AVAIL-010", "AVAIL-011", "PROVIDER-001"),
    }


def test_a_service_name_in_an_azure_domain_has_no_alias() -> None:
    it = assessed(AVAILABLE, AVAILABLE, AVAILABLE)
    names, _findings = names_of(Gateway(f"{NAME}.westus.cloudapp.azure.com", "westus"))
    alone = replace(it, names=names, alias=AliasFact(AliasState.NOT_REQUIRED))
    assert (told(alone), alone.dangling) == ({}, False)


@pytest.mark.parametrize(
    ("context", "protected", "words"),
    [
        ("new", False, "az keyvault purge --name granitefalls --location westus"),
        ("new", True, "Nobody can purge it before that day. Choose another prefix"),
        ("convert", True, "The prefix cannot change in a conversion"),
        ("existing", True, "az keyvault recover --name granitefalls --location westus"),
    ],
)
def test_the_way_out_of_a_deleted_vault(context: str, protected: bool, words: str) -> None:
    vault = DeletedVault(NAME, "westus", "2026-01-01", "2026-04-01", protected)
    it = assessed(OWNED, OWNED, Availability.SOFT_DELETED, context=context)
    it = replace(it, statuses={**it.statuses, Kind.VAULT: NameStatus(Availability.SOFT_DELETED, NAME, deleted=vault)})
    assert words in told(it)["AVAIL-003"].remedy


@pytest.mark.parametrize(
    ("context", "kind", "words"),
    [
        (
            "new",
            Kind.STORAGE,
            "Choose another prefix before the certificate is ordered. Free at this moment: a1 or b2.",
        ),
        ("existing", Kind.STORAGE, "deploy a new gateway with another service name."),
        ("convert", Kind.STORAGE, "such a gateway cannot be converted"),
        ("convert", Kind.VAULT, "The prefix cannot change in a conversion"),
    ],
)
def test_the_way_out_of_a_taken_name(context: str, kind: Kind, words: str) -> None:
    it = assessed(*(TAKEN if one is kind else OWNED for one in Kind), context=context)
    found = told(replace(it, suggestions=("a1", "b2") if context == "new" else ()))
    (finding,) = found.values()
    assert words in finding.remedy


def test_suggestions_of_one_and_of_none() -> None:
    it = assessed(OWNED, TAKEN, OWNED)
    assert told(replace(it, suggestions=("a1",)))["AVAIL-002"].remedy.endswith("Free at this moment: a1.")
    assert told(it)["AVAIL-002"].remedy.endswith("is ordered.")


@pytest.mark.parametrize(
    ("declared", "own", "expected"),
    [
        ({}, estate(), {}),
        ({"group": "rg-east"}, estate(), {"AVAIL-010": "error"}),
        ({"group": "RG-CMG"}, estate(), {}),
        ({"group": None}, estate(), {}),
        ({"group": "rg-none"}, estate(), {"AVAIL-009": "info"}),
        ({"group": "rg-none", "context": "existing"}, estate(), {"AVAIL-009": "error"}),
        ({"group": "rg-none", "context": "convert"}, estate(), {"AVAIL-009": "error"}),
        ({}, estate(providers=Listing(READY[:3])), {"AVAIL-008": "error", "PROVIDER-001": "error"}),
    ],
)
def test_what_the_subscription_has(declared: dict[str, Any], own: Estate, expected: dict[str, str]) -> None:
    found = told(assessed(OWNED, OWNED, OWNED, own=own, **declared))
    assert {rule: str(finding.severity) for rule, finding in found.items()} == expected


@pytest.mark.parametrize(
    ("listing", "rules"),
    [
        ("providers", {"AVAIL-008", "PROVIDER-001"}),
        ("resource_groups", {"AVAIL-009", "AVAIL-010"}),
        ("resources", {"AVAIL-011"}),
        ("public_ips", set()),
        ("deleted_vaults", set()),
    ],
)
def test_what_the_subscription_does_not_tell(listing: str, rules: set[str]) -> None:
    hidden: Listing[Any] = Listing(reason="The credentials lack the right.")
    found = told(assessed(OWNED, OWNED, OWNED, own=estate(**{listing: hidden})))
    assert {rule: finding.status for rule, finding in found.items()} == dict.fromkeys(rules, Status.NOT_CHECKED)
    assert all("lack the right" in finding.observed for finding in found.values())


@pytest.mark.parametrize(
    ("context", "method", "severity"),
    [("new", "scale_set", "warning"), ("convert", "scale_set", "info"), ("existing", "classic", None)],
)
def test_a_classic_service_that_is_left(context: str, method: str, severity: str | None) -> None:
    service = Resource(f"{SCOPE}/rg/x", "microsoft.classiccompute/domainnames", NAME.upper(), "westus")
    own = estate(resources=Listing((service,)))
    it = assessed(OWNED, OWNED, OWNED, context=context, own=own, deployment_method=DeploymentMethod(method))
    found = told(it).get("AVAIL-011")
    assert (str(found.severity) if found else None) == severity
    assert it.cloud_service == service


def test_a_classic_label_that_nobody_can_check() -> None:
    declared = gateway("existing", deployment_method=DeploymentMethod.CLASSIC)
    names, findings = names_of(declared)
    statuses = {kind: one for kind, one in wanted(declared, names, findings).items() if isinstance(one, NameStatus)}
    owned = NameStatus(OWNED, NAME)
    it = Assessment(
        declared, names, {**dict.fromkeys(Kind, owned), **statuses}, estate(), AliasFact(AliasState.NOT_READ)
    )
    assert {rule: finding.status for rule, finding in told(it).items()} == {"AVAIL-001": Status.NOT_CHECKED}
    assert "Convert the gateway" in told(it)["AVAIL-001"].remedy
    service = Resource(f"{SCOPE}/rg/x", "microsoft.classiccompute/domainnames", NAME, "westus")
    ours = of_classic(statuses[Kind.LABEL], names, estate(resources=Listing((service,))))
    assert (ours.status, ours.holder) == (OWNED, service)
    assert of_classic(statuses[Kind.LABEL], names, estate()).status is Availability.UNKNOWN


def test_a_declaration_that_is_wrong_is_to_be_corrected_first() -> None:
    declared = replace(gateway(), region="us-west")
    names, findings = names_of(declared)
    entries = wanted(declared, names, findings)
    given = {kind: one if isinstance(one, NameStatus) else NameStatus(OWNED, NAME) for kind, one in entries.items()}
    it = Assessment(declared, names, given, estate(), AliasFact(AliasState.NOT_READ))
    found = told(it)
    assert {rule: finding.status for rule, finding in found.items()} == dict.fromkeys(
        ["AVAIL-001", "AVAIL-005", "AVAIL-008"], Status.NOT_CHECKED
    )
    assert found["AVAIL-001"].remedy == "Correct the declaration first."
    assert "REGION-002" in found["AVAIL-001"].observed


@pytest.mark.parametrize(
    ("group", "words"), [(None, "give its resource_group or set context"), (GROUP, "Correct resource_group")]
)
def test_the_way_out_of_a_name_that_another_resource_of_ours_has(group: str | None, words: str) -> None:
    it = assessed(OWNED, OWNED, OWNED, group=group)
    other = NameStatus(Availability.TAKEN_ELSEWHERE, NAME, holder=resource(Kind.STORAGE, "rg-other"))
    finding = told(replace(it, statuses={**it.statuses, Kind.STORAGE: other}))["AVAIL-002"]
    assert words in finding.remedy
    assert "/rg-other/" in finding.observed


def test_a_taken_vault_may_be_a_deleted_one_that_cannot_be_seen() -> None:
    hidden: Listing[DeletedVault] = Listing(reason="The credentials lack the right.")
    found = status(Kind.VAULT, Reply.TAKEN, estate(deleted_vaults=hidden), gateway())
    assert found.status is TAKEN
    assert "Whether a deleted vault of ours holds it is not known." in str(found.reason)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_title_and_a_source(rule: Any) -> None:
    assert rule.title
    assert rule.sources
    assert rule.id.startswith("AVAIL-")


@given(statuses=st.tuples(*[st.sampled_from(Availability)] * 3), context=st.sampled_from(Context))
def test_a_valid_gateway_has_only_names_that_are_free_or_ours_or_unknown(
    statuses: tuple[Availability, ...], context: Context
) -> None:
    it = assessed(*statuses, context=context)
    wrong = {Availability.TAKEN, Availability.TAKEN_ELSEWHERE, Availability.SOFT_DELETED, Availability.INVALID}
    it = replace(
        it,
        statuses={
            kind: replace(one, deleted=DeletedVault(NAME, "westus")) if one.status is Availability.SOFT_DELETED else one
            for kind, one in it.statuses.items()
        },
    )
    findings = availability_findings(it)
    if is_valid(findings):
        assert not wrong & set(statuses)
    for finding in findings:
        assert finding.observed
        assert finding.expected
        assert finding.remedy
        assert finding.severity is not Severity.INFO
