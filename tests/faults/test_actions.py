"""Every SOAP call of every action of the customer's with every fault: one more click ends it.

The calls are taken from a run without a fault, as for hooks. The customer sends the form again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from puq_zimbra.engine.actions import declared
from puq_zimbra.engine.dispatch import Answer, dispatch
from tests.dns.nameserver import NameServer, running
from tests.selfservice.conftest import Customer
from tests.selfservice.examples import EXAMPLES, Stage, form_of

from .case_env import InMemory, World, Worlds
from .cases import TOLD, Calm, Case, Wrong, cases, differences, figures
from .conftest import Note, Share
from .scenarios import Story

#: what is there before: a world in which nothing was sold yet
STORY = Story("domain", "create")
#: attributes that are others each time, and the mark of a form, by which its own work is known
MADE_ANEW, MARK = "DKIM", re.compile(r"puq_zimbra\.form:.*")
#: an import tells row by row what Zimbra refused: see tests/selfservice/test_import.py
BY_ROW = {"start_import", "continue_import"}
ACTIONS = sorted(name for name in set(EXAMPLES) - BY_ROW if not declared(name).opens)


@pytest.fixture
def nameserver() -> Iterator[NameServer]:
    """The name server that is asked; it knows nothing but what an example published."""
    with running() as server:
        yield server


@dataclass
class Play:
    """A customer before his form, in a world of his own."""

    world: World
    name: str
    form: dict[str, str]
    customer: Customer

    def send(self) -> dict[str, Any]:
        """Send the form."""
        value: dict[str, Any] = self.customer.send(self.form).value
        return value

    def state(self) -> dict[str, Any]:
        """All of the Zimbra, without what is another one each time."""
        found = self.world.state()
        for key, (attrs, password, members) in found.items():
            kept = {
                name: bool(values) if name.startswith(MADE_ANEW) else _unmarked(values)
                for name, values in attrs.items()
            }
            secret = bool(password) if "import" in self.name else password  # which nobody chose
            found[key] = (kept, secret, members)
        return found


def _unmarked(values: list[str]) -> list[str]:
    return [MARK.sub("puq_zimbra.form", one) for one in values]


def play(worlds: Worlds, nameserver: NameServer, name: str) -> Play:
    """Make what an action's example needs, and fill in its form."""
    world = worlds.before(STORY)
    world.settings["dns"] = {"resolvers": [nameserver.address], "seconds": 1.0}
    world.restart()
    assert world.call("create")["ok"]

    def hook(event: str, _host: str = "plain", **changes: Any) -> Answer:
        return dispatch(_host, event, world.params(changes), world.runtime)

    customer = Customer(hook)
    _, form = form_of(name, Stage(customer, world.simulator, world.runtime, nameserver))
    world.simulator.reset_log()
    return Play(world, name, form, customer)


def calm(worlds: Worlds, nameserver: NameServer, name: str, bodies: list[bytes]) -> Calm:
    """Send the form, and nothing happens to it."""
    played = play(worlds, nameserver, name)
    bodies.clear()
    answer = played.send()
    assert answer["ok"], answer
    calls = tuple(played.world.simulator.log)
    # The reads of a batch have one answer; each of them is refused alone, never mangled.
    bodies += [b""] * (len(calls) - len(bodies))
    return Calm(played.state(), calls, tuple(bodies))


def disturbed(
    worlds: Worlds, nameserver: NameServer, run: Calm, name: str, case: Case
) -> list[Wrong]:
    """Send the form until nothing is left of the disturbance, and once more; say what is wrong."""
    played = play(worlds, nameserver, name)
    world = played.world
    theirs = world.foreign_state()
    world.simulator.chaos.add(case.plan())
    found = []
    for _ in range(2):
        told = played.send()
        text = f"{told['code']}: {told['message']}"
        if "inside the mail module" in text:
            found.append(Wrong("told", text))
        elif told["ok"]:
            found += [
                Wrong("told", f"{text} although {one}")
                for one in differences(played.state(), run.state)
            ]
        elif told["code"] not in {*TOLD, "invalid"}:  # a form may come back with its fields
            found.append(Wrong("told", text))
        world.restart()
        if not world.simulator.chaos.pending:
            break
    world.simulator.chaos.clear()
    last = played.send()
    if not last["ok"]:
        found.append(Wrong("converged", f"the last answer is {last['code']}: {last['message']}"))
    found += [Wrong("converged", one) for one in differences(played.state(), run.state)]
    found += [Wrong("twice", one) for one in world.made_twice()]
    found += [Wrong("foreign", one) for one in world.writes_to_others()]
    found += [Wrong("foreign", one) for one in differences(world.foreign_state(), theirs)]
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try some of the actions in a sample, else all of them."""
    if "name" in metafunc.fixturenames:
        share = Share(metafunc.config.getoption("--faults"), metafunc.config.getoption("--seed"))
        metafunc.parametrize("name", share.of(ACTIONS, "actions", sample=5, part=len(ACTIONS)))


def test_every_action_converges_after_one_more_click(
    worlds: Worlds, in_memory: InMemory, nameserver: NameServer, name: str, share: Share, note: Note
) -> None:
    """Whatever breaks, the form again ends where it would have ended undisturbed."""
    run = calm(worlds, nameserver, name, in_memory.bodies)
    chosen = share.of(cases(STORY, run), name, sample=1, part=3, whole=60)
    wrong = {str(case): disturbed(worlds, nameserver, run, name, case) for case in chosen}
    note("call of an action x fault", **figures(wrong))

    assert {case: found for case, found in wrong.items() if found} == {}
