"""After each cron WHMCS learns what the engine finished, and those whom it concerns are told."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Params
from . import shop
from .conftest import Start
from .engine import Engine
from .php import Told
from .shop import SERVER, SERVICE, SMALL, Shop

TEMPLATE = "Storage & space"


@pytest.fixture
def tables(engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    """WHMCS's tables, with a server by which the engine is reached, and a second of the same."""
    with shop.opened(tmp_path / "whmcs.sqlite", engine.params) as tables:
        lines = engine.params["serveraccesshash"] + engine.door.access_hash
        tables.change("tblservers", SERVER, accesshash=lines)
        tables.add("tblservers", id=2, type="puqzimbra", accesshash=lines)
        tables.add("tblservers", id=3, type="cpanel", accesshash="x=y")
        tables.add("tblservers", id=4, type="puqzimbra", accesshash="engine=nonsense")
        tables.change("tblproducts", SMALL, configoption15=f"usage={TEMPLATE}; failures=todo")
        yield tables


def ended(event: str, code: str = "updated", service: str = str(SERVICE)) -> dict[str, Any]:
    """An operation that ended."""
    ok = code in ("created", "updated", "unchanged", "already_exists", "already_gone")
    message, reference = f"{event} is {code}.", "op-1"
    return {"service_id": service, "event": event, "code": code, "ok": ok,
            "message": message, "reference": reference}  # fmt: skip


def cron(engine: Engine, tables: Shop, cursor: str, *rows: Params, **more: Any) -> Told:
    """One cron, in which the engine tells what ended."""
    notices = more.pop("notices", [])
    engine.answer = {"cursor": cursor, "more": False, "ended": rows, "notices": notices}
    return engine.module.call("hook AfterCronJob", {}, stub=tables.stub(**more))


def status(written: str) -> list[Any]:
    """The command that writes a status."""
    return ["UpdateClientProduct", {"serviceid": SERVICE, "status": written}]


CREATED = ["ModuleCreate", {"serviceid": SERVICE}]


#: WHMCS's status -> what ended, oldest first, and the command that follows from it
BECAME: list[tuple[str, list[Params], list[Any] | None]] = [
    ("Pending", [ended("create", "created")], CREATED),
    ("Pending", [ended("create", "conflict"), ended("create", "created")], CREATED),
    ("Active", [ended("create", "created")], None),
    ("Active", [ended("suspend")], status("Suspended")),
    ("Active", [ended("suspend"), ended("unsuspend")], None),
    ("Suspended", [ended("unsuspend")], status("Active")),
    ("Suspended", [ended("terminate")], status("Terminated")),
    ("Active", [ended("terminate"), ended("restore")], None),
    ("Terminated", [ended("terminate"), ended("restore")], status("Active")),
    ("Terminated", [ended("renew")], status("Active")),
    ("Terminated", [ended("renew", "unchanged")], None),
    ("Fraud", [ended("create", "created")], None),
    ("Active", [ended("suspend", "unavailable")], None),
    ("Active", [ended("suspend", service="7"), ended("suspend", service="x")], None),
    ("Active", [ended("client_action"), ended("purge")], None),
]


def test_whmcs_follows_what_was_done_last(engine: Engine, tables: Shop) -> None:
    """No service stays Pending until somebody presses Retry; and none is touched in vain."""
    for number, (before, events, command) in enumerate(BECAME, 1):
        tables.change("tblhosting", SERVICE, domainstatus=before)
        told = cron(engine, tables, f"0-{number}", *events)
        assert told.api == ([command] if command else []), (before, events)
        assert len(told.activity) == bool(command), (before, events)


def test_news_are_read_once(engine: Engine, tables: Shop) -> None:
    """Of two servers with one engine, too; the cursor goes back to the engine."""
    failure = ended("purge", "conflict")
    cron(engine, tables, "3-9", failure, ended("suspend", "refused"))
    (first,) = engine.door.seen
    assert "cursor" not in first.params["_puq"]
    assert "serverpassword" not in first.params
    assert tables.rows("tbltodolist", "title, description") == [
        (f"PUQ Zimbra: service #{SERVICE}, purge", "purge is conflict. (op-1)")
    ]
    engine.door.seen.clear()
    told = cron(engine, tables, "3-9", ended("suspend"))
    assert engine.door.seen[0].params["_puq"]["cursor"] == "3-9"
    assert told.api == []
    assert tables.rows("mod_puqzimbra", "value") == [("3-9",)]
    cron(engine, tables, "4-9", failure)
    assert len(tables.rows("tbltodolist")) == 1


def notice(name: str, percent: int, service: int = SERVICE) -> dict[str, Any]:
    """A crossing of the threshold."""
    return {"id": 1, "service_id": str(service), "kind": "mailbox", "name": name,
            "used_mb": percent, "limit_mb": 100, "percent": percent}  # fmt: skip


def test_the_customer_is_written_to_once_with_all_that_is_full(
    engine: Engine, tables: Shop
) -> None:
    """With the template that the product names, and fields for it."""
    full = [notice("anna@firma.example", 91), notice("<jan>", 97), notice("x@y.example", 99, 7)]
    told = cron(engine, tables, "5-0", notices=full)
    ((command, given),) = told.api
    assert (command, given["messagename"], given["id"]) == ("SendEmail", TEMPLATE, SERVICE)
    fields = base64.b64decode(given["customvars"]).decode()
    for text in (
        '"storage_name";s:5:"<jan>"', '"storage_percent";s:2:"97"',
        "anna@firma.example: 91 % (91 / 100 MB)<br>&lt;jan&gt;: 97 % (97 / 100 MB)",
    ):  # fmt: skip
        assert text in fields

    refused = {"SendEmail": {"result": "error", "message": "Email Template not found"}}
    cron(engine, tables, "6-0", notices=full, answers=refused)
    assert "Email Template not found" in tables.rows("tbltodolist", "description")[0][0]
    tables.change("tblproducts", SMALL, configoption15="")
    assert cron(engine, tables, "7-0", notices=full).api == []
    tables.change("tblproducts", SMALL, configoption15="usage=x")
    tables.change("tblhosting", SERVICE, domainstatus="Suspended")
    assert cron(engine, tables, "8-0", notices=full).api == []


def test_what_whmcs_refuses_is_told_to_staff(engine: Engine, tables: Shop) -> None:
    """A service that lives and is called Pending is billed to nobody."""
    tables.change("tblhosting", SERVICE, domainstatus="Pending")
    refused = {"ModuleCreate": {"result": "error", "message": "no such service"}}
    told = cron(engine, tables, "0-1", ended("create", "created"), answers=refused)

    assert told.activity == []
    ((title, text),) = tables.rows("tbltodolist", "title, description")
    assert (title, "ModuleCreate: no such service" in text) == (
        f"PUQ Zimbra: service #{SERVICE}, status Active", True,
    )  # fmt: skip


def test_an_engine_that_is_away_for_an_hour_is_a_to_do(engine: Engine, tables: Shop) -> None:
    """Not one that is restarted; and it says how to look for it."""
    lines = "engine=http://127.0.0.1:1\nsecret=whsec_" + "A" * 44
    for server in (SERVER, 2):
        tables.change("tblservers", server, accesshash=lines)
    for _ in range(2):
        engine.module.call("hook AfterCronJob", {}, stub=tables.stub())
    assert tables.rows("tbltodolist") == []

    tables.age("mod_puqzimbra", 4000)
    told = [engine.module.call("hook AfterCronJob", {}, stub=tables.stub()) for _ in range(2)]
    ((title, text),) = tables.rows("tbltodolist", "title, description")
    assert title == "PUQ Zimbra: the mail engine gives no answer"
    assert "does not answer at http://127.0.0.1:1" in text
    assert [one.activity for one in told] == [[], []]


def test_a_cron_goes_on_whatever_the_engine_says(engine: Engine, tables: Shop) -> None:
    """Other modules' work follows."""
    for answer in ("nonsense", {"cursor": 7}, {"error": "x"}, {"cursor": "1-1"}, [1], None):
        engine.answer = answer
        told = engine.module.call("hook AfterCronJob", {}, stub=tables.stub())
        assert (told.thrown, told.api, told.activity) == ("", [], []), answer


def test_a_welcome_mail_says_where_the_mail_is(
    start: Start, service: str, whmcs_params: Params, tmp_path: Path
) -> None:
    """From the real engine; only in templates of products, and of our services."""
    module = start()
    whmcs_params["serveraccesshash"] += service
    with shop.opened(tmp_path / "whmcs.sqlite", whmcs_params) as tables:
        tables.add("tblemailtemplates", type="product", name="Welcome")
        tables.add("tblemailtemplates", type="invoice", name="Invoice")

        def fields(name: Any, number: Any = SERVICE) -> Any:
            mail = {"messagename": name, "relid": number, "mergefields": {}}
            told = module.call("hook EmailPreSend", mail, stub=tables.stub())
            assert told.activity == []
            return told.value

        ours = fields("Welcome")
        assert ours["zimbra_address"] == "admin@firma.example"
        assert ours["zimbra_webmail"].startswith("https://")
        assert ours["zimbra_admin_panel"].endswith("/zimbraAdmin/")
        assert (ours["zimbra_imap"][-4:], ours["zimbra_smtp"][-4:]) == (":993", ":465")
        assert set(ours) == {
            f"zimbra_{key}"
            for key in ("domain", "address", "webmail", "admin_panel", "mx", "imap", "pop3", "smtp")
        }
        for other in (("Invoice",), ("Welcome", 7), ("None",), (["x"],)):
            assert fields(*other) == []
        tables.change("tblservers", SERVER, accesshash="engine=http://127.0.0.1:1\nsecret=whsec_A")
        assert fields("Welcome") == []


def test_the_real_engine_has_news(
    start: Start, service: str, whmcs_params: Params, tmp_path: Path
) -> None:
    """An operation whose end WHMCS never heard of."""
    module = start()
    whmcs_params["serveraccesshash"] += service
    with shop.opened(tmp_path / "whmcs.sqlite", whmcs_params) as tables:
        tables.change("tblhosting", SERVICE, domainstatus="Pending")
        stub = tables.stub()
        module.call("hook AfterCronJob", {}, stub=stub)
        assert module.call("CreateAccount", whmcs_params).value == "success"
        told = module.call("hook AfterCronJob", {}, stub=stub)
        assert told.api == [CREATED]
        assert module.call("hook AfterCronJob", {}, stub=stub).api == []
