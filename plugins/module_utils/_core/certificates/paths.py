# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Building chains from a leaf to trusted roots, in bounded time, with a diagnosis where that fails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import (
    UNDETERMINED,
    Break,
    Chain,
    NameSource,
    NameVerdict,
    PathResult,
    Problem,
)

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

__all__ = [
    "UNDETERMINED",
    "Break",
    "Chain",
    "NameSource",
    "NameVerdict",
    "PathResult",
    "Problem",
    "build_path",
]


def build_path(
    leaf: CertificateFacts,
    intermediates: Iterable[CertificateFacts],
    roots: Iterable[CertificateFacts],
    *,
    now: datetime,
    eku: str | None,
    names: Iterable[str] = (),
) -> PathResult:
    """Find every chain from the leaf to one of the trusted roots and say what is wrong with the best one.

    :param intermediates: what may stand between; the order does not matter, strays and roots among them are ignored.
    :param roots: the trusted roots. A certificate among them that is not self-signed is no anchor.
    :param now: the moment at which the chain has to hold, aware.
    :param eku: the purpose as a dotted object identifier that every certificate must allow, or V(None) for any.
    :param names: DNS names or IP addresses that the leaf must be good for; each gets a verdict of its own.
    """
    raise NotImplementedError
