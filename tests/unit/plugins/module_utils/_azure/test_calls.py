# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One deadline for all calls: what is tried again, how long it is waited, and what is said when time is up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import pytest
from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from tests.unit.plugins.module_utils._azure.memory import TurnedClock, answered

CUT = ServiceRequestError("Connection aborted.")


def refused(status: int, code: str = "", message: str = "", **headers: str) -> HttpResponseError:
    return answered(status, {"code": code, "message": message}, **headers)


PENDING = refused(409, "Conflict", "Another operation is pending for requested object.")
UNAVAILABLE = refused(503, "ServiceUnavailable")


def failing(errors: Iterable[AzureError]) -> Callable[[], str]:
    """A call that raises these errors one after the other and then succeeds."""
    left = iter(errors)

    def call() -> str:
        error = next(left, None)
        if error is not None:
            raise error
        return "done"

    return call


def made(clock: TurnedClock, timeout: float = 600) -> Calls:
    return Calls(clock, clock.monotonic() + timeout)


@pytest.mark.parametrize(
    ("errors", "slept"),
    [
        ([], []),
        ([CUT], [0.3]),
        ([CUT, CUT], [0.3, 1.0]),
        ([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE], [0.5, 2.0, 5.0]),
        ([refused(500, "x", "y", Retry_After="3")], [3.0]),
        ([refused(408, "x", "y")], [0.5]),
        ([PENDING] * 7, [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]),
        ([refused(429, "x", "y", Retry_After="1")], [1.0]),
        ([refused(429, "x", "y", Retry_After="307")], [307.0]),
        ([refused(429, "x", "y")] * 5, [2.0, 5.0, 10.0, 20.0, 20.0]),
        ([refused(429, "x", "y", Retry_After="0")] * 2, [2.0, 5.0]),
        ([refused(429, "x", "y", Retry_After="Thu, 01 Jan 2026 00:00:09 GMT")], [9.0]),
    ],
)
def test_tried_again(errors: list[AzureError], slept: list[float]) -> None:
    clock = TurnedClock()
    calls = made(clock)
    assert calls.make("create", "writing it", failing(errors)) == "done"
    assert clock.slept == slept
    assert calls.counts == {"create": len(errors) + 1}


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ([CUT] * 3, Kind.UNREACHABLE),
        ([UNAVAILABLE] * 4, Kind.UNAVAILABLE),
        ([refused(403, "AuthorizationFailed")], Kind.FORBIDDEN),
        ([refused(412, "PreconditionFailed")], Kind.CHANGED),
        ([refused(409, "Conflict", "a record with the same name already exists in this zone.")], Kind.OCCUPIED),
        ([refused(400, "BadRequest")], Kind.REJECTED),
        ([ServiceRequestError("[SSL: CERTIFICATE_VERIFY_FAILED]")], Kind.UNTRUSTED),
    ],
)
def test_given_up(errors: list[AzureError], kind: Kind) -> None:
    calls = made(TurnedClock())
    with pytest.raises(AzureFailure) as caught:
        calls.make("create", "writing it", failing(errors))
    assert caught.value.kind is kind
    assert calls.counts["create"] == len(errors)


@pytest.mark.parametrize(
    ("errors", "unsure"),
    [([CUT, refused(412)], True), ([UNAVAILABLE, refused(412)], True), ([refused(412)], False)],
)
def test_whether_a_write_may_have_got_through(errors: list[AzureError], unsure: bool) -> None:
    with pytest.raises(AzureFailure) as caught:
        made(TurnedClock()).make("create", "writing it", failing(errors))
    assert (caught.value.kind, caught.value.unsure) == (Kind.CHANGED, unsure)


def test_a_wait_that_would_be_too_long_is_said_at_once() -> None:
    clock = TurnedClock()
    calls = made(clock, 300)
    with pytest.raises(AzureFailure) as caught:
        calls.make("create", "writing it", failing([refused(429, "TooMany", "Slow down.", Retry_After="307")]))
    assert clock.slept == []
    assert caught.value.kind is Kind.THROTTLED
    assert "Azure answered 429 TooMany: Slow down." in caught.value.message
    assert "Waiting 307 s for it would exceed the 300 s that are left" in caught.value.message


@pytest.mark.parametrize("error", [ServiceRequestError("Read timed out"), refused(429, "x", "y", Retry_After="0")])
def test_no_number_is_said_that_nobody_asked_for(error: AzureError) -> None:
    """The whole time went by with waiting for an answer; a pause of our own is no advice."""
    calls = made(TurnedClock(), 0.2)
    with pytest.raises(AzureFailure) as caught:
        calls.make("create", "writing it", failing([error]))
    assert caught.value.message.endswith(
        " The option timeout leaves no time to try again. Run again, or allow more time."
    )
    assert "0 s" not in caught.value.message


def test_after_that_nothing_else_is_asked() -> None:
    """A thousand writers would otherwise each be told the same by Azure."""
    calls = made(TurnedClock(), 300)
    with pytest.raises(AzureFailure):
        calls.make("create", "writing one", failing([refused(429, "x", "y", Retry_After="307")]))
    with pytest.raises(AzureFailure) as caught:
        calls.make("create", "writing another", failing([]))
    assert caught.value.kind is Kind.OUT_OF_TIME
    assert "Writing another was not begun: Azure asks to wait for 307 s more" in caught.value.message
    assert calls.counts["create"] == 1


def test_all_calls_are_held_back_together() -> None:
    clock = TurnedClock()
    calls = made(clock)
    calls.make("create", "one", failing([refused(429, "x", "y", Retry_After="30")]))
    clock.seconds = 0
    assert calls.make("create", "two", failing([])) == "done"
    assert clock.slept == [30.0, 30.0]


def test_nothing_begins_after_the_deadline() -> None:
    clock = TurnedClock()
    calls = made(clock, 10)
    clock.seconds = 10
    with pytest.raises(AzureFailure) as caught:
        calls.make("create", "writing it", failing([]))
    assert caught.value.kind is Kind.OUT_OF_TIME
    assert "Writing it was not begun: the time allowed by the option timeout is over." in caught.value.message
    assert not calls.counts


def test_a_pending_operation_is_waited_for_until_the_deadline() -> None:
    clock = TurnedClock()
    with pytest.raises(AzureFailure) as caught:
        made(clock, 30).make("update", "writing it", failing([PENDING] * 100))
    assert caught.value.kind is Kind.PENDING
    assert clock.seconds < 30
    assert "another operation on the same record set has not finished yet" in caught.value.message


@pytest.mark.parametrize(("timeout", "wait"), [(600, 60), (30, 30), (0.5, 1)])
def test_an_answer_is_waited_for_no_longer_than_the_deadline_allows(timeout: float, wait: float) -> None:
    assert made(TurnedClock(), timeout).patience() == wait


def test_calls_are_counted_by_many_threads() -> None:
    calls = made(TurnedClock())
    threads = [
        threading.Thread(target=lambda: [calls.make("create", "x", failing([])) for _call in range(50)])
        for _thread in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls.counts == {"create": 400}
