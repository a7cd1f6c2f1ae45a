# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a process: endpoints, faults, name servers, identities, and its end."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from tests.emulator.client import Control, ControlError
from tests.emulator.process import ROOT, Emulator, EmulatorError, end, endpoint, running_emulator
from tests.unit.emulator.support import GROUP, ZONE, cname

WWW = f"{ZONE}/CNAME/www"
ENDS = 10.0


@pytest.fixture(scope="module")
def process() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(process: Emulator) -> Emulator:
    process.control.reset()
    return process


class Browser:
    """Plain HTTP requests with the token of one client."""

    def __init__(self, emulator: Emulator, rights: str = "owner") -> None:
        self.emulator = emulator
        context = ssl.create_default_context(cafile=emulator.ca_bundle)
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        self.opener = urllib.request.build_opener(*handlers)
        self.token = ""
        client = emulator.client(rights)
        form = {"client_id": client["client_id"], "client_secret": client["secret"], "scope": "x/.default"}
        body = urllib.parse.urlencode({**form, "grant_type": "client_credentials"}).encode()
        url = f"{emulator.authority_url}/{client['tenant']}/oauth2/v2.0/token"
        self.token = self.open(urllib.request.Request(url, body))[2]["access_token"]

    def open(self, request: urllib.request.Request) -> tuple[int, dict[str, str], Any]:
        try:
            with self.opener.open(request, timeout=10) as answer:
                return _read(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return _read(error.code, error.headers, error.read())

    def arm(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.emulator.resource_manager_url}{path}?api-version=2018-05-01"
        sent = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}", **headers}
        return self.open(urllib.request.Request(url, data, sent, method=method))

    def plain(self, url: str, **headers: str) -> tuple[int, Any]:
        status, _headers, body = self.open(urllib.request.Request(url, headers=headers))
        return status, body


def _read(status: int, headers: Any, text: bytes) -> tuple[int, dict[str, str], Any]:
    return status, {key.lower(): value for key, value in headers.items()}, json.loads(text) if text else None


@pytest.fixture
def browser(emulator: Emulator) -> Browser:
    return Browser(emulator)


def test_a_record_set_over_https(browser: Browser) -> None:
    status, headers, body = browser.arm("PUT", WWW, cname())
    assert (status, headers["etag"]) == (201, body["etag"])
    assert headers["x-ms-ratelimit-remaining-subscription-resource-requests"] == "11999"
    assert browser.arm("GET", WWW)[1]["x-ms-ratelimit-remaining-subscription-resource-requests"] == "499"
    deleted = [browser.arm("DELETE", WWW) for _time in range(2)]
    assert [(status, body) for status, _headers, body in deleted] == [(200, None), (204, None)]


def test_a_body_that_is_no_json(browser: Browser) -> None:
    url = f"{browser.emulator.resource_manager_url}{WWW}?api-version=2018-05-01"
    request = urllib.request.Request(url, b"{", {"Authorization": f"Bearer {browser.token}"}, method="PUT")
    status, _headers, body = browser.open(request)
    assert (status, body["error"]["code"]) == (400, "InvalidRequestContent")


@pytest.mark.parametrize(
    ("token", "code"), [("", "AuthenticationFailed"), ("Bearer forged", "InvalidAuthenticationToken")]
)
def test_without_a_good_token(browser: Browser, token: str, code: str) -> None:
    status, headers, body = browser.arm("GET", ZONE, Authorization=token)
    assert (status, body["error"]["code"]) == (401, code)
    assert headers["www-authenticate"].startswith(f'Bearer authorization_uri="{browser.emulator.authority_url}/')


def test_a_token_ages_with_the_clock(browser: Browser) -> None:
    browser.emulator.control.clock(3601)
    status, _headers, body = browser.arm("GET", ZONE)
    assert (status, body["error"]["code"]) == (401, "ExpiredAuthenticationToken")
    assert Browser(browser.emulator).arm("GET", ZONE)[0] == 200


def test_a_reader_may_not_write(emulator: Emulator) -> None:
    reader = Browser(emulator, "reader")
    assert reader.arm("GET", ZONE)[0] == 200
    assert reader.arm("PUT", WWW, cname())[0] == 403


def test_the_log_has_everything_but_secrets(browser: Browser) -> None:
    browser.arm("PUT", WWW, cname(), **{"If-None-Match": "*"})
    browser.arm("GET", WWW)
    log = browser.emulator.control.requests("PUT", "/CNAME/www")
    assert [(one["status"], one["headers"]["If-None-Match"], json.loads(one["body"])) for one in log] == [
        (201, "*", cname())
    ]
    everything = json.dumps(browser.emulator.control.requests())
    secrets = [browser.token, *(one["secret"] for one in browser.emulator.clients if one["secret"])]
    assert not [secret for secret in secrets if secret in everything]
    assert browser.emulator.control.counts() == {"POST 200": 1, "PUT 201": 1, "GET 200": 1}
    browser.emulator.control.clear_requests()
    assert browser.emulator.control.counts() == {}


def test_an_error_on_demand(browser: Browser) -> None:
    control = browser.emulator.control
    control.fault(error="OperationPending", method="PUT", path="/CNAME/", count=2)
    answers = [browser.arm("PUT", WWW, cname()) for _time in range(3)]
    assert [status for status, _headers, _body in answers] == [409, 409, 201]
    assert "|dnsZones|contoso.com|CNAME|www'" in answers[0][2]["message"]
    assert [one["met"] for one in control.faults()] == [2]
    control.clear_faults()
    assert control.faults() == []


def test_a_throttled_answer_is_a_string_that_holds_json(browser: Browser) -> None:
    browser.emulator.control.fault(error="Throttled", path="/CNAME/")
    status, headers, body = browser.arm("GET", WWW)
    assert (status, headers["retry-after"], json.loads(body)["code"]) == (429, "10", "Throttled")


@pytest.mark.parametrize(
    ("kind", "text"), [("text/html; charset=utf-8", "<b>Blocked</b>"), ("Application/JSON", '"<b>Blocked<\\/b>"')]
)
def test_an_answer_of_another_content_type(browser: Browser, kind: str, text: str) -> None:
    """As a proxy in between would give it: the header once, and the page as it is."""
    browser.emulator.control.fault(path="/CNAME/", status=403, body="<b>Blocked</b>", headers={"content-type": kind})
    request = urllib.request.Request(f"{browser.emulator.resource_manager_url}{WWW}?api-version=2018-05-01")
    with pytest.raises(urllib.error.HTTPError) as caught:
        browser.opener.open(request, timeout=10)
    with caught.value as answer:
        assert (answer.code, answer.headers.get_all("Content-Type"), answer.read().decode()) == (403, [kind], text)


def test_latency(browser: Browser) -> None:
    browser.emulator.control.fault(latency=0.3, path="/CNAME/")
    begin = time.monotonic()
    assert browser.arm("GET", WWW)[0] == 404
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize(("fault", "status"), [("lost_answer", 200), ("no_answer", 404)])
def test_a_connection_that_is_cut(browser: Browser, fault: str, status: int) -> None:
    browser.emulator.control.fault(**{fault: True}, method="PUT")
    with pytest.raises((urllib.error.URLError, http.client.HTTPException, ConnectionError)):
        browser.arm("PUT", WWW, cname())
    assert browser.arm("GET", WWW)[0] == status


@pytest.mark.parametrize(
    ("when", "status", "left"), [("before", 412, "other.example"), ("after", 200, "other.example")]
)
def test_another_writer_comes_between(browser: Browser, when: str, status: int, left: str) -> None:
    etag = browser.arm("PUT", WWW, cname())[2]["etag"]
    subscription, group = GROUP.split("/")[2], GROUP.split("/")[4]
    place = {"subscription": subscription, "resource_group": group, "zone": "contoso.com", "type": "CNAME"}
    act = {**place, "name": "www", "properties": cname("other.example")["properties"], "when": when}
    browser.emulator.control.fault(method="PUT", path="/CNAME/www", interference=act)
    assert browser.arm("PUT", WWW, cname("ours.example"), **{"If-Match": etag})[0] == status
    assert browser.arm("GET", WWW)[2]["properties"]["CNAMERecord"]["cname"] == left


def test_somebody_else_writes_and_deletes(browser: Browser) -> None:
    control, subscription = browser.emulator.control, browser.emulator.subscription_id
    properties = cname()["properties"]
    control.write_record_set(subscription, "rg-dns", "contoso.com", kind="cname", name="x", properties=properties)
    assert control.record_sets("contoso.com")[("x", "CNAME")]["TTL"] == 300
    control.write_record_set(subscription, "rg-dns", "contoso.com", kind="CNAME", name="x", properties=None)
    assert ("x", "CNAME") not in control.record_sets("contoso.com")
    address = f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/ip"
    control.put_resource(address, "westus", {"ipAddress": "127.0.0.5"})
    assert browser.arm("GET", address)[2]["properties"] == {"ipAddress": "127.0.0.5"}
    assert [control.delete_resource(address) for _time in range(2)] == [True, False]


def test_control_refuses_nonsense(emulator: Emulator) -> None:
    with pytest.raises(ControlError, match="unknown keys"):
        emulator.control.reset({"zonen": []})
    with pytest.raises(ControlError, match="is not one of"):
        emulator.control.fault(error="Nothing")
    with pytest.raises(ControlError, match="KeyError"):
        emulator.control._send("POST", "clock", {})
    with pytest.raises(ControlError, match="ResourceNotFound"):
        emulator.control.write_record_set("s", "g", "z", kind="A", name="x", properties=None)
    with pytest.raises(ControlError, match="there is no zone"):
        emulator.control.record_sets("nowhere.com")


def _ask(server: tuple[str, int], name: str, kind: str = "CNAME", tcp: bool = False) -> dns.message.Message:
    ask = dns.query.tcp if tcp else dns.query.udp
    return ask(dns.message.make_query(name, kind), server[0], timeout=1.0, port=server[1])


def _value(response: dns.message.Message) -> list[str]:
    return [str(rdata) for rrset in response.answer for rdata in rrset]


def test_every_name_server_answers_from_the_same_state(browser: Browser) -> None:
    browser.arm("PUT", WWW, cname("one.example"))
    emulator = browser.emulator
    for server in [*emulator.dns_addresses, emulator.dns_resolver]:
        for tcp in (False, True):
            assert _value(_ask(server, "www.contoso.com", tcp=tcp)) == ["one.example."]
    assert _ask(emulator.dns_parent, "www.contoso.com").authority[0].name.to_text() == "contoso.com."
    asked = {(one["server"], one["count"]) for one in emulator.control.dns_queries()}
    assert asked == {(0, 2), (1, 2), (2, 2), (3, 2), (4, 1), (5, 2)}
    browser.arm("PUT", WWW, cname("two.example"))
    assert _value(_ask(emulator.dns_addresses[0], "www.contoso.com")) == ["two.example."]


def test_faults_of_single_name_servers(browser: Browser) -> None:
    control, servers = browser.emulator.control, browser.emulator.dns_addresses
    browser.arm("PUT", WWW, cname("one.example"))
    control.dns_fault(0, "stale")
    control.dns_fault(1, "silent")
    control.dns_fault(2, "refused")
    browser.arm("PUT", WWW, cname("two.example"))
    assert _value(_ask(servers[0], "www.contoso.com")) == ["one.example."]
    with pytest.raises(dns.exception.Timeout):
        _ask(servers[1], "www.contoso.com")
    assert _ask(servers[2], "www.contoso.com").rcode() == dns.rcode.REFUSED
    assert _value(_ask(servers[3], "www.contoso.com")) == ["two.example."]
    control.dns_fault(2, "servfail")
    assert _ask(servers[2], "www.contoso.com").rcode() == dns.rcode.SERVFAIL
    control.dns_fault(2, "truncate")
    assert _ask(servers[2], "www.contoso.com").flags & dns.flags.TC
    assert _value(_ask(servers[2], "www.contoso.com", tcp=True)) == ["two.example."]
    control.dns_fault(2, "slow", 0.2)
    begin = time.monotonic()
    assert _value(_ask(servers[2], "www.contoso.com")) == ["two.example."]
    assert time.monotonic() - begin >= 0.2
    for number in range(3):
        control.dns_fault(number, "none")
        assert _value(_ask(servers[number], "www.contoso.com")) == ["two.example."]


def test_what_is_no_question_gets_no_answer(emulator: Emulator) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        sock.sendto(b"no dns at all", emulator.dns_addresses[0])
        with pytest.raises(TimeoutError):
            sock.recv(100)
    assert _ask(emulator.dns_addresses[0], "contoso.com", "SOA").answer


def test_managed_identity(browser: Browser) -> None:
    identity = browser.emulator.identity_environment
    url = f"{identity['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource=https%3A%2F%2Fx"
    status, body = browser.plain(url, **{"X-IDENTITY-HEADER": identity["IDENTITY_HEADER"]})
    assert (status, body["resource"], body["token_type"]) == (200, "https://x", "Bearer")
    assert browser.plain(url)[0] == 401
    imds = f"{identity['AZURE_POD_IDENTITY_AUTHORITY_HOST']}/metadata/identity/oauth2/token?api-version=2018-02-01"
    assert browser.plain(imds, Metadata="true")[0] == 400
    assert browser.plain(f"{imds}&resource=x")[0] == 400
    assert browser.plain(f"{imds}&resource=x&client_id=nobody", Metadata="true")[0] == 400
    status, body = browser.plain(f"{imds}&resource=x", Metadata="true")
    assert (status, int(body["expires_on"]) > time.time(), body["expires_in"]) == (200, True, "3600")
    browser.token = body["access_token"]
    assert browser.arm("GET", ZONE)[0] == 200


def test_documents(browser: Browser) -> None:
    base = browser.emulator.resource_manager_url
    one = browser.plain(f"{base}/metadata/endpoints?api-version=2022-09-01")[1]
    assert (one["resourceManager"], one["authentication"]["loginEndpoint"]) == (f"{base}/", base)
    assert browser.plain(f"{base}/metadata/endpoints?api-version=2019-05-01")[1] == [one]
    tenant = browser.emulator.environment["AZURE_TENANT"]
    openid = browser.plain(f"{base}/{tenant}/v2.0/.well-known/openid-configuration")[1]
    assert openid["token_endpoint"] == f"{base}/{tenant}/oauth2/v2.0/token"
    status, body = browser.plain(f"{base}/nowhere/v2.0/.well-known/openid-configuration")
    assert (status, body["error_codes"]) == (400, [90002])
    assert browser.plain(f"{base}/common/userrealm/u%40contoso.com?api-version=1.0")[1]["account_type"] == "Managed"
    assert browser.plain(f"{base}/common/discovery/instance")[1]["api-version"] == "1.1"
    assert browser.plain(f"{base}/{tenant}/discovery/v2.0/keys")[1] == {"keys": []}


COMMAND = [sys.executable, "-m", "tests.emulator"]


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [*COMMAND, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _exports(child: subprocess.Popen[bytes]) -> dict[str, str]:
    assert child.stdout is not None
    found: dict[str, str] = {}
    for _line in range(30):
        words = shlex.split(child.stdout.readline().decode(), comments=True)
        found |= dict([words[1].split("=", 1)] if words else [])
        if "CMG_EMULATOR_DNS_RESOLVER" in found:
            break
    return found


@pytest.mark.parametrize("ending", ["stdin", "SIGTERM", "SIGINT"])
def test_it_ends_cleanly(ending: str) -> None:
    child = _start(*(["--until-stdin-closes"] if ending == "stdin" else []))
    try:
        exports = _exports(child)
        ca = Path(exports["REQUESTS_CA_BUNDLE"])
        assert ca.is_file()
        assert Control(exports["CMG_EMULATOR_CONTROL"], str(ca)).state()["zones"][0]["name"] == "contoso.com"
        assert _ask(endpoint(exports["CMG_EMULATOR_DNS"].split(",")[0]), "contoso.com", "NS").answer
        if ending == "stdin":
            assert child.stdin is not None
            child.stdin.close()
        else:
            child.send_signal(signal.Signals[ending])
        assert child.wait(ENDS) == 0
        assert not ca.exists()
    finally:
        end(child)
        if child.stderr is not None:
            assert child.stderr.read() == b""
            child.stderr.close()


PARENT = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdout.readline()
print(child.pid)
"""


def test_it_ends_with_its_parent() -> None:
    command = [sys.executable, "-c", PARENT, *COMMAND, "--json"]
    parent = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=ENDS)
    number = int(parent.stdout)
    deadline = time.monotonic() + ENDS
    while time.monotonic() < deadline and _alive(number):
        time.sleep(0.05)
    alive = _alive(number)
    if alive:
        os.kill(number, signal.SIGKILL)
    assert not alive


def _alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("seed", "text"),
    [("{cloud: Mars}", "seed.cloud: 'Mars'"), ("[1]", "expected a mapping"), ("{", "cannot be read")],
)
def test_a_bad_seed_ends_it_with_a_sentence(tmp_path: Path, seed: str, text: str) -> None:
    path = tmp_path / "seed.yml"
    path.write_text(seed, encoding="utf-8")
    command = [*COMMAND, "--seed", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=ENDS, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_told(emulator: Emulator) -> None:
    port = emulator.resource_manager_url.rpartition(":")[2]
    with pytest.raises(EmulatorError, match="address already in use"), running_emulator(port=port):
        pass


def test_it_runs_as_a_folder_with_a_directory_and_addresses_of_its_own(tmp_path: Path) -> None:
    arguments = ["--directory", str(tmp_path / "pki"), "--dns-address", "127.0.54.1", "--dns-address", "127.0.54.2"]
    command = [sys.executable, str(ROOT / "tests" / "emulator"), "--json", *arguments]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    child = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, env=environment)
    try:
        assert child.stdout is not None
        environment = json.loads(child.stdout.readline())["environment"]
        assert environment["REQUESTS_CA_BUNDLE"] == str(tmp_path / "pki" / "ca.pem")
        assert [one.split(":")[0] for one in environment["CMG_EMULATOR_DNS"].split(",")] == ["127.0.54.1", "127.0.54.2"]
    finally:
        end(child)
    assert [path.name for path in tmp_path.iterdir()] == ["pki"], "a process that is ended at once leaves nothing"
