"""The same request twice: answered from the store, never carried out again."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from puq_zimbra.simulator import Simulator
from tests.conftest import Params

from .serving import Caller, Service, new_id, signed


@pytest.mark.parametrize("event", ["create", "usage", "drift", "test_connection"])
def test_a_replay_gets_the_stored_answer(
    event: str, caller: Caller, params: Params, simulator: Simulator
) -> None:
    """Byte for byte, and Zimbra hears nothing of it."""
    caller.call("create", params)
    identity, now = new_id(), time.time()
    first = caller.call(event, params, identity=identity, timestamp=now)
    asked = len(simulator.log)

    again = caller.call(event, params, identity=identity, timestamp=now)
    later = caller.call(event, params, identity=identity, timestamp=now + 10)

    assert first.body == again.body == later.body
    assert first.status == again.status == later.status
    assert len(simulator.log) == asked


def test_the_same_id_with_another_body_is_refused(
    caller: Caller, params: Params, simulator: Simulator
) -> None:
    """Or with the same body at another address."""
    identity = new_id()
    caller.call("create", params, identity=identity)
    asked = len(simulator.log)

    for event, other in (("create", params | {"locale": "pl"}), ("terminate", params)):
        heard = caller.call(event, other, identity=identity)
        assert (heard.status, heard.value["code"]) == (409, "refused")
    assert len(simulator.log) == asked


def test_a_link_for_single_sign_on_is_made_anew(caller: Caller, params: Params) -> None:
    """It logs somebody in: no store keeps it."""
    caller.call("create", params)
    identity = new_id()
    links = {
        caller.call("sso_service", params, identity=identity).value["data"]["url"] for _ in range(2)
    }
    assert len(links) == 2


@pytest.mark.parametrize("event", ["sso_service", "sso_admin", "client_area"])
def test_an_answer_that_lets_somebody_in_is_not_kept(
    event: str, caller: Caller, params: Params, tmp_path: Path, service: Service
) -> None:
    """Of staff's log-in nothing is kept either, whatever its link will hold one day."""
    caller.call("create", params)
    given = caller.call(event, params).value
    service.stop()
    with closing(sqlite3.connect(tmp_path / "state" / "store.db")) as database:
        kept = [zlib.decompress(one) for (one,) in database.execute(_KEPT)]

    assert given["ok"]
    assert [json.loads(one)["code"] for one in kept] == ["created"]


_KEPT = "SELECT body FROM answer WHERE body IS NOT NULL"


def test_no_link_is_in_the_store(
    caller: Caller, params: Params, tmp_path: Path, service: Service
) -> None:
    """Nor any password, nor what stands for the customer's session in his form."""
    caller.call("create", params)
    link = caller.call("sso_service", params).value["data"]["url"]
    form = {"action": "/clientarea.php?id=42", "token": "token-of-his-session"}
    page = caller.call("client_area", params | {"form": form}).value["html"]
    service.stop()
    token = link.partition("authtoken=")[2].partition("&")[0]
    kept = b"".join(file.read_bytes() for file in (tmp_path / "state").glob("store.db*"))
    with closing(sqlite3.connect(tmp_path / "state" / "store.db")) as database:
        for (body,) in database.execute(_KEPT):
            kept += zlib.decompress(body)

    assert "token-of-his-session" in page
    assert b"token-of-his-session" not in kept
    assert b'"created"' in kept

    assert token
    assert token.encode() not in kept
    assert b"First-Pass-1" not in kept
    assert b"test123" not in kept


def test_an_answer_does_not_wait_for_a_long_writer(
    caller: Caller, params: Params, tmp_path: Path
) -> None:
    """WHMCS waits eight seconds; that an answer was not kept harms nobody."""
    caller.call("create", params)
    body = json.dumps(params).encode()
    with closing(sqlite3.connect(tmp_path / "state" / "store.db")) as database:
        database.execute("BEGIN IMMEDIATE")
        with closing(caller.connection()) as connection:
            connection.timeout = 8
            path = "/v1/hook/plain/drift"
            connection.request("POST", path, body, signed(caller.secret, body))
            assert connection.getresponse().status == 200


def test_replays_are_known_after_a_restart(
    http_settings: Path, secret: str, params: Params, simulator: Simulator
) -> None:
    """Also after the service was killed."""
    identity, now = new_id(), time.time()
    with Service(http_settings) as one:
        first = Caller(one.address, secret).call("create", params, identity=identity, timestamp=now)
        one.stop(signal.SIGKILL)
    asked = len(simulator.log)
    with Service(http_settings) as other:
        caller = Caller(other.address, secret)
        again = caller.call("create", params, identity=identity, timestamp=now)
        refused = caller.call("suspend", params, identity=identity)

    assert (again.body, again.status) == (first.body, first.status)
    assert refused.value["code"] == "refused"
    assert len(simulator.log) == asked


def test_a_retry_finishes_what_a_replay_does_not(
    caller: Caller, params: Params, simulator: Simulator
) -> None:
    """What was answered "try again" is tried again by the sender alone, who can sign a new time."""
    identity, now = new_id(), time.time()
    simulator.http_next("GetDomainRequest", 503, times=50)
    first = caller.call("create", params, identity=identity, timestamp=now)
    assert first.status == 503
    simulator.chaos.clear()

    replay = caller.call("create", params, identity=identity, timestamp=now)
    assert replay.body == first.body
    assert simulator.domain("firma.example") is None

    retry = caller.call("create", params, identity=identity, timestamp=now + 1)
    assert (retry.status, retry.value["code"]) == (201, "created")


def test_ten_at_once_are_one(caller: Caller, params: Params, simulator: Simulator) -> None:
    """A double click with a signature."""
    identity, now, heard = new_id(), time.time(), []
    threads = [
        threading.Thread(
            target=lambda: heard.append(
                caller.call("create", params, identity=identity, timestamp=now)
            )
        )
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({one.body for one in heard}) == 1
    assert heard[0].value["code"] == "created"
    assert len(simulator.calls("CreateDomainRequest")) == 1
