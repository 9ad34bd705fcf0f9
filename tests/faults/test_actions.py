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
from tests.selfservice.examples import EXAMPLES, Example, Stage, example_of, filled

from .case_env import InMemory, World, Worlds
from .cases import TOLD, Calm, Case, Wrong, cases, differences, figures
from .conftest import PARTS, Note, Share
from .owner import OWNERS
from .scenarios import Story

#: attributes that are others each time, and the mark of a form, by which its own work is known
MADE_ANEW, MARK = "DKIM", re.compile(r"puq_zimbra\.form:.*")
#: they tell row by row what Zimbra refused: see test_import.py and test_change_found.py
BY_ROW = {"start_import", "continue_import", "change_found", "continue_change"}
NAMES = sorted(name for name in set(EXAMPLES) - BY_ROW if not declared(name).opens)


@dataclass(frozen=True)
class Act:
    """A form that a customer sends."""

    name: str
    example: Example
    model: str = "domain"
    #: which of several of the action
    how: str = ""

    @property
    def story(self) -> Story:
        """What is there before: a world in which nothing was sold yet."""
        return Story(self.model, "create")

    def __str__(self) -> str:
        return "-".join(filter(None, (self.name, self.how)))


#: the parts that the cases of a private server's actions are cut into
TURNS = 3 * PARTS
ACTS = [Act(name, example_of(name)) for name in NAMES]
OF_OWNER = [Act(name, one, "server", how) for (name, how), one in OWNERS.items()]


@pytest.fixture
def nameserver() -> Iterator[NameServer]:
    """The name server that is asked; it knows nothing but what an example published."""
    with running() as server:
        yield server


@dataclass
class Play:
    """A customer before his form, in a world of his own."""

    world: World
    act: Act
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
            secret = bool(password) if "import" in self.act.name else password  # nobody chose it
            found[key] = (kept, secret, members)
        return found | self._of_zimbra() if self.act.model == "server" else found

    def _of_zimbra(self) -> dict[str, Any]:
        """What a private server's customer may change beside his domains."""
        state = self.world.simulator.state
        entries = [state.config_entry, *state.directory.servers.values(),
                   *state.directory.coses.values()]  # fmt: skip
        held = {f"{one.kind} {one.name}": dict(one.attrs) for one in entries}
        waiting = {queue: [one["id"] for one in held] for queue, held in state.queues.items()}
        return {**held, "queues": waiting}

    def untold(self) -> list[Wrong]:
        """What is wrong with the page of settings that are half changed."""
        if self.act.name not in ("change_settings", "undo_settings"):
            return []
        is_told = "broke off" in self.customer.open("settings").text
        return [] if is_told else [Wrong("told", "half of it is written, which no page tells")]


def _unmarked(values: list[str]) -> list[str]:
    return [MARK.sub("puq_zimbra.form", one) for one in values]


def play(worlds: Worlds, nameserver: NameServer, act: Act) -> Play:
    """Make what an action's example needs, and fill in its form."""
    world = worlds.before(act.story)
    world.simulator.state.queues.clear()
    world.settings["dns"] = {"resolvers": [nameserver.address], "seconds": 1.0}
    world.restart()
    assert world.call("create")["ok"]

    def hook(event: str, _host: str = "plain", **changes: Any) -> Answer:
        return dispatch(_host, event, world.params(changes), world.runtime)

    customer = Customer(hook)
    stage = Stage(customer, world.simulator, world.runtime, nameserver)
    form = filled(act.name, act.example, stage)
    world.simulator.reset_log()
    return Play(world, act, form, customer)


def calm(worlds: Worlds, nameserver: NameServer, act: Act, bodies: list[bytes]) -> Calm:
    """Send the form, and nothing happens to it."""
    played = play(worlds, nameserver, act)
    bodies.clear()
    answer = played.send()
    assert answer["ok"], answer
    calls = tuple(played.world.simulator.log)
    # The reads of a batch have one answer; each of them is refused alone, never mangled.
    bodies += [b""] * (len(calls) - len(bodies))
    return Calm(played.state(), calls, tuple(bodies))


def disturbed(
    worlds: Worlds, nameserver: NameServer, run: Calm, act: Act, case: Case
) -> list[Wrong]:
    """Send the form until nothing is left of the disturbance, and once more; say what is wrong."""
    played = play(worlds, nameserver, act)
    world = played.world
    before, theirs = played.state(), world.foreign_state()
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
            if not told["ok"] and played.state() not in (before, run.state):
                found += played.untold()
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
    share = Share(metafunc.config.getoption("--faults"), metafunc.config.getoption("--seed"))
    if "act" in metafunc.fixturenames:
        acts = share.of(ACTS, "actions", sample=5, part=len(ACTS))
        metafunc.parametrize("act", acts, ids=str)
    if "owners" in metafunc.fixturenames:
        acts = share.of(OF_OWNER, "owner", sample=2, part=len(OF_OWNER))
        turns = range(share.number(1, 1, TURNS))
        metafunc.parametrize("owners", acts, ids=str)
        metafunc.parametrize("turn", turns)


def test_every_action_converges_after_one_more_click(
    worlds: Worlds, in_memory: InMemory, nameserver: NameServer, act: Act, share: Share, note: Note
) -> None:
    """Whatever breaks, the form again ends where it would have ended undisturbed."""
    run = calm(worlds, nameserver, act, in_memory.bodies)
    chosen = share.of(cases(act.story, run), str(act), sample=1, part=3, whole=60)
    wrong = {str(case): disturbed(worlds, nameserver, run, act, case) for case in chosen}
    note("call of an action x fault", **figures(wrong))

    assert {case: found for case, found in wrong.items() if found} == {}


def test_every_write_of_a_private_servers_customer_converges(
    worlds: Worlds,
    in_memory: InMemory,
    nameserver: NameServer,
    owners: Act,
    turn: int,
    share: Share,
    note: Note,
) -> None:
    """Every fault of every write, some of every read; what is half written, the page tells."""
    run = calm(worlds, nameserver, owners, in_memory.bodies)
    every, written = list(cases(owners.story, run)), {one.name for one in run.calls if one.writes}
    of_write = [one for one in every if one.name in written]
    of_read = [one for one in every if one.name not in written]
    chosen = share.of(of_write, str(owners), sample=1, part=3)
    chosen += share.of(of_read, str(owners), sample=0, part=1, whole=100)
    turns = share.number(1, 1, TURNS)
    wrong = {
        str(case): disturbed(worlds, nameserver, run, owners, case) for case in chosen[turn::turns]
    }
    note("call of a private server's action x fault", **figures(wrong))

    assert {case: found for case, found in wrong.items() if found} == {}
