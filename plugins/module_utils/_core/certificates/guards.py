# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a library may raise on a certificate, a key or a PKCS#12 file that somebody else made."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import MalformedAsn1


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Whatever goes wrong inside is said as C(MalformedAsn1), with O(what) and the library's own words.

    The library's warnings about old or odd encodings are left out: what matters of them is a rule here.
    """
    with quiet(), Translated(what):
        yield


_IGNORE_ALL = ("ignore", None, Warning, None, 0)


def quiet() -> AbstractContextManager[None]:
    """The library's warnings are left out. Costs as much as to read half a certificate, but nearly nothing within."""
    return _QUIET_ALREADY if warnings.filters[:1] == [_IGNORE_ALL] else _silenced()


_QUIET_ALREADY = nullcontext()


@contextmanager
def _silenced() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@dataclass(frozen=True, slots=True)
class Translated:
    """The library's errors become C(MalformedAsn1) that begins with O(what); its warnings are somebody else's business.

    A class, as one of C(contextlib) takes longer than what most of these blocks do.
    """

    what: str

    def __enter__(self) -> None:
        """Nothing has to be prepared."""

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if problem is not None and isinstance(problem, library_errors()):
            raise MalformedAsn1(f"{self.what} cannot be read: {reason_of(problem)}") from None


@cache
def library_errors() -> tuple[type[Exception], ...]:
    """Every kind of exception by which cryptography refuses input. Looked up late, as it may not be installed."""
    from cryptography import exceptions, x509

    return (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        exceptions.UnsupportedAlgorithm,
        exceptions.InternalError,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )


def reason_of(problem: Exception) -> str:
    """The library's words as one sentence on one line."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text if text.endswith(".") else f"{text}."
