"""A service's whole life in a billing host: what customer and provider have after each step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from puq_zimbra.simulator import Simulator

from .life import STEPS, Life, made
from .secrecy import found_in


def somebody_else(simulator: Simulator) -> list[object]:
    """What no step may change."""
    domain = simulator.domain("somebody-else.example")
    account = simulator.account("user@somebody-else.example")
    assert domain is not None
    assert account is not None
    return [dict(domain.attrs), dict(account.attrs), account.password]


@pytest.fixture
def untouched(simulator: Simulator) -> Iterator[None]:
    """Compare what belongs to somebody else before and after."""
    before = somebody_else(simulator)
    yield
    assert somebody_else(simulator) == before


@pytest.mark.parametrize(
    ("engine", "database"),
    [("http", "MariaDB"), ("http", "SQLite"), ("command", "MariaDB")],
    indirect=True,
)
@pytest.mark.usefixtures("untouched")
def test_a_whole_life(life: Life) -> None:
    """Ordered, paid, looked at, measured, overdue, paid, upgraded, cancelled."""
    assert life.host.service(42)["domainstatus"] == "Pending"
    assert life.simulator.writes() == []
    for step in STEPS:
        assert life.take(step) == "success", step
        life.check(step)

    assert made(life.simulator) == {
        "CreateDomainRequest firma.example": 1,
        "CreateAccountRequest admin@firma.example": 1,
    }
    assert found_in(life) == []
