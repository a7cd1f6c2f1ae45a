# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of keys: which kinds and sizes a gateway takes, and which keys somebody else can break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.engine import (
    ALL_PURPOSES,
    SERVER,
    CertificateRule,
    Evidence,
    Family,
    Observation,
    Observations,
    Purpose,
    not_checked,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.keys import KeyKind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.rules_name import BR
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.weak_keys import (
    MAX_BITS,
    close_primes,
    has_pattern,
    is_roca,
    shares_factor,
    small_factor,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import CERTIFICATE_PAGE, CMG_DOCS, listed

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

KEY = Family()

CNG_PAGE = (
    "Microsoft Learn: CNG v3 certificates, "
    "https://learn.microsoft.com/intune/configmgr/core/plan-design/network/cng-certificates-overview"
)
CLIENT_PAGE = f"Microsoft Learn: Configure client authentication for CMG, {CMG_DOCS}/configure-authentication"
WEAK_KEY_SOURCE = f"{BR} 6.1.1.3"
KEY_SOURCE = f"{BR} 6.1.6"
GIVE_A_LIST = "Give the path of a list of such keys in published_keys (in the role, prerequisites_published_keys)."
NEW_KEY = "Make a new key on another system, with software that is up to date, and have the certificate issued anew."

RSA_PURPOSES = (*SERVER, Purpose.CLIENT)
OTHER_PURPOSES = (Purpose.MANAGEMENT_POINT, Purpose.MANAGEMENT, Purpose.TRUST_CHAIN)
SHARING_PURPOSES = (*SERVER, Purpose.CLIENT, Purpose.TRUST_CHAIN)

SMALLEST_RSA = 2048
CURVES = ("P-256", "P-384", "P-521")
# So many keys are compared with each other in less time than one path is built.
MOST_COMPARED = 32
USUAL_EXPONENT = 65537
LARGEST_EXPONENT = 2**256 - 1


@KEY.certificate_rule(
    "KEY-001",
    "The key is an RSA key",
    CNG_PAGE,
    CERTIFICATE_PAGE,
    purposes=RSA_PURPOSES,
    remedy="Request the certificate with an RSA key of 2048 or 4096 bits.",
    reads=("key",),
)
def _is_rsa(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    if leaf.key is not None and leaf.key.kind is not KeyKind.RSA:
        yield Observation(
            f"The key is {leaf.key.label}.",
            "An RSA key: Configuration Manager supports no other kind for a gateway and its clients.",
            severity=Severity.WARNING if leaf.key.kind is KeyKind.RSA_PSS else None,
        )


@KEY.certificate_rule(
    "KEY-002",
    "The key has one of the supported lengths",
    CERTIFICATE_PAGE,
    f"{BR} 6.1.5",
    purposes=RSA_PURPOSES,
    remedy="Have the certificate issued with a key of such a length. If another length is known to work, add it to "
    "allowed_key_sizes.",
    reads=("key",),
)
def _has_supported_length(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    allowed = evidence.settings.allowed_key_sizes
    if leaf.key is not None and leaf.key.modulus is not None and leaf.key.size not in allowed:
        sizes = listed([str(size) for size in sorted(allowed)])
        yield Observation(f"The RSA key has {leaf.key.size} bits.", f"A length of {sizes} bits.")


@KEY.certificate_rule(
    "KEY-003",
    "The key is of a sound kind and length",
    f"{BR} 6.1.5",
    purposes=OTHER_PURPOSES,
    severity=Severity.WARNING,
    remedy="Have the certificate issued with a key of such a kind.",
    reads=("key",),
)
def _is_sound(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    key = leaf.key
    if key is None:
        return
    rsa = key.modulus is not None and (key.size or 0) >= SMALLEST_RSA and (key.size or 0) % 8 == 0
    if not rsa and not (key.kind is KeyKind.EC and key.curve in CURVES):
        yield Observation(
            f"The key is {key.label}.",
            f"RSA with at least {SMALLEST_RSA} bits and whole bytes, or an elliptic curve of {listed(CURVES)}.",
        )


@KEY.certificate_rule(
    "KEY-004",
    "The public exponent is sound",
    KEY_SOURCE,
    purposes=ALL_PURPOSES,
    remedy="Have the certificate issued with a new key whose public exponent is 65537.",
    reads=("key",),
)
def _has_sound_exponent(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    exponent = leaf.key.exponent if leaf.key else None
    if exponent is None or (USUAL_EXPONENT <= exponent <= LARGEST_EXPONENT and exponent % 2):
        return
    shown = str(exponent) if exponent.bit_length() <= 64 else f"a number of {exponent.bit_length()} bits"
    broken = exponent < 3 or exponent % 2 == 0
    yield Observation(
        f"The public exponent is {shown}.",
        "An odd number of at least 3; it should lie between 65537 and 2^256 - 1.",
        severity=Severity.ERROR if broken else Severity.WARNING,
    )


@KEY.certificate_rule(
    "KEY-005",
    "The key was not made by a broken chip",
    WEAK_KEY_SOURCE,
    "CVE-2017-15361",
    purposes=ALL_PURPOSES,
    remedy="Update the firmware of the TPM or smart card, make a new key in software, have the certificate issued anew "
    "and the old one revoked.",
    reads=("key",),
)
def _is_no_roca_key(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    modulus = _modulus(leaf)
    if modulus is not None and is_roca(modulus):
        yield Observation(
            "The key bears the marks of a chip by Infineon whose keys can be factored (ROCA).",
            "A key from a generator that is not known to be broken.",
        )


@KEY.certificate_rule(
    "KEY-006",
    "The key is not publicly known",
    WEAK_KEY_SOURCE,
    "CVE-2008-0166",
    purposes=ALL_PURPOSES,
    remedy=NEW_KEY,
    reads=("key",),
)
def _is_not_published(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    expected = "A key that stands on no list of published keys, such as those that Debian's OpenSSL made until 2008."
    if leaf.key is None:
        return
    if evidence.weak_key is None:
        yield not_checked(evidence.why_absent("weak_key"), expected, GIVE_A_LIST)
        return
    where = evidence.weak_key(leaf.key.spki)
    if where is not None:
        yield Observation(f"The private key is publicly known: {where}.", expected)


@KEY.certificate_rule(
    "KEY-007",
    "The primes of the key are not predictable",
    WEAK_KEY_SOURCE,
    "CVE-2022-26320",
    purposes=ALL_PURPOSES,
    remedy=NEW_KEY,
    reads=("key",),
)
def _has_distant_primes(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    expected = "Two large primes that were chosen at random, far apart from each other."
    key = leaf.key
    if key is None or key.modulus is None:
        return
    if (key.size or 0) > MAX_BITS:
        observed = f"The modulus has {key.size} bits; more than {MAX_BITS} are not examined."
        yield not_checked(observed, expected, "Have it examined by another program, or take a shorter key.")
    elif close_primes(key.modulus):
        yield Observation("The two primes lie close together: Fermat's method finds them at once.", expected)
    elif key.modulus > 0 and has_pattern(key.modulus):
        yield Observation("The modulus repeats one byte 16 times: its primes follow after a round number.", expected)


@KEY.certificate_rule(
    "KEY-008",
    "The modulus has no small factor",
    KEY_SOURCE,
    purposes=ALL_PURPOSES,
    remedy=NEW_KEY,
    reads=("key",),
)
def _has_no_small_factor(leaf: CertificateFacts, _evidence: Evidence) -> Observations:
    modulus = _modulus(leaf)
    factor = None if modulus is None else small_factor(modulus)
    if factor is not None:
        yield Observation(
            f"The modulus can be divided by {factor}: the key is damaged, or was never a good one.",
            "A modulus without a prime factor below 752.",
        )


@KEY.certificate_rule(
    "KEY-009",
    "The key belongs to one certificate only",
    "NIST SP 800-57 part 1, section 5.2",
    purposes=SHARING_PURPOSES,
    severity=Severity.WARNING,
    remedy="Make a key of its own for each certificate.",
    reads=("key",),
)
def _is_not_shared(leaf: CertificateFacts, evidence: Evidence) -> Observations:
    sharers = evidence.population.by_key.get(leaf.key.spki, ()) if leaf.key else ()
    # A CA that was renewed, or signed by two others, keeps its key on purpose; TRUST-005 looks at duplicates.
    others = sorted(
        f"{one.subject} of {one.gateway}"
        for one in {one.facts.thumbprint_sha256: one for one in sharers}.values()
        if one.facts.der != leaf.der and not (one.facts.is_ca and leaf.is_ca)
    )
    if others:
        yield Observation(
            f"The same key is in {listed(others)}.",
            "A key for each certificate, so that the loss of one concerns one.",
        )
    sharing = _sharing_a_prime(leaf, evidence)
    if sharing:
        yield Observation(
            f"The key has a prime in common with that in {listed(sharing)}: anybody can compute both private keys.",
            "Primes that no other key has.",
            NEW_KEY,
            severity=Severity.ERROR,
        )


def _sharing_a_prime(leaf: CertificateFacts, evidence: Evidence) -> list[str]:
    """Who has a key with one of its primes. With many keys in one run that takes too long and is left out."""
    modulus, keys = _modulus(leaf), evidence.population.by_key
    if modulus is None or not 1 < len(keys) <= MOST_COMPARED:
        return []
    others = [(one, _modulus(one.facts)) for members in keys.values() for one in members[:1]]
    known = [(one, number) for one, number in others if number not in (None, 0, modulus)]
    if not shares_factor(modulus, (number for _one, number in known if number)):
        return []
    return sorted(one.subject for one, number in known if number and shares_factor(modulus, [number]))


def _modulus(leaf: CertificateFacts) -> int | None:
    """The modulus, if the key is an RSA key of a size that can be examined."""
    key = leaf.key
    return key.modulus if key and (key.size or 0) <= MAX_BITS else None


RULES: tuple[CertificateRule, ...] = tuple(KEY)
