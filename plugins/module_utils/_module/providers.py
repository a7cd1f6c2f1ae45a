# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Ensuring the registration of resource providers: read all, change what differs, wait for it to arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, repeat
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.providers import Subscription
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Finding
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import DeploymentMethod, Gateway
from ansible_collections.configmgr.cmg.plugins.module_utils._core.names import names_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.providers import (
    GOALS,
    NAMESPACES,
    USABLE,
    Action,
    Goal,
    Registration,
    State,
    action_for,
    registration_finding,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.results import results_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.gateway_options import GATEWAY_OPTIONS
from ansible_collections.configmgr.cmg.plugins.module_utils._module.limits import TIMEOUT, check_timeout

REQUESTS = ("list_subscriptions", "get_provider", "register_provider", "unregister_provider")
# A registration takes from seconds to some minutes; asking more often would not make it faster. In seconds.
PAUSES = (1.0, 2.0, 5.0)
LAST_PAUSE = 10.0
TIME_TO_ASK = 0.5

OPTIONS: dict[str, dict[str, Any]] = {
    "gateways": {**GATEWAY_OPTIONS["gateways"], "required": False, "default": []},
    "state": {"type": "str", "choices": [str(state) for state in State], "default": str(State.PRESENT)},
    "providers": {"type": "list", "elements": "str", "default": list(NAMESPACES)},
    "wait": {"type": "bool", "default": True},
    **TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What the task asks for."""

    goal: Goal
    namespaces: tuple[str, ...]
    wait: bool
    check_mode: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One provider: how it was found, what is done about it, how it is now, and for how long it was waited for."""

    namespace: str
    before: Registration
    action: Action
    after: Registration
    seconds: int = 0
    error: str | None = None

    @property
    def changed(self) -> bool:
        return self.action is not Action.NONE and self.error is None

    def as_dict(self) -> dict[str, Any]:
        """The provider as the module returns it."""
        return {
            "namespace": self.namespace,
            "action": str(self.action),
            "before": str(self.before),
            "after": str(self.after),
            "seconds": self.seconds,
            "error": self.error,
        }


def request_of(options: Mapping[str, Any], *, check_mode: bool) -> Request:
    """What the options of the task ask for.

    :raises InvalidInput: for no time or for a name that cannot be a provider's.
    """
    check_timeout(options)
    namespaces = tuple(dict.fromkeys(str(name).strip() for name in options["providers"]))
    wrong = [name for name in namespaces if not name.replace(".", "").isalnum() or not name.isascii()]
    if wrong:
        raise InvalidInput(f"providers holds {wrong[0]!r}. Write names such as Microsoft.KeyVault.")
    return Request(GOALS[State(options["state"])], namespaces, options["wait"], check_mode)


def ensure_providers(
    gateways: Sequence[Gateway],
    request: Request,
    subscription: Subscription,
    calls: Calls,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Bring the registrations to the wanted state and return the module's result.

    :param tell: is told of the progress while it is waited.
    :raises CmgError: when something could not be read, changed or waited for; its result says how far it got.
    """
    entries = _read(subscription, request)
    if request.check_mode:
        entries = [_foreseen(entry, request) for entry in entries]
    else:
        entries = [_changed(subscription, entry) for entry in entries]
        if request.wait:
            entries = _arrived(subscription, entries, request.goal, calls, tell)
    result = _result(gateways, entries, subscription.id, _counts(calls, entries, request), calls.clock.now().date())
    _refuse_unfinished(entries, request, result)
    return result


def _read(subscription: Subscription, request: Request) -> list[Entry]:
    """All providers as they are. Nothing is changed when one of them cannot be read."""
    entries, problems = [], []
    for namespace in request.namespaces:
        try:
            found = subscription.provider(namespace)
        except AzureFailure as failure:
            problems.append(failure.message)
            continue
        action = action_for(found.registration, request.goal)
        entries.append(Entry(found.namespace or namespace, found.registration, action, found.registration))
    if problems:
        raise CmgError(" ".join(["Nothing was changed.", *dict.fromkeys(problems)]))
    return entries


def _foreseen(entry: Entry, request: Request) -> Entry:
    """What the real run would bring if everything goes well."""
    if entry.action is Action.NONE and not (request.wait and entry.before is request.goal.passing):
        return entry
    return replace(entry, after=request.goal.final if request.wait else request.goal.passing)


def _changed(subscription: Subscription, entry: Entry) -> Entry:
    if entry.action is Action.NONE:
        return entry
    try:
        return replace(entry, after=subscription.change(entry.namespace, entry.action).registration)
    except AzureFailure as failure:
        return replace(entry, error=failure.message)


def _arrived(
    subscription: Subscription, entries: Sequence[Entry], goal: Goal, calls: Calls, tell: Callable[[str], None]
) -> list[Entry]:
    """The entries once all have arrived at the goal, or when the time is over."""
    found, start = list(entries), calls.clock.monotonic()
    for pause in chain(PAUSES, repeat(LAST_PAUSE)):
        waiting = [place for place, entry in enumerate(found) if _is_waited_for(entry, goal)]
        moment = min(pause, calls.remaining() - TIME_TO_ASK)
        if not waiting or moment <= 0:
            break
        waited = round(calls.clock.monotonic() - start)
        tell(f"{', '.join(f'{found[place].namespace} is {found[place].after}' for place in waiting)} after {waited} s")
        calls.clock.sleep(moment)
        for place in waiting:
            found[place] = _asked_again(subscription, found[place], calls.clock.monotonic() - start)
    return found


def _is_waited_for(entry: Entry, goal: Goal) -> bool:
    return entry.error is None and entry.after is not goal.final


def _asked_again(subscription: Subscription, entry: Entry, waited: float) -> Entry:
    try:
        return replace(entry, after=subscription.provider(entry.namespace).registration, seconds=round(waited))
    except AzureFailure as failure:
        late = failure.kind is Kind.OUT_OF_TIME
        return replace(entry, error=None if late else failure.message, seconds=round(waited))


def _counts(calls: Calls, entries: Sequence[Entry], request: Request) -> Counter[str]:
    """The requests made; in check mode with the writes that the real run would make."""
    writes = [f"{entry.action}_provider" for entry in entries if entry.changed]
    return calls.counts + Counter(writes if request.check_mode else [])


def _refuse_unfinished(entries: Sequence[Entry], request: Request, result: Mapping[str, Any]) -> None:
    """Fail when something went wrong, or when the time was over before everything had arrived."""
    errors = [entry.error for entry in entries if entry.error]
    if errors:
        raise CmgError(" ".join(errors), result=result)
    late = [entry for entry in entries if _is_waited_for(entry, request.goal)]
    if late and request.wait:
        states = ", ".join(f"{entry.namespace} is {entry.after} after {entry.seconds} s" for entry in late)
        raise CmgError(
            f"{len(late)} of {len(entries)} resource providers are not {request.goal.final} yet: {states}. The change "
            "goes on in Azure. Run again to wait for it, allow more time with timeout, or set wait to false.",
            result=result,
        )


def _result(
    gateways: Sequence[Gateway], entries: Sequence[Entry], subscription_id: str, counts: Mapping[str, int], today: date
) -> dict[str, Any]:
    lacking = [entry.namespace for entry in entries if _is_needed(entry.namespace) and entry.after not in USABLE]
    judged = [_judged(gateway, lacking, subscription_id) for gateway in gateways]
    writes = [entry for entry in entries if entry.changed]
    return {
        **results_of(gateways, judged, today),
        "changed": bool(writes),
        "subscription_id": subscription_id,
        "providers": [entry.as_dict() for entry in entries],
        "requests": {kind: counts.get(kind, 0) for kind in REQUESTS},
        "diff": {
            "before": "".join(f"{entry.namespace}: {entry.before}\n" for entry in writes),
            "after": "".join(f"{entry.namespace}: {entry.after}\n" for entry in writes),
        },
    }


def _is_needed(namespace: str) -> bool:
    return namespace.lower() in {name.lower() for name in NAMESPACES}


def _judged(gateway: Gateway, lacking: Sequence[str], subscription_id: str) -> tuple[dict[str, Any], list[Finding]]:
    names, _findings = names_of(gateway)
    classic = gateway.deployment_method is DeploymentMethod.CLASSIC
    finding = registration_finding(gateway, subscription_id, lacking)
    facts = {"service_name": names.service_name, "ready": None if classic else not lacking}
    return facts, [finding] if finding else []
