"""What goes wrong in the middle of a step: the engine dies, is too slow, or has no answer.

Each fault comes at a moment that a request to Zimbra names: when that has been carried out, and
before the engine hears of it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from puq_zimbra.simulator import Call, Simulator
from tests.processes import wait_for

from .engines import Engine
from .life import SERVER, Life

#: step -> the requests after which something goes wrong
MOMENTS = {
    "create": ("GetDomain", "CreateDomain", "CreateAccount", "GrantRight", "ModifyDomain"),
    "page": ("GetDomain", "GetQuotaUsage"),
    "usage": ("SearchDirectory", "GetQuotaUsage"),
    "suspend": ("GetDomain", "ModifyDomain"),
    "unsuspend": ("GetDomain", "ModifyDomain"),
    "upgrade": ("GetQuotaUsage", "ModifyDomain"),
    "password": ("CheckPasswordStrength", "SetPassword"),
    "sso": ("GetAccount", "DelegateAuth"),
    "terminate": ("ModifyDomain", "DeleteAccount", "DeleteDomain"),
}
PATIENCE = 60


class _Log(list[Call]):
    """A log of calls that acts once, after the next request of a name."""

    def __init__(self, before: list[Call], name: str, act: Callable[[], object]) -> None:
        super().__init__(before)
        self._name, self._act = name, act
        self.armed = True
        self.acted = threading.Event()

    def append(self, call: Call) -> None:
        super().append(call)
        if self.armed and call.name.startswith(self._name):
            self.armed = False
            try:
                self._act()
            finally:
                self.acted.set()


@contextlib.contextmanager
def after_the_next(
    simulator: Simulator, name: str, act: Callable[[], object], *, surely: bool = True
) -> Iterator[None]:
    """Act when Zimbra has carried out a request and not yet answered it."""
    simulator._calls.calls = log = _Log(simulator.log, name, act)
    yield
    reached, log.armed = not log.armed, False
    assert reached or not surely, f"no {name} was sent"
    # A host hears of a killed engine before whoever killed it has seen its end.
    assert not reached or log.acted.wait(PATIENCE)


Fault = Callable[[Life, Engine, str, str], str]


def killed(life: Life, engine: Engine, step: str, moment: str) -> str:
    """The engine dies at work and is started again, as systemd does."""
    with after_the_next(life.simulator, moment, engine.kill):
        answer = life.take(step)
    engine.start()
    return answer


def too_slow(life: Life, engine: Engine, step: str, moment: str) -> str:
    """The host gives up, and the work goes on."""
    go_on = threading.Event()
    life.host.configure(**engine.settings, seconds=engine.short)
    # On a slow machine it is given up before it comes so far, which is no less of a fault.
    with after_the_next(life.simulator, moment, lambda: go_on.wait(PATIENCE), surely=False):
        answer = life.take(step)
        go_on.set()
    life.host.configure(**engine.settings)
    return answer


def zimbra_unavailable(life: Life, engine: Engine, step: str, moment: str) -> str:
    """Zimbra answers 503 to what it carried out and to all that follows; so does the engine."""
    simulator = life.simulator
    simulator.http_next(f"{moment}Request", 503, applied=True)
    with after_the_next(simulator, moment, lambda: simulator.http_next("*", 503, times=1000)):
        answer = life.take(step)
    simulator.chaos.clear()
    return answer


def busy(life: Life, engine: Engine, step: str, moment: str) -> str:
    """The engine does as much as it may and answers 503 without having read the call."""
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go_on.wait(PATIENCE)

    other = threading.Thread(target=life.host.do, args=("test",), kwargs={"server": SERVER})
    with after_the_next(life.simulator, "", hold):
        other.start()
        wait_for(held.is_set)
        answer = life.take(step)
        go_on.set()
        other.join(PATIENCE)
    return answer
