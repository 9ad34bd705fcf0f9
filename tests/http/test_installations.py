"""A secret is an installation's: whose it is says whose call it is, whatever the body names."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from tests.conftest import Command, Params

from .serving import Caller, Service, a_secret, new_id, signed, verified

OTHER = {"id": "9", "domain": "druga.example"}
PASSWORD = {"new_password": "Other-Pass-9x"}
EVENTS = (
    "create", "suspend", "unsuspend", "terminate", "restore", "adopt", "plan", "drift", "repair",
    "change_package", "change_password", "renew", "usage", "sso_service", "list_services",
    "client_area", "client_action",
)  # fmt: skip


@pytest.fixture
def foss(service: Service, command: Command) -> Caller:
    """A second billing platform with a secret of its own; the service was running already."""
    made = command("secret", "--installation", "foss.example")
    return Caller(service.address, made.stdout.strip())


def without_installation(params: Params, **changes: Any) -> Params:
    """A call that does not name who makes it."""
    return {key: value for key, value in params.items() if key != "installation"} | changes


def test_another_installations_services_are_out_of_reach(
    caller: Caller, foss: Caller, params: Params, simulator: Simulator
) -> None:
    """Whoever holds one platform's secret must not end, enter or read what the other sold."""
    caller.call("create", params)
    simulator.reset_log()
    for event in EVENTS:
        heard = foss.call(event, {**params, **PASSWORD, "event": event})
        assert (event, heard.status, heard.value["code"]) == (event, 409, "not_ours")

    assert simulator.log == []


def test_of_whmcs_as_well(foss: Caller, simulator: Simulator) -> None:
    """Its own key says the installation there."""
    params = {"serviceid": "42", "domain": "firma.example", "serverhostname": "127.0.0.1"}
    named = params | {"_puq": {"installation": "crm.example"}}
    heard = foss.call("TerminateAccount", named, host="whmcs")

    assert "foss.example" in heard.value
    assert simulator.log == []


def test_a_call_that_names_none_is_the_secrets(
    foss: Caller, caller: Caller, params: Params, simulator: Simulator
) -> None:
    """Of both hosts; the setting for calls of WHMCS that name none counts for no bound secret."""
    sold = {**params["service"], **OTHER}
    assert foss.call("create", without_installation(params, service=sold)).status == 201
    listed = foss.call("list_services", without_installation(params, service=None))
    caller.call("create", params)
    server = {
        "serverhostname": params["server"]["url"].split("/")[2].split(":")[0],
        "serverport": params["server"]["url"].split("/")[2].split(":")[1],
        "serverusername": "admin@example.test",
        "serverpassword": "test123",
        "serveraccesshash": f"ca_file={params['server']['tls']['ca_file']}",
    }
    synced = foss.call("ListAccounts", server, host="whmcs").value

    assert simulator.domain("druga.example").attrs["zimbraForeignName"] == [
        "puq_zimbra:foss.example:9"
    ]
    assert [one["service_id"] for one in listed.value["data"]["services"]] == ["9"]
    assert "druga.example" in json.dumps(synced)
    assert "firma.example" not in json.dumps(synced)


def test_the_secret_of_before_counts_for_any(caller: Caller, foss: Caller, params: Params) -> None:
    """No platform breaks on the upgrade, nor when another one gets its own."""
    for installation in ("crm.example", "foss.example"):
        sold = {**params["service"], "domain": f"{installation}.example"}
        order = params | {"installation": installation, "service": sold}
        assert caller.call("create", order).status == 201


def test_each_has_two_for_a_rotation(
    service: Service, foss: Caller, caller: Caller, params: Params, command: Command
) -> None:
    """One platform's rotation changes nothing for the other; nothing is restarted."""
    name = ("--installation", "foss.example")
    told = json.loads(command("secret", *name, "--rotate", "--json").stdout)
    new = Caller(service.address, told["secret"])
    ping = {"event": "describe"}

    assert (told["installation"], told["active"]) == ("foss.example", 2)
    assert [one.call("describe", ping).status for one in (foss, new, caller)] == [200] * 3
    assert command("secret", *name, "--retire").stdout.strip() == new.secret
    assert new.call("describe", ping).status == 200
    assert caller.call("describe", ping).status == 200
    headers = signed(foss.secret, b"{}")
    assert foss.send("/v1/hook/plain/describe", b"{}", headers).status == 401


def test_the_one_for_all_can_be_revoked(
    service: Service, foss: Caller, caller: Caller, command: Command, http_settings: Path
) -> None:
    """Once every platform has its own."""
    assert command("secret", "--revoke").status == 0
    headers = signed(caller.secret, b"{}")
    assert caller.send("/v1/hook/plain/describe", b"{}", headers).status == 401
    assert foss.call("describe", {}).status == 200
    assert command("secret", "--revoke").status == 1
    assert command("secret", "--installation", "foss.example", "--revoke").status == 0

    assert not (http_settings.parent / "http-secret").exists()


@pytest.mark.parametrize("event", ["list_services", "test_connection"])
def test_an_answer_that_is_kept_is_its_installations(
    event: str, caller: Caller, foss: Caller, params: Params, command: Command, service: Service
) -> None:
    """The same id, time and body of two platforms are two requests: neither hears the other's."""
    crm = Caller(service.address, command("secret", "--installation", "crm.example").stdout.strip())
    caller.call("create", params)
    body, identity, now = without_installation(params, service=None), new_id(), time.time()
    heard = [
        one.call(event, body, identity=identity, timestamp=now) for one in (crm, foss, crm, foss)
    ]

    assert [one.status for one in heard] == [200] * 4
    assert heard[0].body == heard[2].body
    assert heard[1].body == heard[3].body
    assert heard[0].body != heard[1].body
    assert caller.call("describe", {}, identity=identity).status == 200


def test_an_answer_is_signed_by_nobody_elses_secret(caller: Caller, foss: Caller) -> None:
    """Or a platform could have its own words signed as another's."""
    for mine, other in ((caller, foss), (foss, caller)):
        body = b"{}"
        headers = signed(mine.secret, body)
        heard = mine.send("/v1/hook/plain/describe", body, headers)
        assert verified(mine.secret, heard)
        assert len(heard.headers["webhook-signature"].split(" ")) == 1
        with pytest.raises(Exception, match="signature"):
            verified(other.secret, heard)


def test_a_sender_on_the_way_from_one_secret_to_the_other_signs_with_both(
    caller: Caller, foss: Caller, params: Params, simulator: Simulator
) -> None:
    """The secret of his installation decides; of two installations at once none does."""
    body = json.dumps(params).encode()
    headers = signed(caller.secret, body)
    first, identity = headers["webhook-signature"], headers["webhook-id"]
    headers["webhook-signature"] = (
        f"{first} " + signed(foss.secret, body, identity)["webhook-signature"]
    )
    heard = foss.send("/v1/hook/plain/create", body, headers)

    assert heard.value["code"] == "not_ours"
    assert simulator.log == []


def test_two_installations_secrets_together_are_nobodys(
    service: Service, foss: Caller, command: Command
) -> None:
    """It would not be clear whose call it is."""
    crm = command("secret", "--installation", "crm.example").stdout.strip()
    headers = signed(foss.secret, b"{}")
    second = signed(crm, b"{}", headers["webhook-id"])["webhook-signature"]
    headers["webhook-signature"] += f" {second}"

    assert foss.send("/v1/hook/plain/describe", b"{}", headers).status == 401


def test_a_large_body_is_checked_like_any_other(foss: Caller) -> None:
    """In a thread of its own, so that others are heard meanwhile."""
    body = json.dumps({"form": {"text": "x" * 300_000}}).encode()
    assert foss.send("/v1/hook/plain/describe", body, signed(foss.secret, body)).status == 200
    assert foss.send("/v1/hook/plain/describe", body, signed(a_secret(), body)).status == 401


def test_each_secret_on_an_installations_line_is_its_own(
    service: Service, caller: Caller, params: Params, http_settings: Path, simulator: Simulator
) -> None:
    """Somebody wrote both into one line: the second must not open every platform's services."""
    first, second = a_secret(), a_secret()
    file = http_settings.parent / "http-secret"
    file.write_text(f"{caller.secret}\nfoss.example {first} {second}\n")
    heard = [
        Caller(service.address, one).call("terminate", params).value for one in (first, second)
    ]

    assert [one["code"] for one in heard] == ["not_ours", "not_ours"]
    assert simulator.log == []


#: content of the file, where A, B and C stand for secrets, and its mode
UNCLEAR = (
    ("crm.example A\nfoss.example A\n", 0o600),
    ("A\nfoss.example A\n", 0o600),
    ("crm.example A\ncrm.example B\ncrm.example C\n", 0o600),
    ("crm.example A\nfoss.example\n", 0o600),
    ("crm.example\nA\n", 0o600),
    ("crm.example foss.example A\n", 0o600),
    ("CRM A\n", 0o600),
    ("SHORT\n", 0o600),
    ("A\n", 0o604),
    ("A\n", 0o602),
)


def test_a_file_that_does_not_say_whose_a_call_is_opens_nothing(
    caller: Caller, http_settings: Path, command: Command
) -> None:
    """Not to those either whose secret stands there rightly: it has to be put right."""
    file = http_settings.parent / "http-secret"
    for text, mode in UNCLEAR:
        secrets = {name: a_secret() for name in "ABC"}
        words = {**secrets, "SHORT": secrets["A"][:-16]}
        lines = [" ".join(words.get(one, one) for one in line.split()) for line in text.split("\n")]
        file.write_text("\n".join(lines))
        file.chmod(mode)

        statuses = {
            caller.send("/v1/hook/plain/describe", b"{}", signed(one, b"{}")).status
            for one in secrets.values()
        }

        assert not {200, 401} & statuses, text
        assert command("secret", "--installation", "crm.example").status == 78, text


def test_the_file_keeps_what_stands_in_it(command: Command, http_settings: Path) -> None:
    """Secrets of others, its owner's alone, and a name that no installation can have is refused."""
    file = http_settings.parent / "http-secret"
    before = file.read_text()
    made = [
        command("secret", "--installation", name).stdout for name in ("crm.example", "foss.example")
    ]
    wrong = command("secret", "--installation", "CRM\nx")

    assert file.read_text() == f"{before}crm.example {made[0]}foss.example {made[1]}"
    assert file.stat().st_mode & 0o777 == 0o600
    assert command("secret").stdout == before
    assert wrong.status == 65
