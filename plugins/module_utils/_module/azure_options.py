# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

# Made by tools/generate_options.py from plugins/doc_fragments/_azure.py. Change the fragment, not this file.
"""The argument spec of the connection to Azure."""

from __future__ import annotations

from typing import Any

AZURE_OPTIONS: dict[str, dict[str, Any]] = {
    "auth_source": {"type": "str", "choices": ["auto", "cli", "credential_file", "env", "msi"]},
    "profile": {"type": "str"},
    "subscription_id": {"type": "str"},
    "tenant": {"type": "str"},
    "client_id": {"type": "str"},
    "secret": {"type": "str", "no_log": True},
    "x509_certificate_path": {"type": "path"},
    "thumbprint": {"type": "str"},
    "oidc_token": {"type": "str", "no_log": True},
    "oidc_token_file_path": {"type": "path", "no_log": False},
    "ad_user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "cloud_environment": {"type": "str"},
    "resource_manager_url": {"type": "str"},
    "authority_url": {"type": "str", "aliases": ["adfs_authority_url"]},
    "disable_instance_discovery": {"type": "bool"},
    "cert_validation_mode": {"type": "str", "choices": ["validate", "ignore"]},
    "ca_bundle": {"type": "path"},
    "proxy": {"type": "str", "no_log": True},
}
