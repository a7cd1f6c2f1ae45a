# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Opening the certificate files that gateways declare, where the module runs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.loading import LoadedArtefact, load
from ansible_collections.configmgr.cmg.plugins.module_utils._core.certificates.sources import Material, Source
from ansible_collections.configmgr.cmg.plugins.module_utils._core.gateways import (
    CertificateSource,
    Gateway,
    ManagementCertificate,
)

LARGEST_FILE = 16 * 1024 * 1024
USUAL_FILE = 64 * 1024


@dataclass(frozen=True)
class Files:
    """The files of one run. Each is opened once, however many gateways name it."""

    _contents: dict[str, bytes | str] = field(default_factory=dict, repr=False)
    _loaded: dict[tuple[Any, ...], LoadedArtefact] = field(default_factory=dict, repr=False)
    _opened: dict[tuple[str, str], Source] = field(default_factory=dict, repr=False)

    def material(self, gateway: Gateway) -> Material:
        """All files of a gateway, opened. What the gateway serves is not asked for here."""
        server, clients = gateway.server_certificate, gateway.client_authentication
        point, management = gateway.management_point, gateway.management_certificate
        current = server.current if server else None
        return Material(
            gateway,
            server=self._source("server certificate", server),
            current=None if current is None or current.served else self._source("certificate in use", current),
            trusted_roots=self._sources("trusted root", server.trusted_roots if server else ()),
            trust_chain=self._sources("trust chain", clients.trust_chain if clients else ()),
            clients=self._sources("client certificate", clients.certificates if clients else ()),
            management_point=self._source("management point certificate", point.certificate if point else None),
            management_cer=self._source("management certificate", _cer_of(management)),
            management_pfx=self._source("management PFX", _pfx_of(management), as_pfx=True),
        )

    def _sources(self, what: str, paths: Iterable[str]) -> tuple[Source, ...]:
        return tuple(self._shared(what, path) for path in paths if path)

    def _shared(self, what: str, path: str) -> Source:
        """A file without a password, which many gateways may name."""
        if (what, path) not in self._opened:
            self._opened[what, path] = self._open(what, CertificateSource(path))
        return self._opened[what, path]

    def _source(self, what: str, declared: CertificateSource | None, *, as_pfx: bool = False) -> Source | None:
        """A declared artefact, opened; V(None) where neither path nor content is given."""
        if declared is None or not (declared.path or declared.content):
            return None
        return self._open(what, declared, as_pfx=as_pfx)

    def _open(self, what: str, declared: CertificateSource, *, as_pfx: bool = False) -> Source:
        subject = f"{what} {_name_of(declared.path)}" if declared.path else what
        data = declared.content.encode() if declared.content else self._read(declared.path or "")
        key = self._key(declared)
        chain = list(map(self._read, declared.chain))
        problem = next((part for part in (data, key, *chain) if isinstance(part, str)), None)
        if problem is not None or isinstance(data, str) or isinstance(key, str):
            return Source(subject, declared.path, problem=problem)
        files = [one for one in chain if not isinstance(one, str)]
        return Source(subject, declared.path, self._load(declared, data, key, files, as_pfx=as_pfx))

    def _key(self, declared: CertificateSource) -> bytes | str | None:
        if declared.private_key_content:
            return declared.private_key_content.encode()
        return self._read(declared.private_key_path) if declared.private_key_path else None

    def _load(
        self, declared: CertificateSource, data: bytes, key: bytes | None, chain: Sequence[bytes], *, as_pfx: bool
    ) -> LoadedArtefact:
        known = (declared.content, declared.path, declared.password, key, tuple(chain), as_pfx)
        if known not in self._loaded:
            self._loaded[known] = load(
                data, declared.password, name=declared.path, as_pfx=as_pfx, private_key=key, chain=chain
            )
        return self._loaded[known]

    def _read(self, path: str) -> bytes | str:
        """What is in a file, or in one sentence why it cannot be read."""
        if path not in self._contents:
            self._contents[path] = contents_of(path)
        return self._contents[path]


def server_materials(gateways: Iterable[Gateway]) -> list[Material]:
    """The files that gateways declare, as far as they matter for the certificate of the server."""
    files = Files()
    stripped = (
        replace(gateway, client_authentication=None, management_point=None, management_certificate=None)
        for gateway in gateways
    )
    return [files.material(gateway) for gateway in stripped]


def _cer_of(declared: ManagementCertificate | None) -> CertificateSource | None:
    return CertificateSource(declared.path) if declared else None


def _pfx_of(declared: ManagementCertificate | None) -> CertificateSource | None:
    return CertificateSource(declared.pfx_path, password=declared.password) if declared else None


def _name_of(path: str) -> str:
    """The last part of a path. To take it apart as a whole takes as long as to read the file."""
    last = path.rpartition("/")[2]
    return last if last.strip(".") else Path(path).name


def contents_of(path: str) -> bytes | str:
    """What is in a file, or in one sentence why it cannot be read. A device or a pipe is not even opened."""
    try:
        if not _is_file(path):
            return f"{path} is not a file."
        content = _read_up_to(LARGEST_FILE + 1, path)
    except OSError as problem:
        return f"{path} cannot be read: {problem.strerror}."
    if len(content) > LARGEST_FILE:
        return f"{path} has more than {LARGEST_FILE:,} bytes, which no certificate has."
    return content


def _is_file(path: str) -> bool:
    """Whether there is a regular file. Links are followed, but most files are none."""
    mode = os.lstat(path).st_mode
    return stat.S_ISREG(Path(path).stat().st_mode if stat.S_ISLNK(mode) else mode)


def _read_up_to(size: int, path: str) -> bytes:
    """So much of a file, or all of it. Python's own objects for files take longer to make than a small one to read.

    :raises OSError: where it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Room for the largest file would have to be made and given back for each of many small ones.
        content = os.read(descriptor, USUAL_FILE)
        while more := os.read(descriptor, size - len(content) if len(content) >= USUAL_FILE else USUAL_FILE):
            content += more
    finally:
        os.close(descriptor)
    return content
