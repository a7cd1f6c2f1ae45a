# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Signing in: who issues tokens, what of their answers can be used, and one sentence for each way it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ansible_collections.configmgr.cmg.plugins.module_utils._azure.calls import UNREADABLE, Calls
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import (
    AzureFailure,
    Kind,
    answer_of,
    failure_of_answer,
    failure_without_answer,
    foreign_answer,
    json_object,
    short,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential
    from azure.core.exceptions import HttpResponseError
    from azure.core.pipeline import PipelineResponse

DOING = "signing in to Azure"
FAILED = "Signing in to Azure failed"
# The instance metadata service says so while it is updated, and promises to be back within 70 seconds.
GONE = 410
BACK_AGAIN = 25.0


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Who issues tokens, and what to check when nothing of use comes from there.

    O(passing) are the statuses that pass by themselves, as those from 500 on do; O(wanted) is what a good answer has,
    by the path of the request.
    """

    name: str
    check: str
    passing: frozenset[int] = frozenset({429})
    wanted: Mapping[str, tuple[str, ...]] | None = None


AUTHORITY = TokenSource(
    "Azure",
    "Check the network, proxy, cloud_environment and authority_url.",
    wanted={
        r"/\.well-known/openid-configuration$": ("authorization_endpoint", "token_endpoint"),
        r"/discovery/instance$": (),
        r"/userrealm/": (),
        r"/oauth2/": ("access_token",),
    },
)
CLI = TokenSource("the Azure CLI", "Run az account get-access-token to see what it says.")


def identity_endpoint(environment: Mapping[str, str]) -> TokenSource:
    """The endpoint of managed identities, by the variable that leads to it, as the identity library looks for it."""
    names = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")
    name = next((one for one in names if environment.get(one)), None)
    place = f"{environment[name]} (from {name})" if name else "http://169.254.169.254"
    correct = f"correct {name}" if name else "let it reach that address without a proxy"
    return TokenSource(
        f"the endpoint of managed identities, {place},",
        f"Assign a managed identity to this machine, {correct}, or set auth_source to another source.",
        passing=frozenset({404, GONE, 429}),
    )


# What the authority says by number, and what the libraries say before there is an authority to ask.
HOW_TO_MEND: Mapping[str, str] = {
    "Azure CLI not found": "no credentials are given and the Azure CLI is not installed here; give client_id, secret "
    "and tenant as options or in the environment, name a profile, or set auth_source",
    "run 'az login'": "the Azure CLI is not logged in; run az login",
    "Failed to execute": "the program az cannot be started; check its permissions, or sign in with other credentials",
    "Failed to invoke": "the Azure CLI failed without a reason; run az account get-access-token to see what it says",
    "Unexpected output": "the Azure CLI printed no token; run az account get-access-token to see what it prints",
    "Identity not found": "this machine does not have that managed identity; check client_id",
    "ManagedIdentityCredential authentication unavailable": "this machine has no managed identity that answers; "
    "assign one, or set auth_source to another source",
    "managed identity configuration not found": "this machine has no such managed identity; assign one, check "
    "client_id, or set auth_source to another source",
    "Unable to get authority configuration": "the authority does not know the tenant; check tenant, "
    "cloud_environment and authority_url",
    "AADSTS7000215": "the client secret is wrong; give the secret's value, not its id",
    "AADSTS7000222": "the client secret has expired; make a new one",
    "AADSTS700016": "the tenant does not know this client; check client_id and tenant",
    "AADSTS90002": "the tenant does not exist; check tenant and cloud_environment",
    "AADSTS900023": "the tenant is neither an id nor a domain name; check tenant",
    "AADSTS700027": "the certificate is not registered for this client; upload its public part",
    "AADSTS70021": "no federated credential of this client matches the token; check its issuer and subject",
    "AADSTS700213": "no federated credential of this client matches the token; check its issuer and subject",
    "AADSTS50034": "the tenant does not know this user; check ad_user and tenant",
    "AADSTS50126": "the user name or the password is wrong",
    "AADSTS50076": "the user needs multifactor authentication, which a pipeline cannot do; use a service principal",
}


class SignIn:
    """A credential of the identity library whose failures are told as failures of signing in, not of what needed it.

    :param credential: what asks for tokens.
    :param source: who is asked.
    """

    def __init__(self, credential: TokenCredential, source: TokenSource, calls: Calls) -> None:
        self._credential = credential
        self._source = source
        self._calls = calls

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """A token for these scopes; the signature is that of the SDK's credentials.

        :raises CmgError: when there is none.
        """
        from azure.core.exceptions import AzureError

        try:
            return self._credential.get_token(*scopes, **options)
        except (AzureError, CmgError, *UNREADABLE) as error:
            raise sign_in_failure(error, self._source, self._calls.clock.now()) from None


def guard(source: TokenSource) -> Callable[[PipelineResponse[Any, Any]], None]:
    """What stops at an answer that the identity library would misread, or forget while it goes on."""
    from azure.core.exceptions import HttpResponseError

    def on_response(response: PipelineResponse[Any, Any]) -> None:
        answer = response.http_response
        if _passes(answer.status_code, source):
            raise HttpResponseError(response=answer)
        if not _is_usable(answer, source):
            raise _foreign(source, answer)

    return on_response


def _passes(status: int, source: TokenSource) -> bool:
    return status >= 500 or status in source.passing


def _is_usable(answer: Any, source: TokenSource) -> bool:
    """Whether an answer has the form that those of the source have, be it a token or a refusal."""
    body = json_object(answer.text())
    if source.wanted is None:
        # An agent on a server outside Azure answers 401 first, with what to prove oneself by in a header.
        return body is not None or answer.status_code == 401
    path = urlsplit(str(answer.request.url)).path
    keys = next((keys for pattern, keys in source.wanted.items() if re.search(pattern, path)), None)
    if keys is None:
        return True
    if body is None or answer.status_code < 400:
        return body is not None and all(key in body for key in keys)
    return isinstance(body.get("error"), str)


def _foreign(source: TokenSource, answer: Any = None) -> AzureFailure:
    return AzureFailure(Kind.UNAUTHENTICATED, foreign_answer(DOING, source.check, answer, source.name))


def sign_in_failure(error: Exception, source: TokenSource, now: datetime) -> CmgError:
    """The failure behind an exception of the identity library, which wraps most of them into one and the same."""
    from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

    said = str(error)
    for cause in _chain(error):
        if isinstance(cause, CmgError):
            return cause
        if isinstance(cause, TimeoutExpired):
            return AzureFailure(Kind.UNAUTHENTICATED, _hanging_cli(cause))
        if isinstance(cause, (ServiceRequestError, ServiceResponseError)) or "CERTIFICATE_VERIFY_FAILED" in said:
            return failure_without_answer(str(cause), "no reason given", DOING, source.name, source.check)
        if (
            isinstance(cause, HttpResponseError)
            and cause.response is not None
            and _passes(cause.status_code or 0, source)
        ):
            return _passing(cause, source, now)
        if isinstance(cause, (json.JSONDecodeError, *UNREADABLE)) and not _is_told(cause):
            return _foreign(source)
    return AzureFailure(Kind.UNAUTHENTICATED, f"{FAILED}: {_mending(said)}.")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_told(error: BaseException) -> bool:
    """Whether an exception that Python raises too was raised by the library, in words for a person."""
    return isinstance(error, ValueError) and not isinstance(error, json.JSONDecodeError | UnicodeError)


def _passing(error: HttpResponseError, source: TokenSource, now: datetime) -> AzureFailure:
    """A failure that is worth another attempt."""
    answer = answer_of(error, now)
    if source is AUTHORITY:
        return failure_of_answer(answer, DOING)
    if answer.status == GONE and answer.retry_after is None:
        answer = replace(answer, retry_after=BACK_AGAIN)
    kind = Kind.THROTTLED if answer.status == 429 else Kind.UNAVAILABLE
    said = f"{answer.status} {error.reason or ''}".strip()
    return AzureFailure(
        kind, f"{FAILED}: {source.name} is not ready (it answered {said}). {source.check}", answer=answer
    )


def _hanging_cli(error: TimeoutExpired) -> str:
    return (
        f"{FAILED}: the Azure CLI did not answer within {error.timeout:.0f} s. Run az account get-access-token to see "
        "what it waits for, allow more time with the option timeout, or set auth_source to another source."
    )


def _mending(said: str) -> str:
    code = re.search(r"AADSTS\d+", said)
    known = HOW_TO_MEND.get(code[0]) if code else None
    if code and known:
        return f"{known} ({code[0]})"
    first = short(said.removeprefix("Authentication failed: "), "no reason given").removesuffix(".")
    return next((words for text, words in HOW_TO_MEND.items() if text in said), first)
