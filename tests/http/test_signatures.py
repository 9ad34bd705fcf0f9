"""Who may call: only what is signed with an active secret, whole and of this time."""

from __future__ import annotations

import http.client
import json
import random
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from puq_zimbra.simulator import Simulator
from tests.conftest import Command, Params
from tests.faults.figures import PROPERTY

from .serving import Caller, Service, a_secret, signed

#: mutated requests in all, of which an ordinary run tries a share
ALL = 10_000
#: the same in every process that collects the tests
SOME = "whsec_" + "A" * 43 + "=\n"
SHARE = {"sample": 1_000, "part": ALL, "all": ALL}


@pytest.mark.parametrize(
    "without", ["webhook-id", "webhook-timestamp", "webhook-signature", "everything"]
)
def test_an_unsigned_request_is_turned_away(
    without: str, caller: Caller, simulator: Simulator
) -> None:
    """The answer is not signed either: nobody learns what our signatures look like."""
    headers = signed(caller.secret, b"{}")
    kept = {key: value for key, value in headers.items() if without not in (key, "everything")}
    heard = caller.send("/v1/hook/plain/describe", b"{}", kept)

    assert (heard.status, heard.value["code"]) == (401, "refused")
    assert "webhook-signature" not in heard.headers


@pytest.mark.parametrize("seconds", [-301, 301, -86400])
def test_a_request_of_another_time_is_turned_away(seconds: int, caller: Caller) -> None:
    """Five minutes either way are allowed for clocks."""
    headers = signed(caller.secret, b"{}", timestamp=time.time() + seconds)
    assert caller.send("/v1/hook/plain/describe", b"{}", headers).status == 401


@pytest.mark.parametrize("seconds", [-290, 290])
def test_clocks_may_differ_a_little(seconds: int, caller: Caller) -> None:
    """Not every host's clock is right."""
    headers = signed(caller.secret, b"{}", timestamp=time.time() + seconds)
    assert caller.send("/v1/hook/plain/describe", b"{}", headers).status == 200


def test_another_secret_is_turned_away(caller: Caller) -> None:
    """Also beside other signatures, in any number."""
    for count in (1, 3, 50):
        headers = signed(caller.secret, b"{}")
        headers["webhook-signature"] = " ".join(
            signed(a_secret(), b"{}", headers["webhook-id"])["webhook-signature"]
            for _ in range(count)
        )
        assert caller.send("/v1/hook/plain/describe", b"{}", headers).status == 401


def test_a_sender_may_sign_with_several_secrets(caller: Caller) -> None:
    """As the specification has it for rotations."""
    headers = signed(caller.secret, b"{}")
    other = signed(a_secret(), b"{}", headers["webhook-id"])["webhook-signature"]
    headers["webhook-signature"] = f"{other} {headers['webhook-signature']}"
    assert caller.send("/v1/hook/plain/describe", b"{}", headers).status == 200


def test_a_rotation_needs_no_restart(
    service: Service, secret: str, command: Command, http_settings: Path
) -> None:
    """Both secrets count, and sign, until the old one is retired."""
    old = Caller(service.address, secret)
    new = Caller(service.address, command("secret", "--rotate").stdout.strip())

    assert new.secret != secret
    assert [caller.call("describe", {}).status for caller in (old, new)] == [200, 200]

    assert command("secret", "--retire").stdout.strip() == new.secret
    assert new.call("describe", {}).status == 200
    headers = signed(old.secret, b"{}")
    assert old.send("/v1/hook/plain/describe", b"{}", headers).status == 401


def test_the_secret_is_made_once_and_its_owners_alone(
    command: Command, http_settings: Path, secret: str
) -> None:
    """Asked again, the command says the same."""
    file = http_settings.parent / "http-secret"
    file.unlink()
    made = command("secret").stdout.strip()

    assert made.startswith("whsec_")
    assert made != secret
    assert command("secret").stdout.strip() == made
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_cannot_be_written_is_said(
    command: Command, http_settings: Path, tmp_path: Path
) -> None:
    """The settings name a folder that cannot be made."""
    (tmp_path / "file").write_text("")
    text = http_settings.read_text().replace(f"{tmp_path}/http-secret", f"{tmp_path}/file/secret")
    http_settings.write_text(text)
    done = command("secret", "--installation", "crm.example")

    assert (done.status, f"{tmp_path}/file/secret" in done.stderr) == (78, True)


def test_a_refused_signature_is_in_the_log(service: Service, secret: str) -> None:
    """Or nobody finds out why hooks fail; once a second, for anybody can send one."""
    for _ in range(20):
        headers = signed(a_secret(), b"{}")
        Caller(service.address, secret).send("/v1/hook/plain/describe", b"{}", headers)
    lines = [one for one in service.stop().splitlines() if "signature refused" in one]

    assert 1 <= len(lines) < 10


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (f"crm.example {SOME}" * 3, 0o600, "one or two lines"),
        (f"crm.example {SOME}foss.example {SOME}", 0o600, "one or two lines"),
        (f"{SOME}crm.example {SOME}", 0o600, "one or two lines"),
        (f"{SOME}crm.example\n", 0o600, "one or two lines"),
        (f"CRM {SOME}", 0o600, "one or two lines"),
        ("", 0o600, "one or two lines"),
        ("whsec_short\n", 0o600, "one or two lines"),
        ("secret\n", 0o600, "one or two lines"),
        (SOME * 3, 0o600, "one or two lines"),
        (SOME, 0o644, "Everybody may read"),
    ],
)
def test_a_secret_that_cannot_be_used_is_said(
    content: str, mode: int, reason: str, command: Command, http_settings: Path
) -> None:
    """The service does not start without."""
    file = http_settings.parent / "http-secret"
    file.write_text(content)
    file.chmod(mode)

    for name in ("serve", "secret"):
        done = command(name)
        assert (done.status, reason in done.stderr) == (78, True)


#: path, body and headers
Request = tuple[str, bytes, dict[str, str]]


def _other(chance: random.Random, text: str) -> str:
    """The text with one character changed, lost, doubled or swapped."""
    place = chance.randrange(len(text))
    return chance.choice(
        [
            text[:place] + chance.choice(string.printable[:94]) + text[place + 1 :],
            text[:place] + text[place + 1 :],
            text[:place] + text[place] * 2 + text[place + 1 :],
            text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
            text + chance.choice(string.ascii_letters),
            text.swapcase(),
        ]
    )


def mutated(chance: random.Random, request: Request) -> Request:
    """A request that differs from the signed one."""
    path, body, headers = request
    headers = dict(headers)
    what = chance.choice(["path", "body", "query", *(key for key in headers if "webhook" in key)])
    if what == "path":
        event = chance.choice(
            ["create", "suspend", "unsuspend", "change_package", "TerminateAccount"]
        )
        path = chance.choice(
            [f"/v1/hook/plain/{event}", f"/v1/hook/whmcs/{event}", _other(chance, path)]
        )
    elif what == "query":
        path += "?" + _other(chance, "event=terminate")
    elif what == "body":
        body = _other(chance, body.decode()).encode()
    else:
        headers[what] = _other(chance, headers[what])
    return path, body, headers


def test_no_mutated_request_is_accepted(
    caller: Caller,
    params: Params,
    simulator: Simulator,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    """Whatever is changed of id, time, signature, body, address: nothing is asked of Zimbra."""
    chance = random.Random(request.config.getoption("--seed"))
    body = json.dumps(params | {"event": "terminate"}).encode()
    number, accepted = SHARE[request.config.getoption("--faults")], []
    connection = caller.connection()
    while number:
        right: Request = ("/v1/hook/plain/terminate", body, signed(caller.secret, body))
        wrong = mutated(chance, right)
        if wrong == right:
            continue
        number -= 1
        status = _status(connection, wrong)
        if status not in (400, 401, 404, 405):
            accepted.append((wrong, status))
    connection.close()
    tried = {"cases": SHARE[request.config.getoption("--faults")], "accepted": len(accepted)}
    record_property(f"{PROPERTY}mutated HTTP requests", tried)

    assert accepted == []
    assert simulator.log == []
    # A closed door would look as careful.
    assert caller.call("terminate", params | {"event": "terminate"}).status == 200


def _status(connection: http.client.HTTPConnection, request: Request) -> int:
    path, content, headers = request
    try:
        connection.request("POST", path, content, headers)
    except (http.client.InvalidURL, ValueError):  # nothing that a client can send
        connection.close()
        return 400
    answer = connection.getresponse()
    answer.read()
    return answer.status
