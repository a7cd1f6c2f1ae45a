# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""CAA records as a certification authority would find them, from a resolver."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.caa import CaaAnswer, CaaRecord
from ansible_collections.configmgr.cmg.plugins.module_utils._dns.messages import library

if TYPE_CHECKING:
    import dns.resolver

AT_ONCE = 8


@dataclass(frozen=True)
class CaaLookup:
    """Asks one resolver, or those of the machine; each name once. O(timeout) in seconds for each question."""

    address: str | None = None
    port: int = 53
    timeout: float = 5.0
    _known: dict[str, CaaAnswer | None] = field(default_factory=dict, repr=False)

    def all_of(self, names: Iterable[str]) -> dict[str, CaaAnswer]:
        """The answer for each name, by the name in lower case; a wildcard is asked for without its asterisk.

        Source: RFC 8659, section 3: from the name upwards, the first set of records counts.

        :raises MissingLibrary: when dnspython is not installed.
        """
        wanted = sorted({name.lower() for name in names})
        resolver = self._resolver()
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            answers = pool.map(lambda name: self._climb(resolver, name), wanted)
            return dict(zip(wanted, answers, strict=True))

    def _resolver(self) -> dns.resolver.Resolver:
        resolver: dns.resolver.Resolver = library("dns.resolver").Resolver(configure=self.address is None)
        if self.address is not None:
            resolver.nameservers = [self.address]
            resolver.port = self.port
        resolver.lifetime = self.timeout
        return resolver

    def _climb(self, resolver: dns.resolver.Resolver, name: str) -> CaaAnswer:
        labels = name.removeprefix("*.").split(".")
        for start in range(len(labels)):
            domain = ".".join(labels[start:])
            if domain not in self._known:
                self._known[domain] = self._ask(resolver, domain)
            found = self._known[domain]
            if found is not None:
                return CaaAnswer(name, found.records, found.found_at, found.problem, found.unknown)
        return CaaAnswer(name)

    def _ask(self, resolver: dns.resolver.Resolver, domain: str) -> CaaAnswer | None:
        """The records of exactly this domain; V(None) where there are none, and the next domain above counts."""
        import dns.exception
        import dns.resolver

        try:
            answer = resolver.resolve(f"{domain}.", "CAA")
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
            return None
        except dns.resolver.NoNameservers:
            return CaaAnswer(domain, problem=f"Every name server failed for {domain} (SERVFAIL or REFUSED).")
        except (dns.exception.DNSException, OSError, ValueError) as problem:
            return CaaAnswer(domain, unknown=f"Nobody answered for {domain}: {problem}")
        return CaaAnswer(domain, tuple(_record(one) for one in answer), domain)


def _record(data: Any) -> CaaRecord:
    texts = (data.tag.decode("ascii", "replace"), data.value.decode("utf-8", "replace"))
    return CaaRecord(data.flags, *texts)
