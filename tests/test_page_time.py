"""A page comes within its time, with the last figures, whatever hangs."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from .conftest import NO_LIMITS, Hook
from .test_client_area_hook import text_of

GB = 2**30
SECONDS = 1.0
UNREACHED = "gives no answer just now"


@pytest.fixture
def config(store_settings: dict[str, object]) -> Config:
    """Settings with little time for a page, where every page measures anew."""
    limits = {**NO_LIMITS, "page_seconds": SECONDS}
    return Config.model_validate(
        {"store": store_settings, "limits": limits, "usage": {"max_age": 0}}
    )


@pytest.fixture
def used(hook: Hook, simulator: Simulator, runtime: Runtime) -> Iterator[Simulator]:
    """A service whose page was drawn before."""
    hook("create")
    simulator.add_mail("admin@firma.example", GB)
    hook("usage")
    hook("client_area")
    yield simulator
    simulator.chaos.clear()


@pytest.mark.parametrize(
    ("hanging", "problem"),
    [
        ("*", True),
        ("GetDomainRequest", True),
        # It answers, but measuring takes longer than a page may.
        ("GetQuotaUsageRequest", False),
    ],
)
def test_a_hanging_zimbra_keeps_nobody_waiting(
    hook: Hook, used: Simulator, hanging: str, problem: bool
) -> None:
    """The host draws its whole page meanwhile."""
    used.delay_next(hanging, 5 * SECONDS, times=3)
    began = time.monotonic()
    answer = hook("client_area", locale="en")
    took = time.monotonic() - began
    page = text_of(answer.value["html"])

    assert took < 3 * SECONDS
    assert "1.00" in page
    assert (UNREACHED in page) == problem
