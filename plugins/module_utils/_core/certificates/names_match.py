# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether a certificate is good for a DNS name or an IP address (RFC 9525)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.dns_names import syntax_problem
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.path_results import (
    NameSource,
    NameVerdict,
)

if TYPE_CHECKING:
    from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.facts import CertificateFacts

Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"


def address_of(text: str) -> Address | None:
    """The IP address that the text is, or V(None) if it is none."""
    # Almost no name ends in a digit, and to find out that it is no address takes longer than all other questions.
    if not text[-1:].isdigit() and ":" not in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_host_name(text: str) -> bool:
    """Whether the text is a name of letters, digits and hyphens with at least two labels, and no IP address.

    No top-level domain is a number, so that whatever ends in one is an attempt at an address.
    """
    *above, top = text.split(".")
    return bool(above) and text.isascii() and "*" not in text and not top.isdecimal() and syntax_problem(text) is None


def is_dns_pattern(text: str) -> bool:
    """Whether the text is a host name, or one below a single asterisk as its whole left-most label."""
    return is_host_name(text.removeprefix("*."))


def dns_matches(presented: str, name: str) -> bool:
    """Whether a DNS name of a certificate covers a name: equal without case, or a wildcard for its first label.

    A wildcard counts only as the whole left-most label and stands for exactly one label (RFC 9525, section 6.3). A
    final dot is part of the name that is asked for only.
    """
    wanted, offered = name.lower().removesuffix("."), presented.lower()
    if "*" not in offered:
        return offered == wanted
    asterisk, _dot, base = offered.partition(".")
    _label, _dot, rest = wanted.partition(".")
    return asterisk == "*" and "*" not in base and bool(base) and rest == base


def common_name_counts(leaf: CertificateFacts) -> bool:
    """Whether Windows looks at the common name at all: it does not once there is any DNS name in the SAN."""
    return not leaf.dns_names


def name_verdict(leaf: CertificateFacts, name: str) -> NameVerdict:
    """Whether the certificate is good for the DNS name or IP address, and by which of its own names.

    The common name is looked at only where Windows does; whoever demands a subject alternative name reads
    C(source) of the verdict.
    """
    address = address_of(name)
    if address is not None:
        presented = next((text for text in leaf.san_of("ip") if address_of(text) == address), None)
        return NameVerdict(name, presented, NameSource.SUBJECT_ALTERNATIVE_NAME if presented else None)
    presented = _first_match(leaf.dns_names, name)
    if presented is not None:
        return NameVerdict(name, presented, NameSource.SUBJECT_ALTERNATIVE_NAME)
    presented = _first_match(leaf.common_names, name) if common_name_counts(leaf) else None
    return NameVerdict(name, presented, NameSource.COMMON_NAME if presented is not None else None)


def _first_match(presented: Iterable[str], name: str) -> str | None:
    return next((offered for offered in presented if dns_matches(offered, name)), None)
