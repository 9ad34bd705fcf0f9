"""Many at once: what a genuine Zimbra does exactly once, and the limit that it does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator, TlsFiles

WORKERS = 20
PASSWORD = "Some-Pass-1"


def outcomes(running: Any, client_of: Any, call: Callable[[Any, int], Any]) -> Counter[str]:
    """Run a call side by side, each on a connection of its own; count the codes."""
    token = client_of(running).token

    def one(number: int) -> str:
        client = client_of(running)
        client._token = token
        try:
            call(client, number)
        except Exception as error:  # noqa: BLE001 - the kind is what is counted
            return str(error.code)  # type: ignore[attr-defined]
        finally:
            client.session.close()
        return "ok"

    with ThreadPoolExecutor(WORKERS) as pool:
        return Counter(pool.map(one, range(WORKERS)))


@pytest.mark.parametrize(
    ("command", "name", "code"),
    [
        ("CreateDomain", "new.test", "account.DOMAIN_EXISTS"),
        ("CreateAccount", "new@firma.test", "account.ACCOUNT_EXISTS"),
    ],
)
def test_identical_creates_succeed_once(
    running: Any, client_of: Any, command: str, name: str, code: str
) -> None:
    """Twenty at once: one success, nineteen refusals (FACTS section 3)."""
    found = outcomes(running, client_of, lambda client, _: client.admin(command, name=name))

    assert found == {"ok": 1, code: WORKERS - 1}


@pytest.mark.parametrize(("stale", "made"), [(False, 3), (9, 9), (True, 20)])
def test_limit_under_parallel_creates(
    client_of: Any, tls: TlsFiles, stale: bool | int, made: int
) -> None:
    """Limit 3, twenty creates: a genuine server makes nine of them (FACTS section 3).

    The option says how many creates go by the old count.
    """
    sim = Simulator(stale_counts=stale)
    sim.create_domain("firma.test", zimbraDomainMaxAccounts=3)

    def create(client: Any, number: int) -> None:
        client.admin("CreateAccount", name=f"u{number}@firma.test", password=PASSWORD)

    with sim.serve(tls) as running:
        found = outcomes(running, client_of, create)

    assert found == +Counter({"ok": made, "account.TOO_MANY_ACCOUNTS": WORKERS - made})
    assert sum(1 for _ in sim.state.directory.of_domain("firma.test", "account")) == made


def test_stale_count_lasts_a_minute_and_is_of_any_domain() -> None:
    """One count for the whole process: it also refuses what would fit elsewhere."""
    now = [1_800_000_000.0]
    sim = Simulator(stale_counts=True, clock=lambda: now[0])
    sim.create_domain("full.test")
    for number in range(3):
        sim.create_account(f"u{number}@full.test")
    full = sim.domain("full.test")
    assert full is not None
    full.put("zimbraDomainMaxAccounts", "3")
    sim.create_domain("empty.test", zimbraDomainMaxAccounts=3)
    with pytest.raises(Exception, match="TOO_MANY_ACCOUNTS"):
        sim.create_account("u3@full.test")
    with pytest.raises(Exception, match="TOO_MANY_ACCOUNTS"):
        sim.create_account("u0@empty.test")
    now[0] += 60

    assert sim.create_account("u0@empty.test").name == "u0@empty.test"
