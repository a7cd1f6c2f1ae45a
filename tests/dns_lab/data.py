# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data of the miniature DNS: who delegates what to whom, what the zones hold, what Azure holds.

The first label of an alias gives the name of its target, C(<label>.westus.cloudapp.azure.com); a zone is made of lines
of which the owner is relative to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

ROOT, TLD, AZURE = "127.54.0.1", "127.54.0.2", "127.54.0.3"
POOL, STALE, COPY = ("127.54.1.1", "127.54.1.2", "127.54.1.3"), "127.54.1.4", "127.54.1.11"
SIGNER = "127.54.1.21"
NOBODY, DEAD_GLUE = "127.54.2.99", "127.54.2.98"
UNBOUND = "127.54.3.1"
HOSTS = "127.54.9.1"
NO_HOST = "127.54.9.2"

POOL_NAMES = tuple(f"ns{number}-09.azure-dns.com" for number in (1, 2, 3, 4))
COPY_NAMES = tuple(f"ns{number}-03.azure-dns.com" for number in (1, 2, 3, 4))
DOMAIN = "westus.cloudapp.azure.com"
OLD = f"oldfalls.{DOMAIN}"

# What the responder's addresses are for.
FAULTY = {
    name: f"127.54.2.{number}"
    for number, name in enumerate(
        (
            "refuse", "silent", "unauthorised", "upward", "truncating", "longwinded", "plain", "garbled", "spoofed",
            "notimp", "servfail", "refusing", "twice", "beside", "compact", "halfauthority", "healthy", "mixed",
        ),
        1,
    )
}  # fmt: skip


def target(label: str) -> str:
    """The deployment name that belongs to the first label of a service name."""
    return f"{label}.{DOMAIN}"


def cname(label: str, where: str | None = None, ttl: int = 3600) -> str:
    return f"{label} {ttl} CNAME {where or target(label)}."


def zone(name: str, servers: Iterable[str], lines: Iterable[str]) -> str:
    """A zone file."""
    names = list(servers)
    first = names[0]
    soa = f"@ 3600 IN SOA {first}. hostmaster.{first}. 1 3600 300 2419200 300"
    return "\n".join([f"$ORIGIN {name.strip('.')}.", "$TTL 3600", soa, *(f"@ NS {it}." for it in names), *lines, ""])


# Zones whose servers are the four of the pool; the last of them is stale.
SINGLE = (
    "good",
    "classic",
    "locked",
    "pttl",
    "pwrong",
    "pother",
    "pmissing",
    "parec",
    "foreign",
    "unpub",
    "looped",
    "noaddr",
    "unproven",
    "unresolved",
    "leftover",
)
DANGLING = ("dangling", "reserved", "unsaid")
TLS = ("tlsname", "tlsexpired", "tlssoon", "tlsother", "tlsnone", "tlsweak", "tlsforeign")
# Labels of targets that have an address at which nobody serves a certificate.
UNSERVED = ("tlsnone", "unproven")
MAIN = (
    *(cname(label) for label in (*SINGLE, *DANGLING, *TLS) if label != "classic"),
    cname("classic", "classic.cloudapp.net"),
    cname("wrong", OLD),
    cname("lowttl", ttl=300),
    cname("chained", "tm.main.example"),
    cname("tm", target("chained")),
    cname("classicgone", "classicgone.cloudapp.net"),
    "other A 127.54.9.1",
    "deep.ent TXT made",
)
FRESH: Mapping[str, tuple[str, ...]] = {
    "main.example": (*MAIN, cname("stale"), cname("lacking")),
    "wild.example": (f"* 3600 CNAME {target('masked')}.", cname("present")),
    "dup.example": (),
    "twins.example": (cname("twin"),),
    "caa.example": (cname("caafirm"), '@ CAA 0 issue "letsencrypt.org"'),
    "unread.example": (cname("unread"),),
    "elsewhere.example": (cname("elsewhere"),),
    "lock.example": (cname("underlock"),),
    "second.example": (
        cname("both", OLD, 60),
        cname("free", OLD),
        cname("late"),
        cname("halfdead"),
        cname("forgotten"),
        cname("twofaults"),
        cname("expiring"),
        cname("quiet"),
        cname("lost", "lost.cloudapp.net"),
        cname("viatm", "tm.second.example"),
        cname("tm", target("viatm")),
    ),
}
OLDER: Mapping[str, tuple[str, ...]] = {
    **FRESH,
    "main.example": (*MAIN, cname("stale", OLD)),
    "second.example": (
        *(line for line in FRESH["second.example"] if not line.startswith(("late ", "twofaults "))),
        cname("twofaults", OLD, 60),
    ),
}

# Delegations in the zone example: name, then server and addresses of its glue.
OWN_SERVERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "halflame": (("ns1", POOL[0]), ("ns2", FAULTY["refuse"])),
    "lame": (("ns1", FAULTY["refuse"]),),
    "dead": (("ns1", FAULTY["silent"]),),
    "closed": (("ns1", NOBODY),),
    "noaa": (("ns1", FAULTY["unauthorised"]),),
    "halfaa": (("ns1", FAULTY["halfauthority"]),),
    "upward": (("ns1", FAULTY["upward"]),),
    "trunc": (("ns1", FAULTY["truncating"]),),
    "truncok": (("ns1", FAULTY["longwinded"]),),
    "noedns": (("ns1", FAULTY["plain"]),),
    "garbled": (("ns1", FAULTY["garbled"]),),
    "spoofed": (("ns1", FAULTY["spoofed"]),),
    "notimp": (("ns1", FAULTY["notimp"]),),
    "servfail": (("ns1", FAULTY["servfail"]),),
    "refusing": (("ns1", FAULTY["refusing"]),),
    "twice": (("ns1", FAULTY["twice"]),),
    "beside": (("ns1", FAULTY["beside"]),),
    "nxname": (("ns1", FAULTY["compact"]),),
    "mismatch": (("ns1", POOL[0]), ("ns2", POOL[1])),
    "glue": (("ns1", DEAD_GLUE), ("ns2", POOL[1])),
    "six": (("ns1", POOL[0]), ("ns6", "2001:db8::1")),
    "apexzone": (("ns1", POOL[0]),),
    "signed": (("ns1", SIGNER),),
    "swild": (("ns1", SIGNER),),
    "bogus": (("ns1", SIGNER),),
    "expired": (("ns1", SIGNER),),
    # of the second set
    "lamewrong": (("ns1", POOL[0]), ("ns2", FAULTY["refuse"])),
    "deadhalf": (("ns1", POOL[0]), ("ns2", FAULTY["silent"])),
    "sixlame": (("ns1", FAULTY["refuse"]), ("ns6", "2001:db8::1")),
    "mixed": (("ns1", FAULTY["mixed"]), ("ns2", POOL[1])),
    "plainwrong": (("ns1", FAULTY["mixed"]),),
    "doublewild": (("ns1", FAULTY["mixed"]),),
    "gluemis": (("ns1", DEAD_GLUE), ("ns2", POOL[1])),
    "servdead": (("ns1", FAULTY["servfail"]), ("ns2", FAULTY["silent"])),
    "lostzone": (("ns1", FAULTY["refuse"]), ("ns2", FAULTY["upward"])),
    "truncwrong": (("ns1", FAULTY["mixed"]),),
}
# Servers that the zone itself names besides or instead of the delegated ones.
CHILD_SERVERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "mismatch": (("ns1", POOL[0]), ("ns3", POOL[2])),
    "glue": (("ns1", POOL[0]), ("ns2", POOL[1])),
    "gluemis": (("ns1", POOL[0]), ("ns3", POOL[2])),
}
# What zones with servers of their own hold, where NSD serves them.
OWN_LINES: Mapping[str, tuple[str, ...]] = {
    "halflame": (cname("halflame"),),
    "mismatch": (cname("mismatched"),),
    "glue": (cname("glued"),),
    "six": (cname("sixth"),),
    "apexzone": ("@ A 127.54.9.1",),
    "lamewrong": (cname("lamewrong", OLD),),
    "deadhalf": (cname("deadhalf", ttl=60),),
    "mixed": (cname("mixed"),),
    "gluemis": (cname("gluemis"),),
}
POOL_ZONES = tuple(FRESH)


def _glue(zone_name: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{server}{f'.{zone_name}' if zone_name else ''} {'AAAA' if ':' in address else 'A'} {address}"
        for server, address in pairs
    ]


def own_zone(name: str) -> str:
    """The file of a zone with servers of its own."""
    servers = CHILD_SERVERS.get(name) or OWN_SERVERS[name]
    lines = [*_glue("", servers), *OWN_LINES[name]]
    return zone(f"{name}.example", [f"{server}.{name}.example" for server, _address in servers], lines)


def root_zones() -> dict[str, str]:
    tops = [f"{top} NS ns.{top}\nns.{top} A {TLD}" for top in ("example", "com", "net")]
    return {".": zone(".", ["a.root"], [f"a.root A {ROOT}", *tops]).replace("$ORIGIN .\n", "$ORIGIN .\n")}


def top_zones() -> dict[str, str]:
    pooled = [f"{name.removesuffix('.example')} NS {server}." for name in POOL_ZONES for server in POOL_NAMES]
    lines = [f"ns A {TLD}", *pooled, "noaddress NS ns.nowhere.example."]
    for name, servers in OWN_SERVERS.items():
        lines += [f"{name} NS {server}.{name}" for server, _address in servers] + _glue(name, servers)
    azure = [f"ns A {TLD}", *(f"{name} NS ns.{name}\nns.{name} A {AZURE}" for name in ("azure", "azure-dns"))]
    return {
        "example": zone("example", ["ns.example"], lines),
        "com": zone("com", ["ns.com"], azure),
        "net": zone("net", ["ns.net"], [f"ns A {TLD}", f"cloudapp NS ns.cloudapp\nns.cloudapp A {AZURE}"]),
    }


def azure_zones(labels: Iterable[str]) -> dict[str, str]:
    """Azure's own zones; the labels are those of targets that have an address."""
    absent = {*DANGLING, "unpub", "free", "lost", "forgotten", "planned"}
    special = {"looped", "noaddr", "unresolved", *UNSERVED, *absent}
    hosts = [f"{label}.westus.cloudapp A {HOSTS}" for label in sorted({*labels, "oldfalls"} - special)]
    hosts += [
        f"looped.westus.cloudapp CNAME circle.{DOMAIN}.",
        f"circle.westus.cloudapp CNAME looped.{DOMAIN}.",
        "noaddr.westus.cloudapp TXT nothing",
        *(f"{label}.westus.cloudapp A {NO_HOST}" for label in UNSERVED),
        "unresolved.westus.cloudapp NS ns.unresolved.westus.cloudapp",
        f"ns.unresolved.westus.cloudapp A {FAULTY['refuse']}",
    ]
    servers = [f"ns{number}-09 A {address}" for number, address in enumerate((*POOL, STALE), 1)]
    servers += [f"ns{number}-03 A {COPY}" for number in (1, 2, 3, 4)]
    return {
        "azure.com": zone("azure.com", ["ns.azure.com"], [f"ns A {AZURE}", *hosts]),
        "azure-dns.com": zone("azure-dns.com", ["ns.azure-dns.com"], [f"ns A {AZURE}", *servers]),
        "cloudapp.net": zone("cloudapp.net", ["ns.cloudapp.net"], [f"ns A {AZURE}", f"classic A {HOSTS}"]),
    }


@cache
def signed_zones() -> tuple[dict[str, str], tuple[str, ...]]:
    """Zones with signatures, and the trust anchors for them: right, expired, and changed after the signing."""
    now = datetime.now(UTC)
    fresh, past = (
        (now - timedelta(hours=1), now + timedelta(days=20)),
        (now - timedelta(days=30), now - timedelta(days=2)),
    )
    made = {
        "signed.example": _signed("signed.example", [cname("signed")], *fresh),
        "swild.example": _signed("swild.example", [f"* 3600 CNAME {target('smasked')}."], *fresh),
        "bogus.example": _signed("bogus.example", [cname("bogus")], *fresh),
        "expired.example": _signed("expired.example", [cname("expired")], *past),
    }
    texts = {name: text for name, (text, _anchor) in made.items()}
    texts["bogus.example"] = _swapped(texts["bogus.example"])
    return texts, tuple(anchor for _text, anchor in made.values())


def _swapped(text: str) -> str:
    """A signature over the alias whose last characters are others."""
    lines = text.splitlines()
    changed = [f"{line[:-8]}AAAAAA==" if " RRSIG CNAME " in line else line for line in lines]
    return "\n".join([*changed, ""])


def _signed(name: str, lines: list[str], inception: datetime, expiration: datetime) -> tuple[str, str]:
    import dns.dnssec
    import dns.name
    import dns.rdatatype
    import dns.zone
    from cryptography.hazmat.primitives.asymmetric import ec

    text = zone(name, [f"ns1.{name}"], [f"ns1 A {SIGNER}", *lines])
    made = dns.zone.from_text(text, origin=name, relativize=False)
    key = ec.generate_private_key(ec.SECP256R1())
    public = dns.dnssec.make_dnskey(key.public_key(), "ECDSAP256SHA256", flags=257)
    dns.dnssec.sign_zone(made, keys=[(key, public)], dnskey_ttl=3600, inception=inception, expiration=expiration)
    anchor = dns.dnssec.make_ds(dns.name.from_text(name), public, "SHA256")
    return made.to_text(relativize=False, want_origin=True), f"{name}. DS {anchor.to_text()}"
