"""Upmind's generic RPC provider over the real HTTP door: fixed header, JSON, three keys back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from tests.conftest import Command, LogIn, Params
from tests.zimbra_state import foreign_names, status

from .serving import Caller, Heard, Service, a_secret

PACKAGES = """[upmind]
server = "{url}"
[upmind.packages.mail-10]
cos = "business"
mailboxes = 10
mailbox_quota = "2 GB"
[upmind.packages.mail-3]
cos = "business"
mailboxes = 3
mailbox_quota = 1024
"""
ORDER: dict[str, Any] = {
    "customer_id": "c-7",
    "customer_email": "anna@firma.example",
    "service_identifier": "firma.example",
    "package_identifier": "mail-10",
    "extra": None,
}
SOLD: dict[str, Any] = {
    "service_id": "c-7/firma.example",
    "service_identifier": "firma.example",
    "extra": None,
}
Call = Callable[..., Heard]


@pytest.fixture
def upmind(http_settings: Path, params: Params, command: Command) -> Iterator[Call]:
    """Call a function as the provider's class does; it posts the same header each time."""
    text = http_settings.read_text() + PACKAGES.format(url=params["server"]["url"])
    http_settings.write_text(text)
    token = command("secret", "--installation", "upmind.example").stdout.strip()
    with Service(http_settings) as service:

        def call(
            name: str, given: object, header: str | None = f"Bearer {token}", host: str = "upmind"
        ) -> Heard:
            body = given if isinstance(given, bytes) else json.dumps(given).encode()
            headers = {"Content-Type": "application/json"}
            headers |= {} if header is None else {"Authorization": header}
            caller = Caller(service.address, "")
            return caller.send(f"/v1/hook/{host}/{name}", body, headers)

        yield call
        assert token not in service.said()


def told(heard: Heard) -> tuple[bool, str | None]:
    """Whether it was done, and what Upmind shows as the service's status."""
    assert set(heard.value) == {"success", "message", "data"}
    assert heard.value["message"]
    assert "webhook-signature" not in heard.headers
    return heard.value["success"], heard.value["data"].get("service_status")


def test_a_life(upmind: Call, simulator: Simulator, log_in: LogIn) -> None:
    """Sold, sent again, looked at, suspended, paid, made smaller, ended with grace, restored."""
    made = upmind("create", ORDER)
    data = made.value["data"]
    assert (made.status, *told(made)) == (201, True, "active")
    assert (data["service_id"], data["service_identifier"]) == (SOLD["service_id"], "firma.example")
    assert data["extra"]["username"] == "admin@firma.example"
    assert log_in(data["extra"]["password"])
    assert "puq_zimbra:upmind.example:firma.example" in foreign_names(simulator)
    again = upmind("create", ORDER)
    assert told(again) == (True, "active")
    assert again.value["data"]["service_id"] == SOLD["service_id"]
    assert "password" not in again.value["data"]["extra"]

    for name, changes, expected in (
        ("getInfo", {}, "active"),
        ("suspend", {"extra": []}, "suspended"),
        ("suspend", {}, "suspended"),
        ("getInfo", {}, "suspended"),
        ("unsuspend", {"service_identifier": None}, "active"),
        ("changePackage", {"package_identifier": "mail-3"}, None),
        (
            "changePassword",
            {"function": "changePassword", "extra": {"password": "New-Pass-1x"}},
            None,
        ),
        ("login", {"function": "login"}, None),
        ("terminate", {}, None),
        ("getInfo", {}, "ending"),
        ("restore", {"function": "restore"}, "active"),
    ):
        heard = upmind(name, SOLD | changes)
        assert told(heard)[0], (name, heard.value)
        assert heard.value["data"]["service_id"] == SOLD["service_id"]
        if expected:
            assert told(heard)[1] == expected, name
    domain = simulator.domain("firma.example")
    assert domain.attrs["zimbraMailDomainQuota"] == [str(2**30)]
    assert status(simulator) == "active"
    assert log_in("New-Pass-1x")


def test_who_bears_no_token_of_an_installation_is_told_nothing(
    upmind: Call, simulator: Simulator, secret: str
) -> None:
    """The secret that counts for every installation is none."""
    simulator.reset_log()
    for header in (
        None, "", "Bearer", "Bearer x", f"Bearer {a_secret()}", f"Bearer {secret}",
        f"Basic {secret}", "Bearer whsec_\xbf", "Bearer whsec_", "Bearer whsec_====",
    ):  # fmt: skip
        heard = upmind("terminate", SOLD, header)
        assert (heard.status, *told(heard)) == (401, False, None), header
        assert heard.headers["www-authenticate"] == "Bearer"
    assert upmind("describe", {}, host="plain").status == 401

    assert simulator.log == []


def test_what_cannot_be_read_changes_nothing(upmind: Call, simulator: Simulator) -> None:
    """Upmind shows the sentence to whoever pressed the button."""
    simulator.reset_log()
    long = b'{"extra": "' + b"x" * (4 * 2**20) + b'"}'
    for name, given, code, word in (
        ("create", b"", 400, "service_identifier"),
        ("create", b"{", 400, "JSON"),
        ("create", b"[1]", 400, "JSON"),
        ("create", b"null", 400, "JSON"),
        ("create", b"\xff", 400, "JSON"),
        ("create", long, 413, "4 MB"),
        ("create", ORDER | {"customer_id": 7}, 400, "customer_id"),
        ("create", ORDER | {"customer_id": "c/7"}, 400, "customer_id"),
        ("create", ORDER | {"service_identifier": None}, 400, "service_identifier"),
        ("create", ORDER | {"service_identifier": "https://x.example"}, 400, "https://"),
        ("create", ORDER | {"package_identifier": "mail-99"}, 400, "mail-10, mail-3"),
        ("create", ORDER | {"extra": "x"}, 400, "extra"),
        ("create", ORDER | {"extra": {"password": 7}}, 400, "password"),
        ("changePackage", SOLD, 400, "package_identifier"),
        ("changePassword", SOLD, 400, "extra.password"),
        ("suspend", {}, 400, "service_id"),
        ("suspend", SOLD | {"service_id": "firma.example"}, 400, "service_id"),
        ("suspend", SOLD | {"service_id": "c-7/c-8/firma.example"}, 400, "service_id"),
        ("suspend", SOLD | {"service_identifier": "druga.example"}, 400, "service_identifier"),
        ("explode", SOLD, 404, "no such event"),
        ("getInfo?x=1", SOLD, 400, "query"),
    ):
        heard = upmind(name, given)
        assert (name, heard.status, told(heard)[0]) == (name, code, False), given
        assert word in heard.value["message"], (name, given)

    assert simulator.log == []


def test_anothers_domain_is_not_taken_over(
    upmind: Call, simulator: Simulator, command: Command
) -> None:
    """In no order of calls: not by another customer, nor with another installation's token."""
    upmind("create", ORDER)
    other = command("secret", "--installation", "other.example").stdout.strip()
    theirs = SOLD | {"service_id": "c-8/firma.example", "package_identifier": "mail-3"}
    theirs["extra"] = {"password": "Other-Pass-9x"}
    names = ("create", "getInfo", "suspend", "unsuspend", "changePackage", "changePassword",
             "login", "restore", "terminate")  # fmt: skip
    for shut in ("create", "suspend", "terminate"):
        assert upmind(shut, {**ORDER, **SOLD}).value["success"]
        before = simulator.domain("firma.example").attrs.copy()
        for name in names:
            for given, header in (({}, None), ({}, f"Bearer {other}"), (SOLD, f"Bearer {other}")):
                call = {**ORDER, **theirs, "customer_id": "c-8", **given}
                heard = upmind(name, call, header) if header else upmind(name, call)
                assert (name, heard.value["success"]) == (name, False), heard.value
                assert simulator.domain("firma.example").attrs == before


def test_what_was_interrupted_is_finished_by_the_next_try(
    upmind: Call, simulator: Simulator
) -> None:
    """Whichever answer of Zimbra's is lost, and Upmind's operator presses the button again."""
    for skip in (3, 6, 9):
        sold = ORDER | {"service_identifier": f"d{skip}.example"}
        simulator.chaos.add(Plan("*", "drop", applied=True, skip=skip, times=3))
        told(upmind("create", sold))
        simulator.chaos.clear()
        assert told(upmind("create", sold)) == (True, "active")
        assert simulator.account(f"admin@d{skip}.example")


def sell(command: Command, name: str, given: object) -> Any:
    """Call a function on the command line, which answers what HTTP does."""
    return json.loads(command("hook", "upmind", name, given=json.dumps(given)).stdout)


def test_success_means_that_it_is_active(command: Command, settings: str, params: Params) -> None:
    """Upmind would show, and bill, as active what nobody can log in to."""
    with Path(settings).open("a") as file:
        file.write(PACKAGES.format(url=params["server"]["url"]))
    assert sell(command, "create", ORDER)["success"]
    for name, word in (("suspend", "unsuspend it"), ("terminate", "restore it")):
        assert sell(command, name, SOLD)["success"]
        again = sell(command, "create", ORDER)
        assert (again["success"], again["data"]) == (False, {})
        assert word in again["message"]


def test_names_of_any_length_and_script(command: Command, settings: str, params: Params) -> None:
    """A domain that is too long for an id, and one that is not ASCII."""
    with Path(settings).open("a") as file:
        file.write(PACKAGES.format(url=params["server"]["url"]))
    for name in ("a" * 60 + ".b-c-d.example", "Łódź.example"):
        made = sell(command, "create", ORDER | {"service_identifier": name})["data"]
        assert made["service_identifier"] == name.lower()
        shut = sell(command, "suspend", {"service_id": made["service_id"]})
        assert shut["data"]["service_status"] == "suspended"


def test_settings_that_sell_nothing(command: Command, settings: str) -> None:
    """A package or a Zimbra that the settings lack is named; so is what cannot be read."""
    path = Path(settings)
    before = path.read_text()
    for text, exit_status, word in (
        ("", 78, "[upmind] server"),
        ('[upmind]\nserver = "https://mail.example.test"\n', 65, "have none"),
        ('[upmind]\nserver = "mail"\n', 78, "https://"),
        ("[upmind.packages.a]\nmailboxes = 2.5\n", 78, "mailboxes"),
        ('[upmind.packages.a]\nmailbox_quota = "5 XB"\n', 78, "mailbox_quota"),
        ('[upmind.packages.a]\nterminate = "delete"\n', 78, "terminate"),
    ):
        path.write_text(before + text)
        done = command("hook", "upmind", "create", given=json.dumps(ORDER))
        assert done.status == exit_status, (text, done)
        assert word in done.stdout + done.stderr
