# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Building chains: each spoiled PKI gets the diagnosis of what was spoiled in it, and of nothing else."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates import links, paths
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.links import Link, objection
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.paths import (
    Break,
    Budget,
    PathResult,
    Profile,
    build_path,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError
from tests.unit import certificate_factory as factory
from tests.unit.certificate_factory import DAY, NOW, Issued
from tests.unit.evidence_factory import facts

SERVER_AUTH = factory.SERVER_AUTH.dotted_string
CLIENT_AUTH = factory.CLIENT_AUTH.dotted_string
UNKNOWN = "1.3.6.1.4.1.55738.666.1"


def constraints(
    permitted: Sequence[x509.GeneralName] | None = None, excluded: Sequence[x509.GeneralName] | None = None
) -> Any:
    return ((x509.NameConstraints(permitted, excluded), True),)


def dns(*names: str) -> list[x509.GeneralName]:
    return [x509.DNSName(name) for name in names]


def below(authority: Issued, **changes: Any) -> Issued:
    """A server certificate issued by a CA of the test."""
    return factory.server(**{"issuer": authority, **changes})


def issuing(root: Issued | None = None, **changes: Any) -> Issued:
    """A spoiled issuing CA below the root of the small PKI."""
    return factory.authority(root or factory.root(), **{"subject": "Spoiled CA", **changes})


def path_of(
    leaf: Issued | bytes,
    *,
    intermediates: Sequence[Issued | bytes] | None = None,
    roots: Sequence[Issued | bytes] | None = None,
    eku: str | None = SERVER_AUTH,
    **options: Any,
) -> PathResult:
    """The path of a leaf; its own issuers are what is known unless the test says otherwise."""
    own = leaf.intermediates if isinstance(leaf, Issued) else (factory.issuing(),)
    top = leaf.root if isinstance(leaf, Issued) else factory.root()
    between = [facts(one) for one in (own if intermediates is None else intermediates)]
    trusted = [facts(one) for one in ([top] if roots is None else roots)]
    return build_path(facts(leaf), between, trusted, now=options.pop("now", NOW), eku=eku, **options)


def sub_ca(path_length: int = 0) -> Issued:
    """A CA below a CA that permits only so many below itself."""
    above = factory.authority(factory.root(), subject="Policy CA", path_length=path_length, key=factory.ec_key(110))
    return factory.authority(above, subject="Lower CA", key=factory.ec_key(111))


def sha1_issuing() -> bytes:
    root = factory.authority(subject="RSA Root CA", key=factory.rsa_key(number=4))
    return factory.sha1_signed(factory.authority(root, subject="Old CA", key=factory.rsa_key(number=5)))


@dataclass(frozen=True)
class Case:
    """A PKI with one defect. O(says) are words of the diagnosis, O(position) where the culprit stands in the chain."""

    what: str
    path: Any = field(repr=False)
    kind: Break
    position: int
    says: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.what


CASES = [
    Case(
        "no issuing CA",
        lambda: path_of(factory.server(), intermediates=()),
        Break.MISSING_ISSUER,
        0,
        ("Contoso Issuing CA",),
    ),
    Case(
        "a foreign root",
        lambda: path_of(factory.server(), roots=[factory.authority(subject="Other")]),
        Break.MISSING_ISSUER,
        1,
    ),
    Case(
        "the right root, which nobody trusts",
        lambda: path_of(
            factory.server(),
            intermediates=[factory.issuing(), factory.root()],
            roots=[factory.authority(subject="Other Root")],
        ),
        Break.UNTRUSTED_ROOT,
        2,
        ("Contoso Root CA",),
    ),
    Case(
        "a root of the same name with another key",
        lambda: path_of(factory.server(), roots=[factory.authority(key=factory.ec_key(120))]),
        Break.BAD_SIGNATURE,
        1,
    ),
    Case(
        "an issuer in capitals",
        lambda: path_of(
            factory.server(),
            intermediates=[issuing(subject="CONTOSO ISSUING CA")],
        ),
        Break.MISSING_ISSUER,
        0,
        ("another spelling",),
    ),
    Case(
        "an intermediate as root",
        lambda: path_of(factory.server(), intermediates=(), roots=[factory.issuing()]),
        Break.MISSING_ISSUER,
        1,
    ),
    Case("a self-signed leaf", lambda: path_of(factory.management(), eku=None), Break.SELF_SIGNED, 0),
    Case("an expired leaf", lambda: path_of(factory.server(not_after=NOW - DAY)), Break.EXPIRED, 0),
    Case("an expired CA", lambda: path_of(below(issuing(not_after=NOW - DAY))), Break.EXPIRED, 1, ("Spoiled CA",)),
    Case("a CA of tomorrow", lambda: path_of(below(issuing(not_before=NOW + DAY))), Break.NOT_YET_VALID, 1),
    Case("an issuer that is no CA", lambda: path_of(below(issuing(ca=False, path_length=None))), Break.NOT_A_CA, 1),
    Case(
        "a CA that must not sign",
        lambda: path_of(below(issuing(key_usage=("digital_signature", "crl_sign")))),
        Break.CANNOT_SIGN,
        1,
    ),
    Case("one CA too many", lambda: path_of(below(sub_ca())), Break.PATH_LENGTH, 2, ("permits 0",)),
    Case(
        "a name outside of the permitted ones",
        lambda: path_of(below(issuing(extra=constraints(dns("fabrikam.com"))))),
        Break.NAME_CONSTRAINTS,
        1,
        ("granitefalls.contoso.com", "fabrikam.com"),
    ),
    Case(
        "a common name outside of them, without DNS names",
        lambda: path_of(below(issuing(extra=constraints(dns("fabrikam.com"))), dns=())),
        Break.NAME_CONSTRAINTS,
        1,
        ("common name",),
    ),
    Case(
        "an excluded name",
        lambda: path_of(below(issuing(extra=constraints(None, dns("contoso.com"))))),
        Break.NAME_CONSTRAINTS,
        1,
    ),
    Case(
        "a wildcard over an excluded name",
        lambda: path_of(
            below(issuing(extra=constraints(None, dns("secret.contoso.com"))), subject="any", dns=("*.contoso.com",))
        ),
        Break.NAME_CONSTRAINTS,
        1,
    ),
    Case(
        "an address outside of the permitted network",
        lambda: path_of(
            below(
                issuing(extra=constraints([x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))])),
                san=[x509.IPAddress(ipaddress.ip_address("198.51.100.1"))],
            )
        ),
        Break.NAME_CONSTRAINTS,
        1,
    ),
    Case(
        "an e-mail address outside of the permitted host",
        lambda: path_of(
            below(issuing(extra=constraints([x509.RFC822Name("contoso.com")])), san=[x509.RFC822Name("a@fabrikam.com")])
        ),
        Break.NAME_CONSTRAINTS,
        1,
    ),
    Case(
        "a directory name outside of the permitted tree",
        lambda: path_of(
            below(
                issuing(
                    extra=constraints([x509.DirectoryName(factory.name_of([(NameOID.ORGANIZATION_NAME, "Fabrikam")]))])
                )
            )
        ),
        Break.NAME_CONSTRAINTS,
        1,
    ),
    Case(
        "a directory name inside of it, which the verifier does not understand",
        lambda: path_of(
            below(
                issuing(
                    extra=constraints([x509.DirectoryName(factory.name_of([(NameOID.ORGANIZATION_NAME, "Contoso")]))])
                ),
                subject=[(NameOID.ORGANIZATION_NAME, "Contoso"), (NameOID.COMMON_NAME, factory.NAME)],
            )
        ),
        Break.UNSUPPORTED_CONSTRAINT,
        1,
        ("directory names",),
    ),
    Case(
        "a constraint with a leading dot",
        lambda: path_of(below(issuing(extra=constraints(dns(".contoso.com"))))),
        Break.UNSUPPORTED_CONSTRAINT,
        1,
        (".contoso.com",),
    ),
    Case(
        "a CA for client authentication only",
        lambda: path_of(below(issuing(eku=(factory.CLIENT_AUTH,)))),
        Break.PURPOSE,
        1,
        (CLIENT_AUTH,),
    ),
    Case("a leaf for another purpose", lambda: path_of(factory.client()), Break.PURPOSE, 0),
    Case(
        "an unknown critical extension",
        lambda: path_of(below(issuing(extra=(factory.raw_extension(UNKNOWN, b"\x05\x00", critical=True),)))),
        Break.CRITICAL_EXTENSION,
        1,
        (UNKNOWN,),
    ),
    Case("a CA with a short key", lambda: path_of(below(issuing(key=factory.rsa_key(1024)))), Break.WEAK_KEY, 1),
    Case(
        "an unreadable extension of a CA",
        lambda: path_of(below(issuing(extra=(factory.raw_extension("2.5.29.30", b"\x04\x00", critical=True),)))),
        Break.UNREADABLE,
        1,
        ("nameConstraints",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_diagnosis_names_the_defect(case: Case) -> None:
    result: PathResult = case.path()
    assert not result.trusted
    assert result.problem is not None
    assert (result.problem.kind, result.problem.position) == (case.kind, case.position)
    assert {problem.kind for problem in result.best.problems} == {case.kind}
    assert not [words for words in case.says if words not in result.problem.detail], result.problem.detail


def test_a_sound_chain_is_trusted() -> None:
    result = path_of(factory.server(), names=[factory.NAME, "wallacefalls.contoso.com"])
    assert result.trusted
    assert result.problem is None
    assert [one.label for one in result.best.certificates] == [
        factory.NAME,
        "Contoso Issuing CA",
        "Contoso Root CA",
    ]
    assert [name.matched for name in result.names] == [True, False]


def test_a_missing_link_says_where_it_is() -> None:
    problem = path_of(factory.server(), intermediates=()).problem
    assert problem is not None
    assert problem.issuer == "CN=Contoso Issuing CA"
    assert problem.ca_issuers == ("http://pki.contoso.com/issuing.cer",)
    identifier = x509.SubjectKeyIdentifier.from_public_key(factory.issuing().key.public_key()).digest
    assert problem.authority_key_identifier == identifier.hex().upper()


def test_a_weak_signature_is_named_although_it_cannot_be_verified() -> None:
    old = sha1_issuing()
    root = factory.authority(subject="RSA Root CA", key=factory.rsa_key(number=4))
    spoiled = Issued(x509.load_der_x509_certificate(old), factory.rsa_key(number=5), root)
    result = path_of(factory.server(issuer=spoiled), intermediates=[old], roots=[root])
    assert [problem.kind for problem in result.best.problems] == [Break.WEAK_SIGNATURE]


def test_strays_order_and_repetitions_do_not_matter() -> None:
    leaf = factory.server()
    pool = [factory.root(), factory.authority(subject="Stray"), leaf, factory.issuing(), factory.issuing()]
    assert path_of(leaf, intermediates=pool).trusted


def test_cross_signs_are_all_found_and_the_trusted_one_is_best() -> None:
    other = factory.authority(subject="Other Root", key=factory.ec_key(130))
    crossed = factory.authority(other, subject="Contoso Root CA", key=factory.ec_key(100), path_length=None)
    result = path_of(factory.server(), intermediates=[factory.issuing(), crossed, other])
    assert [chain.top.label for chain in result.chains] == ["Contoso Root CA", "Other Root"]
    assert [chain.trusted for chain in result.chains] == [True, False]
    assert result.trusted


def test_an_expired_cross_sign_does_not_spoil_a_sound_chain() -> None:
    expired = factory.authority(
        factory.root(), subject="Contoso Issuing CA", key=factory.ec_key(101), not_after=NOW - DAY
    )
    result = path_of(factory.server(), intermediates=[expired, factory.issuing()])
    assert result.trusted
    assert len(result.chains) == 2


def test_certificates_that_a_ca_issues_to_itself_do_not_count_for_the_length() -> None:
    """AD CS makes them when the key of a CA changes."""
    old = factory.authority(factory.root(), subject="Rolling CA", key=factory.ec_key(140), path_length=0)
    new = factory.authority(old, subject="Rolling CA", key=factory.ec_key(141), path_length=0)
    assert path_of(below(new)).trusted


def test_agreeing_names_with_disagreeing_identifiers_are_a_chain() -> None:
    assert path_of(factory.server(authority_identifier=b"\x01" * 20)).trusted


def test_a_purpose_is_asked_for_only_if_there_is_one() -> None:
    assert path_of(factory.client(), eku=None).trusted
    assert path_of(factory.client(), eku=CLIENT_AUTH).trusted


def test_the_last_second_of_the_validity_counts() -> None:
    leaf = factory.server()
    end = facts(leaf).not_after
    assert end is not None
    assert path_of(leaf, now=end.replace(microsecond=999_999)).trusted
    assert not path_of(leaf, now=end + DAY / 86_400).trusted


def test_hostile_certificates_cost_little() -> None:
    """A hundred CAs of one name that have issued each other: the search is given up, and says so."""
    names = [factory.authority(subject="Same", key=factory.ec_key(150 + number % 10)) for number in range(10)]
    crowd = [
        factory.authority(signer, subject="Same", key=factory.ec_key(150 + number), path_length=None)
        for signer in names
        for number in range(10)
    ]
    leaf = below(crowd[0])
    started = time.process_time()
    result = path_of(leaf, intermediates=crowd, roots=[factory.root()], budget=Budget(signatures=64, chains=8))
    assert time.process_time() - started < 1
    assert result.exhausted
    assert result.undetermined or result.problem is not None
    assert any(problem.kind is Break.TOO_COMPLEX for problem in result.best.problems)


def test_thousands_of_constrained_names_cost_little() -> None:
    crowd = issuing(extra=constraints(dns(*(f"n{number}.contoso.com" for number in range(400)))))
    leaf = below(crowd, dns=tuple(f"n{number}.contoso.com" for number in range(400)))
    started = time.process_time()
    assert path_of(leaf).problem is not None
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"eku": ()}, "no extended key usage"),
        ({"dns": ()}, "no subject alternative name"),
        ({"dns": ("other.contoso.com",)}, "is not a copy"),
        ({"san_critical": True}, "have to be critical if"),
        ({"key": factory.ec_key(7, ec.SECP192R1)}, "Its key"),
        ({"dns": (factory.NAME, "a_b.contoso.com")}, "no DNS name"),
        ({"key_usage": ("digital_signature", "key_cert_sign")}, "sign certificates"),
        ({"identifiers": False}, "name the key of its issuer"),
    ],
)
def test_strict_clients_want_more(changes: dict[str, Any], says: str) -> None:
    result = path_of(factory.server(**changes), profile=Profile.WEB, names=())
    assert result.trusted
    assert not result.conforms
    assert any(says in deviation.detail for deviation in result.deviations), result.deviations


def test_strict_clients_take_a_sound_certificate() -> None:
    assert path_of(factory.server(), profile=Profile.WEB, names=[factory.NAME]).conforms


def test_a_wildcard_over_a_public_suffix_is_too_wide_only_where_it_is_needed() -> None:
    leaf = factory.server(dns=(factory.NAME, "*.co.uk"))
    options: dict[str, Any] = {"profile": Profile.WEB, "public_suffix": lambda name: "co.uk" if "uk" in name else "com"}
    assert path_of(leaf, names=[factory.NAME], **options).conforms
    assert not path_of(leaf, names=["contoso.co.uk"], **options).conforms


def test_the_signature_of_a_sound_certificate_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verifier computes it, and what it accepts is not computed again."""

    def computed_again(*_ders: bytes) -> Link:
        raise AssertionError

    monkeypatch.setattr(paths, "link", computed_again)
    assert path_of(factory.server(serial=815)).trusted


@pytest.mark.parametrize("limit", [None, 0, 1])
def test_link_by_link_the_verifier_says_what_it_says_of_the_whole_chain(limit: int | None) -> None:
    upper = factory.authority(factory.root(), path_length=limit, key=factory.ec_key(14), subject="Upper CA")
    lower = factory.authority(upper, path_length=None, key=factory.ec_key(15), subject="Lower CA")
    chain = [facts(one) for one in (factory.server(issuer=lower), lower, upper, factory.root())]
    whole = links._objection(tuple(one.der for one in chain), NOW, 8)
    assert (objection(chain, NOW, 8) is None) is (whole is None) is (limit != 0)


@given(position=st.integers(0, 2000), value=st.integers(0, 255), which=st.integers(0, 2))
def test_no_byte_leads_to_a_traceback(position: int, value: int, which: int) -> None:
    chain = [factory.server(), factory.issuing(), factory.root()]
    ders = [one.der for one in chain]
    spoiled = bytearray(ders[which])
    spoiled[position % len(spoiled)] = value
    ders[which] = bytes(spoiled)
    try:
        leaf, authority, root = map(facts, ders)
    except CmgError:
        return
    result = build_path(leaf, [authority], [root], now=NOW, eku=SERVER_AUTH, names=[factory.NAME], profile=Profile.WEB)
    untouched = ders == [one.der for one in chain]
    assert result.trusted is untouched or which == 2
