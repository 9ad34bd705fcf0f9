"""Requests are repeated as often as it helps, and nobody waits longer than his hook may take."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stamina

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import NoAnswer, NotSent, PuqZimbraError, Transient
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.zimbra import request_table, retry
from puq_zimbra.zimbra.context import Context

from .conftest import Hook, Params


def test_a_server_that_cannot_be_reached_is_tried_three_times(
    hook: Hook, simulator: Simulator
) -> None:
    """The log-in is repeated; the request that it was for is not what failed."""
    plan = Plan("*", "refuse", times=100)
    simulator.chaos.add(plan)
    answer = hook("suspend")

    assert answer.value["code"] == "unavailable"
    assert 100 - plan.times == 3


def test_nobody_waits_longer_than_his_hook_may_take(
    params: Params, config: Config, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wait that ends after the hook's time only keeps the host waiting."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    simulator.http_next("GetDomainRequest", 503, times=100)
    hasty: Any = config.model_dump() | {"limits": {"hook_seconds": 1.0}}
    runtime = Runtime(Config.model_validate(hasty))
    with stamina.set_testing(False):
        answer = dispatch("plain", "suspend", params, runtime)
    runtime.close()

    assert answer.value["code"] == "unavailable"
    assert waits
    assert max(waits) < 1.0


@pytest.mark.parametrize(
    "lost", [NoAnswer("cut"), Transient("service.FAILURE")], ids=["cut", "fault"]
)
def test_a_write_is_sent_once_though_one_before_was_not(lost: PuqZimbraError) -> None:
    """The second try may have been carried out: to send it again could make two of it."""
    outcomes: list[PuqZimbraError] = [NotSent("refused"), lost, lost]
    met: list[PuqZimbraError] = []

    def send(context: Context) -> None:
        met.append(outcomes[len(met)])
        raise met[-1]

    with pytest.raises(type(lost)) as raised:
        retry.repeat(send, Context(request_table.row("CreateDomain")))

    assert len(met) == 2
    assert raised.value.outcome_unknown is True
