# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether names match, and what name constraints do to them."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import GeneralName, NameConstraints
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.name_constraints import (
    Allowance,
    ConstrainedName,
    TooManyComparisons,
    judge_names,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.names_match import (
    dns_matches,
    is_dns_pattern,
    is_host_name,
    name_verdict,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import NameSource
from tests.unit import certificate_factory as factory
from tests.unit.evidence_factory import facts

LABELS = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
NAMES = st.lists(LABELS, min_size=2, max_size=5).map(".".join)


@pytest.mark.parametrize(
    ("presented", "name", "expected"),
    [
        ("a.contoso.com", "a.contoso.com", True),
        ("A.Contoso.com", "a.contoso.COM", True),
        ("a.contoso.com", "a.contoso.com.", True),
        ("a.contoso.com.", "a.contoso.com", False),
        ("a.contoso.com", "b.contoso.com", False),
        ("*.contoso.com", "a.contoso.com", True),
        ("*.contoso.com", "contoso.com", False),
        ("*.contoso.com", "a.b.contoso.com", False),
        ("a*.contoso.com", "ab.contoso.com", False),
        ("a.*.contoso.com", "a.b.contoso.com", False),
        ("*.*.contoso.com", "a.b.contoso.com", False),
        ("*", "com", False),
        ("*.", "com", False),
        ("", "", True),
    ],
)
def test_dns_names_match(presented: str, name: str, expected: bool) -> None:
    assert dns_matches(presented, name) is expected


@given(NAMES)
def test_a_wildcard_stands_for_one_label(name: str) -> None:
    assert dns_matches(f"*.{name}", f"a.{name}")
    assert not dns_matches(f"*.{name}", f"a.b.{name}")
    assert not dns_matches(f"*.{name}", name)


@pytest.mark.parametrize(
    ("text", "host", "pattern"),
    [
        ("a.contoso.com", True, True),
        ("*.contoso.com", False, True),
        ("contoso", False, False),
        ("10.0.0.4", False, False),
        ("192.168.001.001", False, False),
        ("a_b.contoso.com", False, False),
        ("*.*.com", False, False),
        ("bücher.contoso.com", False, False),
        ("a.contoso.com.", False, False),
        ("", False, False),
    ],
)
def test_what_a_name_looks_like(text: str, host: bool, pattern: bool) -> None:
    assert (is_host_name(text), is_dns_pattern(text)) == (host, pattern)


def test_the_common_name_counts_only_without_dns_names() -> None:
    named = facts(factory.server(subject="cn.contoso.com", dns=("san.contoso.com",)))
    unnamed = facts(factory.server(subject="cn.contoso.com", dns=()))
    assert name_verdict(named, "san.contoso.com").source is NameSource.SUBJECT_ALTERNATIVE_NAME
    assert not name_verdict(named, "cn.contoso.com").matched
    assert name_verdict(unnamed, "cn.contoso.com").source is NameSource.COMMON_NAME


def test_an_address_matches_an_address_only() -> None:
    leaf = facts(factory.server(dns=("192.0.2.1",), san=[x509.IPAddress(ip_address("2001:db8::1"))]))
    assert name_verdict(leaf, "2001:DB8:0::1").matched
    assert not name_verdict(leaf, "192.0.2.1").matched


def judged(kind: str, name: str, *, permitted: str | None = None, excluded: str | None = None) -> str:
    constraints = NameConstraints(
        None if permitted is None else (GeneralName(kind, permitted),),
        None if excluded is None else (GeneralName(kind, excluded),),
    )
    verdict = judge_names(constraints, [ConstrainedName(kind, name, "the name")], Allowance())
    return "violated" if verdict.violations else "undecided" if verdict.undecided else "obeyed"


@pytest.mark.parametrize(
    ("kind", "name", "constraint", "permitted", "excluded"),
    [
        ("dns", "a.contoso.com", "contoso.com", "obeyed", "violated"),
        ("dns", "contoso.com", "contoso.com", "obeyed", "violated"),
        ("dns", "notcontoso.com", "contoso.com", "violated", "obeyed"),
        ("dns", "A.CONTOSO.COM", "contoso.com", "obeyed", "violated"),
        ("dns", "*.contoso.com", "contoso.com", "obeyed", "violated"),
        ("dns", "*.contoso.com", "a.contoso.com", "violated", "violated"),
        ("dns", "a.contoso.com", "", "obeyed", "violated"),
        ("dns", "a.contoso.com", ".contoso.com", "undecided", "violated"),
        ("ip", "192.0.2.1", "192.0.2.0/24", "obeyed", "violated"),
        ("ip", "192.0.3.1", "192.0.2.0/24", "violated", "obeyed"),
        ("ip", "::1", "192.0.2.0/24", "violated", "obeyed"),
        ("ip", "::1", "::1/128", "obeyed", "violated"),
        ("ip", "192.0.2.1", "nonsense", "violated", "obeyed"),
        ("email", "a@contoso.com", "contoso.com", "obeyed", "violated"),
        ("email", "a@mail.contoso.com", "contoso.com", "violated", "obeyed"),
        ("email", "a@mail.contoso.com", ".contoso.com", "obeyed", "violated"),
        ("email", "a@contoso.com", "a@contoso.com", "obeyed", "violated"),
        ("email", "A@contoso.com", "a@contoso.com", "violated", "obeyed"),
        ("directory", "CN=a,O=Contoso", "O=Contoso", "undecided", "violated"),
        ("directory", "CN=a,O=Fabrikam", "O=Contoso", "violated", "undecided"),
        ("directory", r"CN=a\,O=Contoso", "O=Contoso", "violated", "undecided"),
        ("uri", "https://contoso.com", "contoso.com", "undecided", "undecided"),
        ("other", "1.2:00", "1.2:00", "undecided", "undecided"),
    ],
)
def test_constraints(kind: str, name: str, constraint: str, permitted: str, excluded: str) -> None:
    assert judged(kind, name, permitted=constraint) == permitted
    assert judged(kind, name, excluded=constraint) == excluded


def test_a_constraint_on_another_kind_of_name_means_nothing() -> None:
    constraints = NameConstraints((GeneralName("uri", "contoso.com"),), None)
    verdict = judge_names(constraints, [ConstrainedName("dns", "a.fabrikam.com", "the name")], Allowance())
    assert not verdict.violations
    assert not verdict.undecided


@given(NAMES, NAMES)
def test_what_is_permitted_alone_is_what_is_excluded_alone(name: str, constraint: str) -> None:
    """For names without a wildcard the two kinds of constraint are each other's opposite."""
    assert {judged("dns", name, permitted=constraint), judged("dns", name, excluded=constraint)} == {
        "obeyed",
        "violated",
    }


def test_an_allowance_ends() -> None:
    names = [ConstrainedName("dns", "a.contoso.com", "the name")] * 10
    with pytest.raises(TooManyComparisons):
        judge_names(NameConstraints((GeneralName("dns", "contoso.com"),) * 10, None), names, Allowance(99))
