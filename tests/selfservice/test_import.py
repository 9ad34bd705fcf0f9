"""A customer imports many mailboxes: a table, its preview, and an operation that goes on."""

from __future__ import annotations

import base64
import copy
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.work import carry_on_all
from puq_zimbra.registry import declared
from puq_zimbra.selfservice.bulk.run import ROUND
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.store.operations.wishes import Wish, aspects_of, fate
from puq_zimbra.units import GB
from tests.conftest import Hook, Params, lay_over

from .conftest import Customer, Page

TABLE = (
    "address;name;limit;password;aliases\n"
    "anna;Anna Nowak;1;Alpha-bravo-7;a.nowak\n"
    "jan@firma.example;Jan;0,5;;\n"
)


@pytest.fixture
def at_known_server(customer: Customer, params: Params, worker: Runtime) -> Customer:
    """The customer of a host whose Zimbra stands in the settings, with its credentials."""

    def call(event: str, **changes: Any) -> Answer:
        given = copy.deepcopy(params)
        lay_over(given, changes)
        return dispatch("plain", event, given, worker)

    return Customer(call, customer.capabilities)


def previewed(customer: Customer, text: str = TABLE, **typed: str) -> Page:
    """The preview of a table."""
    answer = customer.does("preview_import", "import", {}, text=text, **typed)
    assert answer.value["data"]["page"] == "import_preview", answer
    return customer.open("import_preview", **answer.value["data"]["query"])


def started(customer: Customer, text: str = TABLE) -> str:
    """The id of an import that was begun."""
    page = previewed(customer, text)
    answer = customer.send(page.form("start_import"))
    assert answer.value["data"]["page"] == "import_progress", answer
    return str(answer.value["data"]["query"]["id"])


def rows_of(page: Page) -> list[list[str]]:
    """The rows of a page's table."""
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")]
        for row in page.tree.xpath("//tbody/tr")
    ]


def test_nothing_is_made_before_it_is_confirmed(customer: Customer, simulator: Simulator) -> None:
    """The preview says of each row what it would do."""
    simulator.create_account("ewa@firma.example", "Old-Pass-1", displayName="Ewa")
    simulator.create_list("team@firma.example")
    simulator.reset_log()
    page = previewed(
        customer,
        TABLE + "ewa;Ewa Lis;;;\newa2 b;;;;\npiotr@inna.example;;;;\nteam;;;;\nJan;;;;\n",
    )

    assert simulator.writes() == []
    assert rows_of(page) == [
        ["ewa2 b", "5", "Error", "The address has a blank in it."],
        ["piotr@inna.example", "6", "Error",
         "The domain inna.example is not part of this service."],
        ["team@firma.example", "7", "Error",
         "This address is taken: by a mailbox, an alias or a list."],
        ["jan@firma.example", "8", "Error", "This address stands in row 3 already."],
        ["ewa@firma.example", "4", "To change", "Name: “Ewa Lis” instead of “Ewa”"],
        ["anna@firma.example", "2", "New",
         "Name: Anna Nowak · Limit: 1 GB · Alias: a.nowak@firma.example"],
        ["jan@firma.example", "3", "New", "Name: Jan · Limit: 0.5 GB"],
    ]  # fmt: skip
    assert "After the import: 4 of 25 mailboxes." in page.text
    assert "Create 2 and change 1 mailbox" in page.text


def test_what_was_confirmed_is_made(customer: Customer, simulator: Simulator) -> None:
    """Each row once; generated passwords are handed out once."""
    identity = started(customer)
    page = customer.open("import_progress", id=identity)

    anna, jan = simulator.account("anna@firma.example"), simulator.account("jan@firma.example")
    assert anna is not None
    assert jan is not None
    assert anna.attrs["displayName"] == ["Anna Nowak"]
    assert anna.attrs["zimbraMailAlias"] == ["a.nowak@firma.example"]
    assert jan.attrs["zimbraMailQuota"] == [str(GB // 2)]
    assert jan.attrs["zimbraPasswordMustChange"] == ["TRUE"]
    assert simulator.verify_password("anna@firma.example", "Alpha-bravo-7")
    assert [row[2] for row in rows_of(page)] == ["Created", "Created"]

    form = page.form("take_import_passwords")
    taken, again = customer.send(form), customer.send(form)
    head, line = taken.value["data"]["csv"].removeprefix("\ufeff").splitlines()
    address, password = line.split(",")
    assert (head, address) == ("address,password", "jan@firma.example")
    assert simulator.verify_password("jan@firma.example", password)
    assert password in taken.value["html"]
    assert "csv" not in again.value["data"]
    assert customer.open("import_progress", id=identity).forms() == []


def test_passwords_outlive_a_page_that_cannot_be_drawn(
    customer: Customer, simulator: Simulator
) -> None:
    """They are taken when the page after them is drawn; Zimbra's refusal must not lose them."""
    identity = started(customer)
    form = customer.open("import_progress", id=identity).form("take_import_passwords")
    simulator.chaos.add(Plan("GetDomainRequest", "fault", code="account.DOMAIN_EXISTS", skip=1))

    taken = customer.send(form)

    assert taken.value["ok"]
    _, line = taken.value["data"]["csv"].removeprefix("\ufeff").splitlines()
    assert line.split(",")[1] in taken.value["html"]
    assert not simulator.chaos.pending


def test_a_domain_with_letters_of_its_own(hook: Hook, simulator: Simulator) -> None:
    """Zimbra shows its names as people read them, and takes them as A-labels."""
    domain = "firma-przykład.example"
    service = {"id": "77", "domain": domain}
    assert hook("create", service=service).code == "created"

    def call(event: str, **more: Any) -> Answer:
        return hook(event, **{**more, "service": {**more["service"], **service}})

    customer = Customer(call)
    first = customer.open("import_progress", id=started(customer, "adres;aliasy\nanna;ania\n"))
    again = previewed(customer, f"adres;aliasy\nanna@{domain};ania@{domain}\n")

    assert rows_of(first)[0][::2] == [f"anna@{domain}", "Created"]
    assert rows_of(again)[0][::2] == [f"anna@{domain}", "As it is"]
    assert len(simulator.calls("CreateAccountRequest")) == 2


def test_the_same_table_again_changes_nothing(customer: Customer, simulator: Simulator) -> None:
    """Not even a password."""
    started(customer)
    simulator.reset_log()
    page = previewed(customer)

    assert [row[2] for row in rows_of(page)] == ["As it is", "As it is"]
    assert [one["puqz_action"] for one in page.forms()] == []
    assert simulator.writes() == []


def test_it_goes_on_in_the_background(
    at_known_server: Customer, simulator: Simulator, worker: Runtime
) -> None:
    """Where the settings know the server, the form's answer comes at once."""
    customer = at_known_server
    simulator.reset_log()
    identity = started(customer)
    assert simulator.writes() == []
    page = customer.open("import_progress", id=identity)
    assert "0 of 2 mailboxes are done." in page.text
    assert page.tree.xpath("//*[@data-puqz-refresh]")

    assert [reply.code for _, reply in carry_on_all(worker)] == ["updated"]
    assert "Outcome of the import" in customer.open("import_progress", id=identity).text


@pytest.mark.parametrize("applied", [True, False])
def test_a_batch_without_an_answer_is_looked_into(
    customer: Customer, simulator: Simulator, applied: bool
) -> None:
    """What was made is not made again, and gets its password, as nobody saw whether it was set."""
    simulator.drop_next("BatchRequest", applied=applied)
    identity = started(customer)

    rows = rows_of(customer.open("import_progress", id=identity))
    assert [row[2] for row in rows] == ["Created", "Created"]
    made = [one for one in simulator.calls("CreateAccountRequest") if one.ok]
    assert len(made) == 3  # the administrator's, too
    assert simulator.verify_password("anna@firma.example", "Alpha-bravo-7")


def test_a_row_that_fails_stops_no_other(customer: Customer, simulator: Simulator) -> None:
    """It says why."""
    simulator.chaos.add(Plan("CreateAccountRequest", "fault", code="account.TOO_MANY_ACCOUNTS"))
    identity = started(customer)

    rows = rows_of(customer.open("import_progress", id=identity))
    assert [row[2] for row in rows] == ["Not made", "Created"]
    assert rows[0][3].startswith("Your plan allows no more mailboxes")
    assert simulator.account("anna@firma.example") is None


def test_a_form_sent_twice_starts_one_import(customer: Customer, simulator: Simulator) -> None:
    """And so does an older form of the same preview."""
    page = previewed(customer)
    other = customer.open("import_preview", id=page.form("start_import")["puqz_object"])
    first = customer.send(page.form("start_import"))
    again = customer.send(page.form("start_import"))
    older = customer.send(other.form("start_import"))

    assert first.value["data"]["query"] == again.value["data"]["query"]
    assert older.value["data"]["query"] == first.value["data"]["query"]
    assert len(simulator.calls("CreateAccountRequest")) == 3


def test_the_plan_is_counted_row_by_row(hook: Hook, simulator: Simulator) -> None:
    """Rows that fit are made; the others say the numbers."""
    assert hook("create").code == "created"
    customer = Customer(hook, service={"plan": {"domain_quota": 0}})
    table = "address\n" + "".join(f"box{number}\n" for number in range(26))
    page = previewed(customer, table)

    assert rows_of(page)[0][1:] == [
        "26", "Error", "Your plan allows 25 mailboxes, and all are taken by then."
    ]  # fmt: skip
    assert "After the import: 25 of 25 mailboxes." in page.text


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("address\nanna\n", ["anna"]),
        ("E-mail,Display name\r\nanna@firma.example,Anna", ["anna"]),
        ("\ufeffAdres;Imię i nazwisko;Hasło;Zmiana hasła\r\nanna;Ł;Alpha-bravo-7;nie", ["anna"]),
        ("Adresse;Größe (GB);Passwort;Passwort ändern\nanna;1,5;Alpha-bravo-7;nein\n", ["anna"]),
        ("sep=;\nadres;stan;zajęte GB;ostatnie logowanie\nanna;active;1,5;2026-01-02\n", ["anna"]),
        ("Adres\tLimit (GB)\nanna\t1,5\njan\t0\n", ["anna", "jan"]),
        ("anna@firma.example,Anna,Alpha-bravo-7\n", ["anna"]),
        ('# ours\nca anna@firma.example Alpha-bravo-7 displayName "Anna N" zimbraMailQuota 1024\n'
         "createAccount jan@firma.example 'Alpha bravo 7'\n"
         "aaa jan@firma.example j@firma.example\n", ["anna", "jan"]),
    ],
    ids=["address alone", "English", "Polish, BOM", "German", "our own export", "TAB",
         "Zimbra's report", "zmprov"],
)  # fmt: skip
def test_what_people_have_is_read(customer: Customer, given: str, read: list[str]) -> None:
    """Excel's tables and Zimbra's own files."""
    rows = rows_of(previewed(customer, given))

    assert [(row[0], row[2]) for row in rows] == [(f"{one}@firma.example", "New") for one in read]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1250"])
def test_a_file_is_read_where_the_host_passes_it(customer: Customer, encoding: str) -> None:
    """In the encodings of spreadsheets."""
    content = base64.b64encode("adres;nazwa\r\nanna;Łucja Żak\r\n".encode(encoding)).decode()
    page = previewed(customer, "", file=f"data:text/csv;base64,{content}")

    assert rows_of(page)[0][3].startswith("Name: Łucja Żak")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "There is no row with a mailbox."),
        ("address\n", "There is no row with a mailbox."),
        ("name;colour\nanna;red\n", "The column colour is not known"),
        ("limit\n5\n", "There is no column with the addresses"),
        ("address;e-mail\nanna;jan\n", "stands there twice"),
        ('address\n"anna\n', "quotes are not closed"),
        ("address\n" + "anna\n" * 5001, "at most 1 MB and 5000 rows"),
        ("address\n" + "a" * 1_000_000, "at most 1000000 characters"),
    ],
)
def test_what_is_no_table_is_refused(customer: Customer, given: str, words: str) -> None:
    """With a sentence at its field; a table without passwords stays as it was typed."""
    answer = customer.does("preview_import", "import", {}, text=given)

    assert answer.code == "invalid"
    assert words in answer.value["data"]["errors"][0]["message"]


def test_a_table_with_passwords_is_not_shown_again(customer: Customer) -> None:
    """Nor does the store hold one that can be read."""
    refused = customer.does(
        "preview_import", "import", {}, text="address;password;colour\nanna;Secret-typed-7;red\n"
    )
    kept = customer.does("preview_import", "import", {}, text="address;colour\nanna;red\n")

    assert refused.code == "invalid"
    assert "Secret-typed-7" not in str(refused.value)
    assert "anna;red" in kept.value["html"]


def test_the_store_holds_no_password_in_clear(customer: Customer, runtime: Runtime) -> None:
    """Neither while an upload waits, nor afterwards."""
    previewed(customer)
    files = list(Path(runtime.config.store_directory()).glob("store.db*"))

    assert files
    assert all(b"Alpha-bravo-7" not in one.read_bytes() for one in files)


def test_another_customers_upload_is_not_shown(customer: Customer, hook: Hook) -> None:
    """It is found under its own service alone."""
    page = previewed(customer)
    identity = page.form("start_import")["puqz_object"]
    answer = customer.ask("client_area", form={"action": "x", "page_url": "p?p="}, query={},
                          page="import_preview")  # fmt: skip
    assert answer.code == "not_found"
    other: Mapping[str, Any] = {"id": "43", "domain": "druga.example", "customer_id": "8",
                                "plan": {"self_service": ["full"]}}  # fmt: skip
    assert hook("create", service={"id": "43", "domain": "druga.example"}).code == "created"
    seen = hook("client_area", service=other, form={"action": "x", "page_url": "p?p="},
                page="import_preview", query={"id": identity})  # fmt: skip
    assert seen.code == "not_found"
    assert "anna" not in seen.value["html"]


def test_an_import_that_stopped_goes_on_at_a_click(
    customer: Customer, simulator: Simulator
) -> None:
    """Where the settings do not know the server, only a request of the host can go on."""
    customer.plan = {"domain_quota": 0}
    simulator.http_next("BatchRequest", 502, times=2)
    identity = started(customer)
    page = customer.open("import_progress", id=identity)
    assert "0 of 2 mailboxes are done." in page.text
    answer = customer.send(page.form("continue_import", identity))
    rows = rows_of(customer.open("import_progress", id=identity))

    assert answer.value["data"]["query"] == {"id": identity}
    assert [row[2] for row in rows] == ["Created", "Created"]
    assert simulator.verify_password("anna@firma.example", "Alpha-bravo-7")


def test_others_have_their_turn_while_an_import_runs(
    at_known_server: Customer, hook: Hook, simulator: Simulator, worker: Runtime
) -> None:
    """A suspension that comes meanwhile waits for a moment, and ends the import."""
    customer = at_known_server
    customer.plan = {"mailboxes": None, "domain_quota": 0}
    assert hook("change_package", service={"plan": customer.plan}).code == "updated"
    table = "address\n" + "".join(f"box{number}\n" for number in range(2 * ROUND + 20))
    identity = started(customer, table)
    suspended: list[Answer] = []
    other = threading.Thread(target=lambda: suspended.append(hook("suspend")))

    def watch(name: str) -> None:
        if name == "CreateAccountRequest" and not other.ident:
            other.start()

    simulator.chaos.on_command.append(watch)
    ended = [reply.code for _, reply in carry_on_all(worker)]
    other.join()

    assert [one.code for one in suspended] == ["updated"]
    assert simulator.domain("firma.example").attrs["zimbraDomainStatus"] == ["locked"]
    assert ended == ["refused"]
    assert hook("unsuspend").code == "updated"
    page = customer.open("import_progress", id=identity)
    assert "The import ended before all rows were tried." in page.text
    assert "Your service is not active" in page.text
    assert len(simulator.calls("CreateAccountRequest")) - 1 == ROUND  # the administrator's, too


def test_only_a_termination_takes_the_place_of_an_import() -> None:
    """Every other request leaves it to go on."""
    bulk = Wish("import_mailboxes", frozenset({"bulk:1"}))
    fates = {event: fate(bulk, Wish(event, aspects_of(event))) for event in
             ("suspend", "change_package", "client_action", "renew", "terminate")}  # fmt: skip

    assert fates.pop("terminate") == "replaced"
    assert set(fates.values()) == {"stays"}
    assert fate(bulk, Wish("import_mailboxes", frozenset({"bulk:2"}))) == "stays"
    assert declared("import_mailboxes").in_turns
