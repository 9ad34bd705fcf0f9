"""Who waits for whom, and who is told at once that he would wait too long."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from puq_zimbra.simulator import Simulator
from tests.conftest import Params
from tests.processes import wait_for

from .serving import Caller, Service, listen, signed


def test_who_comes_when_too_many_wait_is_told(
    http_settings: Path, secret: str, params: Params, simulator: Simulator
) -> None:
    """One works, none may wait: the second is told at once, and the first is not harmed."""
    listen(http_settings, 'workers = 1\nwaiting = 0\nlisten = "127.0.0.1:0"')
    simulator.delay_next("GetDomainRequest", 3)
    with Service(http_settings) as service, ThreadPoolExecutor() as pool:
        caller = Caller(service.address, secret)
        first = pool.submit(caller.call, "create", params)
        wait_for(lambda: simulator.log or simulator.calls("AuthRequest"))
        body = json.dumps(params).encode()
        second = caller.send("/v1/hook/plain/suspend", body, signed(secret, body))

        assert (second.status, second.value["retryable"]) == (503, True)
        assert "retry-after" in second.headers
        assert first.result().value["code"] == "created"


def test_a_zimbra_without_an_answer_leaves_workers_to_the_others(
    http_settings: Path, secret: str, params: Params
) -> None:
    """Three of four workers are what it may hold; whoever else wants it is told at once."""
    listen(http_settings, 'workers = 4\nwaiting = 0\nlisten = "127.0.0.1:0"')
    with (
        Service(http_settings) as service,
        ThreadPoolExecutor() as pool,
        socket.create_server(("127.0.0.1", 0)) as silent,
    ):
        caller = Caller(service.address, secret)
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        dead = {**params, "server": {**params["server"], "url": url}}
        held = [pool.submit(caller.call, "test_connection", dead) for _ in range(3)]
        wait_for(lambda: b"puq_zimbra_hooks_at_work 3.0" in caller.get("/metrics").body)
        body = json.dumps(dead).encode()
        fourth = caller.send("/v1/hook/plain/test_connection", body, signed(secret, body))

        assert fourth.status == 503
        assert caller.call("create", params).value["code"] == "created"
        assert not any(one.done() for one in held)
        silent.close()
        assert {one.result().value["code"] for one in held} == {"unavailable"}


def test_who_waits_for_his_own_turn_keeps_nobody_waiting(
    http_settings: Path, secret: str, params: Params, simulator: Simulator
) -> None:
    """A click repeated eight times takes one of two workers, and the other serves the rest."""
    listen(http_settings, 'workers = 2\nlisten = "127.0.0.1:0"')
    simulator.delay_next("GetDomainRequest", 3)
    with Service(http_settings) as service, ThreadPoolExecutor(8) as pool:
        caller = Caller(service.address, secret)
        clicks = [pool.submit(caller.call, "create", params, identity="msg_x") for _ in range(8)]
        wait_for(lambda: simulator.calls("AuthRequest"))

        assert caller.call("describe", {}).status == 200
        assert not any(one.done() for one in clicks)
        assert {one.result().value["code"] for one in clicks} == {"created"}
