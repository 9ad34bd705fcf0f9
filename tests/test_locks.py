"""In PostgreSQL a writing transaction makes those of its own service wait, and no others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Busy
from puq_zimbra.readings import Counts, ServiceUsage
from puq_zimbra.reply import Reply
from puq_zimbra.store import engine, locks
from puq_zimbra.store.database import Store
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.steps import Run

from . import databases
from .conftest import NO_LIMITS, Params
from .test_operations import together

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """Settings of a store in PostgreSQL that does not wait for long."""
    monkeypatch.setattr(engine, "_POSTGRESQL", ("SET lock_timeout = '300ms'",))
    with databases.own_postgresql(tmp_path / "state") as store:
        config = Config.model_validate({"store": store, "limits": NO_LIMITS})
        Store.open(config).close()
        yield config


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    """The store, as one process has it open."""
    store = Store.open(config)
    yield store
    store.close()


@pytest.fixture
def other(config: Config) -> Iterator[sa.Engine]:
    """The same database, as another process has it open."""
    database = engine.make(config)
    yield database
    database.dispose()


def intent(service_id: str, request_id: str | None = None) -> Intent:
    """What a suspension of a service is about to do."""
    name = f"op-{service_id}"
    return Intent(name, "crm.example", service_id, "suspend", request_id, f"f-{service_id}")


def carry_out(store: Store, one: Intent) -> None:
    """An operation from its intent to its outcome."""
    run = store.operations.begin(one, 60)
    assert isinstance(run, Run)
    steps = store.operations.steps(run)
    steps.sending("ModifyDomain", "firma.example")
    steps.answered("done")
    store.operations.end(steps, Reply("updated", "It was done."))


def test_a_service_waits_for_itself_alone(store: Store, other: sa.Engine) -> None:
    """One that is written slowly must not hold up all the others."""
    with engine.writer(other, locks.service("crm.example", "42")).begin():
        carry_out(store, intent("43"))
        with pytest.raises(Busy):
            carry_out(store, intent("42"))
    carry_out(store, intent("42"))

    assert [(one.service_id, one.state) for one in store.operations.all()] == [
        ("43", "done"),
        ("42", "done"),
    ]


def test_every_part_of_an_operation_waits_for_its_service(store: Store, other: sa.Engine) -> None:
    """Whoever takes the service over reads what was written, and nothing is written meanwhile."""
    run = store.operations.begin(intent("42"), 60)
    assert isinstance(run, Run)
    steps = store.operations.steps(run)
    parts: list[Callable[[], object]] = [
        lambda: steps.sending("ModifyDomain", "firma.example"),
        lambda: store.operations.end(steps, Reply("updated", "It was done.")),
        lambda: store.operations.take_all(steps),
        lambda: store.operations.take_up(run.id, 60),
        lambda: store.operations.ask_again(run.id),
    ]
    with engine.writer(other, locks.service("crm.example", "42")).begin():
        for part in parts:
            with pytest.raises(Busy):
                part()


def test_what_concerns_the_whole_store_waits_for_all(store: Store, other: sa.Engine) -> None:
    """Pruning and migrations never meet a transaction that is half written, nor it them."""
    with engine.writer(other, locks.service("crm.example", "42")).begin(), pytest.raises(Busy):
        store.forget_ended(1)
    with engine.writer(other).begin(), pytest.raises(Busy):
        carry_out(store, intent("43"))

    assert list(store.operations.all()) == []


def test_a_request_id_is_one_service_s_alone(store: Store, other: sa.Engine) -> None:
    """Two services that use it in the same moment would both be carried out."""
    with engine.writer(other, locks.request("crm.example", "r-1")).begin():
        with pytest.raises(Busy):
            carry_out(store, intent("42", "r-1"))
        carry_out(store, intent("43", "r-2"))


def test_the_audit_trail_takes_one_line_at_a_time(store: Store, other: sa.Engine) -> None:
    """Only an operation that ends waits for it."""
    run = store.operations.begin(intent("42"), 60)
    assert isinstance(run, Run)
    steps = store.operations.steps(run)
    with engine.writer(other, locks.AUDIT).begin():
        steps.sending("ModifyDomain", "firma.example")
        with pytest.raises(Busy):
            store.operations.end(steps, Reply("updated", "It was done."))
    store.operations.end(steps, Reply("updated", "It was done."))

    assert [intact for _, intact in store.trail.lines()] == [True]


def test_the_audit_trail_stays_whole_under_a_crowd(config: Config) -> None:
    """Every line seals the one before, whichever services end together."""

    def work(number: int) -> None:
        store = Store.open(config)
        try:
            carry_out(store, intent(str(number)))
        finally:
            store.close()

    together(12, work)
    store = Store.open(config)
    lines = list(store.trail.lines())
    store.close()

    assert [line["number"] for line, _ in lines] == list(range(1, 13))
    assert all(intact for _, intact in lines)


def test_hooks_of_two_services_do_not_meet(
    config: Config, params: Params, other: sa.Engine
) -> None:
    """The first service's transaction is open all the while; the second's customer is served."""

    def create(service_id: str) -> str:
        given = {**params, "service": {**params["service"], "id": service_id}}
        given["service"]["domain"] = f"d{service_id}.example"
        runtime = Runtime(config)
        try:
            return str(dispatch("plain", "create", given, runtime).value["code"])
        finally:
            runtime.close()

    with engine.writer(other, locks.service(params["installation"], "1")).begin():
        codes = create("2"), create("1")

    assert codes == ("created", "busy")
    assert create("1") == "created"


def reading(service_id: str, used: int) -> ServiceUsage:
    """A reading of a service with 100 bytes of space."""
    return ServiceUsage(
        installation="crm.example",
        service_id=service_id,
        domain=f"d{service_id}.example",
        domain_id=f"id-{service_id}",
        measured_at=AT,
        used=used,
        limit=100,
        mailbox_limits=None,
        counts=Counts(),
    )


def test_a_reading_waits_for_its_server_alone(store: Store, other: sa.Engine) -> None:
    """A hundred thousand mailboxes of one server are written while others are."""
    with engine.writer(other, locks.server("a.example:7071")).begin():
        assert store.usage.write("b.example:7071", reading("43", 10))
        with pytest.raises(Busy):
            store.usage.write("a.example:7071", reading("42", 10))
        carry_out(store, intent("42"))


def test_notices_appear_in_their_order(store: Store, other: sa.Engine) -> None:
    """A host asks for those after the last that it saw: one that came late would be lost."""
    with engine.writer(other, locks.NOTICES).begin():
        assert store.usage.write("a.example:7071", reading("42", 10))
        with pytest.raises(Busy):
            store.usage.write("b.example:7071", reading("43", 99))
    store.usage.write("b.example:7071", reading("43", 99))

    assert [one.service_id for one in store.history.notices("crm.example")] == ["43"]


def test_two_servers_that_hold_one_domain_are_both_read(config: Config) -> None:
    """A copy of a server brings every domain's id along."""

    def read(number: int) -> bool:
        store = Store.open(config)
        try:
            return store.usage.write(f"m{number}.example:7071", reading("42", 10))
        finally:
            store.close()

    assert together(6, read) == [True] * 6


def test_a_deadlock_is_tried_again(other: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database ends it by undoing one of the two, which has then to be made anew."""
    database = other.execution_options()
    waiting = threading.Barrier(2)
    tries: list[int] = []

    @locks.retried
    def transaction(number: int) -> None:
        tries.append(number)
        first, last = (locks.AUDIT, locks.NOTICES)[:: 1 if number else -1]
        with engine.writer(database, first).begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '20s'")
            if len(tries) <= 2:
                waiting.wait(20)
            locks.take(connection, last)

    together(2, transaction)

    assert sorted(tries) in ([0, 0, 1], [0, 1, 1])
