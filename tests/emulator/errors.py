# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error body that the emulator speaks, by name: one table for the rules and for faults on demand.

The first group is what `recordings/azure-errors.json` documents (a contract test compares the two); the second
comes from public documentation or from the general ARM contract. Names marked "inferred" in NOTES were never seen
on the wire by us: only status and shape should be relied on.
"""

from __future__ import annotations

from tests.emulator.messages import AzureError, ErrorTemplate

_RATE_WINDOW = "Number of requests for action '{action}' exceeded the limit of '{limit}' for time interval '00:05:00'."

DOCUMENTED: dict[str, ErrorTemplate] = {
    "RecordNotFound": ErrorTemplate(
        404,
        "NotFound",
        "The resource record '{name}' does not exist in resource group '{resource_group}'"
        " of subscription '{subscription}'.",
    ),
    "ResourceNotFound": ErrorTemplate(
        404,
        "ResourceNotFound",
        "The Resource '{resource}' under resource group '{resource_group}' was not found."
        " For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        gateway=True,
    ),
    "ParentResourceNotFoundOld": ErrorTemplate(
        404,
        "ParentResourceNotFound",
        "Can not perform requested operation on nested resource. Parent resource '{zone}' not found.",
        gateway=True,
    ),
    "ParentResourceNotFound": ErrorTemplate(
        404,
        "ParentResourceNotFound",
        "Failed to perform '{verb}' on resource(s) of type 'dnszones/{type}', because the parent resource"
        " '{parent}' could not be found.",
        gateway=True,
    ),
    "ResourceGroupNotFound": ErrorTemplate(
        404, "ResourceGroupNotFound", "Resource group '{resource_group}' could not be found.", gateway=True
    ),
    "CnameConflict": ErrorTemplate(
        409,
        "Conflict",
        "The CNAME record could not be created because another record with the same name already exists in this zone.",
    ),
    "OtherTypeConflict": ErrorTemplate(
        409,
        "Conflict",
        "The record could not be created because a CNAME record with the same name already exists in this zone.",
        details_code="CannotCreateRecordDueToCNameNamingRestriction",
    ),
    "OperationPending": ErrorTemplate(
        409,
        "Conflict",
        "Another operation is pending for requested object. Operation group '/operations/groups/id/|subscriptions|"
        "{subscription}|resourceGroups|{resource_group}|dnsZones|{zone}|{type}|{name}' already has 1 operations like"
        " '/operations/type/UpsertRecordSet/id/{operation}' queued.",
    ),
    "ZoneFull": ErrorTemplate(
        409,
        "Conflict",
        "You have reached or exceeded the maximum number of record resources in zone '{zone}'."
        " You have {count} record resources of {limit} allowed.",
        details_code="MaximumNumberOfRecordSetsReached",
    ),
    "RecordExists": ErrorTemplate(
        412, "PreconditionFailed", "The Record set {name} exists already and hence cannot be created again."
    ),
    "RecordModified": ErrorTemplate(
        412, "PreconditionFailed", "The Record set {name} has been modified (etag mismatch)."
    ),
    "ZoneModified": ErrorTemplate(412, "PreconditionFailed", "The Zone {zone} has been modified (etag mismatch)."),
    "ZoneExists": ErrorTemplate(
        412, "PreconditionFailed", "The Zone {zone} exists already and hence cannot be created again."
    ),
    "InvalidDomainName": ErrorTemplate(400, "BadRequest", "The domain name '{value}' is invalid."),
    "InvalidRequest": ErrorTemplate(400, "BadRequest", "The request was invalid."),
    "NoRegisteredProviderFound": ErrorTemplate(
        400,
        "NoRegisteredProviderFound",
        "No registered resource provider found for location '{location}' and API version '{api_version}' for type"
        " '{type}'. The supported api-versions are '{supported}'. The supported locations are '{locations}'.",
        gateway=True,
    ),
    "ResourceRequestsThrottled": ErrorTemplate(
        429,
        "ResourceRequestsThrottled",
        _RATE_WINDOW + " Please try again after '{retry_after}' seconds.",
        gateway=True,
        headers={"Retry-After": "307"},
    ),
    "Throttled": ErrorTemplate(
        429,
        "Throttled",
        "Too many operations are requested. Current operation is throttled.",
        headers={"Retry-After": "10"},
        json_in_string=True,
    ),
    "AuthorizationFailed": ErrorTemplate(
        403,
        "AuthorizationFailed",
        "The client '{client}' with object id '{object_id}' does not have authorization to perform action '{action}'"
        " over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your"
        " credentials.",
        gateway=True,
    ),
    "ScopeLocked": ErrorTemplate(
        409,
        "ScopeLocked",
        "The scope '{scope}' cannot perform {verb} operation because following scope(s) are locked: '{locked}'."
        " Please remove the lock and try again.",
        gateway=True,
    ),
}

OTHERS: dict[str, ErrorTemplate] = {
    "MissingApiVersionParameter": ErrorTemplate(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
        gateway=True,
    ),
    "InvalidRequestContent": ErrorTemplate(
        400,
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: '{reason}'.",
        gateway=True,
    ),
    "SubscriptionNotFound": ErrorTemplate(
        404, "SubscriptionNotFound", "The subscription '{subscription}' could not be found.", gateway=True
    ),
    "InvalidSubscriptionId": ErrorTemplate(
        400,
        "InvalidSubscriptionId",
        "The provided subscription identifier '{subscription}' is malformed or invalid.",
        gateway=True,
    ),
    "InvalidResourceType": ErrorTemplate(
        404,
        "InvalidResourceType",
        "The resource type '{type}' could not be found in the namespace '{namespace}' for api version"
        " '{api_version}'. The supported api-versions are '{supported}'.",
        gateway=True,
    ),
    "NotFoundPath": ErrorTemplate(404, "NotFound", "No HTTP resource was found that matches the request URI '{path}'."),
    "MethodNotAllowed": ErrorTemplate(
        405, "HttpMethodNotAllowed", "The http method '{method}' is not supported for the resource type.", gateway=True
    ),
    "AuthenticationFailed": ErrorTemplate(
        401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", gateway=True
    ),
    "InvalidAuthenticationToken": ErrorTemplate(
        401, "InvalidAuthenticationToken", "The access token is invalid.", gateway=True
    ),
    "ExpiredAuthenticationToken": ErrorTemplate(
        401,
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time '{expired}' is earlier than current UTC time '{now}'.",
        gateway=True,
    ),
    "InvalidAuthenticationTokenTenant": ErrorTemplate(
        401,
        "InvalidAuthenticationTokenTenant",
        "The access token is from the wrong issuer. It must match the tenant '{tenant}' associated with this"
        " subscription.",
        gateway=True,
    ),
    "LocationRequired": ErrorTemplate(
        400, "LocationRequired", "The location property is required for this definition.", gateway=True
    ),
    "InvalidRecord": ErrorTemplate(400, "BadRequest", "The value '{value}' of property '{field}' is invalid."),
    "ApexCname": ErrorTemplate(
        400, "BadRequest", "A CNAME record set cannot be created at the apex '@' of zone '{zone}'."
    ),
    "ApexFixed": ErrorTemplate(400, "BadRequest", "The {type} record set at the apex '@' of zone '{zone}' {reason}."),
    "TooManyRecords": ErrorTemplate(
        400, "BadRequest", "The record set '{name}' has {count} records; {limit} are allowed."
    ),
    "AliasTarget": ErrorTemplate(
        400, "BadRequest", "The target resource '{target}' cannot be used for a {type} record set: {reason}."
    ),
    "MissingSubscriptionRegistration": ErrorTemplate(
        409,
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how"
        " to register subscriptions.",
        gateway=True,
    ),
    "InvalidResourceNamespace": ErrorTemplate(
        404, "InvalidResourceNamespace", "The resource namespace '{namespace}' is invalid.", gateway=True
    ),
    "InvalidDomainNameLabel": ErrorTemplate(
        400,
        "InvalidDomainNameLabel",
        "The domain name label {label} is invalid. It must conform to the following regular expression:"
        " ^[a-z][a-z0-9-]{{1,61}}[a-z0-9]$.",
        gateway=True,
    ),
    "LocationNotAvailable": ErrorTemplate(
        400,
        "LocationNotAvailableForResourceType",
        "The provided location '{location}' is not available for resource type '{type}'.",
        gateway=True,
    ),
    "InvalidFilter": ErrorTemplate(
        400, "InvalidFilterInQueryString", "Invalid $filter '{filter}' specified in the query string.", gateway=True
    ),
    "BadName": ErrorTemplate(400, "BadRequest", "The request is invalid: {reason}", gateway=True),
    "InternalServerError": ErrorTemplate(
        500, "InternalServerError", "An error occurred while processing the request.", gateway=True
    ),
    "ServiceUnavailable": ErrorTemplate(
        503, "ServiceUnavailable", "The service is temporarily unavailable. Please try again.", gateway=True
    ),
    "GatewayTimeout": ErrorTemplate(
        504, "GatewayTimeout", "The gateway did not receive a response from the resource provider.", gateway=True
    ),
    "TooManyRequests": ErrorTemplate(
        429,
        "TooManyRequests",
        "The request is being throttled as the limit has been reached for operation type - {action}.",
        gateway=True,
        headers={"Retry-After": "1"},
    ),
}

ERRORS: dict[str, ErrorTemplate] = {**DOCUMENTED, **OTHERS}

NOTES: dict[str, str] = {
    "ApexCname": "inferred: the real body was found nowhere; the service refuses a CNAME at '@'",
    "ApexFixed": "inferred: SOA and NS at the apex cannot be deleted, the four servers cannot be removed",
    "InvalidRecord": "inferred: wording unknown, also for a TTL out of range",
    "TooManyRecords": "inferred",
    "AliasTarget": "inferred",
    "OtherTypeConflict": "details code inferred from the title of an issue",
    "ParentResourceNotFoundOld": "the text of 2019-2020; only on demand",
}


def azure_error(error: str, /, **values: object) -> AzureError:
    """The `error` of `ERRORS`, filled with `values`. KeyError for a name that is not in the table."""
    return AzureError(ERRORS[error].reply(values))
