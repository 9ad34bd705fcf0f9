"""`puq-zimbra orphans`: both sides whole, or no word; and never a deletion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Command, Hook

ORPHANS = ("orphans", "--services", "-")
MINE = (*ORPHANS, "--installation", "crm.example")
CSV = "installation,service_id,domain\n"


@pytest.fixture
def sold(hook: Hook, simulator: Simulator) -> Simulator:
    """Three services, and one of another installation on the same Zimbra."""
    for number, name in (("1", "a"), ("2", "b"), ("3", "ą")):
        hook("create", service={"id": number, "domain": f"{name}.example"})
    hook("create", installation="other.example", service={"id": "9", "domain": "obca.example"})
    simulator.reset_log()
    return simulator


def findings(done: Any) -> list[tuple[str, str, str]]:
    """What was found, short."""
    return [
        (one["finding"], one["stamp"].rpartition(":")[2], one["name"])
        for one in json.loads(done.stdout)["findings"]
    ]


@pytest.mark.parametrize(
    "given",
    [
        "service_id\n1\n2\n3\n",
        "\ufeffservice_id;domain\r\n1;A.example\r\n2;\r\n3;xn--2da.example\r\n",
        CSV + "crm.example,1,a.example\ncrm.example,2,b.example\ncrm.example,3,ą.example\n",
        '["1", "2", "3"]',
        "[1, 2, 3]",
        '\ufeff[{"service_id": "1", "domain": null}, {"service_id": 2, "domain": "b.example"}, 3]',
        '{"complete": true, "services": [1, 2, 3]}',
    ],
)
def test_a_list_that_agrees_finds_nothing(sold: Simulator, command: Command, given: str) -> None:
    """Another installation's services are not the list's business."""
    done = command(*MINE, given=given)

    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == "in Zimbra: 3, in the list: 3, findings: 0\n"


def test_what_differs_is_named_and_nothing_is_written(sold: Simulator, command: Command) -> None:
    """Each side's extra services, and another domain."""
    sold.create_domain("d.example", zimbraForeignName="puq_zimbra:crm.example:2")
    sold.reset_log()
    given = CSV + "crm.example,2,b.example\ncrm.example,3,c.example\ncrm.example,4,d.example\n"
    done = command(*ORPHANS, "--json", given=given)
    text = command(*ORPHANS, given=given)

    assert (done.status, text.status) == (1, 1)
    assert findings(done) == [
        ("orphan", "1", "a.example"),
        ("name-differs", "3", "ą.example"),
        ("unclear", "2", ""),
        ("missing", "4", "d.example"),
    ]
    assert json.loads(done.stdout)["servers"] == ["mail1"]
    assert "in the list: c.example" in text.stdout
    assert sold.writes() == []


def test_a_domain_with_two_stamps_is_unclear_for_both(sold: Simulator, command: Command) -> None:
    """Neither may be called an orphan."""
    sold.domain("a.example").attrs["zimbraForeignName"].append("puq_zimbra:crm.example:7")
    done = command(*MINE, "--json", given="[2, 3]")

    assert findings(done) == [("unclear", "1", ""), ("unclear", "7", "")]


@pytest.mark.parametrize("given", ["[]", "service_id\n", "[77]"])
def test_a_list_that_matches_nothing_is_most_likely_a_wrong_one(
    sold: Simulator, command: Command, given: str
) -> None:
    """It would call everything an orphan."""
    refused = command(*MINE, given=given)
    forced = command(*MINE, "--allow-no-match", "--json", given=given)

    assert (refused.status, refused.stdout) == (1, "")
    assert "--allow-no-match" in refused.stderr
    assert [one[:2] for one in findings(forced)][:3] == [
        ("orphan", "1"),
        ("orphan", "2"),
        ("orphan", "3"),
    ]


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ("", 65, "is empty"),
        ("[1, 2", 65, "is not whole JSON"),
        ('{"services": [1]}', 65, "does not say that it is complete"),
        ('{"complete": false, "services": [1]}', 65, "does not say that it is complete"),
        ('{"complete": true}', 65, "holds no list"),
        ("[true]", 65, "Element 1"),
        ("[1, [2]]", 65, "Element 2"),
        ('[{"service_id": "1", "status": "Active"}]', 65, "Element 1"),
        ('[{"domain": "a.example"}]', 65, "Element 1"),
        ('[{"service_id": "1", "service_id": "2"}]', 65, "no key stands twice"),
        ("[1, 1]", 65, "puq_zimbra:crm.example:1 stands there twice"),
        ("service_id\n1\n2", 65, "has no line end"),
        ("service_id,domain\n1\n", 65, "Line 2"),
        ("id\n1\n", 65, "has the column id"),
        ("service_id,domain,mailbox\n1,a.example,b@a.example\n", 65, "There is a domain and"),
        ("service_id\n1\n4:2\n", 65, "Line 3 of standard input: service.id has characters"),
        (
            CSV + "other.example,9,obca.example\n",
            65,
            "Line 2 of standard input names no installation, or",
        ),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(
    sold: Simulator, command: Command, given: str, status: int, words: str
) -> None:
    """A short list would call the rest orphans."""
    done = command(*MINE, given=given)

    assert (done.status, done.stdout) == (status, "")
    assert words in done.stderr
    assert sold.log == []


def test_an_installation_must_be_named(sold: Simulator, command: Command) -> None:
    """By the option or by every line."""
    assert command(*ORPHANS, given="[1]").status == 65
    assert command(*ORPHANS, "--allow-no-match", given="[]").status == 64


def test_a_zimbra_that_cannot_be_read_whole_is_an_error(
    sold: Simulator, command: Command, settings: str
) -> None:
    """Its services would all be missing."""
    sold.drop_next("SearchDirectoryRequest", times=3)
    broken = command(*MINE, given="[1, 2, 3]")
    with Path(settings).open("a") as file:
        file.write('[servers.mail2]\nurl = "https://mail2.example:7071"\n')
    second = command(*MINE, given="[1, 2, 3]")
    named = command(*MINE, "--server", "mail1", given="[1, 2, 3]")

    assert (broken.status, broken.stdout) == (69, "")
    assert (second.status, second.stdout) == (78, "")
    assert named.status == 0


def test_a_service_on_two_servers_is_unclear(
    sold: Simulator, command: Command, settings: str
) -> None:
    """A domain that was moved and left behind is paid once and held twice."""
    text = Path(settings).read_text()
    block = text[text.index("[servers.mail1]") :]
    with Path(settings).open("a") as file:
        file.write(block.replace("mail1", "mail2"))
    done = command(*MINE, "--json", given="[1, 2, 3]")

    assert done.status == 1
    assert {one["finding"] for one in json.loads(done.stdout)["findings"]} == {"unclear"}
    assert json.loads(done.stdout)["findings"][0]["server"] == "mail1, mail2"
