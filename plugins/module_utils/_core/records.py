# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Record sets of a DNS zone and the alias of a gateway among them: whose it is, and what has to change.

Everything here is a pure function over values that were read before. Nothing knows Azure's API or Ansible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput

MANAGED_BY = "managed-by"
MARK = "configmgr.cmg"
PREVIOUS_TARGET = "cmg-previous-target"
PREVIOUS_TTL = "cmg-previous-ttl"
CHANGED_AT = "cmg-changed-at"
RESERVED_METADATA = frozenset({MANAGED_BY, PREVIOUS_TARGET, PREVIOUS_TTL, CHANGED_AT})
LOWEST_TTL = 1
HIGHEST_TTL = 2_147_483_647
LONGEST_LABEL = 63
LONGEST_NAME = 253


class State(StrEnum):
    """What the user wants of the aliases."""

    PRESENT = "present"
    ABSENT = "absent"


class OnConflict(StrEnum):
    """What to do with a CNAME that is somebody else's. Records of other types are never touched."""

    FAIL = "fail"
    REPLACE = "replace"


class Action(StrEnum):
    """What is done, or would be done, to the record set at a service name."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NONE = "none"
    CONFLICT = "conflict"
    HELD = "held"
    NOT_REQUIRED = "not_required"
    UNDECIDED = "undecided"


class Conflict(StrEnum):
    """Why the record set at a service name cannot be touched."""

    OTHER_TYPE = "other_type"
    DELEGATED_AWAY = "delegated_away"
    OTHER_TARGET = "other_target"
    OTHER_TTL = "other_ttl"
    NOT_OURS = "not_ours"
    EMPTY = "empty"
    AZURE_ALIAS = "azure_alias"


WRITES = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})


@dataclass(frozen=True, slots=True)
class RecordSet:
    """A record set as the zone holds it. O(name) is relative to the zone and in lower case, TTL is in seconds.

    O(target) is that of a CNAME, O(target_resource) the Azure resource id of an alias record set. A CNAME record set
    with neither is empty, which Azure allows. The etag belongs to the transport and is no part of what it says.
    """

    type: str
    name: str
    ttl: int | None = None
    target: str | None = None
    target_resource: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The record set as a module returns it."""
        return {
            "type": self.type,
            "ttl": self.ttl,
            "target": self.target,
            "target_resource": self.target_resource,
            "metadata": dict(self.metadata),
        }


@dataclass(frozen=True, slots=True)
class Alias:
    """The alias that a gateway needs: its service name, its deployment name, the TTL in seconds.

    O(own_classic_name) is set only while the gateway is being converted. A record that points there is ours.
    """

    service_name: str
    target: str | None
    ttl: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    own_classic_name: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What the plan says of one alias, with the record set before and after it."""

    action: Action
    before: RecordSet | None = None
    after: RecordSet | None = None
    conflict: Conflict | None = None
    blocking_types: tuple[str, ...] = ()


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two DNS names are the same: case and one final dot make no difference (RFC 4343)."""
    return one is not None and other is not None and comparable(one) == comparable(other)


def comparable(name: str) -> str:
    """A DNS name as it is compared: lower case, without the final dot."""
    return name.removesuffix(".").lower()


def check_name(name: str) -> None:
    """Refuse what no zone can hold.

    :raises InvalidInput: for a name over 253 characters or with a label over 63 (RFC 1035).
    """
    if len(name) > LONGEST_NAME:
        raise InvalidInput(
            f"The service name {name!r} has {len(name)} characters; a DNS name has at most {LONGEST_NAME}. Shorten it."
        )
    for label in name.split("."):
        if len(label) > LONGEST_LABEL:
            raise InvalidInput(
                f"The label {label!r} of the service name {name!r} has {len(label)} characters; "
                f"a DNS label has at most {LONGEST_LABEL}. Shorten it."
            )


def check_alias(alias: Alias) -> None:
    """Refuse an alias that no zone can hold, before anything is read.

    :raises InvalidInput: for an impossible name or TTL, and for metadata that would forge our own mark.
    """
    check_name(comparable(alias.service_name))
    if not LOWEST_TTL <= alias.ttl <= HIGHEST_TTL:
        raise InvalidInput(
            f"dns.ttl of {alias.service_name} is {alias.ttl}; "
            f"Azure DNS takes {LOWEST_TTL} to {HIGHEST_TTL} seconds. 3600 is a good value, 300 before a change."
        )
    forged = sorted(RESERVED_METADATA & {name.lower() for name in alias.metadata})
    if forged:
        raise InvalidInput(
            f"dns.metadata of {alias.service_name} contains {', '.join(forged)}, which this collection writes itself. "
            "Choose other names."
        )


def is_ours(found: RecordSet, alias: Alias) -> bool:
    """Whether a CNAME record set is ours to change: it has our mark, or it is the converted gateway's classic one."""
    return found.metadata.get(MANAGED_BY) == MARK or same_name(found.target, alias.own_classic_name)


def is_right(found: RecordSet, alias: Alias) -> bool:
    """Whether a CNAME record set says what the alias should say."""
    return found.target_resource is None and found.ttl == alias.ttl and same_name(found.target, alias.target)


def decide(alias: Alias, name: str, found: Sequence[RecordSet], state: State, on_conflict: OnConflict) -> Change:
    """The change that brings the record sets found at the alias's relative name to what is wanted."""
    current = next((record_set for record_set in found if record_set.type == "CNAME"), None)
    if state is State.ABSENT:
        return _removal(alias, current, on_conflict)
    others = tuple(sorted(record_set.type for record_set in found if record_set.type != "CNAME"))
    if others:
        blocking = next(record_set for record_set in found if record_set.type != "CNAME")
        return Change(Action.CONFLICT, blocking, blocking, Conflict.OTHER_TYPE, others)
    if current is None:
        return Change(Action.CREATE, None, _wanted(alias, name, None))
    return _adjustment(alias, current, on_conflict)


def _removal(alias: Alias, current: RecordSet | None, on_conflict: OnConflict) -> Change:
    if current is None:
        return Change(Action.NONE)
    if is_ours(current, alias) or on_conflict is OnConflict.REPLACE:
        return Change(Action.DELETE, current, None)
    return Change(Action.CONFLICT, current, current, Conflict.NOT_OURS, ("CNAME",))


def _adjustment(alias: Alias, current: RecordSet, on_conflict: OnConflict) -> Change:
    ours = is_ours(current, alias)
    after = _wanted(alias, current.name, current)
    if is_right(current, alias) and (not ours or after.metadata == current.metadata):
        return Change(Action.NONE, current, current)
    if ours or on_conflict is OnConflict.REPLACE:
        return Change(Action.UPDATE, current, after)
    return Change(Action.CONFLICT, current, current, _kind_of_conflict(alias, current), ("CNAME",))


def _kind_of_conflict(alias: Alias, current: RecordSet) -> Conflict:
    if current.target_resource is not None:
        return Conflict.AZURE_ALIAS
    if current.target is None:
        return Conflict.EMPTY
    return Conflict.OTHER_TTL if same_name(current.target, alias.target) else Conflict.OTHER_TARGET


def _wanted(alias: Alias, name: str, current: RecordSet | None) -> RecordSet:
    """The record set as it should be. Its own spelling of a right target is kept, so that it is no difference."""
    right_target = current is not None and same_name(current.target, alias.target)
    target = current.target if current is not None and right_target else alias.target
    return RecordSet("CNAME", name, alias.ttl, target, None, _metadata(alias, current))


def _metadata(alias: Alias, current: RecordSet | None) -> dict[str, str]:
    """Everybody else's metadata, what the user declares, and our mark with the value that is being replaced.

    The time of the change is not known to a plan: :func:`stamped` adds it when the change is made.
    """
    kept = dict(current.metadata) if current is not None else {}
    if current is None or not is_right(current, alias):
        kept = {name: value for name, value in kept.items() if name not in RESERVED_METADATA}
        kept |= _previous(current)
    return kept | dict(alias.metadata) | {MANAGED_BY: MARK}


def _previous(current: RecordSet | None) -> dict[str, str]:
    if current is None:
        return {}
    previous = {PREVIOUS_TARGET: current.target or current.target_resource, PREVIOUS_TTL: current.ttl}
    return {name: str(value) for name, value in previous.items() if value is not None}


def stamped(record_set: RecordSet, moment: str) -> RecordSet:
    """The record set with the time of its change, O(moment), unless only its metadata changes."""
    if CHANGED_AT in record_set.metadata:
        return record_set
    return replace(record_set, metadata={**record_set.metadata, CHANGED_AT: moment})


class Settlement(StrEnum):
    """What a refused conditional write turned out to mean once the record set was read again."""

    DONE = "done"
    RETRY = "retry"
    LOST = "lost"


def settle(planned: Change, now: Change, found: RecordSet | None) -> Settlement:
    """Judge a write that Azure refused because the record set had changed since it was read.

    O(now) is the decision for what stands there at present, O(found). Nothing left to do means that the write got
    through after all, or that somebody else made the same one. A record set that says what it said before may be
    written again under its new etag, with the metadata that has come to it. Anything else was changed by somebody
    else, who must not lose it.
    """
    if now.action is Action.NONE:
        return Settlement.DONE
    same = now.action is planned.action and _says(found) == _says(planned.before)
    return Settlement.RETRY if same and not _loses_metadata(planned, now, found) else Settlement.LOST


def _loses_metadata(planned: Change, now: Change, found: RecordSet | None) -> bool:
    """Whether writing again would remove or replace metadata that was not there when the change was planned."""
    kept = now.after.metadata if now.after else {}
    known = planned.before.metadata if planned.before else {}
    present = found.metadata if found else {}
    return any(kept.get(name) != value and known.get(name) != value for name, value in present.items())


def _says(record_set: RecordSet | None) -> tuple[Any, ...] | None:
    if record_set is None:
        return None
    mark = record_set.metadata.get(MANAGED_BY)
    return (record_set.type, record_set.ttl, record_set.target, record_set.target_resource, mark)


def zone_lines(service_name: str, record_set: RecordSet | None) -> list[str]:
    """The record set as lines of a zone file, its metadata as a comment. The time of the change is left out."""
    if record_set is None:
        return []
    value = record_set.target or ""
    remarks = [f"Azure alias of {record_set.target_resource}"] if record_set.target_resource else []
    remarks += [] if value or remarks else ["empty record set"]
    remarks += [
        _printable(f"{name}={value}") for name, value in sorted(record_set.metadata.items()) if name != CHANGED_AT
    ]
    comment = f" ; {', '.join(remarks)}" if remarks else ""
    dotted = f" {value.removesuffix('.')}." if value else ""
    return [f"{comparable(service_name)}. {record_set.ttl} IN {record_set.type}{dotted}{comment}"]


def _printable(text: str) -> str:
    """Text that stays on its line: whatever does not print is escaped as in JSON."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


def diff_of(changes: Iterable[tuple[str, Change]]) -> dict[str, str]:
    """Before and after of all changes as two zone files, sorted; O(changes) pairs a service name with its change."""
    writes = [(name, change) for name, change in changes if change.action in WRITES]
    before = sorted(line for name, change in writes for line in zone_lines(name, change.before))
    after = sorted(line for name, change in writes for line in zone_lines(name, change.after))
    return {"before": "".join(f"{line}\n" for line in before), "after": "".join(f"{line}\n" for line in after)}
