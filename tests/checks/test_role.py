# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role where a task's own tests do not reach: what it tells, held aliases, tags, gateways that are hosts."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from tests.checks.guides import blocks_of, missing
from tests.checks.playing import Place, place
from tests.emulator.seed import SUBSCRIPTION
from tools import trees

ROLE = "configmgr.cmg.prerequisites"
OURS = {"name": "ip", "label": "granitefalls", "location": "westus", "address": "127.9.0.1"}
TARGET = "granitefalls.westus.cloudapp.azure.com"
NOBODY = "0c11e000-0000-4000-8000-00000000dead"
KEY_VAULT, UNREGISTERED = "Microsoft.KeyVault", "NotRegistered"


def gateway(name: str) -> dict[str, Any]:
    return {"service_name": f"{name}.contoso.com", "region": "westus", "site_version": "2503"}


def seed_with(**targets: str) -> dict[str, Any]:
    """An Azure where one gateway is deployed, and where aliases have been made by hand."""
    made = [{"name": name, "type": "CNAME", "records": [{"cname": it}]} for name, it in targets.items()]
    dns = {"name": "rg-dns", "location": "westus", "zones": [{"name": "contoso.com", "record_sets": made}]}
    deployed = {"name": "rg-cmg", "location": "westus", "public_ips": [OURS]}
    return {"subscriptions": [{"id": SUBSCRIPTION, "resource_groups": [dns, deployed]}]}


SEED = seed_with()


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("role"), SEED) as found:
        yield found


@pytest.fixture
def here(shared_place: Place) -> Place:
    shared_place.azure.control.reset(SEED)
    return shared_place


def here_is_the_dns(here: Place) -> dict[str, Any]:
    """How the local name servers are reached."""
    parent, port = here.azure.dns_parent
    looking = {
        "layers": ["control_plane", "authoritative"],
        "root_hints": {"parent.emulator.test": parent},
        "resolvers": [{"address": here.azure.dns_resolver[0], "port": port}],
        "port": port,
        "ipv6": False,
        "tries": [0.3, 0.3],
    }
    return {"prerequisites_drift_options": looking}


def held(name: str, **variables: Any) -> dict[str, Any]:
    return {
        "name": name,
        "ansible.builtin.include_role": {"name": ROLE, **variables.pop("role", {})},
        "vars": {"prerequisites_hold_alias": True, **variables},
    }


def writes(here: Place) -> list[tuple[str, str]]:
    """What was written or deleted, and the last part of its path."""
    every = [(one["method"], one["path"].rpartition("/")[2].partition("?")[0]) for one in here.azure.control.requests()]
    return [one for one in every if one[0] in ("PUT", "DELETE")]


@pytest.mark.cost(5)
def test_a_held_alias_is_judged_by_its_own_list(here: Place) -> None:
    """What an earlier list was told is not taken for the next one's; to remove an alias nothing is asked."""
    every = [gateway("granitefalls"), gateway("wallacefalls")]
    loop = {"loop": every, "loop_control": {"loop_var": "one"}}
    tasks = [
        {**held("One after the other", role={"tasks_from": "dns"}, prerequisites_gateways=["{{ one }}"]), **loop},
        {
            "name": "The last one's result",
            "ansible.builtin.assert": {"that": "prerequisites_dns.gateways[0].record.action == 'held'"},
        },
        held("Remove both", prerequisites_gateways=every, prerequisites_state="absent"),
        {"name": "Removed", "ansible.builtin.assert": {"that": "prerequisites_dns is changed"}},
    ]
    here.succeed("ansible-playbook", here.write("held.json", [here.play(*tasks)]))
    assert writes(here) == [("PUT", "granitefalls"), ("DELETE", "granitefalls")]


@pytest.mark.cost(4)
def test_tags_choose_among_the_steps(here: Place) -> None:
    every = {"prerequisites_gateways": [gateway("granitefalls"), gateway("wallacefalls")]}
    here.write("gateways.json", {**every, "prerequisites_hold_alias": True, **here_is_the_dns(here)})
    play = ("ansible-playbook", "configmgr.cmg.enforce", "-e", "@gateways.json")
    names = here.succeed(*play, "--tags", "prerequisites_names")
    assert re.findall(r"TASK \[\S+ : ([^V].*?)\] \*+\nok", names) == [
        "looks | names | Compute the names of all gateways",
        "judge | Judge everything that was looked at",
    ]
    assert not here.azure.control.requests()
    here.succeed(*play, "--tags", "prerequisites_dns")
    assert (here.alias(), here.alias("wallacefalls")) == ((TARGET, 3600), None)


@pytest.mark.cost(3)
def test_to_leave_a_step_out_does_not_leave_out_what_the_others_are_judged_by(here: Place) -> None:
    """The name of one host's gateway is wrong, the alias of the other one's leads elsewhere."""
    here.azure.control.reset(seed_with(wallacefalls="wallacefalls.cloudapp.net"))
    named = {"prerequisites_gateways": [gateway("granite-falls")]}
    aliased = {"prerequisites_gateways": [{**gateway("wallacefalls"), "context": "existing"}], **here_is_the_dns(here)}
    here.write("left.yml", {"all": {"hosts": {"named": named, "aliased": aliased}}})
    role = {"name": "Enforce", "ansible.builtin.import_role": {"name": ROLE}}
    play = here.write("left.json", [{**here.play(role), "hosts": "all"}])
    left_out = "prerequisites_availability,prerequisites_dns"
    outcome = here.run("ansible-playbook", "-i", "left.yml", play, "--skip-tags", left_out)
    tasks = re.split(r"^TASK \[\S+ : ", outcome.output, flags=re.MULTILINE)
    failed = [(task.split()[0], *re.findall(r"^fatal: \[(\w+)\]", task, re.MULTILINE)) for task in tasks]
    assert [one for one in failed if len(one) > 1] == [("judge", "named"), ("verdict", "aliased")], outcome.output
    assert not writes(here)


@pytest.mark.cost(10)
def test_a_new_gateway_is_judged_alike_by_all_playbooks(here: Place) -> None:
    """Before it is deployed its alias is held back, or waits for it: a warning, by whichever playbook."""
    looking = here_is_the_dns(here)["prerequisites_drift_options"]
    files = {f"prerequisites_{one}_json": f"{{{{ inventory_hostname }}}}.{one}.json" for one in ("drift", "report")}
    shared = {"prerequisites_drift_options": {**looking, "layers": [*looking["layers"], "target"]}, **files}
    hosts = {
        "held": {"prerequisites_gateways": [gateway("wallacefalls")], "prerequisites_hold_alias": True},
        "waiting": {"prerequisites_gateways": [gateway("snoqualmiefalls")], "prerequisites_hold_alias": False},
    }
    here.write("new.yml", {"all": {"hosts": hosts, "vars": shared}})
    playbooks = [f"configmgr.cmg.{name}" for name in ("enforce", "drift", "report")]
    steps = "prerequisites_names,prerequisites_certificates,prerequisites_providers"
    chosen = ("-e", "prerequisites_hosts=all", "--skip-tags", steps)
    output = here.succeed("ansible-playbook", *playbooks, "-i", "new.yml", *chosen)
    assert "is being written" not in output
    check_new(here, "held", {"plane_missing", "missing", "target_undeployed"})
    check_new(here, "waiting", {"dangling_claimable"})
    assert here.alias("wallacefalls") is None
    assert here.alias("snoqualmiefalls") == ("snoqualmiefalls.westus.cloudapp.azure.com", 3600)


def check_new(here: Place, host: str, expected: set[str]) -> None:
    """Drift and report tell the same, as warnings, whose remedies are no orders yet; of another host's list nothing."""
    for playbook in ("drift", "report"):
        text = (here.directory / f"{host}.{playbook}.json").read_text(encoding="utf-8")
        told = [it for it in json.loads(text)["findings"] if it["code"]]
        assert {it["code"] for it in told} == expected
        assert {it["severity"] for it in told} == {"warning"}
        assert not [it for it in told if it["remedy"].startswith(("Run ", "Anybody "))]


@pytest.mark.cost(4)
def test_what_certificates_are_not_judged_by_unless_asked_for_can_be_asked_for(here: Place) -> None:
    """Where it is not, findings name the variables."""
    public = {"prerequisites_gateways": [{**gateway("granitefalls"), "issuer": "public"}]}
    look = {"name": "Look", "ansible.builtin.include_role": {"name": ROLE, "tasks_from": "certificates"}}
    asked = {**look, "vars": {"prerequisites_check_caa": True}}
    told = {"name": "Told", "ansible.builtin.debug": {"var": "prerequisites_certificates.findings | to_json"}}
    listed = {**look, "vars": {"prerequisites_published_keys": "nowhere.txt"}}
    play = here.write("asked.json", [here.play(look, told, asked, told, listed, **public)])
    outcome = here.run("ansible-playbook", play)
    without, looked_up, refused = outcome.output.split("TASK [Look]")[1:]
    assert "looked up only with check_caa" in without
    assert "prerequisites_check_caa" in without
    assert "Add a CAA record" not in without
    assert "looked up only with check_caa" not in looked_up
    assert re.search(r"published_keys: .*nowhere.txt cannot be read", refused), outcome.output


@pytest.mark.cost(3)
def test_a_misspelt_variable_is_refused_before_anything_is_looked_at(here: Place) -> None:
    """By each entry point that begins otherwise than the rest."""
    declared = {"prerequisites_gateways": [gateway("granitefalls")], "prerequisites_report_html": "misspelt.html"}
    variables = {**declared, "prerequisites_hold_alais": True}
    steps = ["names", "dns", "drift", "providers", "report"]
    here.write("misspelt.yml", {"all": {"hosts": dict.fromkeys(steps, variables)}})
    role = {"name": ROLE, "tasks_from": "{{ inventory_hostname }}"}
    play = here.play({"name": "Misspelt", "ansible.builtin.include_role": role}) | {"hosts": "all"}
    outcome = here.run("ansible-playbook", "-i", "misspelt.yml", here.write("misspelt.json", [play]))
    refusal = r"^fatal: \[(\w+)\].*hold_alais is no variable .*: write prerequisites_hold_alias\. "
    told = re.findall(refusal, outcome.output, re.MULTILINE)
    assert sorted(told) == sorted(steps), outcome.output
    assert not here.azure.control.requests()
    assert not (here.directory / "misspelt.html").exists()


def recap(output: str) -> dict[str, dict[str, int]]:
    """What the last lines of a run say of each host."""
    lines = re.findall(r"^(\S+) +: (ok=.*)$", output, re.MULTILINE)
    return {host: {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", rest)} for host, rest in lines}


@pytest.mark.cost(8)
def test_the_plan_of_the_first_run_is_true_and_the_table_lists_everything(here: Place) -> None:
    """Providers to register, aliases to write, gateways without a target: nothing of that fails check mode.

    Hosts with lists of their own take the plays one after the other, so that one run shows them all. Of the two that
    are refused, one has no Azure to ask, which hides nothing of what is wrong with the names.
    """
    here.azure.control.reset({"subscriptions": [{**SEED["subscriptions"][0], "providers": {KEY_VAULT: UNREGISTERED}}]})
    free = {"prerequisites_gateways": [gateway("snoqualmiefalls"), gateway("wallacefalls")], **here_is_the_dns(here)}
    wrong = [gateway("granite-falls"), {**gateway("wallacefalls"), "region": "westuz"}, gateway("9")]
    refused = {"prerequisites_gateways": [*wrong, gateway("taken")], "prerequisites_fail_on": "warning"}
    alone = {"prerequisites_gateways": wrong, "prerequisites_azure": {"client_id": NOBODY}}
    here.write("plan.yml", {"all": {"hosts": {"planned": free, "done": free, "refused": refused, "alone": alone}}})
    role = {"name": "Enforce", "ansible.builtin.import_role": {"name": ROLE}}
    hosts = ("planned", "done", "refused,alone")
    plays = [{**here.play(role), "hosts": host, "check_mode": host == "planned"} for host in hosts]
    outcome = here.run("ansible-playbook", "-i", "plan.yml", here.write("plan.json", plays))
    told = recap(outcome.output)
    assert told["planned"] == told["done"], outcome.output
    assert (told["done"]["changed"], told["done"]["failed"]) == (2, 0), outcome.output
    assert (told["refused"]["failed"], told["alone"]["failed"]) == (1, 1), outcome.output
    # Had the plan written anything, less would have been left to do.
    assert sorted(writes(here)) == [("PUT", "snoqualmiefalls"), ("PUT", "wallacefalls")]
    said = messages(outcome.output, "judge | Judge everything that was looked at")
    check_table(said["alone"])
    assert "Azure could not be asked for any name" in said["alone"]
    # The one that nothing is wrong with was asked about; of the others it is said why they were not.
    assert re.search(r"\| taken\.contoso\.com +\|.*\n.*\| AVAIL-007 ", said["refused"]), outcome.output
    assert re.search(r"\| granite-falls\.contoso\.com +\| reason: .*\n.*\| AVAIL-001,", said["refused"])


def check_table(output: str) -> None:
    """Every finding of every gateway, worst first, no line too long for a terminal, remedies, and the sum."""
    table = re.findall(r'^        "(.*?)",?$', output, re.MULTILINE)
    states = [line.split("|")[1].strip() for line in table if line.startswith("| ") and line.count("|") == 3]
    told = [state for state in states if state]
    assert told == sorted(told, key=["ERROR", "WARNING", "NOT CHECKED"].index)
    assert {"ERROR", "WARNING"} <= set(told)
    assert all(name in "".join(table) for name in ("granite-falls", "wallacefalls", "9.contoso.com"))
    assert any("remedy:   Write 'westus'" in line for line in table)
    assert all(len(line) <= 110 for line in table)
    assert re.search(r"\d errors, 1 warning, \d+ not checked at 3 gateways\.", table[-3])


def inventory(here: Place, count: int, broken: dict[str, dict[str, Any]]) -> None:
    """Hosts that stand for gateways, half of them in a group of their own, with what they share in the group."""
    names = [f"gate{number:03}" for number in range(count)]
    own = {name: {"prerequisites_gateway": broken[name]} if name in broken else {} for name in names}
    shared = {
        "prerequisites_gateway": {**gateway("x"), "service_name": "{{ inventory_hostname }}.contoso.com"},
        **here_is_the_dns(here),
    }
    west: dict[str, Any] = {"hosts": {name: {} for name in names[: count // 2]}}
    here.write("hosts.yml", {"gateways": {"hosts": own, "vars": shared, "children": {"west": west}}})


# The steps that tell apart who is judged for what, and who is written.
NARROW = ("--tags", "prerequisites_names,prerequisites_dns")
HOSTS = ("ansible-playbook", "configmgr.cmg.enforce", "-i", "hosts.yml", "-e", "prerequisites_hosts=gateways")


@pytest.mark.cost(8)
def test_hosts_are_judged_each_for_itself_and_looked_at_once(here: Place) -> None:
    """A wrong name, a foreign record, a key that does not exist: the other hosts go on, and get their aliases."""
    foreign = {"TTL": 60, "CNAMERecord": {"cname": "elsewhere.example.net"}}
    place = {"subscription": SUBSCRIPTION, "resource_group": "rg-dns", "zone": "contoso.com"}
    here.azure.control.write_record_set(**place, kind="CNAME", name="gate002", properties=foreign)
    inventory(
        here, 6, {"gate000": gateway("gate-0"), "gate001": {"service_name": "gate001.contoso.com", "regoin": "x"}}
    )
    first, second = here.run(*HOSTS), here.run(*HOSTS, "--check", *NARROW)
    failed = {host: numbers["failed"] for host, numbers in recap(first.output).items()}
    assert failed == {f"gate00{number}": int(number < 3) for number in range(6)}
    assert {host: numbers["failed"] for host, numbers in recap(second.output).items()} == failed
    changed = {host for host, numbers in recap(first.output).items() if numbers["changed"]}
    assert changed == {"gate003", "gate004", "gate005"}
    assert not any(numbers["changed"] for numbers in recap(second.output).values())
    assert "regoin" in first.output
    (message,) = re.findall(r"fatal: \[gate002\].*?\]\n\}", first.output, re.DOTALL)
    assert "DNS-003" in message
    assert "gate000" not in message
    assert here.alias("gate002") == ("elsewhere.example.net", 60)
    assert here.alias("gate005") == ("gate005.westus.cloudapp.azure.com", 3600)
    listed = [one for one in here.azure.control.requests("GET") if "/recordsets" in one["path"].lower()]
    assert len(listed) <= 8


def messages(output: str, task: str) -> dict[str, str]:
    """What the last task of this name said when hosts failed, by their names."""
    said = re.findall(rf"^TASK \[\S+ : {re.escape(task)}\] \*+\n(.*?)^(?=TASK|PLAY)", output, re.DOTALL | re.MULTILINE)[
        -1
    ]
    every = re.split(r"^(?=ok|changed|fatal)", said, flags=re.MULTILINE)
    return {found[1]: one for one in every if (found := re.match(r"fatal: \[(\w+)\]", one))}


@pytest.mark.cost(6)
def test_what_could_not_be_done_fails_whatever_counts(here: Place) -> None:
    """By the alias alone: no names were judged before, and with V(never) no finding counts."""
    wrong = {
        "hyphen": gateway("bad-three"),
        "region": {**gateway("gate"), "region": "no/where"},
        "first": gateway("twice"),
        "second": gateway("twice"),
        "zoneless": {**gateway("gate"), "service_name": "zoneless.fabrikam.com"},
        "right": gateway("granitefalls"),
    }
    wrong["nowhere"] = {**gateway("nowhere"), "dns": {"subscription_id": NOBODY}}
    hosts = {name: {"prerequisites_gateway": one, **here_is_the_dns(here)} for name, one in wrong.items()}
    here.write("wrong.yml", {"all": {"hosts": hosts}})
    role = {"name": ROLE, "tasks_from": "dns"}
    # That an alias can be removed does not depend on the names.
    tasks = [
        {"name": "Remove", "ansible.builtin.import_role": role, "vars": {"prerequisites_state": "absent"}},
        {"name": "Make", "ansible.builtin.import_role": role},
    ]
    plays = [{**here.play(task), "hosts": hosts} for task, hosts in zip(tasks, ("hyphen,right", "all"), strict=True)]
    alone = here.run("ansible-playbook", "-i", "wrong.yml", here.write("alone.json", plays))
    tags = ("--tags", "prerequisites_dns", "-e", "prerequisites_fail_on=never")
    never = here.run(
        "ansible-playbook", "configmgr.cmg.enforce", "-i", "wrong.yml", "-e", "prerequisites_hosts=all", *tags
    )
    told = {
        "hyphen": "PREFIX-006",
        "region": "REGION",
        "first": "is also the service name of second",
        "second": "is also the service name of first",
        "zoneless": "DNS-010",
        "nowhere": NOBODY,
    }
    for outcome in (alone, never):
        found = messages(outcome.output, "verdict | Judge the aliases")
        assert found.keys() == told.keys(), outcome.output
        assert all(rule in found[host] for host, rule in told.items()), outcome.output
    assert "PREFIX" not in alone.output.split("PLAY [")[1]
    assert writes(here) == [("PUT", "granitefalls")]


@pytest.mark.cost(5)
def test_hosts_that_are_to_be_dealt_with_differently_are_refused(here: Place) -> None:
    """What the first host says would be done to all of them: to remove the alias of the other one as well."""
    here.azure.control.reset(seed_with(alpha1="alpha1.example.net", alpha2="alpha2.example.net"))
    deciding = {"alpha1": {"prerequisites_state": "absent", "prerequisites_on_conflict": "replace"}, "alpha2": {}}
    other = {"prerequisites_state": "present", "prerequisites_azure": {"secret": "s3cret"}}
    hosts = {name: {"prerequisites_gateway": gateway(name), **own} for name, own in deciding.items()}
    here.write("alpha.yml", {"all": {"hosts": hosts, "vars": here_is_the_dns(here)}})
    here.write("beta.yml", {"all": {"hosts": {**hosts, "alpha2": {**hosts["alpha2"], **other}}}})
    first, tagged = (
        here.run("ansible-playbook", "configmgr.cmg.enforce", "-i", name, "-e", "prerequisites_hosts=all", *tags)
        for name, tags in (("beta.yml", ()), ("alpha.yml", ("--tags", "prerequisites_dns,prerequisites_providers")))
    )
    assert (first.returncode, tagged.returncode) == (2, 2)
    said = " ".join(first.output.split())
    assert "prerequisites_state is 'absent' at alpha1; 'present' at alpha2." in said, first.output
    assert "prerequisites_on_conflict is 'replace' at alpha1; not set at alpha2." in said
    assert "s3cret" not in said
    assert "prerequisites_state is 'absent' at alpha1; not set at alpha2." in " ".join(tagged.output.split())
    assert not writes(here)
    assert not here.azure.control.requests("POST")
    # A group by itself is what the message advises.
    here.succeed("ansible-playbook", "configmgr.cmg.enforce", "-i", "beta.yml", "-e", "prerequisites_hosts=alpha1")
    assert writes(here) == [("DELETE", "alpha1")]


@pytest.mark.cost(8)
def test_slices_and_batches_of_hosts_see_their_own_gateways(here: Place) -> None:
    """What other slices of the inventory, as of an automation controller, and other batches hold is left to them."""
    inventory(here, 4, {"gate000": gateway("gate-0")})
    for first, written in ((0, {"gate001"}), (2, {"gate002", "gate003"})):
        here.azure.control.clear_requests()
        outcome = here.run(*HOSTS, "--limit", f"gateways[{first}:{first + 1}]", *NARROW)
        assert set(recap(outcome.output)) == {f"gate00{first}", f"gate00{first + 1}"}
        assert {name for _method, name in writes(here)} == written
    here.azure.control.reset(SEED)
    role = {"name": "Enforce", "ansible.builtin.import_role": {"name": ROLE}}
    play = here.play(role) | {"hosts": "gateways", "serial": 2, "max_fail_percentage": 100}
    batches = here.run("ansible-playbook", "-i", "hosts.yml", here.write("serial.json", [play]), *NARROW)
    failed = {host: numbers["failed"] for host, numbers in recap(batches.output).items()}
    assert failed == {"gate000": 1, "gate001": 0, "gate002": 0, "gate003": 0}
    assert here.alias("gate003") == ("gate003.westus.cloudapp.azure.com", 3600)


@pytest.mark.cost(6)
def test_reports_of_a_part_of_the_hosts(here: Place) -> None:
    """The aliases of the other hosts are declared by these; batches would write over each other's page."""
    ours = {"metadata": {"managed-by": "configmgr.cmg"}, "TTL": 3600, "CNAMERecord": {"cname": TARGET}}
    place = {"subscription": SUBSCRIPTION, "resource_group": "rg-dns", "zone": "contoso.com"}
    here.azure.control.write_record_set(**place, kind="CNAME", name="gate001", properties=ours)
    inventory(here, 2, {})
    report = ("ansible-playbook", "configmgr.cmg.report", *HOSTS[2:], "-e", "prerequisites_report_json=part.json")
    steps = "prerequisites_names,prerequisites_certificates,prerequisites_availability"
    here.succeed(*report, "--limit", "gate000", "--skip-tags", steps)
    text = (here.directory / "part.json").read_text(encoding="utf-8")
    assert json.loads(text)["unmanaged"] == []
    assert "gate001" not in text
    role = {"name": "Report", "ansible.builtin.import_role": {"name": ROLE, "tasks_from": "report"}}
    here.azure.control.clear_requests()
    batches = here.write("batches.json", [here.play(role) | {"hosts": "gateways", "serial": 1}])
    outcome = here.run("ansible-playbook", "-i", "hosts.yml", batches)
    assert outcome.returncode == 2
    assert "this batch has 1 of 2 hosts. Take serial out of the play" in outcome.output
    assert not here.azure.control.requests()


@pytest.mark.cost(12)
def test_a_hundred_hosts(here: Place) -> None:
    broken = {f"gate{number:03}": gateway(f"gate-{number}") for number in range(0, 100, 25)}
    inventory(here, 100, broken)
    # The options of each host are validated by themselves, in the other tests too; here that is half of the time.
    role = {"name": ROLE, "tasks_from": "names", "rolespec_validate": False}
    play = here.play({"name": "Judge", "ansible.builtin.import_role": role}) | {"hosts": "gateways"}
    outcome = here.run("ansible-playbook", "-i", "hosts.yml", "-f", "4", here.write("names.json", [play]))
    told = recap(outcome.output)
    assert len(told) == 100
    assert {host for host, numbers in told.items() if numbers["failed"]} == set(broken)
    assert outcome.output.count("looks | names") == 1


def test_without_a_declaration_the_variables_are_named(here: Place) -> None:
    outcome = here.run("ansible-playbook", "configmgr.cmg.enforce")
    assert outcome.returncode == 2
    assert "Declare prerequisites_gateways, or prerequisites_gateway for each host" in outcome.output


@pytest.mark.cost(13)
def test_the_guide_to_inventories(here: Place) -> None:
    """inventory_guide: its files and commands as they stand, with the local name servers.

    Two steps are left out that hosts do not change, and that other tests take.
    """
    short = {"prerequisites_look_for_drift": False, "prerequisites_register_providers": False}
    here.write("dns.json", {**here_is_the_dns(here), **short})
    zones, deployed = SEED["subscriptions"][0]["resource_groups"]
    empty = {"id": SUBSCRIPTION, "resource_groups": [zones, {**deployed, "public_ips": []}]}
    here.azure.control.reset({"subscriptions": [empty]})
    for block in blocks_of(trees.ROOT / "docs" / "docsite" / "rst" / "inventory_guide.rst"):
        if block.caption:
            (here.directory / block.caption).write_text(block.text, encoding="utf-8")
            continue
        for command, promised in block.steps:
            outcome = here.run(*shlex.split(command.replace("\\\n", "")), "-e", "@dns.json")
            assert outcome.returncode == int(block.marks.get("exit status", "0")), outcome.output
            assert missing(outcome.output, promised) is None, outcome.output
    assert here.alias("wallacefalls") == ("wallacefalls.westus.cloudapp.azure.com", 3600)
