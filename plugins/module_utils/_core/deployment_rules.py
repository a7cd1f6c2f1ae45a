# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The rules of where and how a gateway is deployed: region, cloud, and what which site version can do."""

from __future__ import annotations

import re

from ansible_collections.configmgr.cmg.plugins.module_utils._core.clouds import (
    LOCATIONS,
    PUBLIC,
    REGION_PLACEHOLDER,
    US_GOVERNMENT,
    cloud_of_region,
    similar_locations,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.findings import Severity
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import Context, Issuer
from ansible_collections.configmgr.cmg.plugins.module_utils._core.name_reading import (
    CERTIFICATE_PAGE,
    CHANGES_DOCS,
    MODIFY_PAGE,
    PLAN_PAGE,
    REMOVED_PAGE,
    SETUP_PAGE,
    Checks,
    Objection,
    Reading,
    listed,
)

REGION = Checks()
CLOUD = Checks()
METHOD = Checks()

# Site versions, as numbers that compare.
WILDCARD_CERTIFICATES = 1802
SCALE_SET_PREVIEW = 2010
SCALE_SET = 2107
SCALE_SET_IN_US_GOVERNMENT = 2111
CLASSIC_REMOVED = 2203
CLASSIC_BLOCKS_UPGRADE = 2403

NEW_CMG_PAGE = (
    "Microsoft Learn: New-CMCloudManagementGateway, "
    "https://learn.microsoft.com/powershell/module/configurationmanager/new-cmcloudmanagementgateway"
)
ENDPOINTS_PAGE = "Microsoft Learn: Internet access requirements for Configuration Manager, Cloud services"


@REGION.rule("REGION-001", "The region is known", CERTIFICATE_PAGE, subject="region")
def _region_known(reading: Reading) -> Objection | None:
    if reading.region or not reading.needs_region:
        return None
    return Objection(
        "No region is given.",
        "The Azure region that the gateway is deployed to. It is a part of the deployment name.",
        "Set region, for example to 'westus'.",
    )


@REGION.rule("REGION-002", "The region is spelled like one", NEW_CMG_PAGE, subject="region")
def _region_spelling(reading: Reading) -> Objection | None:
    if not reading.region or _is_spelled_well(reading.region):
        return None
    return Objection(
        f"The region is {reading.gateway.region!r}.",
        "Letters and digits: the Azure location ('westus2'), the portal's name ('(US) West US 2') or Configuration "
        "Manager's ('WestUS2').",
        "Write the region as 'az account list-locations --output table' shows it in the column Name.",
    )


@REGION.rule("REGION-003", "The region belongs to the cloud", NEW_CMG_PAGE, subject="region")
def _region_of_cloud(reading: Reading) -> Objection | None:
    owner = cloud_of_region(reading.region or "")
    if not reading.cloud.supported or not _is_location(reading.region) or owner is reading.cloud:
        return None
    cloud = reading.cloud.description
    starts = " or ".join(f"{start!r}" for start in reading.cloud.region_starts)
    names = f", whose names begin with {starts}" if starts else ""
    change_cloud = f", or set cloud_environment to {owner.name!r}" if owner.supported else ""
    return Objection(
        f"The region {reading.gateway.region!r} belongs to {owner.description}, "
        f"and cloud_environment is {reading.gateway.cloud_environment!r}.",
        f"A region of {cloud}{names}.",
        f"Choose a region of {cloud}{change_cloud}.",
    )


@REGION.rule("REGION-004", "The region is one location", NEW_CMG_PAGE, subject="region")
def _one_location(reading: Reading) -> Objection | None:
    if not _is_anywhere(reading.region):
        return None
    return Objection(
        f"The region is {reading.gateway.region!r}, which leaves the location to Azure.",
        "One Azure location: it is a part of the deployment name, so that no alias can be made without it.",
        "Set region to the location that the gateway is deployed to, for example to 'westus'.",
    )


@REGION.rule(
    "REGION-005",
    "The region is one that Azure is known to have",
    "Microsoft Learn: List of Azure regions, https://learn.microsoft.com/azure/reliability/regions-list",
    subject="region",
    severity=Severity.WARNING,
)
def _region_exists(reading: Reading) -> Objection | None:
    """A question only: Azure adds regions, and the list of those that a gateway may use is not published."""
    owned = _is_location(reading.region) and cloud_of_region(reading.region or "") is reading.cloud
    if not reading.region or not owned or not reading.cloud.supported or reading.region in LOCATIONS:
        return None
    similar = similar_locations(reading.region)
    meant = (
        f"Write {listed(map(repr, similar), 'or')} if that is what is meant. Otherwise compare"
        if similar
        else "Compare"
    )
    return Objection(
        f"The region {reading.gateway.region!r} is none that this collection knows.",
        f"An Azure location of {reading.cloud.description}. It is a part of the deployment name.",
        f"{meant} it with the column Name of 'az account list-locations --output table': Azure adds regions.",
    )


@CLOUD.rule("CLOUD-001", "Configuration Manager supports the cloud", NEW_CMG_PAGE, PLAN_PAGE, subject="cloud")
def _cloud_supported(reading: Reading) -> Objection | None:
    if reading.cloud.supported:
        return None
    return Objection(
        f"cloud_environment is {reading.gateway.cloud_environment!r}, which is {reading.cloud.description}.",
        f"{PUBLIC.name!r} or {US_GOVERNMENT.name!r}: Configuration Manager deploys gateways to no other cloud.",
        "Deploy the gateway to the public Azure cloud or to the US Government cloud.",
    )


@CLOUD.rule(
    "CLOUD-002",
    "A service name in an Azure domain is the deployment name",
    CERTIFICATE_PAGE,
    MODIFY_PAGE,
    subject="service name",
)
def _azure_domain_matches(reading: Reading) -> Objection | None:
    name, deployment_name = reading.azure_name, reading.deployment_name
    if name is None or deployment_name is None or name == deployment_name:
        return None
    # Each of these is an error of its own, and the way out of it leads out of this one.
    if reading.wildcard or not _is_place_clear(reading) or _cannot_be_converted(reading):
        return None
    return Objection(
        f"The service name {name!r} lies in an Azure domain, and the gateway is deployed as {deployment_name!r}.",
        f"{deployment_name!r}, because nobody but Microsoft can make an alias in an Azure domain.",
        _way_out_of_mismatch(reading, name, deployment_name),
    )


@CLOUD.rule(
    "CLOUD-003",
    "A public certification authority can issue for the domain",
    CERTIFICATE_PAGE,
    subject="service name",
)
def _public_issuer(reading: Reading) -> Objection | None:
    if reading.azure_name is None or reading.gateway.issuer is not Issuer.PUBLIC:
        return None
    return Objection(
        f"The service name {reading.azure_name!r} lies in an Azure domain, and the certificate's issuer is public.",
        "A service name in a domain of your own. Azure's domains belong to Microsoft, so no public certification "
        "authority issues certificates in them to anybody else.",
        "Choose a service name in your own domain, or set issuer to 'enterprise' if your own PKI signs the "
        "certificate and all clients trust it.",
    )


@CLOUD.rule("CLOUD-004", "The deployment domain can be used", "RFC 1123, section 2.1", subject="deployment domain")
def _domain_usable(reading: Reading) -> Objection | None:
    domain = reading.gateway.deployment_domain
    if not domain or _is_domain(domain.replace(REGION_PLACEHOLDER, "region")):
        return None
    return Objection(
        f"deployment_domain is {domain!r}.",
        f"A domain name without a leading or final dot, in which {REGION_PLACEHOLDER} stands for the Azure location, "
        f"such as {US_GOVERNMENT.scale_set_domain!r}.",
        "Correct deployment_domain, or leave it out to use the domain that is known for the cloud.",
    )


@CLOUD.rule(
    "CLOUD-005",
    "The domain of the US Government cloud is confirmed",
    CERTIFICATE_PAGE,
    ENDPOINTS_PAGE,
    "https://github.com/MicrosoftDocs/azure-docs/issues/30684",
    subject="deployment name",
    severity=Severity.INFO,
)
def _government_domain(reading: Reading) -> Objection | None:
    if reading.cloud is not US_GOVERNMENT or not reading.scale_set or reading.gateway.deployment_domain:
        return None
    return Objection(
        f"The deployment name is computed with {US_GOVERNMENT.scale_set_domain!r}, the domain that Azure gives to "
        "public IP addresses there. Microsoft's pages on the gateway name others and disagree with each other.",
        "The domain that the Configuration Manager console shows for the gateway.",
        "Compare the deployment name with the console. Set deployment_domain to the domain that it shows: this also "
        "confirms the one above.",
    )


@METHOD.rule("METHOD-001", "The site can deploy a scale set", PLAN_PAGE, SETUP_PAGE, subject="deployment method")
def _scale_set_available(reading: Reading) -> Objection | None:
    version = reading.version
    if not reading.scale_set or version is None or version >= SCALE_SET or _is_early_in_government(reading):
        return None
    preview = version >= SCALE_SET_PREVIEW
    return Objection(
        f"deployment_method is 'scale_set' and the site has version {version}"
        f"{', which deploys scale sets only for subscriptions of cloud solution providers' if preview else ''}.",
        f"Version {SCALE_SET} or later.",
        f"Update the site to {SCALE_SET} or later before the gateway is deployed.",
        Severity.WARNING if preview else None,
    )


@METHOD.rule(
    "METHOD-002",
    "The site can deploy a scale set in the US Government cloud",
    f"Microsoft Learn: What's new in version 2111, {CHANGES_DOCS}/whats-new-in-version-2111",
    PLAN_PAGE,
    subject="deployment method",
)
def _scale_set_in_government(reading: Reading) -> Objection | None:
    if not _is_early_in_government(reading):
        return None
    return Objection(
        f"deployment_method is 'scale_set' in the US Government cloud, and the site has version {reading.version}.",
        f"Version {SCALE_SET_IN_US_GOVERNMENT} or later.",
        f"Update the site to {SCALE_SET_IN_US_GOVERNMENT} or later before the gateway is deployed.",
    )


@METHOD.rule("METHOD-003", "The deployment method has a future", SETUP_PAGE, REMOVED_PAGE, subject="deployment method")
def _classic(reading: Reading) -> Objection | None:
    if reading.scale_set or reading.gateway.context is Context.CONVERT:
        return None
    version = reading.version
    return Objection(
        f"deployment_method is 'classic' and the site has {f'version {version}' if version else 'the current branch'}.",
        f"'scale_set'. Version {CLASSIC_REMOVED} removed the classic method, and no site can be updated to "
        f"{CLASSIC_BLOCKS_UPGRADE} or later while a classic gateway exists.",
        _way_out_of_classic(reading),
        _severity_of_classic(reading),
    )


@METHOD.rule("METHOD-004", "The site version can be read", SETUP_PAGE, subject="site version")
def _version_readable(reading: Reading) -> Objection | None:
    text = reading.gateway.site_version
    if not text or reading.version is not None:
        return None
    return Objection(
        f"site_version is {text!r}.",
        "Four digits, the year and the month of the release, such as '2503'.",
        "Write the version as the console shows it under About Configuration Manager, not the build number.",
    )


@METHOD.rule("METHOD-005", "A conversion ends in a scale set", MODIFY_PAGE, subject="deployment method")
def _conversion_target(reading: Reading) -> Objection | None:
    if reading.scale_set or reading.gateway.context is not Context.CONVERT:
        return None
    return Objection(
        "context is 'convert' and deployment_method is 'classic'.",
        "'scale_set': the declaration says what the gateway is going to be.",
        "Set deployment_method to 'scale_set', or context to 'existing' until the conversion is due.",
    )


@METHOD.rule("METHOD-006", "The gateway can be converted", MODIFY_PAGE, subject="service name")
def _convertible(reading: Reading) -> Objection | None:
    converting = reading.gateway.context is Context.CONVERT
    if not reading.classic_service_name or (reading.scale_set and not converting):
        return None
    return Objection(
        f"The service name {reading.service_name!r} itself lies in {reading.cloud.classic_domain!r}, the domain of "
        "classic deployments.",
        "A service name in a domain of your own. The conversion keeps the service name, and a scale set cannot have "
        "this one.",
        "Do not convert. Get a certificate for a new service name, deploy a second gateway with it and connect it, "
        "wait at least 24 hours until all clients have new policy, then delete the classic one.",
        None if converting else Severity.WARNING,
    )


@METHOD.rule(
    "METHOD-007",
    "The site can convert a classic gateway",
    f"Microsoft Learn: What's new in version 2107, {CHANGES_DOCS}/whats-new-in-version-2107",
    MODIFY_PAGE,
    subject="site version",
)
def _conversion_available(reading: Reading) -> Objection | None:
    version = reading.version
    if reading.gateway.context is not Context.CONVERT or version is None or version >= SCALE_SET:
        return None
    return Objection(
        f"context is 'convert' and the site has version {version}.",
        f"Version {SCALE_SET} or later, which has the conversion.",
        f"Update the site to {SCALE_SET} or later first.",
    )


@METHOD.rule("METHOD-008", "The resource group's name can be a container's", PLAN_PAGE, subject="resource group")
def _resource_group(reading: Reading) -> Objection | None:
    group, version = reading.gateway.resource_group, reading.version
    if not reading.scale_set or not group or version is None or not SCALE_SET_PREVIEW <= version <= SCALE_SET:
        return None
    if re.fullmatch(r"[a-z0-9](-?[a-z0-9])+", group) and len(group) in range(3, 64):
        return None
    return Objection(
        f"resource_group is {group!r} and the site has version {version}, which names a storage container after it.",
        "3 to 63 lower-case letters, digits and single hyphens, with a letter or digit at both ends.",
        "Choose another resource group, or update the site first.",
        # Later editions of the page no longer mention 2107.
        Severity.WARNING if version == SCALE_SET else None,
    )


@METHOD.rule(
    "METHOD-009",
    "The site can use a wildcard certificate",
    f"Microsoft Learn: What's new in version 1802, {CHANGES_DOCS}/whats-new-in-version-1802",
    subject="site version",
)
def _wildcard_available(reading: Reading) -> Objection | None:
    version = reading.version
    if not reading.wildcard or version is None or version >= WILDCARD_CERTIFICATES:
        return None
    return Objection(
        f"The service name {reading.common_name!r} is a wildcard and the site has version {version}.",
        f"Version {WILDCARD_CERTIFICATES} or later.",
        "Use a certificate for the complete service name, or update the site.",
    )


def _is_spelled_well(region: str) -> bool:
    return bool(re.fullmatch(r"[a-z][a-z0-9]+", region))


def _is_anywhere(region: str | None) -> bool:
    return (region or "").startswith("anywhere")


def _is_location(region: str | None) -> bool:
    return bool(region) and _is_spelled_well(region or "") and not _is_anywhere(region)


def _is_place_clear(reading: Reading) -> bool:
    right_region = _is_location(reading.region) and cloud_of_region(reading.region or "") is reading.cloud
    return reading.cloud.supported and (right_region or not reading.needs_region)


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", one) for one in labels)


def _is_early_in_government(reading: Reading) -> bool:
    early = reading.version is not None and reading.version < SCALE_SET_IN_US_GOVERNMENT
    return early and reading.scale_set and reading.cloud is US_GOVERNMENT


def _cannot_be_converted(reading: Reading) -> bool:
    return reading.gateway.context is Context.CONVERT and reading.classic_service_name


def _severity_of_classic(reading: Reading) -> Severity:
    """Classic is the only choice before scale sets, unwise until it was removed, and impossible since."""
    version = reading.version
    if version is None:
        return Severity.ERROR
    if version < (SCALE_SET_IN_US_GOVERNMENT if reading.cloud is US_GOVERNMENT else SCALE_SET):
        return Severity.INFO
    last = CLASSIC_REMOVED if reading.gateway.context is Context.NEW else CLASSIC_BLOCKS_UPGRADE
    return Severity.WARNING if version < last else Severity.ERROR


def _way_out_of_classic(reading: Reading) -> str:
    if reading.gateway.context is Context.NEW:
        return "Set deployment_method to 'scale_set'."
    if reading.classic_service_name:
        return "Replace the gateway by a new one that is a scale set."
    return "Convert the gateway to a scale set: set context to 'convert' and deployment_method to 'scale_set'."


def _way_out_of_mismatch(reading: Reading, name: str, deployment_name: str) -> str:
    """What to change so that both names meet, most likely intention first."""
    own = "or, better, choose a service name in a domain of your own"
    if reading.scale_set and reading.classic_service_name:
        return (
            f"A name in {reading.cloud.classic_domain!r} fits a classic deployment only: get a certificate for "
            f"{deployment_name!r} from your own PKI, {own}. If the console shows this very deployment name for the "
            "scale set, set deployment_domain."
        )
    region = _region_in(reading, name)
    if region:
        return f"Set region to {region!r}, get a certificate for {deployment_name!r} from your own PKI, {own}."
    return f"Get a certificate for {deployment_name!r} from your own PKI, {own}."


def _region_in(reading: Reading, name: str) -> str | None:
    """The region that the service name itself speaks of, where it has the form of this cloud's deployment names."""
    _prefix, _dot, domain = name.partition(".")
    region, _dot, rest = domain.partition(".")
    expected = reading.domain_template.replace(f"{REGION_PLACEHOLDER}.", "")
    return region if reading.needs_region and rest == expected.lower() else None
