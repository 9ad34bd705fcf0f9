"""All requests are declared in one table, take one way to Zimbra, and are paged by one reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.errors import NoAnswer, NoSuchDomain, Overloaded
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra import batches, messages, paging, request_stats
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.paging import Page, pages
from puq_zimbra.zimbra.request_table import TABLE, Repeat

from .conftest import Hook
from .models.conftest import MAILBOX, laid_over
from .selfservice import lost_lists
from .settings.conftest import PRIVATE, Owner

Event = Callable[[Hook, Simulator], Any]


def test_a_request_without_a_row_cannot_be_sent(zimbra: Zimbra, simulator: Simulator) -> None:
    """What a request does, and when it may be repeated, is never guessed from its name."""
    with pytest.raises(LookupError, match=r"GetServer is not in .*request_table\.py: add its row"):
        zimbra.pipeline.send("GetServer", {})

    assert simulator.log == []


def test_the_table_and_the_wsdl_have_the_same_requests() -> None:
    """A request without either could not be sent, and one that is never sent is in neither."""
    described = {name.removesuffix("Request").lower() for name in messages._binding().all()}

    assert described == {name.lower() for name in TABLE}


def test_a_write_is_never_sent_again_unseen() -> None:
    """Its row says so, and names reads that show what became of it."""
    for one in TABLE.values():
        assert (one.repeat is Repeat.ALWAYS) <= (not one.writes)
        assert all(not TABLE[name].writes for name in one.shown_by)


def test_a_probe_is_counted_and_needs_no_log_in(zimbra: Zimbra, simulator: Simulator) -> None:
    """The rate limit and the statistics hold for doctor's probe, too."""
    before = request_stats.so_far().get("GetVersionInfo", request_stats.RequestStats()).answered
    answer = zimbra.pipeline.probe()

    assert answer.status == 500
    assert b"AUTH_REQUIRED" in answer.body
    assert request_stats.so_far()["GetVersionInfo"].answered == before + 1
    assert simulator.calls("AuthRequest") == []


@pytest.mark.parametrize("name", ["GetServiceStatus", "GetLoggerStats", "GetVersionInfo"])
def test_a_read_is_repeated_as_its_row_says(
    zimbra: Zimbra, simulator: Simulator, name: str
) -> None:
    """A Zimbra without a logger host fails at each try: it is asked once."""
    arguments = {"stats": {"name": "vm.csv"}, "startTime": {"time": "now"}}
    arguments = {**arguments, "endTime": {"time": "now"}} if "Logger" in name else {}
    simulator.http_next(f"{name}Request", 503, times=9)
    simulator.traffic.arrivals.clear()
    with pytest.raises(Overloaded):
        zimbra.pipeline.send(name, arguments)

    sent = len(simulator.traffic.arrivals) - len(simulator.calls("AuthRequest"))
    assert sent == (3 if TABLE[name].repeat is Repeat.ALWAYS else 1)


def test_reads_that_go_together(zimbra: Zimbra, simulator: Simulator) -> None:
    """One HTTP request, each with its answer or refusal; none writes or asks twice."""
    zimbra.auth()
    simulator.traffic.arrivals.clear()
    found = batches.together(
        zimbra,
        [
            lambda one: one.count_directory("domains", ""),
            lambda one: one.get_domain("nowhere.example", "name", ()),
            lambda _: "nothing is sent",
            lambda one: len(one.get_all_cos()) > 1,
        ],
    )
    assert (found[0], found[2:]) == (1, ["nothing is sent", True])
    assert isinstance(found[1], NoSuchDomain)
    assert len(simulator.traffic.arrivals) == 1
    along = batches.Along(zimbra, [lambda one: one.count_directory("coses", "")])
    assert along.send(lambda one: one.count_directory("domains", "")) == [1]
    assert along.found == [len(zimbra.get_all_cos())]
    with pytest.raises(NoSuchDomain):
        along.send(lambda one: one.get_domain("nowhere.example", "name", ()))
    with pytest.raises(LookupError):
        batches.together(zimbra, [lambda one: one.delete_account("x")])
    with pytest.raises(LookupError):
        batches.together(zimbra, [lambda one: (one.get_all_cos(), one.get_all_cos())])


def _terminated(hook: Hook, simulator: Simulator) -> Any:
    hook("create")
    simulator.create_list("team@firma.example")
    simulator.create_resource("room@firma.example")
    simulator.reset_log()
    return lambda: hook("terminate")


def _after_create(event: str, **changes: Any) -> Event:
    def prepare(hook: Hook, simulator: Simulator) -> Any:
        hook("create")
        simulator.reset_log()
        return lambda: hook(event, **changes)

    return prepare


def _mailbox(hook: Hook, simulator: Simulator) -> Any:
    simulator.create_domain("poczta.example")
    return _after_create("suspend")(laid_over(hook, MAILBOX), simulator)


def _created(hook: Hook, simulator: Simulator) -> Any:
    return lambda: hook("create")


#: every write that shows in a read -> what sends it; FolderAction only Carbonio is sent
def _setting(key: str, text: str) -> Event:
    """The customer of a private server agrees to a change of a setting."""

    def event(hook: Hook, simulator: Simulator) -> Any:
        private = laid_over(hook, PRIVATE)
        private("create")
        owner = Owner(private)
        form = owner.agree_form(owner.preview(**{key: text}))
        simulator.reset_log()
        return lambda: owner.send(form)

    return event


LOST: dict[str, Event] = {
    "CreateDomain": _created,
    "CreateAccount": _created,
    "GrantRight": _created,
    "ModifyDomain": _after_create("suspend"),
    "ModifyAccount": _mailbox,
    "DeleteAccount": _terminated,
    "DeleteDistributionList": _terminated,
    "DeleteCalendarResource": _terminated,
    "DeleteDomain": _terminated,
    **lost_lists.CASES,
    "ModifyConfig": _setting("spam_subject", "[SPAM]"),
    "ModifyServer": _setting("relay_host", "relay.firma.example"),
    "ModifyCos": _setting("trash_days", "7"),
}


@pytest.mark.parametrize("name", LOST)
@pytest.mark.parametrize("applied", [True, False])
def test_a_write_without_an_answer_is_looked_into_as_its_row_says(
    hook: Hook, simulator: Simulator, log_fields: Any, name: str, applied: bool
) -> None:
    """The table is what the hooks do: one of those reads comes before the write is sent again."""
    call = LOST[name](hook, simulator)
    simulator.drop_next(f"{name}Request", applied=applied)
    answer = call()
    requests = [one.name.removesuffix("Request") for one in simulator.log]
    if applied:  # a request that Zimbra saw nothing of is not in its log
        requests = requests[requests.index(name) + 1 :]
    until = requests.index(name) if name in requests else len(requests)

    assert answer.value["ok"]
    told = {"request": name, "shown_by": ", ".join(TABLE[name].shown_by)}
    assert [one for one in log_fields() if "shown_by" in one] == [told]
    assert set(requests[:until]) & set(TABLE[name].shown_by)


def test_every_write_that_shows_in_a_read_is_tried() -> None:
    """A new row comes with its case."""
    shown = {name for name, one in TABLE.items() if one.shown_by}

    # A lost batch: tests/selfservice/test_import.py.
    assert shown == {*LOST, "FolderAction", "Batch"}


def read_from(rows: list[str], *, total: int | None = None) -> Callable[[int], Page[list[str]]]:
    """A list that is read two rows at a time."""

    def read(offset: int) -> Page[list[str]]:
        found = rows[offset : offset + 2]
        return Page(found, found, total)

    return read


@pytest.mark.parametrize("total", [None, 5])
def test_pages_are_read_to_the_end(total: int | None) -> None:
    """Without a total the first page that is not full is the last."""
    found = [row for page in pages(read_from(list("abcde"), total=total), 2) for row in page.rows]

    assert found == list("abcde")


def test_a_row_that_moved_to_the_next_page_is_told() -> None:
    """Something was added while the list was read: it would else be there twice."""
    found = list(pages(read_from(["a", "b", "b", "c"]), 2))

    assert [set(page.repeated) for page in found] == [set(), {"b"}, set()]


@pytest.mark.parametrize(
    ("read", "size"),
    [
        (read_from(["a", "b", "b", "c"], total=4), 2),
        (read_from(["a", "b", "c"], total=4), 2),
        (read_from(["a", "b", "c"], total=2), 1),
        (lambda offset: Page(["a", "b"], ["a", "b"]), 2),
        (lambda offset: Page([], [str(offset)]), 1),
    ],
    ids=["repeated in a session", "too few", "page too large", "the same page", "without end"],
)
def test_pages_that_do_not_add_up_are_not_used(
    read: Callable[[int], Page[Any]], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missed must not count as absent, and no server may keep a hook reading for ever."""
    monkeypatch.setattr(paging, "MOST_ROWS", 100)
    with pytest.raises(NoAnswer):
        list(pages(read, size))
