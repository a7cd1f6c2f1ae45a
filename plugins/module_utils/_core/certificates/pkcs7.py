# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The certificates of a PKCS#7 file (C(.p7b), RFC 2315): signed data without signatures."""

from __future__ import annotations

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sniffing import PKCS7_SIGNED
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.tlv import (
    CONTEXT_0,
    SEQUENCE,
    MalformedAsn1,
    definite,
    dotted,
    elements,
    expect,
    member,
    members,
    read,
)


def certificates_in(data: bytes) -> list[bytes]:
    """The certificates of a PKCS#7 file in their order, in DER.

    :raises MalformedAsn1: where the file is no signed data.
    """
    parts = members(read(data), "The PKCS#7 file")
    kind = dotted(member(parts, 0), "The type of the PKCS#7 file")
    if kind != PKCS7_SIGNED:
        raise MalformedAsn1(f"The PKCS#7 file has the type {kind}; certificates are in {PKCS7_SIGNED} (signed data).")
    wrapper = expect(member(parts, 1), CONTEXT_0, "The content of the PKCS#7 file")
    signed = members(read(wrapper.content), "The content of the PKCS#7 file")
    certificates = next((part for part in signed if part.tag == CONTEXT_0), None)
    found = elements(certificates.content) if certificates else []
    return [definite(one) if one.indefinite else one.raw for one in found if one.tag == SEQUENCE]
