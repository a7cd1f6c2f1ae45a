# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""RSA keys that somebody can break: known faults of generators, each found in bounded time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

# Beyond it the arithmetic would take seconds; such a key is refused for its size anyway.
MAX_BITS = 16384

FERMAT_ROUNDS = 100

# Infineon's generator made every prime a power of this number modulo a product of small primes.
_ROCA_BASE = 65537
_ROCA_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)

# As the Baseline Requirements ask. Going on to 65537 would take as long as all other rules together.
_SMALL_PRIME_LIMIT = 752

_EQUAL_BYTES = 16


def is_roca(modulus: int) -> bool:
    """Whether the modulus comes from the broken generator of Infineon's chips.

    Source: CVE-2017-15361; Nemec and others, The Return of Coppersmith's Attack. A random modulus passes for one with
    a probability of about 2^-28.
    """
    return all(modulus % prime in powers for prime, powers in _roca_powers())


@cache
def _roca_powers() -> tuple[tuple[int, frozenset[int]], ...]:
    return tuple(
        (prime, frozenset(pow(_ROCA_BASE, exponent, prime) for exponent in range(prime))) for prime in _ROCA_PRIMES
    )


def close_primes(modulus: int, rounds: int = FERMAT_ROUNDS) -> tuple[int, int] | None:
    """The two primes, if they lie so close together that Fermat's method finds them; V(None) otherwise.

    Source: Baseline Requirements 6.1.1.3: 100 rounds.
    """
    if modulus < 3 or modulus % 2 == 0:
        return None
    middle = math.isqrt(modulus)
    middle += middle * middle < modulus
    for step in _promising(middle, modulus, rounds):
        candidate = middle + step
        rest = candidate * candidate - modulus
        root = math.isqrt(rest)
        if root * root == rest:
            return candidate - root, candidate + root
    return None


# Their product is the largest that Python divides by in one go.
_SIEVES = (64, 63, 65, 11, 17, 19)
_ALL_SIEVES = math.prod(_SIEVES)


def _promising(middle: int, modulus: int, rounds: int) -> list[int]:
    """The steps from O(middle) at which a square can exceed the modulus by a square.

    It cannot where what is left when both are divided by a small number is left by no square. Hardly any step passes
    all of these sieves, so that next to no multiplication of large numbers is needed.
    """
    first, wanted = middle % _ALL_SIEVES, modulus % _ALL_SIEVES
    steps = (1 << rounds) - 1
    for size in _SIEVES:
        steps &= _sieve(size, wanted % size, rounds) >> first % size
    return [step for step in range(rounds) if steps >> step & 1] if steps else []


@cache
def _sieve(size: int, wanted: int, rounds: int) -> int:
    """A number whose bit n says whether n squared, less O(wanted), leaves what squares leave when divided by size."""
    squares = {root * root % size for root in range(size)}
    return sum(1 << number for number in range(size + rounds) if (number * number - wanted) % size in squares)


def small_factor(modulus: int) -> int | None:
    """The smallest prime below 752 that divides the modulus. Source: Baseline Requirements 6.1.6."""
    if math.gcd(modulus, _primorial()) == 1:
        return None
    return next(prime for prime in _small_primes() if modulus % prime == 0)


@cache
def _small_primes() -> tuple[int, ...]:
    sieve = bytearray([1]) * _SMALL_PRIME_LIMIT
    for number in range(2, math.isqrt(_SMALL_PRIME_LIMIT) + 1):
        sieve[number * number :: number] = bytes(len(range(number * number, _SMALL_PRIME_LIMIT, number)))
    return tuple(number for number in range(2, _SMALL_PRIME_LIMIT) if sieve[number])


@cache
def _primorial() -> int:
    return math.prod(_small_primes())


def has_pattern(modulus: int) -> bool:
    """Whether 16 equal bytes follow each other, as after primes that were searched from a round number upwards."""
    # A byte and the next one are equal where nothing is left of them; above the highest byte there is none that is.
    differences = modulus ^ modulus >> 8
    return bytes(_EQUAL_BYTES - 1) in differences.to_bytes((modulus.bit_length() + 7) // 8, "big")


def shares_factor(modulus: int, others: Iterable[int]) -> bool:
    """Whether the modulus has a prime in common with any other one; equal moduli are the same key and do not count.

    Source: Lenstra and others, Ron was wrong, Whit is right. One division for each of the others, and one gcd.
    """
    if modulus < 2:
        return False
    product = 1
    for other in others:
        if other != modulus:
            product = product * other % modulus
    return math.gcd(product, modulus) != 1
