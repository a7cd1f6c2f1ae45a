# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

# Made by tools/generate_options.py from plugins/doc_fragments/_gateways.py. Change the fragment, not this file.
"""The argument spec of the declaration of gateways."""

from __future__ import annotations

from typing import Any

GATEWAY_OPTIONS: dict[str, dict[str, Any]] = {
    "gateways": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str"},
            "service_name": {"type": "str"},
            "prefix": {"type": "str"},
            "region": {"type": "str", "required": True},
            "cloud_environment": {
                "type": "str",
                "choices": [
                    "AzureCloud",
                    "AzureUSGovernment",
                    "AzurePublicCloud",
                    "AzureUSGovernmentCloud",
                    "AzureChinaCloud",
                ],
                "default": "AzureCloud",
            },
            "deployment_method": {"type": "str", "choices": ["scale_set", "classic"], "default": "scale_set"},
            "deployment_domain": {"type": "str"},
            "site_version": {"type": "str"},
            "context": {"type": "str", "choices": ["new", "existing", "convert"], "default": "new"},
            "issuer": {"type": "str", "choices": ["public", "enterprise"], "default": "public"},
            "content_enabled": {"type": "bool", "default": True},
            "resource_group": {"type": "str"},
            "dns": {
                "type": "dict",
                "options": {
                    "subscription_id": {"type": "str"},
                    "resource_group": {"type": "str"},
                    "zone": {"type": "str"},
                    "ttl": {"type": "int", "default": 3600},
                    "metadata": {"type": "dict"},
                },
            },
            "server_certificate": {
                "type": "dict",
                "options": {
                    "path": {"type": "path"},
                    "content": {"type": "str", "no_log": True},
                    "password": {"type": "str", "no_log": True},
                    "private_key_path": {"type": "path"},
                    "private_key_content": {"type": "str", "no_log": True},
                    "chain": {"type": "list", "elements": "path"},
                    "trusted_roots": {"type": "list", "elements": "path"},
                    "current": {
                        "type": "dict",
                        "options": {
                            "path": {"type": "path"},
                            "content": {"type": "str", "no_log": True},
                            "password": {"type": "str", "no_log": True},
                            "served": {"type": "bool", "default": False},
                        },
                    },
                },
            },
            "client_authentication": {
                "type": "dict",
                "options": {
                    "methods": {"type": "list", "elements": "str", "choices": ["pki", "entra", "token"]},
                    "trust_chain": {"type": "list", "elements": "path"},
                    "certificates": {"type": "list", "elements": "path"},
                    "verify_revocation": {"type": "bool", "default": True},
                    "clients": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "join_state": {
                                "type": "str",
                                "choices": ["workgroup", "domain", "entra", "hybrid"],
                                "required": True,
                            },
                            "windows": {"type": "str", "default": "11"},
                            "token": {"type": "bool", "default": False, "no_log": False},
                        },
                    },
                },
            },
            "management_point": {
                "type": "dict",
                "options": {
                    "mode": {"type": "str", "choices": ["http", "enhanced_http", "https"], "default": "https"},
                    "certificate": {
                        "type": "dict",
                        "options": {
                            "path": {"type": "path"},
                            "content": {"type": "str", "no_log": True},
                            "password": {"type": "str", "no_log": True},
                        },
                    },
                    "hostnames": {"type": "list", "elements": "str"},
                },
            },
            "management_certificate": {
                "type": "dict",
                "options": {
                    "path": {"type": "path"},
                    "pfx_path": {"type": "path"},
                    "password": {"type": "str", "no_log": True},
                },
            },
            "accept": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "rule": {"type": "str", "required": True},
                    "reason": {"type": "str", "required": True},
                    "until": {"type": "str"},
                },
            },
        },
    }
}
