"""Answers as the store keeps them."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.store import engine
from puq_zimbra.store.database import Store
from puq_zimbra.store.operations.answers import Answered
from puq_zimbra.store.tables import answer
from tests import databases
from tests.processes import wait_for

GIVEN = Answered("digest", 1700000000, 200, True, b'{"ok":true}')
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'transactionid'"


@pytest.mark.parametrize("store_settings", databases.KINDS, indirect=True)
def test_two_machines_answer_the_same_request(config: Config) -> None:
    """The later one's answer was given, too: that it is not kept is no error."""
    store, database = Store.open(config), engine.make(config)
    store.answers.keep("msg_1", GIVEN, again=False)
    with database.connect() as looking, engine.hasty_writer(database).connect() as other:
        row = dict(other.execute(sa.select(answer)).mappings().one()) | {"id": "msg_2"}
        other.execute(answer.insert(), row)
        failed: list[BaseException] = []

        def keep() -> None:
            try:
                store.answers.keep("msg_2", GIVEN, again=False)
            except BaseException as error:  # noqa: BLE001 - told to the test
                failed.append(error)

        thread = threading.Thread(target=keep)
        thread.start()
        if config.store.url:  # in SQLite it has not begun
            wait_for(lambda: looking.exec_driver_sql(WAITING).scalar())
        other.commit()
        thread.join()

    assert failed == []
    assert store.answers.get("msg_2") == GIVEN
    store.close()
    database.dispose()
