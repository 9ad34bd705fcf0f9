"""What the service does besides answering."""

from __future__ import annotations

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.http.background import Background
from tests import databases
from tests.conftest import Params
from tests.processes import wait_for


def test_it_outlives_what_nobody_foresaw(
    config: Config, runtime: Runtime, params: Params, caplog: pytest.LogCaptureFixture
) -> None:
    """An operation that cannot be read keeps the others waiting, but not for ever."""
    dispatch("plain", "create", params, runtime)
    damage = "UPDATE operation SET state = 'open', ended_at = NULL, reply = 'canary-7'"
    databases.execute(config, damage)
    http = config.http.model_copy(update={"work_every": 1})
    background = Background(runtime, config.model_copy(update={"http": http}))
    background.start()
    try:
        wait_for(lambda: "background" in caplog.messages)
        databases.execute(config, "UPDATE operation SET reply = NULL")
        wait_for(lambda: not runtime.store().operations.unfinished())
    finally:
        background.finish()
    assert "canary-7" not in caplog.text
