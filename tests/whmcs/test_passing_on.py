"""What of WHMCS's `$params` reaches the engine: named keys, decoded once, byte for byte."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.units import plain_text

from ..conftest import Params
from .conftest import Start
from .door import opened
from .php import Module, encoded

#: all of them: PUQZ_PASSWORDS=2000
PASSWORDS = int(os.environ.get("PUQZ_PASSWORDS", "150"))
OVER_COMMAND = 40 if PASSWORDS >= 2000 else 4

_PIECES = (
    "&amp;", "&#039;", "&quot;", "&lt;", "&copy;", "&amp;amp;", "&", "<", ">", '"', "'", "#", "%",
    "+", "\\", " ", "%26", "{", "}", "$", "\\u0041", "\\n", "/", "=", ",", ";", "ż", "Ó", "ß",
    "ł", "é", "e\u0301", "Ж", "密", "ש", "😀", "\u200b", "\xa0", "</script>", "]]>", "0", "A", "z",
)  # fmt: skip


def passwords(seed: int) -> Iterator[str]:
    """Random ones, of entities, quotes and every script, that Zimbra can keep."""
    chosen = random.Random(seed)
    while True:
        pieces = chosen.choices(_PIECES, k=chosen.randrange(4, 12))
        for _ in range(chosen.randrange(4)):
            pieces.append(chr(chosen.randrange(0x20, 0x2FFFF)))
        chosen.shuffle(pieces)
        password = "".join(pieces)[:60]
        try:
            yield plain_text(password if len(password) >= 8 else password + "12345678")
        except ValueError:
            continue


def test_passwords_arrive_byte_for_byte(
    start: Start, service: str, whmcs_params: Params, simulator: Simulator, capsys: Any
) -> None:
    """One character too few and the customer cannot log in; from WHMCS to Zimbra."""
    module = start()
    whmcs_params["serveraccesshash"] += service
    assert module.call("CreateAccount", whmcs_params).value == "success"
    arrived = 0
    for password, _ in zip(passwords(1), range(PASSWORDS), strict=False):
        params = whmcs_params | {"password": encoded(password)}
        assert module.call("ChangePassword", params).value == "success", ascii(password)
        assert simulator.verify_password("admin@firma.example", password), ascii(password)
        arrived += 1
    with capsys.disabled():
        sys.stdout.write(
            f"\n{arrived} of {PASSWORDS} random passwords arrived byte-equal over HTTP\n"
        )

    assert arrived == PASSWORDS


def test_passwords_arrive_over_the_command_too(
    over_command: Module, whmcs_params: Params, simulator: Simulator
) -> None:
    """Pipes instead of a socket, and a process's own idea of text."""
    assert over_command.call("CreateAccount", whmcs_params).value == "success"
    for password, _ in zip(passwords(2), range(OVER_COMMAND), strict=False):
        params = whmcs_params | {"password": encoded(password)}
        assert over_command.call("ChangePassword", params).value == "success", ascii(password)
        assert simulator.verify_password("admin@firma.example", password), ascii(password)


@pytest.fixture
def asked(start: Start) -> Iterator[Any]:
    """Give the input that the engine gets for a function's parameters."""
    module = start()
    with opened() as door:

        def ask(function: str, params: Params, lines: str = "", **more: Any) -> Any:
            params = {**params, "serveraccesshash": params.get("serveraccesshash", "") + lines}
            params["serveraccesshash"] += "\n" + door.access_hash
            door.seen.clear()
            told = module.call(function, params, **more)
            return door.seen[0].params if door.seen else told

        yield ask


def test_only_named_keys_leave_php(asked: Any, whmcs_params: Params) -> None:
    """WHMCS puts the client's whole record and its own objects into `$params`."""
    given = asked(
        "SuspendAccount",
        whmcs_params
        | {"model": {"password": "Canary-1"}, "uuid": "Canary-2", "suspendreason": "unpaid"},
    )

    assert set(given) == {
        "serviceid", "userid", "domain", "username", "suspendreason", "serverip", "serverhostname",
        "serverport", "serverusername", "serverpassword", "serveraccesshash", "configoption1",
        "configoption2", "configoption3", "configoption5", "configoption10", "clientsdetails",
        "customfields", "configoptions", "_puq",
    }  # fmt: skip
    assert given["clientsdetails"] == {"language": "english"}
    assert given["customfields"] == {}
    assert given["serviceid"] == 42


@pytest.mark.parametrize("function", ["CreateAccount", "ChangePassword", "Renew", "ClientArea"])
def test_the_password_goes_where_it_is_needed(
    asked: Any, whmcs_params: Params, function: str
) -> None:
    """What is not sent cannot be lost."""
    needed = function in ("CreateAccount", "ChangePassword")

    assert ("password" in asked(function, whmcs_params)) == needed


@pytest.mark.parametrize(
    ("encoding", "given", "expected"),
    [
        ("html", "a&amp;b&lt;c&gt;&quot;d&#039;e&apos;", "a&b<c>\"d'e'"),
        ("html", "&amp;amp;&amp;#039;", "&amp;&#039;"),
        ("html", "p&copy;w &eacute;", "p&copy;w &eacute;"),
        ("raw", "a&amp;b&#039;", "a&amp;b&#039;"),
    ],
)
def test_entities_are_decoded_exactly_once(
    asked: Any, whmcs_params: Params, encoding: str, given: str, expected: str
) -> None:
    """In every text, and in the names of options and fields as well."""
    params = whmcs_params | {
        "password": given,
        "serverpassword": given,
        "domain": given,
        "configoption24": given,
        "configoptions": {given: given, "0": 5},
        "customfields": {given: given},
    }
    told = asked("CreateAccount", params, f"encoding={encoding}")

    for name in ("password", "serverpassword", "domain", "configoption24"):
        assert told[name] == expected
    assert told["configoptions"] == {expected: expected, "0": 5}
    assert told["customfields"] == {expected: expected}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": ["a", "b"]}, "The parameter password is not a text."),
        ({"configoptions": {"Mailboxes": {"x": 1}}}, "The parameter configoptions.Mailboxes is"),
    ],
)
def test_what_is_no_text_is_named(
    asked: Any, whmcs_params: Params, changes: Params, sentence: str
) -> None:
    """Nothing is sent that was guessed at."""
    told = asked("CreateAccount", whmcs_params | changes)

    assert told.value.startswith(sentence)


def test_bytes_that_are_no_text_are_refused(start: Start, whmcs_params: Params) -> None:
    """Replaced by a question mark they would become another password."""
    module = start()
    with opened() as door:
        whmcs_params["serveraccesshash"] += door.access_hash
        told = module.call("CreateAccount", whmcs_params, latin1="password")

        assert told.value == "The parameter password is no UTF-8 text, so nothing was sent."
        assert door.seen == []


@pytest.mark.parametrize(
    ("own", "default", "expected"),
    [
        ("polish", "english", "polish"),
        ("", "polish", "polish"),
        ("../x", "", ""),
        (None, "", ""),
        (["pl"], "", ""),
    ],
)
def test_the_language_is_the_clients_or_the_installations(
    asked: Any, whmcs_params: Params, own: object, default: str, expected: str
) -> None:
    """A client who never chose one reads what WHMCS itself speaks."""
    whmcs_params["clientsdetails"] = {"language": own}

    told = asked("Renew", whmcs_params, stub={"language": default})
    assert told["clientsdetails"] == {"language": expected}


def test_an_access_hash_is_read_as_people_keep_it(asked: Any, whmcs_params: Params) -> None:
    """The module's own lines never leave it; the engine counts the others' lines as staff do."""
    lines = (
        "\ufeff# secret=whsec_old\r\n\r\n\u00a0Installation = crm.two \r\nCA_File=/a\r\n;b\r\nx\r\n"
    )
    told = asked("Renew", whmcs_params | {"serveraccesshash": ""}, lines)

    assert told["_puq"]["installation"] == "crm.two"
    assert told["serveraccesshash"].split("\n") == ["", "", "", "CA_File=/a", "", "x"]
