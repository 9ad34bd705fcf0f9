"""`puq-zimbra service adopt --csv`: a whole stock, checked whole before the first write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from .conftest import Command
from .zimbra_state import foreign_names

HEADER = "installation,service_id,domain\n"
STOCK = HEADER + "crm.example,1,a.example\ncrm.example,2,b.example\ncrm.example,3,c.example\n"
ADOPT = ("service", "adopt", "--csv", "-")


@pytest.fixture
def stock(simulator: Simulator) -> Simulator:
    """Three domains from before the billing platform."""
    for name in ("a", "b", "c"):
        simulator.create_domain(f"{name}.example")
        simulator.create_account(f"info@{name}.example", "Old-Pass-1")
    simulator.reset_log()
    return simulator


def stamps(simulator: Simulator) -> list[str]:
    """What stands on the three domains."""
    return [one for name in "abc" for one in foreign_names(simulator, f"{name}.example")]


ALL = [f"puq_zimbra:crm.example:{number}" for number in (1, 2, 3)]


def test_every_line_is_adopted_once(stock: Simulator, command: Command) -> None:
    """A dry run first, then the work, then the same file once more."""
    dry = command(*ADOPT, "--dry-run", given=STOCK)
    untouched = stock.writes()
    first = command(*ADOPT, "--json", given=STOCK)
    second = command(*ADOPT, given=STOCK)

    assert (dry.status, first.status, second.status) == (0, 0, 0)
    assert "would be adopted: accounts 1, lists 0, 0 MB" in dry.stdout
    assert untouched == []
    assert stamps(stock) == ALL
    assert len(stock.writes()) == 3
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    assert [(one["line"], one["name"], one["code"]) for one in lines] == [
        (2, "a.example", "updated"), (3, "b.example", "updated"), (4, "c.example", "updated"),
    ]  # fmt: skip
    assert first.stderr.splitlines()[-1] == "lines: 3, updated 3, not tried 0"
    assert second.stderr.splitlines()[-1] == "lines: 3, unchanged 3, not tried 0"
    assert len(stock.calls("AuthRequest")) == 3


def test_a_line_that_is_refused_stops_no_other(stock: Simulator, command: Command) -> None:
    """And the status says that not all are adopted."""
    stock.domain("b.example").attrs["zimbraForeignName"] = ["puq_zimbra:other.example:9"]
    done = command(*ADOPT, given=STOCK)

    assert done.status == 77
    assert stamps(stock) == [ALL[0], "puq_zimbra:other.example:9", ALL[2]]
    assert "lines: 3, not_ours 1, updated 2, not tried 0" in done.stderr


def test_a_run_that_broke_off_is_run_again(stock: Simulator, command: Command) -> None:
    """What was done is not done twice, and a dead server is not asked for every line."""
    more = STOCK + "".join(f"crm.example,{n},d{n}.example\n" for n in range(10, 15))
    for number in range(10, 15):
        stock.create_domain(f"d{number}.example")
    stock.reset_log()
    stock.chaos.add(Plan("ModifyDomainRequest", "http", times=6, skip=1, status=502))
    broken = command(*ADOPT, given=more)
    begun = stamps(stock)
    whole = command(*ADOPT, given=more)

    assert broken.status == 75
    assert "lines: 8, pending 3, updated 1, not tried 4" in broken.stderr
    assert begun == ALL[:1]
    assert whole.status == 0
    assert "lines: 8, unchanged 1, updated 7, not tried 0" in whole.stderr
    assert stamps(stock) == ALL


@pytest.mark.parametrize(
    "given",
    [
        b"\xef\xbb\xbf" + STOCK.encode(),
        STOCK.replace("\n", "\r\n").encode(),
        b"\n" + STOCK.replace(",", ";").encode(),
        STOCK.replace("\n", "\r").encode(),
        STOCK.replace("a.example", '" A.Example "').encode() + b"\r\n,,\n\n",
        b"domain,service_id,installation\nc.example,3,crm.example\n"
        b'"b.example","2","crm.example"\na.example,1,crm.example\n',
        STOCK.replace(",", "\t").encode(),
        b"sep=;\r\n" + STOCK.replace(",", ";").encode(),
        b'\xef\xbb\xbf"SEP=\t"\n' + STOCK.replace(",", "\t").encode(),
        STOCK.replace(",", "\t").encode("utf-16"),
        b"\xfe\xff" + STOCK.encode("utf-16-be"),
        STOCK.replace(",", ";").replace("\n", ";;;\r\n").encode() + b";;;;;\r\n",
        STOCK.replace("\n", ",,\n", 1).encode(),
        STOCK.replace("domain", ",Domain")
        .replace(",c.", ",,c.")
        .encode()
        .replace(b",a.", b",,a.")
        .replace(b",b.", b", ,b."),
    ],
    ids=[
        "BOM",
        "CRLF",
        "semicolons",
        "CR",
        "quotes, case and blanks",
        "another order",
        "TAB",
        "sep=;",
        "sep=TAB",
        "UTF-16",
        "UTF-16 BE",
        "empty columns",
        "empty columns of the header",
        "an empty column between, and capitals",
    ],
)
def test_what_spreadsheets_write_is_read(stock: Simulator, command: Command, given: bytes) -> None:
    """The file comes from a person's table."""
    assert command(*ADOPT, given=given).status == 0
    assert stamps(stock) == ALL


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "is empty"),
        (HEADER, "has a header and no line"),
        ("crm.example,1,a.example\n", "has the column crm.example"),
        ("installation,service_id,domain,plan\n", "has the column plan"),
        ("installation,service_id,domain,domain\n", "has the column domain"),
        (HEADER[:-1] + ",,\ncrm.example,1,a.example,,x\n", "Line 2 of standard input has a value"),
        (
            "sep=;\n" + STOCK.replace(",", ";") + "x;4;d.example;x\n",
            "Line 6 of standard input has a",
        ),
        (
            "installation,,service_id,domain\nx,y,1,a.example\n",
            "Line 2 of standard input has a val",
        ),
        ("sep=;\n", "is empty"),
        ("installation,domain\n", "has no column service_id"),
        ("installation,service_id\ncrm.example,1\n", "line 2: There is neither a domain nor"),
        (
            "installation,service_id,domain,mailbox\nx,1,a.example,b@c.example\n",
            "There is a domain",
        ),
        ("installation,service_id,mailbox\nx,1,a.example\n", "service.mailbox.address is not"),
        (STOCK[:-1], "has no line end"),
        (STOCK + "crm.example,4\n", "Line 5 of standard input"),
        (STOCK + "crm.example,4,d.example,x\n", "Line 5 of standard input"),
        (STOCK + 'crm.example,4,"d.example\n', "of standard input has not as many values"),
        (STOCK + 'crm.example,4,"d"x.example\n', "Line 5 of standard input"),
        (STOCK + "crm.example,4,\n", "line 5: There is neither a domain nor a mailbox"),
        (STOCK + "crm.example,,d.example\n", "line 5: service.id has characters or a length"),
        (STOCK + ",4,d.example\n", "line 5: installation has characters or a length"),
        (STOCK + "crm.example,4:2,d.example\n", "line 5: service.id has characters"),
        (STOCK + "crm.example,4,*\n", "line 5: service.domain is not a domain name"),
        (STOCK + 'crm.example,4,"d.exa\nmple"\n', "service.domain holds the character U+000A"),
        (STOCK + "crm.example,4,d\x00.example\n", "service.domain holds the character U+0000"),
        (STOCK + "crm.example,3,d.example\n", "puq_zimbra:crm.example:3 stands on line 4"),
        (STOCK + "crm.example,4,A.EXAMPLE\n", "line 5: a.example stands on line 2"),
        (HEADER + "x.example,1,ą.example\nx.example,2,xn--2da.example\n", "stands on line 2"),
        (STOCK.encode("utf-16-le"), "is not in UTF-8: save it as"),
        (STOCK.encode("utf-16")[:-1], "is not in UTF-8: save it as"),
        (HEADER.encode() + b"crm.example,1,\xb1.example\n", "is not in UTF-8: save it as"),
    ],
)
def test_a_wrong_file_is_refused_whole(
    stock: Simulator, command: Command, given: str | bytes, words: str
) -> None:
    """Half of a wrong table is not adopted."""
    done = command(*ADOPT, given=given)

    assert done.status == 65
    assert words in done.stderr
    assert stock.log == []


def test_every_wrong_line_is_named_up_to_a_point(stock: Simulator, command: Command) -> None:
    """Nobody mends a table one line a run."""
    done = command(*ADOPT, given=STOCK + "crm.example,4:2,d.example\n" * 30)

    assert done.stderr.count("service.id has characters") == 20
    assert "Wrong lines in standard input: 30. Nothing was adopted." in done.stderr


def test_which_server_is_meant_must_be_clear(
    stock: Simulator, command: Command, settings: str
) -> None:
    """The same domain may exist on two of them."""
    with Path(settings).open("a") as file:
        file.write('[servers.mail2]\nurl = "https://mail2.example:7071"\n')
    unclear = command(*ADOPT, given=STOCK)
    named = command(*ADOPT, "--server", "mail1", given=STOCK)
    unknown = command(*ADOPT, "--server", "mail9", given=STOCK)

    assert (unclear.status, named.status, unknown.status) == (78, 0, 78)
    assert stamps(stock) == ALL
