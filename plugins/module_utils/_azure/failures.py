# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What an answer or an exception of Azure means: one kind and one sentence for each, whatever shape it came in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, capitalised

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError, HttpResponseError

# Error answers without a code of Azure: these pass by themselves, those are what filters between here and Azure say.
PASSING = frozenset({408, 429})
IN_BETWEEN = frozenset({403, 451})
REACH_RESOURCE_MANAGER = "Check the network, proxy, cloud_environment and resource_manager_url."


class Kind(StrEnum):
    """What went wrong, as far as it makes a difference to what is done next."""

    PENDING = "pending"
    OCCUPIED = "occupied"
    ZONE_FULL = "zone_full"
    LOCKED = "locked"
    CHANGED = "changed"
    NO_ZONE = "no_zone"
    NO_RESOURCE_GROUP = "no_resource_group"
    NO_SUBSCRIPTION = "no_subscription"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    UNREGISTERED = "unregistered"
    REJECTED = "rejected"
    OUT_OF_TIME = "out_of_time"
    NOT_AZURE = "not_azure"


@dataclass(frozen=True, slots=True)
class Answer:
    """What matters of an error answer, whichever of Azure's shapes it has. O(retry_after) is in seconds."""

    status: int
    code: str
    message: str
    details: tuple[str, ...] = ()
    retry_after: float | None = None


class AzureFailure(CmgError):
    """A call to Azure that failed, in one sentence, with what is needed to decide what follows."""

    def __init__(self, kind: Kind, message: str, *, answer: Answer | None = None, unsure: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.answer = answer
        # Whether an attempt of the call may have been carried out although its answer never came.
        self.unsure = unsure

    @property
    def retry_after(self) -> float | None:
        """How long Azure asks to wait, in seconds, if it said so."""
        return self.answer.retry_after if self.answer else None


KIND_OF_CODE: Mapping[str, Kind] = {
    "MaximumNumberOfRecordSetsReached": Kind.ZONE_FULL,
    "CannotCreateRecordDueToCNameNamingRestriction": Kind.OCCUPIED,
    "ScopeLocked": Kind.LOCKED,
    "MissingSubscriptionRegistration": Kind.UNREGISTERED,
    "PreconditionFailed": Kind.CHANGED,
    "ParentResourceNotFound": Kind.NO_ZONE,
    "ResourceNotFound": Kind.NO_ZONE,
    "ResourceGroupNotFound": Kind.NO_RESOURCE_GROUP,
    "SubscriptionNotFound": Kind.NO_SUBSCRIPTION,
    "InvalidSubscriptionId": Kind.NO_SUBSCRIPTION,
    "AuthorizationFailed": Kind.FORBIDDEN,
    "LinkedAuthorizationFailed": Kind.FORBIDDEN,
}
# The DNS service gives the same code, Conflict, to three of these; only its message tells them apart.
KIND_OF_CONFLICT_MESSAGE: Mapping[str, Kind] = {
    "another operation is pending": Kind.PENDING,
    "you have reached or exceeded the maximum number of record": Kind.ZONE_FULL,
    "already exists in this zone": Kind.OCCUPIED,
}
KIND_OF_STATUS: Mapping[int, Kind] = {
    401: Kind.UNAUTHENTICATED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    408: Kind.UNAVAILABLE,
    412: Kind.CHANGED,
    429: Kind.THROTTLED,
}
SENTENCES: Mapping[Kind, str] = {
    Kind.PENDING: "another operation on the same record set has not finished yet; run again in a minute",
    Kind.OCCUPIED: "another record set with the same name exists; remove it or choose another service name",
    Kind.ZONE_FULL: "the zone is full; remove record sets that nobody needs or ask Azure to raise the zone's limit",
    Kind.LOCKED: "a lock protects it; remove the lock (az lock list shows it) and run again",
    Kind.CHANGED: "it was changed by somebody else in the meantime; run again",
    Kind.NO_ZONE: "the DNS zone does not exist there; correct dns.zone, dns.resource_group or the subscription",
    Kind.NO_RESOURCE_GROUP: "the resource group does not exist; correct dns.resource_group or the subscription",
    Kind.NO_SUBSCRIPTION: "the subscription does not exist or the credentials do not see it; correct subscription_id",
    Kind.NOT_FOUND: "it does not exist",
    Kind.FORBIDDEN: "the credentials lack the right; assign a role that has it (DNS Zone Contributor has all that "
    "aliases need) and run again, a new role takes some minutes to work",
    Kind.UNAUTHENTICATED: "Azure did not accept the token; check tenant, cloud_environment and the clock of this host",
    Kind.THROTTLED: "Azure limits the number of requests",
    Kind.UNAVAILABLE: "Azure has a fault of its own; run again later",
    Kind.UNREGISTERED: "the subscription is not registered for the resource provider Microsoft.Network; register it "
    "(az provider register --namespace Microsoft.Network) and run again",
    Kind.REJECTED: "Azure refused the request",
}


def failure_of(error: AzureError, doing: str, now: datetime) -> AzureFailure:
    """The failure that an exception of Azure's SDK stands for.

    :param doing: what was tried, in words, as in V(reading the zone).
    """
    from azure.core.exceptions import DecodeError, HttpResponseError

    if isinstance(error, DecodeError):
        return not_azure(doing, error.response)
    if not isinstance(error, HttpResponseError) or error.response is None:
        return failure_without_answer(str(error), type(error).__name__, doing)
    if _is_foreign(error.response):
        return not_azure(doing, error.response)
    return failure_of_answer(answer_of(error, now), doing)


def not_azure(doing: str, response: Any = None) -> AzureFailure:
    """The failure of a call that was answered, but by something else: a guest network's page, a proxy, another server.

    Taking such an answer for an empty list would make a plan of it.
    """
    check = "Check resource_manager_url, the proxy, and whether the network wants a sign-in of its own."
    return AzureFailure(Kind.NOT_AZURE, foreign_answer(doing, check, response))


def foreign_answer(doing: str, check: str, response: Any = None, who: str = "Azure") -> str:
    """What is said of an answer that somebody else gave; its status and type tell the administrator of a proxy who."""
    seen = ""
    if response is not None:
        media = str(response.headers.get("Content-Type", "")).partition(";")[0].strip() or "no content type"
        status = f"{response.status_code} {response.reason or ''}".strip()
        seen = f"; something in between, such as a proxy, gave {short(status, '')} ({short(media, '')})"
    whose = "one of Azure's" if who == "Azure" else f"one that {who} gives"
    return f"{capitalised(doing)} failed: the answer is not {whose}{seen}. {check}"


def _is_foreign(response: Any) -> bool:
    """Whether an error answer cannot be Azure's, whose refusals carry a code. What passes by itself is asked again."""
    status, text = response.status_code, response.text()
    if status == 407:
        return True
    if not 400 <= status < 500 or status in PASSING or _body(text).get("code"):
        return False
    return status in IN_BETWEEN or (bool(text.strip()) and json_object(text) is None)


def failure_of_answer(answer: Answer, doing: str) -> AzureFailure:
    """The failure that an error answer stands for."""
    kind = kind_of(answer)
    said = answer.message.strip().splitlines()[0] if answer.message.strip() else "no message"
    return AzureFailure(
        kind,
        f"{capitalised(doing)} failed: {SENTENCES[kind]} (Azure answered {answer.status} {answer.code}: {said})",
        answer=answer,
    )


def kind_of(answer: Answer) -> Kind:
    """What kind of failure an error answer is: its codes first, then the message of a conflict, then the status."""
    for code in (*answer.details, answer.code):
        if code in KIND_OF_CODE:
            return KIND_OF_CODE[code]
    if answer.status == 409:
        return _kind_of_conflict(answer.message)
    if answer.status >= 500:
        return Kind.UNAVAILABLE
    return KIND_OF_STATUS.get(answer.status, Kind.REJECTED)


def _kind_of_conflict(message: str) -> Kind:
    said = message.lower()
    return next((kind for text, kind in KIND_OF_CONFLICT_MESSAGE.items() if text in said), Kind.REJECTED)


def answer_of(error: HttpResponseError, now: datetime) -> Answer:
    """What matters of an error answer, read from the SDK's exception."""
    response: Any = error.response
    body = _body(response.text())
    code, message = str(body.get("code") or error.reason or "no code"), str(body.get("message") or error.message)
    details = body.get("details") or ()
    codes = tuple(str(detail.get("code")) for detail in details if isinstance(detail, dict) and detail.get("code"))
    return Answer(int(error.status_code or 0), code, message, codes, retry_after(response.headers, now))


def _body(text: str) -> dict[str, Any]:
    """The error object of a body: at top level, or under C(error)."""
    found = json_object(text) or {}
    inner = found.get("error")
    return inner if isinstance(inner, dict) else found


def json_object(text: str) -> dict[str, Any] | None:
    """The object that a body is, as JSON or as JSON that is wrapped in a JSON string; V(None) if it is none."""
    found: Any = text
    for _wrapping in range(2):
        if not isinstance(found, str):
            break
        try:
            found = json.loads(found)
        except ValueError:
            return None
    return found if isinstance(found, dict) else None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that a Retry-After header asks to wait, which it gives as a number or as a date (RFC 9110 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def failure_without_answer(
    said: str, exception: str, doing: str, who: str = "Azure", check: str = REACH_RESOURCE_MANAGER
) -> AzureFailure:
    """A failure before there was an answer: no trust, no connection, or none in time."""
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return AzureFailure(
            Kind.UNTRUSTED,
            f"{capitalised(doing)} failed: the certificate of the server is not trusted here. "
            "Give the certification authority that signed it in ca_bundle, or correct the address.",
        )
    return AzureFailure(
        Kind.UNREACHABLE,
        f"{capitalised(doing)} failed: {who} could not be reached or did not answer in time "
        f"({_why(said, exception)}). {check}",
    )


# The HTTP library wraps one reason into several layers of its own objects; a person needs the reason.
REASONS: Mapping[str, str] = {
    r"unable to connect to proxy|cannot connect to proxy|proxyerror|invalid proxy": "the proxy cannot be used",
    r"connection refused": "the connection was refused",
    r"name resolution|failed to resolve|not known|getaddrinfo": "the host's name cannot be resolved",
    r"timed out|timeout": "no answer in time",
    r"aborted|reset by peer|without response|broken|incompleteread": "the connection was cut",
}


def _why(said: str, exception: str) -> str:
    found = (words for text, words in REASONS.items() if re.search(text, said, re.IGNORECASE))
    return next(found, short(said, exception))


def short(said: str, exception: str) -> str:
    """The first line of what a library says, at most 200 characters, without objects of Python."""
    first = said.strip().splitlines()[0] if said.strip() else exception
    plain = re.sub(r"<[^<>]* object at 0x[0-9a-f]+>:? ?", "", first)
    return plain if len(plain) <= 200 else f"{plain[:197]}..."
