"""A service's life in which something goes wrong at its steps, and people then try again.

Whatever happened, the first Retry ends with the service right, and nothing was made twice.
"""

from __future__ import annotations

import json
import threading

import pytest

from tests.faults.conftest import Share
from tests.processes import wait_for

from .engines import Engine, Service
from .faults import (
    MOMENTS,
    PATIENCE,
    Fault,
    after_the_next,
    busy,
    killed,
    too_slow,
    zimbra_unavailable,
)
from .life import SERVICE, STEPS, Life, made
from .secrecy import found_in

#: what a step needs before it
NEEDS = {"unsuspend": ("suspend",)}
EVERYWHERE = ("http", "command")
ROUNDS = max(len(moments) for moments in MOMENTS.values())


@pytest.fixture
def share(request: pytest.FixtureRequest) -> Share:
    """How much is run."""
    option = request.config.getoption
    return Share(option("--faults"), option("--seed"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every moment of every step, or one of each."""
    if "round" in metafunc.fixturenames:
        whole = metafunc.config.getoption("--faults") == "all"
        metafunc.parametrize("round", range(ROUNDS) if whole else [None])


def steps_of(share: Share, key: object) -> list[str]:
    """A short life, or a whole one."""
    if share.size != "sample":
        return list(STEPS)
    chosen = share.random(key).choice(STEPS[1:-1])
    return ["create", *NEEDS.get(chosen, ()), chosen, "terminate"]


def live(life: Life, engine: Engine, fault: Fault, share: Share, number: int | None) -> None:
    """Let something go wrong at each step of a life."""
    key = (fault.__name__, type(engine).__name__)
    for step in steps_of(share, key):
        moments = MOMENTS[step]
        nth = share.random((*key, step)).randrange(len(moments)) if number is None else number
        if nth < len(moments):
            said = fault(life, engine, step, moments[nth])
            assert said != "success", step
            assert " " in said, f"{step}: {said}"
            assert life.again(step) == "success", step
        else:
            assert life.take(step) == "success", step
        life.check(step)

    assert set(made(life.simulator).values()) == {1}
    assert found_in(life) == []


@pytest.mark.parametrize("engine", EVERYWHERE, indirect=True)
@pytest.mark.parametrize("fault", [killed, too_slow, zimbra_unavailable])
def test_a_retry_ends_right(
    life: Life, engine: Engine, fault: Fault, share: Share, round: int | None
) -> None:
    """At each step the host hears of an error, and the next try finishes what was begun."""
    live(life, engine, fault, share, round)


@pytest.mark.parametrize("engine", ["busy http"], indirect=True)
def test_a_busy_engine_has_done_nothing(life: Life, engine: Engine, share: Share) -> None:
    """Too much at a time is said at once, before anything is begun."""
    live(life, engine, busy, share, None)


@pytest.mark.parametrize("engine", ["http"], indirect=True)
def test_a_retry_joins_the_work_that_goes_on(life: Life, engine: Service) -> None:
    """PHP's own limit ended the first request, and nobody waited for the engine."""
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go_on.wait(PATIENCE)

    with after_the_next(life.simulator, "CreateDomain", hold):
        first = life.host.start("core", function="CreateAccount", service=SERVICE)
        wait_for(held.is_set)
        first.kill()
        first.communicate()
        again = life.host.start("core", function="CreateAccount", service=SERVICE)
        wait_for(lambda: engine.at_work() == 2)
        go_on.set()
    answer, _ = again.communicate(timeout=PATIENCE)

    assert json.loads(answer) == "success"
    life.check("create")
    assert set(made(life.simulator).values()) == {1}
