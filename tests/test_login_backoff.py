"""Rejected log-ins: Zimbra shuts out an address after ten, so we stop after two, all processes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra import login_backoff
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Params
from .processes import start, wait_for

Ask = Callable[..., dict[str, Any]]
WRONG = "Canary-Wrong-1"


@pytest.fixture
def ask(params: Params, config: Config) -> Ask:
    """Call a hook as a process of its own would; the answer."""

    def call(event: str, password: str = WRONG, config: Config = config) -> dict[str, Any]:
        given = copy.deepcopy(params)
        given["server"]["password"] = password
        runtime = Runtime(config)
        try:
            value: dict[str, Any] = dispatch("plain", event, given, runtime).value
        finally:
            runtime.close()
        return value

    return call


def log_ins(simulator: Simulator) -> int:
    """How many log-ins Zimbra has seen."""
    return len(simulator.calls("AuthRequest"))


def state(config: Config) -> Path:
    """The file of rejections."""
    (file,) = config.store_directory().rglob("*.rejected")
    return file


def test_after_two_rejections_nobody_asks(ask: Ask, simulator: Simulator) -> None:
    """The answer stays the same, and says what to do."""
    codes = [ask("create") for _ in range(4)]

    assert log_ins(simulator) == 2
    assert {answer["code"] for answer in codes} == {"misconfigured"}
    assert len({answer["message"] for answer in codes}) == 1
    assert "Test Connection" in codes[-1]["message"]


def test_processes_that_start_together_make_two_log_ins(
    params: Params, simulator: Simulator, tmp_path: Path
) -> None:
    """Six at once must not be six failures."""
    params["server"]["password"] = WRONG
    simulator.delay_next("AuthRequest", 0.7, times=6)
    processes = []
    for number in range(6):  # of six services, or they would wait for each other
        params["service"]["id"] = str(number)
        processes.append(start(params, tmp_path))
    answers = [json.loads(process.communicate(timeout=60)[0]) for process in processes]

    assert [answer["code"] for answer in answers] == ["misconfigured"] * 6
    assert log_ins(simulator) == 2


def test_other_credentials_are_tried_at_once(ask: Ask, simulator: Simulator) -> None:
    """A provider who has put the password right must not wait; the wrong one stays shut."""
    for _ in range(3):
        ask("create")

    assert ask("create", password="test123")["code"] == "created"
    assert ask("create")["code"] == "misconfigured"
    assert log_ins(simulator) == 3


def test_after_a_quarter_of_an_hour_there_is_one_try(
    ask: Ask, simulator: Simulator, config: Config
) -> None:
    """Zimbra forgives within that time, but not a second burst."""
    for _ in range(3):
        ask("create")
    file = state(config)
    kept = json.loads(file.read_text())
    for one in kept["rejected"].values():
        one["at"] -= 15 * 60
    file.write_text(json.dumps(kept))
    for _ in range(3):
        ask("create")

    assert log_ins(simulator) == 3


def test_test_connection_always_asks_and_opens_the_way(
    ask: Ask, simulator: Simulator, config: Config, zimbra: Zimbra
) -> None:
    """A person pressed the button; what Zimbra accepts is no longer held against anybody."""
    for _ in range(3):
        ask("suspend")
    again = ask("test_connection")
    admin = zimbra.get_account("admin@example.test", "name", ())
    zimbra.set_password(admin.id, WRONG)
    good = ask("test_connection")

    assert (again["code"], good["code"]) == ("misconfigured", "unchanged")
    assert ask("create")["code"] == "created"
    assert list(config.store_directory().rglob("*.rejected*")) == []


def test_a_503_after_a_rejection_is_named(ask: Ask, simulator: Simulator) -> None:
    """Without the reason, the provider would look for it in Zimbra's load."""
    simulator.http_next("AuthRequest", status=503, times=9)
    before = ask("create")
    simulator.chaos.clear()
    ask("create")
    simulator.traffic.arrivals.clear()
    simulator.http_next("AuthRequest", status=503, times=9)
    blocked = ask("create", password="test123")

    assert "too busy" in before["message"]
    assert "refuses everything from this address" in blocked["message"]
    assert (blocked["code"], blocked["retryable"]) == ("unavailable", True)
    assert len(simulator.traffic.arrivals) == 1  # it is not asked again


def test_a_held_log_in_meets_the_block_too(
    ask: Ask, runtime: Runtime, params: Params, simulator: Simulator
) -> None:
    """Another process's rejections shut out this one in the midst of its work."""
    dispatch("plain", "create", params, runtime)
    ask("create")
    simulator.http_next("GetDomainRequest", status=503, times=9)
    simulator.traffic.arrivals.clear()
    answer = dispatch("plain", "suspend", params, runtime).value

    assert "refuses everything from this address" in answer["message"]
    assert len(simulator.traffic.arrivals) == 1


@pytest.mark.parametrize(
    ("code", "words", "log_ins_made"),
    [
        ("account.AUTH_FAILED", "user name or password", 2),
        ("service.PERM_DENIED", "give his whole address", 2),
        ("account.NO_SUCH_ACCOUNT", "give his whole address", 2),
        ("account.NO_SUCH_DOMAIN", "give his whole address", 2),
        ("account.MAINTENANCE_MODE", "nor in maintenance", 2),
        ("account.ACCOUNT_INACTIVE", "nor in maintenance", 2),
        ("account.CHANGE_PASSWORD", "only after a change of his password", 4),
        ("account.TWO_FACTOR_AUTH_REQUIRED", "second factor", 4),
        ("account.TWO_FACTOR_SETUP_REQUIRED", "second factor", 4),
    ],
)
def test_a_refused_log_in_says_why(
    ask: Ask, simulator: Simulator, code: str, words: str, log_ins_made: int
) -> None:
    """Also where nobody asks any more; where the password is right, there is no need to stop."""
    simulator.fail_next("AuthRequest", code, times=9)
    told = [ask("create", password="test123") for _ in range(4)]

    assert {one["code"] for one in told} == {"misconfigured"}
    assert len({one["message"] for one in told}) == 1
    assert words in told[0]["message"]
    assert ("user name or password" in told[0]["message"]) == (code == "account.AUTH_FAILED")
    assert log_ins(simulator) == log_ins_made


def test_an_administrator_who_is_locked_out_is_not_called_wrong(
    ask: Ask, simulator: Simulator
) -> None:
    """Zimbra says no more than PERM_DENIED, of one that it does not know, too."""
    simulator.account("admin@example.test").put("zimbraAccountStatus", "lockout")
    told = ask("create", password="test123")

    assert told["message"].startswith("127.0.0.1:")
    assert "locked out" in told["message"]


DAMAGED = (
    b"", b"{", b"[]", b"\xff\xfe", b'{"salt": "zz", "rejected": {}}', b'{"rejected": {"a": 1}}',
    b'{"rejected": {"a": {"count": 1e99, "at": -1, "code": "x"}}}', b"[" * 100_000,
)  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_stops_nothing(
    ask: Ask, simulator: Simulator, config: Config, content: bytes
) -> None:
    """Half of a file is left when a disk is full."""
    ask("create")
    state(config).write_bytes(content)

    assert ask("create", password="test123")["code"] == "created"
    assert ask("create")["code"] == "misconfigured"
    assert log_ins(simulator) == 3


def test_without_a_state_directory_a_process_stops_by_itself(
    params: Params, simulator: Simulator, tmp_path: Path
) -> None:
    """A hook that needs no store works without one, and is as careful."""
    (tmp_path / "file").write_text("")
    runtime = Runtime(Config.model_validate({"store": {"dir": str(tmp_path / "file" / "state")}}))
    params["server"]["password"] = WRONG
    codes = [dispatch("plain", "list_services", params, runtime).value["code"] for _ in range(4)]
    params["server"]["password"] = "test123"
    codes.append(dispatch("plain", "list_services", params, runtime).value["code"])
    runtime.close()

    assert codes == ["misconfigured"] * 4 + ["unchanged"]
    assert log_ins(simulator) == 3


def test_nothing_can_be_guessed_from_the_file(ask: Ask, config: Config) -> None:
    """Neither the password nor the name, and it is its owner's alone."""
    ask("create")
    kept = state(config).read_text()

    assert state(config).stat().st_mode & 0o777 == 0o600
    assert [word for word in (WRONG, "admin@example.test") if word in kept] == []
    assert len(json.loads(kept)["rejected"]) == 1


def test_a_log_in_that_hangs_holds_up_no_other(
    params: Params,
    config: Config,
    ask: Ask,
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stalled connection of one hook must not use up the time of all."""
    monkeypatch.setattr(login_backoff, "_HANGING", 0.1)
    simulator.delay_next("AuthRequest", 30)
    hanging = start(params, tmp_path)
    wait_for(lambda: simulator.chaos.pending == 0)
    soon = Config.model_validate(config.model_dump() | {"limits": {"hook_seconds": 5}})
    code = ask("list_services", password="test123", config=soon)["code"]
    hanging.kill()
    hanging.communicate()

    assert code == "unchanged"
