# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request file of certreq, read back by the rules of INF files and of CertStrToName, written here anew."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.cmg.plugins.module_utils._core.certreq_inf import (
    distinguished_name,
    inf_of,
    inf_text,
    quoted,
)
from ansible_collections.configmgr.cmg.plugins.module_utils._core.requests import Request, Subject

NAME = "granitefalls.contoso.com"
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=64).map(str.strip).filter(bool)
OIDS = {"CN": "2.5.4.3", "C": "2.5.4.6", "L": "2.5.4.7", "S": "2.5.4.8", "O": "2.5.4.10", "OU": "2.5.4.11"}


def request(*more: str, size: int = 2048, **parts: str) -> Request:
    return Request(NAME, (NAME, *more), Subject(**parts), size)


def inf(wanted: Request, template: str = "WebServer", friendly_name: str = NAME) -> bytes:
    return inf_of(wanted, service_name=NAME, template=template, friendly_name=friendly_name)


def read_inf(data: bytes) -> dict[str, list[tuple[str, str]]]:
    """Sections with their lines, as SetupAPI reads them."""
    text = data.decode("utf-16") if data.startswith(b"\xff\xfe") else data.decode("ascii")
    sections: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] = []
    for line in text.split("\r\n"):
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith(";"):
            name, _equals, value = line.partition(" = ")
            current.append((name, unquoted(value)))
    return sections


def unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    assert re.fullmatch(r'"(?:[^"]|"")*"', value), value
    return value[1:-1].replace('""', '"').replace("%%", "%")


def read_name(text: str) -> list[tuple[str, str]]:
    """Attributes in their order, as CertStrToName reads them."""
    pairs = re.findall(r'(\w+)=("(?:[^"]|"")*"|[^,]*)(?:,|$)', text)
    assert ",".join(f"{name}={value}" for name, value in pairs) == text
    return [(OIDS[name], value[1:-1].replace('""', '"') if value[:1] == '"' else value) for name, value in pairs]


@pytest.mark.parametrize("size", [2048, 4096])
def test_the_file(size: int) -> None:
    sections = read_inf(inf(request("b.contoso.com", "c.contoso.com", size=size, organization="Contoso", country="US")))
    assert sections == {
        "Version": [("Signature", "$Windows NT$")],
        "NewRequest": [
            ("Subject", f"CN={NAME},O=Contoso,C=US"),
            ("FriendlyName", NAME),
            ("ProviderName", "Microsoft Software Key Storage Provider"),
            ("KeyAlgorithm", "RSA"),
            ("KeyLength", str(size)),
            ("HashAlgorithm", "SHA256"),
            ("KeyUsage", "0xA0"),
            ("MachineKeySet", "TRUE"),
            ("Exportable", "TRUE"),
            ("RequestType", "PKCS10"),
        ],
        "EnhancedKeyUsageExtension": [("OID", "1.3.6.1.5.5.7.3.1")],
        "Extensions": [
            ("2.5.29.17", "{text}"),
            ("_continue_", f"dns={NAME}&"),
            ("_continue_", "dns=b.contoso.com&"),
            ("_continue_", "dns=c.contoso.com"),
        ],
        "RequestAttributes": [("CertificateTemplate", "WebServer")],
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Contoso", "O=Contoso"),
        ("Contoso, Ltd.", 'O="Contoso, Ltd."'),
        ('The "Co"', 'O="The ""Co"""'),
        ("A+B", 'O="A+B"'),
        ("A;B", 'O="A;B"'),
        ("#1", 'O="#1"'),
        ("A=B", 'O="A=B"'),
        ("O'Neill & Sons (Ltd.)", "O=O'Neill & Sons (Ltd.)"),
    ],
)
def test_values_are_quoted_where_they_have_to_be(value: str, text: str) -> None:
    assert distinguished_name(request(organization=value)) == f"CN={NAME},{text}"


@pytest.mark.parametrize(("value", "text"), [("a", '"a"'), ('a"b', '"a""b"'), ("100%", '"100%%"'), ("", '""')])
def test_values_of_the_file_are_quoted(value: str, text: str) -> None:
    assert quoted(value) == text


@given(organization=TEXTS, unit=TEXTS, state=TEXTS, template=TEXTS, friendly_name=TEXTS)
def test_whatever_is_written_is_read_back(
    organization: str, unit: str, state: str, template: str, friendly_name: str
) -> None:
    wanted = request(organization=organization, organizational_unit=unit, state=state)
    sections = read_inf(inf(wanted, template, friendly_name))
    values = dict(sections["NewRequest"])
    assert read_name(values["Subject"]) == list(reversed(wanted.attributes))
    assert values["FriendlyName"] == friendly_name
    assert sections["RequestAttributes"] == [("CertificateTemplate", template)]


def test_ascii_stays_ascii_and_more_is_utf16() -> None:
    assert inf(request(organization="Contoso")).isascii()
    assert inf(request(organization="Müller")).startswith(b"\xff\xfe")


@pytest.mark.parametrize("organization", ["Contoso", "Müller"])
def test_it_is_shown_as_it_is(organization: str) -> None:
    text = inf_text(inf(request(organization=organization)))
    assert f'Subject = "CN={NAME},O={organization}"\n' in text
    assert "\r" not in text


@pytest.mark.parametrize(
    "data", [b"", b"secret", b"\xff\xfes\x00e", b"[NewRequest]\r\n-----BEGIN PRIVATE KEY-----\r\nabc"]
)
def test_what_is_no_such_file_is_not_shown(data: bytes) -> None:
    assert inf_text(data) == "(no INF file)\n"
