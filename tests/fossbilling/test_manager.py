"""The server manager against stubs of FOSSBilling, the real engine and the simulated Zimbra."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import packages
from puq_zimbra.simulator import Simulator, TlsFiles

from ..conftest import Params
from ..whmcs.door import SECRET, opened, signed
from ..whmcs.php import PHP, Module, Told
from ..whmcs.service import serving
from ..zimbra_state import days_until_deletion

DRIVER = Path(__file__).parent / "driver.php"
#: bridge.md names them; with their further arguments
METHODS: dict[str, Params] = {
    "testConnection": {},
    "createAccount": {"account": {}},
    "synchronizeAccount": {"account": {}},
    "suspendAccount": {"account": {}},
    "unsuspendAccount": {"account": {}},
    "changeAccountPassword": {"account": {}, "text": "Second-Pass-2"},
    "changeAccountPackage": {"account": {}, "package": {"max_pop": "30"}},
    "cancelAccount": {"account": {}},
}


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Module]:
    """The manager of the package in a PHP process."""
    if PHP is None:
        pytest.skip("there is no PHP with its extensions")
    packages.unpacked("fossbilling", tmp_path / "fossbilling")
    module = Module(tmp_path / "fossbilling/library", driver=DRIVER)
    yield module
    module.close()


@pytest.fixture
def fields(params: Params, tls: TlsFiles) -> Params:
    """A server as FOSSBilling keeps it."""
    host, _, port = params["server"]["url"].split("/")[2].partition(":")
    return {
        "ip": "192.0.2.10",
        "host": host,
        "port": port,
        "secure": True,
        "username": "admin@example.test",
        "password": "test123",
        "accesshash": f"secret={SECRET} installation=crm.example ca_file={tls.ca_file}",
    }


@pytest.fixture
def server(fields: Params, settings: str) -> Iterator[Params]:
    """That server, with the engine's service behind it."""
    with serving(settings) as lines:
        yield fields | {"accesshash": f"{fields['accesshash']} {' '.join(lines.split())}"}


ACCOUNT = {
    "domain": "Firma.example",
    "username": "firmaexa",
    "password": "First & <Pass> 1",
    "package": {
        "quota": "51200",
        "max_pop": "25",
        "custom": {"cos": "business", "terminate": "delete"},
    },
    "client": {"id": 7, "email": "a@klient.example"},
}


def call(manager: Module, method: str, server: Params, **more: Any) -> Told:
    """Call a method with the account."""
    if "account" in more:
        more["account"] = {**ACCOUNT, **more["account"]}
    return manager.call(method, server, **more)


def test_a_life_in_fossbillings_words(
    manager: Module, server: Params, simulator: Simulator
) -> None:
    """Each method says that it is done, twice; the password is kept byte for byte."""
    for method, more in METHODS.items():
        for _ in range(2):
            told = call(manager, method, server, **more)
            if method == "synchronizeAccount":
                assert told.value == {"domain": "Firma.example", "suspended": False}
            else:
                assert (method, told.value, told.thrown) == (method, True, "")
        if method == "createAccount":
            domain = simulator.domain("firma.example").attrs
            assert sorted(domain["zimbraForeignName"]) == [
                "puq_zimbra.customer:7",
                "puq_zimbra:crm.example:firma.example",
            ]
            assert domain["zimbraDomainAggregateQuota"] == [str(51200 * 2**20)]
            assert simulator.verify_password("admin@firma.example", "First & <Pass> 1")
        if method == "suspendAccount":
            assert call(manager, "synchronizeAccount", server, account={}).value["suspended"]

    assert simulator.domain("firma.example") is None


def test_an_order_of_what_is_shut_is_not_made_active(manager: Module, server: Params) -> None:
    """FOSSBilling would show it as active while nobody can log in."""
    call(manager, "createAccount", server, account={})
    call(manager, "suspendAccount", server, account={})
    told = call(manager, "createAccount", server, account={})

    assert told.type == "Server_Exception"
    assert "unsuspend it instead" in told.thrown


@pytest.mark.parametrize("custom", [{}, {"terminate": "grace", "grace_days": "0"}])
def test_a_plan_that_says_nothing_deletes_nothing(
    manager: Module, server: Params, simulator: Simulator, custom: Params
) -> None:
    """A mistaken click must not cost the customer his mail; a stored 0 counts as none."""
    account = {"package": {"custom": {"cos": "business", **custom}}}
    call(manager, "createAccount", server, account=account)
    told = call(manager, "cancelAccount", server, account=account)

    assert told.value is True
    assert days_until_deletion(simulator) == 14


@pytest.mark.parametrize("custom", [{"terminate": "erase"}, {"grace_days": "many"}])
def test_an_ending_that_is_not_known_is_refused(
    manager: Module, server: Params, simulator: Simulator, custom: Params
) -> None:
    """What nobody understands must not delete."""
    call(manager, "createAccount", server, account={})
    told = call(manager, "cancelAccount", server, account={"package": {"custom": custom}})

    assert told.type == "Server_Exception"
    assert next(iter(custom)) in told.thrown
    assert simulator.domain("firma.example") is not None


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("10,5 GB", 10752 * 2**20),
        ("10,5", 11010048),
        ("5120.00", 5120 * 2**20),
        ("bez limitu", 0),
        ("\u22121", 0),
    ],
)
def test_limits_are_read_as_people_write_them(
    manager: Module, server: Params, simulator: Simulator, written: str, size: int
) -> None:
    """A plan that was saved with "10 GB" must not keep a paid order from being made."""
    custom = {"cos": "business", "mailbox_quota": written}
    told = call(manager, "createAccount", server, account={"package": {"custom": custom}})

    assert told.value is True
    domain = simulator.domain("firma.example")
    assert domain is not None
    assert domain.attrs["zimbraMailDomainQuota"] == [str(size)]


@pytest.mark.parametrize("package", [{"custom": {"mailbox_quota": "5.120"}}, {"max_pop": "many"}])
def test_a_limit_that_cannot_be_read_is_named(
    manager: Module, server: Params, simulator: Simulator, package: Params
) -> None:
    """A guess would be a thousand times too much, or nothing."""
    told = call(manager, "createAccount", server, account={"package": package})

    assert told.type == "Server_Exception"
    assert "mailbox_quota is 5.120" in told.thrown or "mailboxes is many" in told.thrown
    assert simulator.domain("firma.example") is None


@pytest.mark.parametrize("method", [one for one in METHODS if one != "testConnection"])
def test_the_same_domain_ordered_by_another_client_is_refused(
    manager: Module, server: Params, simulator: Simulator, method: str
) -> None:
    """FOSSBilling takes the order; true would give him the first client's mail, or delete it."""
    call(manager, "createAccount", server, account={})
    simulator.reset_log()
    theirs = {"client": {"id": 8}, "password": "Other-Pass-9x"}
    told = call(manager, method, server, **{**METHODS[method], "account": theirs})
    link = call(manager, "getLoginUrl", server, account=theirs).value

    assert told.type == "Server_Exception"
    assert "authtoken" not in link
    assert simulator.writes() == []
    assert call(manager, "createAccount", server, account={}).value is True


def test_an_order_whose_domain_was_changed_reaches_nobody(
    manager: Module, server: Params, simulator: Simulator
) -> None:
    """A cancelled order's domain can be changed without the manager being asked."""
    call(manager, "createAccount", server, account={})
    call(manager, "createAccount", server, account={"domain": "b.example", "client": {"id": 8}})
    changed = {"domain": "firma.example", "client": {"id": 8}}

    assert "another customer" in call(manager, "cancelAccount", server, account=changed).thrown
    assert "authtoken" not in call(manager, "getLoginUrl", server, account=changed).value
    assert simulator.domain("firma.example") is not None


def test_a_service_of_before_waits_for_staff_where_it_could_be_taken(
    manager: Module, server: Params, simulator: Simulator
) -> None:
    """Orders go on being suspended; what lets somebody in, or ends the mail, says what to do."""
    stamp = "puq_zimbra:crm.example:firma.example"
    simulator.create_domain("firma.example", zimbraForeignName=stamp)
    for method in ("createAccount", "changeAccountPassword", "cancelAccount"):
        told = call(manager, method, server, **{**METHODS[method], "account": {}})
        assert "service transfer crm.example firma.example --customer" in told.thrown

    assert call(manager, "suspendAccount", server, account={}).value is True
    assert call(manager, "synchronizeAccount", server, account={}).value["suspended"] is True


def test_the_clients_id_is_looked_up_by_his_address(manager: Module, fields: Params) -> None:
    """FOSSBilling leaves the id out of what it hands over; an address can change hands."""
    clients = {"a@klient.example": 7, "b@klient.example": 8}
    with opened() as door:
        server = fields | {"accesshash": f"{fields['accesshash']} engine={door.engine}"}
        account = {"client": {"email": "a@klient.example"}}
        call(manager, "suspendAccount", server, account=account, clients=clients)
    (seen,) = door.seen

    assert seen.params["service"]["customer_id"] == "7"
    assert seen.params["identity"] == "name"


@pytest.mark.parametrize("method", [one for one in METHODS if one != "testConnection"])
@pytest.mark.parametrize("client", [None, {}, {"id": 0}, {"email": "c@klient.example"}])
def test_an_account_of_nobody_reaches_nothing(
    manager: Module, fields: Params, client: Params | None, method: str
) -> None:
    """Without its client the engine could not tell it from another's."""
    more = {**METHODS[method], "account": {"client": client}, "clients": {"a@klient.example": 7}}
    with opened() as door:
        server = fields | {"accesshash": f"{fields['accesshash']} engine={door.engine}"}
        told = call(manager, method, server, **more)

    assert "which client" in told.thrown
    assert door.seen == []


def test_asterisks_are_never_sent(manager: Module, fields: Params) -> None:
    """FOSSBilling keeps them in the password's place after the order."""
    with opened() as door:
        server = fields | {"accesshash": f"{fields['accesshash']} engine={door.engine}"}
        for method, more in METHODS.items():
            text = {"text": "********"} if "text" in more else {}
            call(manager, method, server, **{**more, "account": {"password": "********"}} | text)

    assert door.seen
    assert [one.path for one in door.seen if b"***" in one.body] == []
    assert not {"create", "change_password"} & {one.path.rpartition("/")[2] for one in door.seen}


def test_a_request_says_what_it_is_for(manager: Module, fields: Params) -> None:
    """And no more of the account than the engine needs."""
    with opened() as door:
        server = fields | {"accesshash": f"{fields['accesshash']} engine={door.engine}"}
        call(manager, "suspendAccount", server, account={"package": {"max_pop": "many"}})
    (seen,) = door.seen

    assert seen.path == "/v1/hook/fossbilling/suspend"
    assert seen.params["event"] == "suspend"
    assert seen.params["request_id"] == seen.id
    assert seen.params["service"] == {
        "id": "firma.example",
        "customer_id": "7",
        "domain": "Firma.example",
        "plan": {},
        "admin": {},
    }


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("Firma.example", "firma.example"),
        ("żółw.example", r"d-[0-9a-f]{40}"),
        ("a" * 60 + ".example", r"d-[0-9a-f]{40}"),
    ],
)
def test_the_domain_is_the_services_id(
    manager: Module, fields: Params, domain: str, expected: str
) -> None:
    """It has to be one that the engine takes, and always the same."""
    with opened() as door:
        server = fields | {"accesshash": f"{fields['accesshash']} engine={door.engine}"}
        for _ in range(2):
            call(manager, "suspendAccount", server, account={"domain": domain})
    first, second = (one.params["service"]["id"] for one in door.seen)

    assert first == second
    assert re.fullmatch(expected, first)


@pytest.mark.parametrize(
    ("package", "plan"),
    [
        ({}, {}),
        ({"quota": "0", "max_pop": "unlimited"}, {}),
        ({"quota": "10", "max_pop": "5"}, {"domain_quota": 10 * 2**20, "mailboxes": 5}),
        (
            {"custom": {"mailbox_quota": "2", "aliases": "3", "suspend_mode": "closed"}},
            {"mailbox_quota": 2 * 2**20, "aliases": 3, "suspend_mode": "closed"},
        ),
        (
            {"custom": {"terminate": "grace", "grace_days": "30"}},
            {"terminate": {"mode": "grace", "grace_days": 30}},
        ),
        ({"custom": {"terminate": "grace", "grace_days": "0"}}, {"terminate": {"mode": "grace"}}),
        ({"custom": {"grace_days": "30"}}, {"terminate": {"grace_days": 30}}),
    ],
)
def test_a_package_is_a_plan(
    manager: Module, fields: Params, package: Params, plan: Params
) -> None:
    """Megabytes become bytes; nothing and 0 are unlimited."""
    with opened() as door:
        server = fields | {"accesshash": f"{fields['accesshash']} engine={door.engine}"}
        call(manager, "changeAccountPackage", server, account={}, package=package)

    assert door.seen[0].params["service"]["plan"] == plan


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("down", [True, False], ids=["down", "refuses"])
def test_what_fails_is_an_exception_with_a_sentence(
    manager: Module, fields: Params, method: str, down: bool, tmp_path: Path
) -> None:
    """FOSSBilling shows it; true is said only of what was done."""
    refusal = {"ok": False, "code": "refused", "message": "No.", "reference": "op-1"}
    with opened(lambda one: signed(one, refusal, status=409)) as door:
        engine = f"unix:{tmp_path}/none" if down else door.engine
        server = fields | {"accesshash": f"{fields['accesshash']} engine={engine}"}
        told = call(manager, method, server, **METHODS[method])

    assert told.type == "Server_Exception"
    assert ("does not answer" in told.thrown) if down else (told.thrown == "No. (op-1)")


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("changeAccountUsername", "x"),
        ("changeAccountDomain", "b.example"),
        ("changeAccountIp", "192.0.2.1"),
    ],
)
def test_what_cannot_be_done_is_not_said_to_be(
    manager: Module, fields: Params, method: str, text: str
) -> None:
    """True would let FOSSBilling believe it."""
    assert call(manager, method, fields, account={}, text=text).type == "Server_Exception"


def test_links_without_an_account_ask_nobody(manager: Module, fields: Params) -> None:
    """FOSSBilling wants them for every server of a list; with an account one logs in."""
    hash_ = "secret=x webmail_url=https://mail.example admin_url=https://mail.example:9071"
    named = fields | {"accesshash": hash_}

    assert manager.call("getLoginUrl", named).value == "https://mail.example"
    assert manager.call("getResellerLoginUrl", named).value == "https://mail.example:9071"
    assert manager.call("getLoginUrl", fields).value == f"https://{fields['host']}/"


def test_a_link_for_an_account_logs_in(manager: Module, server: Params) -> None:
    """Once; of a suspended one the webmail's address is left."""
    call(manager, "createAccount", server, account={})
    assert "authtoken=" in call(manager, "getLoginUrl", server, account={}).value
    call(manager, "suspendAccount", server, account={})
    assert call(manager, "getLoginUrl", server, account={}).value == f"https://{server['host']}/"


def test_the_form_asks_for_credentials(manager: Module) -> None:
    """The shape that FOSSBilling draws."""
    form = manager.call("getForm", {}).value

    assert form["label"] == "PUQ Zimbra"
    fields = {one["name"]: one for one in form["form"]["credentials"]["fields"]}
    assert list(fields) == ["username", "password", "accesshash"]
    assert all({"type", "label", "placeholder", "required"} <= set(one) for one in fields.values())
    # Else FOSSBilling 0.8 wants the administrator typed anew whenever anything is saved.
    assert all(one["secret"] for one in fields.values())


def test_the_manager_works_from_the_repository(server: Params) -> None:
    """There the bridge lies elsewhere; a developer needs no package."""
    if PHP is None:
        pytest.skip("there is no PHP with its extensions")
    module = Module(packages.HOOKS / "fossbilling/library", driver=DRIVER)
    told = module.call("testConnection", server)
    module.close()

    assert (told.value, told.thrown) == (True, "")
