"""A store that is gone, damaged, full or cut off: said truly, retryable, and nothing is written.

Without its memory a hook must not act: what it does could be neither finished nor taken back.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import StoreAway
from puq_zimbra.simulator import Simulator
from puq_zimbra.store import engine, files, trouble
from puq_zimbra.store.database import Store

from .conftest import Command, Hook, Params
from .processes import COMMAND
from .zimbra_state import after_the_next_write, status


@pytest.fixture
def sold(hook: Hook, simulator: Simulator) -> None:
    """A service, which this process has made; its store is open."""
    hook("create")
    simulator.reset_log()


@pytest.fixture
def database(config: Config, sold: None) -> Path:
    """The SQLite database of that store."""
    return files.database(config)


def take_away(database: Path, to: Path) -> None:
    """Move a database away, with what lies beside it."""
    to.mkdir()
    for path in database.parent.glob("store.db*"):
        path.rename(to / path.name)


def assert_away(answer: Any, simulator: Simulator, *words: str) -> None:
    """Worth another try, in words that name the store; Zimbra was left alone."""
    assert (answer["code"], answer["retryable"]) == ("unavailable", True)
    for word in ("store", *words):
        assert word in answer["message"]
    assert simulator.writes() == []


def test_a_database_that_is_deleted_under_the_process_is_missed(
    hook: Hook, database: Path, simulator: Simulator, tmp_path: Path
) -> None:
    """SQLite would go on writing where nobody will look; with the file back the retry works."""
    take_away(database, tmp_path / "away")
    answer = hook("suspend").value

    assert_away(answer, simulator, str(database), "is gone")
    assert not database.exists()
    for path in (tmp_path / "away").iterdir():
        path.rename(database.parent / path.name)
    assert hook("suspend").value["code"] == "updated"


def test_a_state_directory_that_is_moved_away_is_missed(
    hook: Hook, database: Path, simulator: Simulator, tmp_path: Path
) -> None:
    """No second store begins where the first one was."""
    database.parent.rename(tmp_path / "away")
    answers = [hook("suspend").value, hook("suspend").value]

    for answer in answers:
        assert_away(answer, simulator, str(database), "is gone")
    assert not database.exists()
    assert not (database.parent / "key").exists()


def test_a_database_that_is_exchanged_is_opened_anew(
    hook: Hook, runtime: Runtime, config: Config, database: Path, tmp_path: Path
) -> None:
    """What is noted stands in the file of that name, and in no other."""
    take_away(database, tmp_path / "away")
    for path in (tmp_path / "away").iterdir():
        shutil.copy(path, database.parent)

    assert hook("suspend").value["code"] == "updated"
    runtime.close()
    other = Store.open(config)
    events = [line["event"] for line, _ in other.trail.lines()]
    other.close()
    assert events == ["create", "suspend"]


def test_a_transaction_finds_its_database_exchanged(
    runtime: Runtime, database: Path, tmp_path: Path
) -> None:
    """Also in the midst of a hook, between two of its steps."""
    store = runtime.store()
    take_away(database, tmp_path / "away")
    shutil.copy(tmp_path / "away" / "store.db", database)

    with pytest.raises(StoreAway, match="it was exchanged"):
        store.prove_writable()


def test_a_new_connection_makes_no_new_file(
    runtime: Runtime, database: Path, tmp_path: Path
) -> None:
    """SQLite would, and the next process would find a database there, an empty one."""
    store = runtime.store()
    store._engine.dispose()
    take_away(database, tmp_path / "away")

    with pytest.raises(StoreAway):
        store.prove_writable()
    assert not database.exists()


@pytest.mark.both_databases
def test_no_second_store_begins_beside_a_key(
    hook: Hook, runtime: Runtime, config: Config, sold: None, simulator: Simulator
) -> None:
    """A new store knows of no open operation, and its audit trail has no past."""
    runtime.close()
    lose(config)
    answer = hook("suspend").value

    assert_away(answer, simulator, "is gone", "move the key file away")
    assert not files.database(config).exists()
    files.key_file(config).rename(files.key_file(config).with_name("key.old"))
    assert hook("suspend").value["code"] == "updated"


def lose(config: Config) -> None:
    """Delete a store's database, and leave its key."""
    if not config.store.url:
        for path in files.database(config).parent.glob("store.db*"):
            path.unlink()
        return
    database = engine.make(config)
    with engine.writer(database).begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        tables.drop_all(connection)
    database.dispose()


@pytest.mark.parametrize("state", ["gone", "emptied", "damaged"])
@pytest.mark.usefixtures("sold")
def test_commands_say_what_became_of_the_store(
    command: Command, runtime: Runtime, config: Config, state: str
) -> None:
    """One sentence and the exit status of what passes; never a traceback, never a new store."""
    runtime.close()
    lose(config)
    database = files.database(config)
    if state != "gone":
        database.write_bytes(b"hello" * 2000 if state == "damaged" else b"")
    for arguments in (("audit",), ("operations",), ("work",), ("usage", "show", "42",
                      "--installation", "crm.example"), ("store", "prune")):  # fmt: skip
        done = command(*arguments)
        assert done.status == 69, arguments
        assert str(database) in done.stderr
        assert "Traceback" not in done.stderr
    told = command("doctor", "--json")

    findings = [one for one in json.loads(told.stdout)["findings"] if one["check"] == "store"]
    assert told.status == 1
    assert findings[0]["level"] == "error"
    assert str(database) in findings[0]["sentence"]
    assert database.exists() == (state != "gone")


@pytest.mark.parametrize("arguments", [("store", "backup", "x.tar"), ("store", "migrate")])
@pytest.mark.usefixtures("sold")
def test_a_lost_database_is_not_called_a_store_that_never_was(
    command: Command, runtime: Runtime, config: Config, arguments: tuple[str, ...]
) -> None:
    """Whoever reads that there is no store yet would go home."""
    runtime.close()
    lose(config)
    done = command(*arguments)

    assert (done.status, "is gone" in done.stderr) == (69, True)


def test_tables_that_went_under_the_process_are_missed(
    hook: Hook, database: Path, simulator: Simulator, config: Config
) -> None:
    """The file is there, but not what was in it."""
    other = engine.make(config)
    with engine.writer(other).begin() as connection:
        connection.exec_driver_sql("DROP TABLE step")
        connection.exec_driver_sql("DROP TABLE operation")
    other.dispose()

    assert_away(hook("suspend").value, simulator, str(database), "is damaged", "store restore")


def test_what_is_done_in_zimbra_is_told_though_it_cannot_be_noted(
    hook: Hook, database: Path, simulator: Simulator, tmp_path: Path
) -> None:
    """The host must not show as suspended what is open, nor as there what is deleted."""
    hook("suspend")
    simulator.reset_log()
    after_the_next_write(simulator, lambda: take_away(database, tmp_path / "away"))
    answer = hook("unsuspend").value

    assert (answer["code"], status(simulator)) == ("updated", "active")
    assert not database.exists()


def test_a_file_that_may_not_grow(
    settings: str, params: Params, sold: None, runtime: Runtime, simulator: Simulator
) -> None:
    """A quota or a full disk: the host retries until there is room."""
    runtime.close()
    given = json.dumps(params).encode()
    full = ["bash", "-c", 'ulimit -f 2; exec "$0" "$@"', str(COMMAND), "--config", settings]
    done = subprocess.run(
        [*full, "hook", "plain", "suspend"], input=given, capture_output=True, check=False
    )
    simulator_wrote = simulator.writes()
    again = dispatch("plain", "suspend", params, runtime)

    assert done.returncode == 69
    assert b"Traceback" not in done.stderr
    assert simulator_wrote == []
    assert_full(json.loads(done.stdout))
    assert again.value["code"] == "updated"


def test_a_database_that_may_hold_no_more_pages(
    hook: Hook,
    sold: None,
    runtime: Runtime,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As SQLite says it of a disk without a free block; reads go on."""
    runtime.close()
    with monkeypatch.context() as full:
        full.setattr(engine, "_SQLITE", (*engine._SQLITE, "PRAGMA max_page_count=1"))
        answer = hook("suspend", reason="x" * 100_000).value
        assert hook("client_area").value["ok"]
    runtime.close()

    assert simulator.writes() == []
    assert_full(answer)
    assert hook("suspend", reason="x" * 100_000).value["code"] == "updated"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("57P01", "unavailable"),  # restarted
        ("57P03", "unavailable"),  # starting up
        ("53100", "unavailable"),  # its disk is full
        ("53300", "unavailable"),  # too many connections
        ("08006", "unavailable"),
        ("58030", "unavailable"),
        ("XX001", "unavailable"),  # damaged
        ("42P01", "unavailable"),  # its tables are gone
        ("55P03", "busy"),
        ("42501", "misconfigured"),  # may not write
        ("25006", "misconfigured"),  # a standby
        ("28P01", "misconfigured"),
        ("3D000", "misconfigured"),
    ],
)
def test_what_a_retry_can_mend_is_told_from_what_the_settings_must(state: str, code: str) -> None:
    """A host stops retrying what is misconfigured, and never a restart."""
    error = psycopg.errors.lookup(state)("secret words of the driver")
    told = trouble.of(error, "db.example/puqz")

    assert told.code == code
    assert told.retryable == (code != "misconfigured")
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "unavailable"),
        (errno.EDQUOT, "unavailable"),
        (errno.EFBIG, "unavailable"),
        (errno.EIO, "unavailable"),
        (errno.EROFS, "unavailable"),
        (errno.ESTALE, "unavailable"),
        (errno.EACCES, "misconfigured"),
        (errno.ENOTDIR, "misconfigured"),
    ],
)
def test_a_disk_that_fails_is_told_from_one_that_is_not_ours(number: int, code: str) -> None:
    """The first passes or is seen to, the second is a matter of the settings."""
    told = trouble.of(OSError(number, os.strerror(number)), "/var/lib/puq-zimbra/store.db")

    assert told.code == code


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
def test_a_disk_that_turned_read_only_is_worth_another_try(
    settings: str,
    params: Params,
    config: Config,
    sold: None,
    runtime: Runtime,
    simulator: Simulator,
) -> None:
    """Linux does this to a failing disk; a host that is told to change settings gives up."""
    place = shlex.quote(str(files.database(config).parent))
    mount = f'mount --bind {place} {place} && mount -o remount,ro,bind {place} && exec "$@"'
    runtime.close()
    command = [str(COMMAND), "--config", settings, "hook", "plain", "suspend"]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, "sh", *command],
        input=json.dumps(params).encode(),
        capture_output=True,
        check=False,
    )

    assert_away(json.loads(done.stdout), simulator, str(files.database(config)), "read-only")


def assert_full(answer: dict[str, Any]) -> None:
    """Check that an answer says that the store has no room."""
    assert (answer["code"], answer["retryable"]) == ("unavailable", True)
    assert "The store" in answer["message"]
    assert "make room" in answer["message"]


@pytest.fixture
def called(config: Config, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the store's connections to PostgreSQL are called from here on."""
    name = "test_" + secrets.token_hex(8)
    monkeypatch.setenv("PGAPPNAME", name)
    return name


@pytest.mark.parametrize("store_settings", ["postgresql"], indirect=True)
def test_a_restart_of_postgresql_between_two_hooks_is_not_noticed(
    called: str, hook: Hook, sold: None, config: Config
) -> None:
    """The connections that were kept are dead: the next hook makes new ones."""
    cut(config, called)

    assert hook("suspend").value["code"] == "updated"


@pytest.mark.parametrize("store_settings", ["postgresql"], indirect=True)
def test_a_restart_of_postgresql_within_a_transaction_passes(
    called: str,
    runtime: Runtime,
    hook: Hook,
    sold: None,
    config: Config,
    simulator: Simulator,
) -> None:
    """It is said as what it is, and the retry finds a living connection."""
    store = runtime.store()
    with engine.writer(store._engine).connect() as connection:
        connection.begin()
        cut(config, called)
        with pytest.raises(StoreAway, match="cannot be reached"):
            connection.exec_driver_sql("SELECT 1")

    assert simulator.writes() == []
    assert hook("suspend").value["code"] == "updated"


def cut(config: Config, called: str) -> None:
    """End every connection of a store, as a restart does."""
    mine = {"application_name": "cut"}
    other = sa.create_engine(engine.address(config), connect_args=mine)
    which = f"FROM pg_stat_activity WHERE application_name = '{called}'"
    with other.connect() as connection:
        ended = connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {which}").all()
        assert ended
    other.dispose()
