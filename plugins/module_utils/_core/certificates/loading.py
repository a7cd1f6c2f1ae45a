# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading certificate files: PFX, PEM, DER, PKCS#7, with a private key beside them or none."""

from __future__ import annotations

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.artefacts import (
    Container,
    LoadedArtefact,
    Problem,
    ProblemKind,
)

__all__ = ["Container", "LoadedArtefact", "Problem", "ProblemKind", "load"]


def load(
    data: bytes,
    password: bytes | str | None = None,
    *,
    name: str | None = None,
    private_key: bytes | None = None,
    chain: tuple[bytes, ...] = (),
) -> LoadedArtefact:
    """What is in a file. Nothing is raised for what is wrong with it; that is among the problems.

    :param password: of the PFX file, or of the private key.
    :param name: the file's name: where it ends in C(.pfx) or C(.p12), anything but PKCS#12 is a problem.
    :param private_key: a private key in a file of its own, PEM or DER.
    :param chain: further files with CA certificates that belong to this one.
    """
    raise NotImplementedError
