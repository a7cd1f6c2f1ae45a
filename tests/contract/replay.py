# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replays recorded exchanges with real Azure DNS against the emulator and compares the answers.

Every recording file becomes one run against an emulator of its own. What the file takes for granted (zones and
record sets that its first answers show, but that no recorded request made) is set up first from those answers.
A request is sent with its api-version changed to 2018-05-01 where an older one was recorded, with the etags, name
servers and operation ids that the emulator gave in place of the recorded ones; everything else goes as recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aiohttp.test_utils import TestClient, TestServer

from tests.emulator import seed
from tests.emulator.dns_state import Precondition, Zone
from tests.emulator.emulation import Emulation
from tests.emulator.estate import Resource, ResourceGroup
from tests.emulator.tokens import Client
from tests.emulator.web import Front

VERSION = "2018-05-01"
NOT_DNS = "private DNS: another resource type, which the emulator does not have"
NO_BODY = "request body not recorded"
ABSENT = "(absent)"
OLDER_LACKS = frozenset(
    {"targetResource", "provisioningState", "zoneType", "maxNumberOfRecordSets", "maxNumberOfRecordsPerRecordSet"}
)
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SERVER = re.compile(r"(ns[1-4])-(\d\d(?:\.ppe)?)(\.azure-dns\.)")
_LINK = re.compile(r" For more details please go to \S+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded exchange; `body` and `answer` are JSON data."""

    file: str
    method: str
    path: str
    version: str
    headers: Mapping[str, str]
    body_text: str
    status: int
    answer_headers: Mapping[str, str]
    answer: Any

    @property
    def parts(self) -> list[str]:
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def zone(self) -> tuple[str, str, str] | None:
        """Subscription, group and zone of the path, where it has them."""
        parts = self.parts
        named = len(parts) >= 8 and parts[6].lower() == "dnszones"
        return (parts[1], parts[3], parts[7]) if named else None

    @property
    def record(self) -> tuple[str, str] | None:
        """Type and name of the path, where it has them."""
        parts = self.parts
        return (parts[8].upper(), parts[9].lower()) if self.zone and len(parts) == 10 else None

    @property
    def lists_subscription(self) -> bool:
        """Whether the answer shows what else was in the subscription on that day."""
        return len(self.parts) == 5

    @property
    def why_not(self) -> str:
        """Why the exchange cannot be replayed; empty where it can."""
        if "privatedns" in self.path.lower():
            return NOT_DNS
        if self.method in ("PUT", "PATCH") and not self.body_text.startswith("{"):
            return NO_BODY
        return ""


@dataclass(slots=True)
class Outcome:
    """What became of one exchange: `problems` is empty where the two answers agree."""

    exchange: Exchange
    why_not: str = ""
    problems: list[str] = field(default_factory=list)


def load(path: Path) -> list[Exchange]:
    """The recorded exchanges, in their order."""
    with path.open(encoding="utf-8") as lines:
        return [_exchange(json.loads(line)) for line in lines]


def _exchange(row: Mapping[str, Any]) -> Exchange:
    address = urlsplit(row["uri"])
    path = address.path or ""
    if not path.startswith("/subscriptions"):
        path = f"/subscriptions/{row['uri'].split('/subscriptions/', 1)[1].split('?')[0]}"
    text = row["req_body"] or ""
    if text.startswith("b'"):
        text = text[2:-1]
    return Exchange(
        row["file"],
        row["method"],
        path,
        parse_qs(address.query)["api-version"][0],
        {key: value for key, value in row["req_headers"].items() if key.startswith("if-")},
        text.strip("'"),
        row["status"],
        row["resp_headers"],
        json.loads(row["resp_body"]) if row["resp_body"] else None,
    )


class Run:
    """One file against one emulator."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self.exchanges = list(exchanges)
        self.emulation = Emulation(seed.build({"subscriptions": []}))
        self.replaced: dict[str, str] = {}
        self.pools: dict[str, str] = {}
        self.seen: set[object] = set()
        subscriptions = {one.parts[1] for one in self.exchanges}
        for name in subscriptions:
            self.emulation.estate.add_subscription(name, "Recorded", seed.TENANT)
        self._set_up()

    def _set_up(self) -> None:
        """Groups, and what the first answer about a zone or record set shows to have been there before."""
        for one in self.exchanges:
            if one.why_not != NOT_DNS:
                self._add_group(one)
                self._alias_target(one)
                self._set_up_zone(one)
                self._set_up_record(one)
                self._set_up_listed(one)

    def _add_group(self, one: Exchange) -> None:
        if len(one.parts) > 3 and one.parts[2].lower() == "resourcegroups":
            groups = self.emulation.estate.subscriptions[one.parts[1].lower()].groups
            groups.setdefault(one.parts[3].lower(), ResourceGroup(one.parts[3], "westus"))

    def _set_up_zone(self, one: Exchange) -> None:
        if not one.zone or one.zone in self.seen:
            return
        self.seen.add(one.zone)
        made_here = not one.record and one.method == "PUT" and one.status == 201
        missing = one.status == 404 and "error" in (one.answer or {})
        if not made_here and not missing:
            tags = {} if one.record else (one.answer or {}).get("tags", {})
            self._put_zone(one.zone, tags, one.answer)

    def _set_up_record(self, one: Exchange) -> None:
        if not one.zone or not one.record or (one.zone, one.record) in self.seen:
            return
        self.seen.add((one.zone, one.record))
        if one.status == 200 and self.emulation.estate.dns.find(*one.zone):
            self._put_record(one.zone, one.record, one.answer)

    def _set_up_listed(self, one: Exchange) -> None:
        """What a list shows although no request of the file made it; lists of a whole subscription left aside."""
        if one.lists_subscription or not isinstance(one.answer, dict):
            return
        for item in one.answer.get("value", []):
            shown = Exchange(one.file, "GET", item["id"], one.version, {}, "", 200, {}, item)
            self._set_up_zone(shown)
            self._set_up_record(shown)

    def _put_zone(self, zone: tuple[str, str, str], tags: Mapping[str, str], answer: Any) -> None:
        made, _new = self.emulation.estate.dns.put_zone(*zone, tags, Precondition())
        self._learn_servers(made, answer)

    def _put_record(self, zone: tuple[str, str, str], record: tuple[str, str], answer: Any) -> None:
        properties = {"TTL": 3600} if answer is None else answer["properties"]
        body = {"properties": json.loads(self._rewrite(json.dumps(properties)))}
        self.emulation.estate.dns.put_set(self.emulation.estate.dns.zone(*zone), *record, body, Precondition())

    def _write(self, one: Exchange) -> None:
        """Bring about what a recorded answer shows, as somebody else."""
        if one.zone and one.record:
            self._put_record(one.zone, one.record, one.answer)
        elif one.zone:
            self._put_zone(one.zone, one.answer.get("tags", {}), one.answer)

    def _alias_target(self, one: Exchange) -> None:
        """An alias's target is a traffic manager of another test: it exists with the TTL that the answer shows."""
        properties = (one.answer or {}).get("properties", {}) if isinstance(one.answer, dict) else {}
        target = (properties.get("targetResource") or {}).get("id")
        if target:
            self.emulation.estate.put_resource(
                Resource(target, "global", {"dnsConfig": {"relativeName": "tm", "ttl": properties["TTL"]}})
            )

    def _learn_servers(self, zone: Zone, answer: Any) -> None:
        """Which of the emulator's pools of name servers stands for the recorded one."""
        found = _SERVER.search(json.dumps(answer))
        if found:
            self.pools[found[2]] = zone.pool

    def _rewrite(self, text: str) -> str:
        for old, new in self.replaced.items():
            text = text.replace(old, new)
        return _SERVER.sub(lambda found: f"{found[1]}-{self.pools.get(found[2], found[2])}{found[3]}", text)

    async def play(self) -> list[Outcome]:
        """Send everything that can be sent, in order."""
        front = Front(self.emulation, "unused")
        outcomes = []
        async with TestClient(TestServer(front.https())) as client:
            token = self._token()
            for one in self.exchanges:
                outcome = Outcome(one, one.why_not)
                if not one.why_not:
                    outcome.problems = await self._send(client, token, one)
                elif one.why_not == NO_BODY:
                    self._write(one)
                outcomes.append(outcome)
        return outcomes

    def _token(self) -> str:
        client = Client("replay", seed.TENANT, "replay", secret="long enough to be told apart")
        return self.emulation.estate.directory.issue(client, "arm", self.emulation.now())

    async def _send(self, client: TestClient[Any, Any], token: str, one: Exchange) -> list[str]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        headers |= {key: self._rewrite(value) for key, value in one.headers.items()}
        async with client.request(
            one.method,
            self._rewrite(one.path),
            params={"api-version": VERSION},
            headers=headers,
            data=self._rewrite(one.body_text) or None,
        ) as response:
            text = await response.text()
            answer = json.loads(text) if text else None
            found = {key.lower(): value for key, value in response.headers.items()}
            problems = list(differences(one, response.status, found, answer))
        self._learn(one, found, answer)
        return problems

    def _learn(self, one: Exchange, headers: Mapping[str, str], answer: Any) -> None:
        if one.answer_headers.get("etag") and headers.get("etag"):
            self.replaced[one.answer_headers["etag"]] = headers["etag"]
        operation = one.answer_headers.get("azure-asyncoperation")
        if operation and headers.get("azure-asyncoperation"):
            self.replaced[_operation_id(operation)] = _operation_id(headers["azure-asyncoperation"])
        if one.zone and not one.record and isinstance(answer, dict):
            zone = self.emulation.estate.dns.find(*one.zone)
            if zone is not None:
                self._learn_servers(zone, one.answer)


def _operation_id(address: str) -> str:
    return urlsplit(address).path.rsplit("/", 1)[1]


def differences(one: Exchange, status: int, headers: Mapping[str, str], answer: Any) -> Iterator[str]:
    """How an answer differs from the recorded one: status, headers that a client reads, then the body value by value.

    Volatile values (GUIDs, pools of name servers) compare as equal.
    """
    if status != one.status:
        yield f"status {status}, recorded {one.status}"
    for name in ("etag", "azure-asyncoperation", "location", "x-ms-failure-cause"):
        if (name in headers) != (name in one.answer_headers):
            yield f"header {name}: {headers.get(name)}, recorded {one.answer_headers.get(name)}"
    recorded = one.answer
    if one.lists_subscription and isinstance(recorded, dict) and isinstance(answer, dict):
        names = {item["id"].lower() for item in answer["value"]}
        recorded = {"value": [item for item in recorded["value"] if item["id"].lower() in names]}
    older = one.version != VERSION
    yield from _unequal("body", _settled(answer, older), _settled(recorded, older))


def _unequal(place: str, ours: Any, theirs: Any) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from _unequal(f"{place}.{key}", ours.get(key, ABSENT), theirs.get(key, ABSENT))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _unequal(f"{place}[{number}]", one, other)
    elif ours != theirs:
        yield f"{place}: {ours!r}, recorded {theirs!r}"


def _settled(data: Any, older: bool) -> Any:
    """The data without what changes from run to run and, for older versions, without what they did not have yet."""
    if isinstance(data, dict):
        kept = {key: value for key, value in data.items() if not (older and key in OLDER_LACKS)}
        return {key: "ETAG" if key == "etag" else _settled(value, older) for key, value in kept.items()}
    if isinstance(data, list):
        return [_settled(item, older) for item in data]
    if isinstance(data, str):
        return _LINK.sub("", _SERVER.sub(r"\1-NN\3", _GUID.sub("GUID", data)))
    return data


async def play_all(exchanges: Iterable[Exchange]) -> list[Outcome]:
    """Replay every file."""
    outcomes: list[Outcome] = []
    for _file, group in groupby(exchanges, key=lambda one: one.file):
        outcomes += await Run(group).play()
    return outcomes
