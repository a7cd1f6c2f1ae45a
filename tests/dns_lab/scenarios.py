# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with which alias, and what has to be found: the first set covers every kind, the second mixes them.

The second set was written after the judge, to be judged right without a change to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

D, P, U, S = "drift", "propagating", "unknown", "in_sync"


@dataclass(frozen=True)
class Scenario:
    """An alias and the states of what has to be found, by code. O(azure) is what the control plane has:

    V(right), V(young) (right since some seconds), V(no zone), V(empty copy) (right, and the zone once more), or one of
    the keys of C(lab.RECORDS). O(claimable) is what Azure says of the label, V(None) if it does not say;
    O(leftover) has a record with our mark and no gateway that declares it.
    """

    name: str
    expected: dict[str, str]
    azure: str = "right"
    declared: dict[str, Any] = field(default_factory=dict)
    owned: bool = True
    claimable: bool | None = False
    leftover: bool = False

    @property
    def label(self) -> str:
        return self.name.partition(".")[0]


CONVERT = {"context": "convert"}
CLASSIC = {"deployment_method": "classic"}

FIRST = (
    Scenario("good.main.example", {}),
    Scenario("quiet.second.example", {}),
    Scenario("signed.signed.example", {}),
    Scenario("longwinded.truncok.example", {}),
    Scenario("gone.main.example", {"missing": D}),
    Scenario("young.main.example", {"missing": P}, azure="young"),
    Scenario("deep2.ent.main.example", {"missing": D, "plane_missing": D}, azure="nothing"),
    Scenario("ent.main.example", {"missing_nodata": D}),
    Scenario("other.main.example", {"other_type": D}),
    Scenario("wrong.main.example", {"wrong_target": D}),
    Scenario("lowttl.main.example", {"ttl": D}),
    Scenario("classic.main.example", {"classic_after_conversion": D}, declared=CONVERT),
    Scenario("chained.main.example", {"chain": D}),
    Scenario("stale.main.example", {"servers_disagree": D, "wrong_target": D}),
    Scenario("lacking.main.example", {"servers_disagree": D, "missing": D}),
    Scenario("dangling.main.example", {"dangling_claimable": D}, owned=False, claimable=True),
    Scenario(
        "planned.main.example",
        {"missing": D, "plane_missing": D, "target_undeployed": S},
        azure="nothing",
        owned=False,
        claimable=True,
    ),
    Scenario("reserved.main.example", {"dangling_reserved": D}, owned=False),
    Scenario("foreign.main.example", {"target_foreign": D}, owned=False),
    Scenario("unsaid.main.example", {"target_dangling": D}, owned=False, claimable=None),
    Scenario("unproven.main.example", {"target_unproven": U, "tls_unreachable": U}, owned=False, claimable=None),
    Scenario("unresolved.main.example", {"target_unknown": U}),
    Scenario("unpub.main.example", {"target_unpublished": D}),
    Scenario("looped.main.example", {"target_loop": D}),
    Scenario("noaddr.main.example", {"target_no_address": D}),
    Scenario("classicgone.main.example", {"dangling_classic": D}, declared=CLASSIC, owned=False),
    Scenario("leftover.main.example", {"unmanaged": S}, leftover=True),
    Scenario("pmissing.main.example", {"plane_missing": D}, azure="nothing"),
    Scenario("pwrong.main.example", {"plane_wrong_target": D}, azure="wrong"),
    Scenario("pttl.main.example", {"plane_ttl": D}, azure="ttl"),
    Scenario("pother.main.example", {"plane_other_type": D}, azure="other"),
    Scenario("parec.main.example", {"alias_record_set": S}, azure="resource"),
    Scenario("underlock.lock.example", {"plane_locked": S}),
    Scenario("unread.unread.example", {"plane_unreadable": U}),
    Scenario("elsewhere.elsewhere.example", {"plane_not_in_azure": U}, azure="no zone"),
    Scenario("masked.wild.example", {"wildcard_synthesised": D, "plane_missing": D}, azure="nothing"),
    Scenario("present.wild.example", {"wildcard_present": S}),
    Scenario("smasked.swild.example", {"wildcard_synthesised": D, "plane_missing": D}, azure="nothing"),
    Scenario("duplicate.dup.example", {"zone_not_delegated": D, "plane_missing": D, "missing": D}, azure="copy"),
    Scenario("twin.twins.example", {"duplicate_zone": S}, azure="empty copy"),
    Scenario("nozone.nozone.example", {"zone_not_delegated": D, "missing": D}),
    Scenario("lame.lame.example", {"lame_server": D}),
    Scenario("halflame.halflame.example", {"lame_server": D}),
    Scenario("noaa.noaa.example", {"lame_server": D}),
    Scenario("upward.upward.example", {"lame_server": D}),
    Scenario("halfaa.halfaa.example", {"not_authoritative": U}),
    Scenario("dead.dead.example", {"timeout": U}),
    Scenario("closed.closed.example", {"unreachable": U}),
    Scenario("truncated.trunc.example", {"truncated": U}),
    Scenario("noedns.noedns.example", {"edns_unsupported": S}),
    Scenario("garbled.garbled.example", {"malformed": U}),
    Scenario("spoofed.spoofed.example", {"malformed": U}),
    Scenario("notimp.notimp.example", {"server_notimp": U}),
    Scenario("servfail.servfail.example", {"server_servfail": U}),
    Scenario("refusing.refusing.example", {"server_refused": U}),
    Scenario("twice.twice.example", {"multiple_cnames": D}),
    Scenario("beside.beside.example", {"cname_and_other_data": D}),
    Scenario("nxname.nxname.example", {"missing_nxname": D}),
    Scenario("mismatched.mismatch.example", {"ns_set_mismatch": D}),
    Scenario("glued.glue.example", {"dead_glue": U, "unreachable": U}),
    Scenario("sixth.six.example", {"ipv6_only_server": U}),
    Scenario("nowhere.noaddress.example", {"delegation_unknown": U}),
    Scenario("apexzone.example", {"zone_apex": D, "plane_not_in_azure": U}, azure="no zone"),
    Scenario("caafirm.caa.example", {"caa_conflict": S}),
    Scenario("bogus.bogus.example", {"dnssec_bogus": D}),
    Scenario("expired.expired.example", {"dnssec_bogus": D}),
    Scenario("tlsname.main.example", {"tls_name_mismatch": D}),
    Scenario("tlsexpired.main.example", {"tls_expired": D}),
    Scenario("tlssoon.main.example", {"tls_expiring": S}),
    Scenario("tlsother.main.example", {"tls_other_certificate": D}),
    Scenario("tlsnone.main.example", {"tls_unreachable": U}),
    Scenario("tlsweak.main.example", {"tls_rejected": D, "tls_untrusted": D}),
    Scenario("tlsforeign.main.example", {"tls_untrusted": D}),
)

SECOND = (
    Scenario("both.second.example", {"wrong_target": D, "ttl": D}),
    Scenario("free.second.example", {"wrong_target": D, "dangling_claimable": D}, owned=False, claimable=True),
    Scenario("late.second.example", {"servers_disagree": P, "missing": P}, azure="young"),
    Scenario("twofaults.second.example", {"servers_disagree": D, "wrong_target": D, "ttl": D}),
    Scenario("forgotten.second.example", {"target_unpublished": D, "plane_ttl": D}, azure="ttl"),
    Scenario("lost.second.example", {"dangling_classic": D, "plane_missing": D}, "nothing", CLASSIC, owned=False),
    Scenario("viatm.second.example", {"chain": D, "plane_wrong_target": D}, azure="wrong"),
    Scenario("expiring.second.example", {"tls_expiring": S, "plane_other_type": D}, azure="other"),
    Scenario("halfdead.second.example", {"tls_name_mismatch": D, "plane_missing": D}, azure="nothing"),
    Scenario("lamewrong.lamewrong.example", {"lame_server": D, "wrong_target": D}),
    Scenario("lamegone.lamewrong.example", {"lame_server": D, "missing": D, "plane_missing": D}, azure="nothing"),
    Scenario("deadhalf.deadhalf.example", {"timeout": U, "ttl": D}),
    Scenario("deadgone.deadhalf.example", {"timeout": U, "missing": D}),
    Scenario("sixlame.sixlame.example", {"lame_server": D, "ipv6_only_server": U}),
    Scenario("mixed.mixed.example", {"servers_disagree": D, "multiple_cnames": D}),
    Scenario("plainwrong.plainwrong.example", {"edns_unsupported": S, "wrong_target": D}),
    Scenario("plainfree.plainwrong.example", {"edns_unsupported": S, "missing": D}),
    Scenario("dwild.doublewild.example", {"wildcard_present": S, "ttl": D}),
    Scenario("gluemis.gluemis.example", {"dead_glue": U, "unreachable": U, "ns_set_mismatch": D}),
    Scenario("servdead.servdead.example", {"server_servfail": U, "timeout": U}),
    Scenario("lostzone.lostzone.example", {"lame_server": D, "target_foreign": D}, owned=False),
    Scenario("truncwrong.truncwrong.example", {"truncated": U, "plane_wrong_target": D}, azure="wrong"),
    Scenario("dupgone.dup.example", {"plane_missing": D, "missing": D, "duplicate_zone": S}, azure="nothing twice"),
    Scenario(
        "maskedtoo.wild.example", {"wrong_target": D, "wildcard_synthesised": D, "plane_missing": D}, azure="nothing"
    ),
    Scenario("nonsense.noaddress.example", {"delegation_unknown": U, "plane_wrong_target": D}, azure="wrong"),
)

# Names that the rules of names refuse, so that only the engine below them can be given one.
REFUSED = (Scenario("granite.straße.example", {"idn_ambiguous": D, "delegation_unknown": U}),)
