# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every answer that Azure is known to give is told apart and said in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from ansible_collections.configmgr.cmg.plugins.module_utils._azure import failures
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import Answer, Kind, failure_of
from tests.unit.plugins.module_utils._azure.memory import Response, answered

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def recorded(shared: Path) -> list[dict[str, Any]]:
    data = json.loads((shared / "recordings" / "azure-errors.json").read_text(encoding="utf-8"))
    entries = data if isinstance(data, list) else data.get("errors", list(data.values()))
    return [entry for entry in entries if isinstance(entry, dict)]


OCCUPIED = (
    "The CNAME record could not be created because another record with the same name already exists in this zone."
)
RESTRICTED = "The record could not be created because a CNAME record with the same name already exists in this zone."
FULL = "You have reached or exceeded the maximum number of record resources in zone 'z'."
QUEUED = "Another operation is pending for requested object. Operation group 'g' already has 1."
LOCKED = "The scope cannot perform write operation because following scope(s) are locked."


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(409, "Conflict", OCCUPIED), Kind.OCCUPIED),
        (Answer(409, "Conflict", RESTRICTED, ("CannotCreateRecordDueToCNameNamingRestriction",)), Kind.OCCUPIED),
        (Answer(409, "Conflict", QUEUED), Kind.PENDING),
        (Answer(409, "Conflict", FULL, ("MaximumNumberOfRecordSetsReached",)), Kind.ZONE_FULL),
        (Answer(409, "Conflict", FULL), Kind.ZONE_FULL),
        (Answer(409, "ScopeLocked", LOCKED), Kind.LOCKED),
        (Answer(409, "MissingSubscriptionRegistration", "not registered to use namespace"), Kind.UNREGISTERED),
        (Answer(409, "Conflict", "Something new."), Kind.REJECTED),
        (Answer(412, "PreconditionFailed", "modified (etag mismatch)"), Kind.CHANGED),
        (Answer(404, "NotFound", "The resource record 'x' does not exist"), Kind.NOT_FOUND),
        (Answer(404, "ResourceNotFound", "The Resource was not found"), Kind.NO_ZONE),
        (Answer(404, "ParentResourceNotFound", "Can not perform requested operation"), Kind.NO_ZONE),
        (Answer(404, "ResourceGroupNotFound", "Resource group 'g' could not be found."), Kind.NO_RESOURCE_GROUP),
        (Answer(404, "SubscriptionNotFound", "The subscription could not be found."), Kind.NO_SUBSCRIPTION),
        (Answer(400, "InvalidSubscriptionId", "is malformed"), Kind.NO_SUBSCRIPTION),
        (Answer(403, "AuthorizationFailed", "does not have authorization"), Kind.FORBIDDEN),
        (Answer(403, "Other", "no"), Kind.FORBIDDEN),
        (Answer(401, "ExpiredAuthenticationToken", "expired"), Kind.UNAUTHENTICATED),
        (Answer(429, "ResourceRequestsThrottled", "Please try again after '307' seconds."), Kind.THROTTLED),
        (Answer(500, "InternalServerError", ""), Kind.UNAVAILABLE),
        (Answer(502, "BadGateway", ""), Kind.UNAVAILABLE),
        (Answer(504, "GatewayTimeout", ""), Kind.UNAVAILABLE),
        (Answer(408, "RequestTimeout", ""), Kind.UNAVAILABLE),
        (Answer(400, "BadRequest", "The domain name '..' is invalid."), Kind.REJECTED),
        (Answer(307, "Redirect", ""), Kind.REJECTED),
    ],
)
@pytest.mark.parametrize("shape", ["top level", "gateway", "string"])
def test_every_answer_in_every_shape(answer: Answer, kind: Kind, shape: str) -> None:
    details = [{"code": detail} for detail in answer.details]
    body: Any = {"code": answer.code, "message": answer.message, "details": details}
    bodies = {"top level": body, "gateway": {"error": body}, "string": json.dumps(json.dumps(body))}
    failure = failure_of(answered(answer.status, bodies[shape]), "writing the alias a", NOW)
    assert failure.kind is kind
    assert failure.message.startswith(f"Writing the alias a failed: {failures.SENTENCES[kind]}")
    assert f"Azure answered {answer.status} {answer.code}" in failure.message


def test_every_kind_that_an_answer_can_be_has_its_sentence() -> None:
    of_answers = {*failures.KIND_OF_CODE.values(), *failures.KIND_OF_CONFLICT_MESSAGE.values()}
    of_answers |= {*failures.KIND_OF_STATUS.values(), Kind.REJECTED, Kind.UNAVAILABLE}
    assert set(failures.SENTENCES) == of_answers
    assert len(set(failures.SENTENCES.values())) == len(failures.SENTENCES)


def test_recorded_errors_are_told_apart(shared: Path) -> None:
    """None of the errors seen in real traffic is a mere refusal, apart from those that are nothing else."""
    seen = set()
    for entry in recorded(shared):
        status, body = entry.get("status"), entry.get("body")
        if not isinstance(status, int) or body is None:
            continue
        failure = failure_of(answered(status, body), "trying it", NOW)
        assert "\n" not in failure.message
        assert (failure.kind is Kind.REJECTED) == (status == 400), (entry, failure.kind)
        seen.add(failure.kind)
    assert {Kind.OCCUPIED, Kind.PENDING, Kind.ZONE_FULL, Kind.LOCKED, Kind.THROTTLED, Kind.CHANGED} <= seen


@pytest.mark.parametrize("body", ["", "<html>Bad Gateway</html>", "[]", "null", "7", '"text"', '{"error": "text"}'])
def test_a_body_that_is_no_error_object(body: str) -> None:
    failure = failure_of(answered(502, body), "reading it", NOW)
    assert failure.kind is Kind.UNAVAILABLE
    assert failure.message.startswith("Reading it failed: Azure has a fault of its own; run again later (Azure answer")


@pytest.mark.parametrize(
    ("status", "body", "foreign"),
    [
        (403, "<html>Blocked</html>", True),
        (403, "", True),
        (403, '{"message": "no code"}', True),
        (451, "not here", True),
        (407, '{"code": "ProxyAuthenticationRequired"}', True),
        (404, "<html>No such page</html>", True),
        (404, "", False),
        (401, "", False),
        (400, '{"message": "no code"}', False),
        (403, '{"error": {"code": "AuthorizationFailed"}}', False),
        (408, "<html>Too slow</html>", False),
        (429, "<html>Slow down</html>", False),
        (503, "<html>Not now</html>", False),
        (307, "", False),
    ],
)
def test_who_gave_an_error_answer(status: int, body: str, foreign: bool) -> None:
    """A page of a proxy is no lack of rights, and no zone that is missing."""
    failure = failure_of(answered(status, body, Content_Type="text/html; charset=utf-8"), "reading it", NOW)
    assert (failure.kind is Kind.NOT_AZURE) is foreign
    said = f"Reading it failed: the answer is not one of Azure's; something in between, such as a proxy, gave {status}"
    assert failure.message.startswith(said) is foreign
    assert ("(text/html). Check resource_manager_url, the proxy, and whether the network" in failure.message) is foreign


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1", 1.0),
        ("307", 307.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("", None),
        ("soon", None),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 00:01:00", None),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert failures.retry_after({"Retry-After": value}, NOW) == seconds
    assert failure_of(answered(429, "{}", Retry_After=value), "x", NOW).retry_after == seconds


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed", Kind.UNTRUSTED, "is not trusted here"),
        ("<urllib3.connection.HTTPSConnection object at 0x7f>: Failed: [Errno 111] Connection refused",
         Kind.UNREACHABLE, "(the connection was refused)"),
        ("Failed to resolve 'management.azure.com' ([Errno -3] Temporary failure in name resolution)",
         Kind.UNREACHABLE, "(the host's name cannot be resolved)"),
        ("HTTPSConnectionPool(host='h', port=1): Read timed out. (read timeout=60)", Kind.UNREACHABLE,
         "(no answer in time)"),
        ("('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
         Kind.UNREACHABLE, "(the connection was cut)"),
        ("Max retries exceeded (Caused by ProxyError('Unable to connect to proxy', x))", Kind.UNREACHABLE,
         "(the proxy cannot be used)"),
        ("<x.Y object at 0x7f00ff>: odd", Kind.UNREACHABLE, "(odd)"),
        ("", Kind.UNREACHABLE, "(ServiceRequestError)"),
        ("x" * 300, Kind.UNREACHABLE, f"({'x' * 197}...)"),
    ],
)  # fmt: skip
def test_no_answer_at_all(said: str, kind: Kind, reason: str) -> None:
    failure = failure_of(ServiceRequestError(said), "reading it", NOW)
    assert failure.kind is kind
    assert reason in failure.message
    assert failure.message.startswith("Reading it failed: ")


def test_a_refused_token_is_not_a_failed_sign_in() -> None:
    response: Any = Response(401, '{"error": {"code": "InvalidAuthenticationToken"}}')
    failure = failure_of(ClientAuthenticationError("x", response=response), "reading it", NOW)
    assert failure.message.startswith("Reading it failed: Azure did not accept the token")


def test_a_failure_without_an_answer_asks_for_no_wait() -> None:
    assert failure_of(ServiceRequestError("x"), "reading it", NOW).retry_after is None
    assert failures.kind_of(Answer(599, "x", "y")) is Kind.UNAVAILABLE
