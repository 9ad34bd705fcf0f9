"""One world for one case: a Zimbra and a store as a story found them, and a host that calls.

What went before a story's hook is played once and then put back for every case, the Zimbra from the
simulator's own state file and the store as a copy of its folder.
"""

from __future__ import annotations

import copy
import itertools
import re
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import responses
from lxml import etree

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator, storage
from puq_zimbra.simulator.calllog import Call
from tests.conftest import NO_LIMITS, Params, lay_over, order

from .scenarios import MODELS, Story
from .stores import Sqlite

URL = "https://zimbra.test:7071/service/admin/soap"
#: a Zimbra in memory; with a pinned certificate, as loading the system's authorities would take a
#: third of the time
SERVER: Params = {"url": URL, "tls": {"fingerprint": "sha256:" + "00" * 32}}
#: settings under which nothing but the faults themselves takes time
LIMITS: dict[str, Any] = NO_LIMITS
#: domains of others, with their stamps
FOREIGN: dict[str, tuple[str, ...]] = {
    "foreign.example": (),
    "neighbour.example": ("puq_zimbra:other.example:42",),
    "sister.example": ("puq_zimbra:crm.example:43",),
}
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
PASSWORDS = ("First-Pass-1", "Second-Pass-2", "Third-Pass-3")
#: what differs from run to run
_VOLATILE = re.compile(
    r"zimbraId|zimbra(Create|LastLogon)Timestamp|zimbraPassword(ModifiedTime|History)"
    r"|zimbraAuthToken.*"
)
_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
#: a list whose members Zimbra refused is deleted, so that the form can make it anew
_TAKES_BACK, _MADE = "DeleteDistributionListRequest", "CreateDistributionListRequest"
#: how much mail each mailbox of the customer holds
MAIL = {
    "admin@firma.example": 3 * 2**20,
    "anna@firma.example": 5 * 2**20,
    "anna@poczta-firma.example": 6 * 2**20,
    "anna@druga-firma.example": 4 * 2**20,
}


def begin(simulator: Simulator, model: str) -> None:
    """Put there what a service of the model finds when it is sold."""
    simulator.create_cos("business")
    simulator.create_cos("starter", zimbraMailQuota=str(10 * 2**30))
    if model != "server":  # that is sold on a Zimbra of its own
        foreign(simulator)
    if model == "mailbox":
        simulator.create_domain("poczta-firma.example")
    if model == "domain":
        simulator.create_domain("unsold-firma.example")


def foreign(simulator: Simulator) -> None:
    """Put beside the service what is not its own."""
    for name, stamps in FOREIGN.items():
        simulator.create_domain(name, zimbraForeignName=stamps)
        simulator.create_account(f"admin@{name}", "Their-Pass-1")
        simulator.add_mail(f"admin@{name}", 7 * 2**20)


def fill(simulator: Simulator, model: str) -> None:
    """Use a new service as its customer would."""
    if model == "domain":
        simulator.create_account("anna@firma.example", "Some-Pass-1")
        simulator.create_resource("room@firma.example")
        simulator.create_list("all@firma.example", ["anna@firma.example"])
        simulator.create_list("crowd@firma.example", dynamic=True)
    if model == "server":
        simulator.create_domain("druga-firma.example")
        simulator.create_account("anna@druga-firma.example", "Some-Pass-1")
        simulator.create_domain("shut-firma.example", zimbraDomainStatus="closed")
        simulator.create_domain("neighbour.example", zimbraForeignName=FOREIGN["neighbour.example"])
    for address, size in MAIL.items():
        if simulator.account(address) is not None:
            simulator.add_mail(address, size)


class Clock:
    """Noon, and as much later as it was moved; each look of Zimbra takes a millisecond."""

    def __init__(self) -> None:
        self._looks = itertools.count()
        #: how much later it is than noon
        self.moved = timedelta()
        #: how much later than that it is by us, whose clock may be wrong
        self.wrong = timedelta()

    def now(self) -> datetime:
        """The time as we see it."""
        return NOON + self.moved + self.wrong

    def __call__(self) -> float:
        """The time as Zimbra sees it: seconds since 1970."""
        return (NOON + self.moved).timestamp() + next(self._looks) / 1000


class World:
    """A simulated Zimbra, a store, and a host's calls."""

    def __init__(
        self, simulator: Simulator, server: Params, model: str, store: Sqlite, place: Path
    ) -> None:
        self.simulator = simulator
        assert isinstance(simulator.state.clock, Clock)
        self.clock = simulator.state.clock
        self.server = server
        self.model = model
        self.store = store
        #: the store's folder
        self.place = place
        self.settings = {"store": store.settings(place), "limits": LIMITS}
        self.runtime = self._new_runtime()

    def _new_runtime(self) -> Runtime:
        return Runtime(Config.model_validate(self.settings), now=self.clock.now)

    def restart(self) -> None:
        """Be another process: rejected credentials, for one, are not tried again by the same."""
        self.close()
        self.runtime = self._new_runtime()

    def limit(self, **limits: float) -> None:
        """Be another process with other ``[limits]``, until the next one."""
        self.close()
        settings = {**self.settings, "limits": {**LIMITS, **limits}}
        self.runtime = Runtime(Config.model_validate(settings), now=self.clock.now)

    def close(self) -> None:
        """End the process."""
        self.runtime.close()

    def params(self, changes: Params) -> Params:
        """A call's input."""
        given = order(self.server)
        given["service"]["model"] = self.model
        lay_over(given, copy.deepcopy(MODELS[self.model]))
        lay_over(given, copy.deepcopy(changes))
        return given

    def call(self, event: str, **changes: Any) -> dict[str, Any]:
        """Call a hook."""
        value: dict[str, Any] = dispatch("plain", event, self.params(changes), self.runtime).value
        return value

    def call_alone(self, event: str, **changes: Any) -> str:
        """Call a hook as a process of its own would; the code of its answer."""
        runtime = self._new_runtime()
        try:
            return str(dispatch("plain", event, self.params(changes), runtime).value["code"])
        finally:
            runtime.close()

    def tell(self, story: Story) -> dict[str, Any]:
        """Call a story's hook."""
        return self.call(story.event, **story.asked)

    def last_event(self) -> str | None:
        """What the store knows to have been begun last for the service, done or not."""
        return self.store.last_event(self.place)

    # -- what is there -------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """All of the Zimbra, and what the store says of its services, without what differs anyway.

        Ids stand as names, so that two worlds compare.
        """
        directory = self.simulator.state.directory
        names = {entry.id: f"<{entry.name}>" for entry in directory.by_id.values()}

        def by_name(value: str) -> str:
            return _ID.sub(lambda found: names.get(found[0], "<gone>"), value)

        found: dict[str, Any] = {}
        for entry in directory.by_id.values():
            if entry.kind in ("cos", "server"):
                continue
            attrs = {
                name: sorted(map(by_name, values))
                for name, values in entry.attrs.items()
                if not _VOLATILE.fullmatch(name)
            }
            found[f"{entry.kind} {entry.name}"] = (attrs, entry.password, [*(entry.members or ())])
        return found

    def foreign_state(self) -> dict[str, Any]:
        """The part of it that is not the service's, and must never change."""
        return {key: value for key, value in self.state().items() if not self.is_ours(key)}

    def is_ours(self, name: str) -> bool:
        """Whether an object may be the service's, by its name."""
        if self.model == "server":
            return not name.endswith("neighbour.example")
        return "firma." in name  # its domain alias is firma.test

    def wrong_figures(self) -> list[str]:
        """Stored figures that are not Zimbra's; unknown is none, and right."""
        figures = self.runtime.store().usage
        latest = figures.latest("crm.example", "42")
        if latest is None:
            return []
        return [
            f"{one.address} is stored as {one.used}"
            for one in figures.mailboxes(latest)
            if one.used != MAIL.get(one.address, 0)
        ]

    def made_twice(self) -> list[str]:
        """What Zimbra was made to create more than once, but for a list that was taken back."""
        made: Counter[str] = Counter()
        for call in self.simulator.writes():
            if call.ok and call.name.startswith("Create"):
                made[etree.tostring(call.element).decode()] += 1
            elif call.ok and call.name == _TAKES_BACK:
                made = Counter({body: n for body, n in made.items() if _MADE not in body})
        return [request for request, times in made.items() if times > 1]

    def writes_to_others(self) -> list[str]:
        """Writes, refused ones too, that name what is not the service's."""
        directory = self.simulator.state.directory
        others = {
            word
            for entry in directory.by_id.values()
            if entry.kind not in ("cos", "server") and not self.is_ours(entry.name)
            for word in (entry.id, entry.name)
        }
        return [call.name for call in self.simulator.writes() if words(call) & others]

    def audit_is_intact(self) -> bool:
        """Whether the audit trail is as it was written."""
        return all(intact for _, intact in self.runtime.store().trail.lines())


def words(call: Call) -> set[str]:
    """Every value in a request."""
    return {
        value
        for each in call.element.iter()
        for value in (each.text or "", *map(str, each.attrib.values()))
    }


class Worlds:
    """Worlds in which a story's hook is next, each with a store of its own.

    They take turns with one simulator, which is put back to what the story begins with.
    """

    def __init__(
        self, directory: Path, simulator: Simulator, server: Params, store: Sqlite | None = None
    ) -> None:
        self.simulator = simulator
        self.store = store or Sqlite()
        self._directory = directory
        self._server = server
        self._numbers = itertools.count()
        self._open: World | None = None
        self._keep("pristine")

    def close(self) -> None:
        """Close the last world."""
        if self._open is not None:
            self._open.close()
            shutil.rmtree(self._open.place)
            self._open = None

    def before(self, story: Story) -> World:
        """A world in which the story's hook is next; the one before it is closed."""
        played = "-".join((story.model, *story.before, story.changes))
        if not (self._directory / played).exists():
            self._play(story)
            self._keep(played)
        return self._put_back(played, story.model)

    def _play(self, story: Story) -> None:
        """Live through what goes before a story."""
        beginning = f"nothing-{story.model}"
        if not (self._directory / beginning).exists():
            self._put_back("pristine", story.model)
            begin(self.simulator, story.model)
            self._keep(beginning)
        world = self._put_back(beginning, story.model)
        for event in story.before:
            reply = world.call(event, **(story.asked if event != "create" else {}))
            assert reply["ok"], (event, reply)
            if event == "create":
                fill(world.simulator, story.model)
        world.close()

    def _keep(self, name: str) -> None:
        """Keep what is there, Zimbra and store, under a name."""
        kept = self._directory / name
        kept.mkdir(parents=True)
        storage.save(self.simulator.state, kept / "zimbra.json")
        if self._open is not None:
            self.store.keep(self._open.place, kept / "state")

    def _put_back(self, name: str, model: str) -> World:
        self.close()
        kept = self._directory / name
        place = self._directory / str(next(self._numbers))
        self.store.put_back(kept / "state", place)
        self.simulator.chaos.clear()
        self.simulator.reset_log()
        self.simulator.state.tokens.expire_all()
        storage.load(self.simulator.state, kept / "zimbra.json")
        self._open = World(self.simulator, self._server, model, self.store, place)
        return self._open


class InMemory:
    """What `responses` does for a simulator, with the answers noted on their way."""

    def __init__(self, mounted: responses.RequestsMock) -> None:
        self._mounted = mounted
        self.bodies: list[bytes] = []

    def add_callback(self, method: str, url: Any, answer: Callable[[Any], Any]) -> None:
        """Mount one address."""

        def noted(request: Any) -> Any:
            made = answer(request)
            self.bodies.append(made[2])
            return made

        self._mounted.add_callback(method, url, noted)
