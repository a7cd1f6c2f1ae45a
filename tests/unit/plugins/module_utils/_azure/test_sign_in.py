# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way in which signing in fails is told apart and said in one sentence that blames the right one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from subprocess import TimeoutExpired
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from ansible_collections.configmgr.cmg.plugins.module_utils._azure import sign_in
from ansible_collections.configmgr.cmg.plugins.module_utils._azure.failures import AzureFailure, Kind
from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import InvalidInput
from tests.unit.plugins.module_utils._azure.memory import Response, answered

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def told(error: Exception, source: sign_in.TokenSource = sign_in.AUTHORITY) -> AzureFailure:
    failure = sign_in.sign_in_failure(error, source, NOW)
    assert isinstance(failure, AzureFailure)
    return failure


def wrapped(cause: Exception, said: str = "Authentication failed: None") -> ClientAuthenticationError:
    """As the identity library wraps what went wrong."""
    error = ClientAuthenticationError(said)
    error.__cause__ = cause
    return error


IDENTITY = sign_in.identity_endpoint({"IDENTITY_ENDPOINT": "http://127.0.0.1:1/msi"})
AADSTS = "Authentication failed: AADSTS{}: Some text of Microsoft. Trace ID: 1 Timestamp: 2"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (AADSTS.format(7000215), "the client secret is wrong; give the secret's value, not its id (AADSTS7000215)."),
        (AADSTS.format(700016), "the tenant does not know this client; check client_id and tenant (AADSTS700016)."),
        (AADSTS.format(90002), "the tenant does not exist; check tenant and cloud_environment (AADSTS90002)."),
        (AADSTS.format(1234), "AADSTS1234: Some text of Microsoft. Trace ID: 1 Timestamp: 2."),
        (
            "Authentication failed: Unable to get authority configuration for https://login.microsoftonline.com/x. ",
            "the authority does not know the tenant; check tenant, cloud_environment and authority_url.",
        ),
        ("Azure CLI not found on path", "no credentials are given and the Azure CLI is not installed here; give"),
        ("Please run 'az login' to set up an account", "the Azure CLI is not logged in; run az login."),
        ("ManagedIdentityCredential authentication unavailable, no response", "has no managed identity that answers"),
        ("Authentication failed: ", "no reason given."),
    ],
)
def test_signing_in(said: str, words: str) -> None:
    failure = told(ClientAuthenticationError(said))
    assert failure.kind is Kind.UNAUTHENTICATED
    assert failure.message.startswith("Signing in to Azure failed: ")
    assert words in failure.message
    assert failure.message.endswith(".")


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (ServiceRequestError("Connection refused"), Kind.UNREACHABLE),
        (ServiceResponseError("Read timed out"), Kind.UNREACHABLE),
        (ServiceRequestError("CERTIFICATE_VERIFY_FAILED"), Kind.UNTRUSTED),
    ],
)
def test_an_authority_that_does_not_answer(cause: Exception, kind: Kind) -> None:
    failure = told(wrapped(cause, f"Authentication failed: {cause}"))
    assert failure.kind is kind
    assert failure.message.startswith("Signing in to Azure failed: ")
    assert "resource_manager_url" not in failure.message


@pytest.mark.parametrize(("status", "kind"), [(429, Kind.THROTTLED), (503, Kind.UNAVAILABLE)])
def test_an_authority_in_trouble(status: int, kind: Kind) -> None:
    failure = told(wrapped(answered(status, {}, Retry_After="4")))
    assert (failure.kind, failure.retry_after) == (kind, 4.0)
    assert failure.message.startswith("Signing in to Azure failed: ")


def test_an_identity_endpoint_that_refuses() -> None:
    """Older libraries raise what the endpoint answered as it is; its address has an api-version like any other."""
    body = json.dumps({"error": "invalid_request", "error_description": "Identity not found"})
    response: Any = Response(400, body, url="http://127.0.0.1:1/msi/token?api-version=2019-08-01")
    failure = told(HttpResponseError("Unexpected\nIdentity not found", response=response), IDENTITY)
    assert failure.kind is Kind.UNAUTHENTICATED
    assert failure.message == (
        "Signing in to Azure failed: this machine does not have that managed identity; check client_id."
    )


@pytest.mark.parametrize(
    ("environment", "place", "check"),
    [
        ({}, "http://169.254.169.254", "let it reach that address without a proxy"),
        ({"IDENTITY_ENDPOINT": "http://a/b"}, "http://a/b (from IDENTITY_ENDPOINT)", "correct IDENTITY_ENDPOINT"),
        ({"MSI_ENDPOINT": "http://c"}, "http://c (from MSI_ENDPOINT)", "correct MSI_ENDPOINT"),
    ],
)
def test_where_the_endpoint_of_managed_identities_is(environment: dict[str, str], place: str, check: str) -> None:
    message = told(ServiceRequestError("Connection refused"), sign_in.identity_endpoint(environment)).message
    assert f"the endpoint of managed identities, {place}, could not be reached" in message
    assert f"(the connection was refused). Assign a managed identity to this machine, {check}, or set" in message
    assert "_url" not in message


@pytest.mark.parametrize(
    ("status", "kind", "wait"),
    [
        (404, Kind.UNAVAILABLE, None),
        (410, Kind.UNAVAILABLE, 25.0),
        (429, Kind.THROTTLED, None),
        (500, Kind.UNAVAILABLE, None),
    ],
)
def test_an_identity_endpoint_that_is_not_ready(status: int, kind: Kind, wait: float | None) -> None:
    failure = told(wrapped(answered(status, {})), IDENTITY)
    assert (failure.kind, failure.retry_after) == (kind, wait)
    assert f"is not ready (it answered {status}" in failure.message


def test_a_command_line_that_hangs() -> None:
    failure = told(wrapped(TimeoutExpired("az", 4), "Failed to invoke the Azure CLI"), sign_in.CLI)
    assert failure.kind is Kind.UNAUTHENTICATED
    assert "the Azure CLI did not answer within 4 s. Run az account get-access-token to see what it" in failure.message


def test_what_was_told_already_stays_as_it_is() -> None:
    """A file of a token that is gone, which the library reads through a function of ours."""
    error = wrapped(InvalidInput("The file is gone."), "Authentication failed: The file is gone.")
    assert sign_in.sign_in_failure(error, sign_in.AUTHORITY, NOW) is error.__cause__


@pytest.mark.parametrize("cause", [KeyError("authorization_endpoint"), json.JSONDecodeError("Expecting value", "", 0)])
def test_nothing_of_python_is_said(cause: Exception) -> None:
    message = told(wrapped(cause, f"Authentication failed: {cause}")).message
    assert message.startswith("Signing in to Azure failed: the answer is not one of Azure's. Check the network, proxy")


def test_a_sentence_of_the_library_is_said() -> None:
    message = told(wrapped(ValueError("odd"), "Authentication failed: The issuer does not match.")).message
    assert message == "Signing in to Azure failed: The issuer does not match."
