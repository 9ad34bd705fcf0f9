"""The store in PostgreSQL: how it is reached, and what is different there."""

from __future__ import annotations

import json
import logging
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import StoreUnusable
from puq_zimbra.simulator import Simulator
from puq_zimbra.store import engine
from puq_zimbra.store.database import Store

from . import databases
from .conftest import Params

CANARY = "Canary-Pass-9"


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Config]:
    """Settings of a store in PostgreSQL."""
    for store in databases.settings("postgresql", tmp_path / "state"):
        yield Config.model_validate({"store": store})


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[Config]:
    """Settings of a store whose locks no other test takes."""
    with databases.own_postgresql(tmp_path / "state") as store:
        yield Config.model_validate({"store": store})


def with_url(config: Config, url: sa.URL, **settings: str) -> Config:
    """The same store, addressed in another way."""
    text = url.render_as_string(hide_password=False)
    return Config.model_validate({"store": {"dir": config.store.dir, "url": text, **settings}})


def create(config: Config, params: Params) -> dict[str, Any]:
    """What a hook that needs the store answers."""
    runtime = Runtime(config)
    try:
        value: dict[str, Any] = dispatch("plain", "create", params, runtime).value
    finally:
        runtime.close()
    return value


def test_a_password_may_stand_in_a_file_of_its_own(postgresql: Config, tmp_path: Path) -> None:
    """Settings are copied about and looked at; password files are not."""
    url = engine.address(postgresql)
    secret = tmp_path / "password"
    secret.write_text(f"{url.password}\n")
    secret.chmod(0o600)
    plain = url._replace(password=None)
    Store.open(with_url(postgresql, plain, password_file=str(secret))).close()
    with pytest.raises(StoreUnusable):
        Store.open(with_url(postgresql, plain))
    secret.chmod(0o604)
    done = open_with(tmp_path, f'url = "{plain}"\npassword_file = "{secret}"\n')

    assert "chmod 600" in str(done)


def open_with(tmp_path: Path, settings: str) -> BaseException | None:
    """How a command fails with settings of the store."""
    path = tmp_path / "puq-zimbra.toml"
    path.write_text(f'[store]\ndir = "{tmp_path}/state"\n{settings}')
    return CliRunner().invoke(cli, ["--config", str(path), "audit"]).exception


@pytest.mark.parametrize("where", ["nowhere", "refused"])
def test_the_password_stays_inside(
    request: pytest.FixtureRequest,
    params: Params,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    simulator: Simulator,
    where: str,
) -> None:
    """Whatever goes wrong on the way to the database, at any level of any log."""
    caplog.set_level(logging.DEBUG)
    url = sa.make_url("postgresql+psycopg://puqz@127.0.0.1:1/postgres")
    if where == "refused":
        url = engine.address(request.getfixturevalue("postgresql"))
    config = with_url(
        Config.model_validate({"store": {"dir": str(tmp_path)}}), url.set(password=CANARY)
    )
    answer = create(config, params)
    code, words = {
        "nowhere": ("unavailable", "The store 127.0.0.1/postgres cannot be reached"),
        "refused": ("misconfigured", "The store cannot be used"),
    }[where]

    assert answer["code"] == code
    assert answer["retryable"] == (where == "nowhere")
    assert words in answer["message"]
    assert CANARY not in json.dumps(answer) + caplog.text + repr(caplog.records) + repr(config)
    assert simulator.writes() == []


@pytest.mark.parametrize("url", ["mysql://a:Canary-Pass-9@b/c", "sqlite:////x", "Canary-Pass-9"])
def test_other_databases_are_refused_by_name(tmp_path: Path, url: str) -> None:
    """They were never tried."""
    error = open_with(tmp_path, f'url = "{url}"\n')

    assert "store.url is not a postgresql+psycopg:// address" in str(error)
    assert CANARY not in str(error)


def test_an_address_that_is_none_is_said(tmp_path: Path) -> None:
    """Without repeating it: a password may stand anywhere in it."""
    error = open_with(tmp_path, 'url = "postgresql://a:Canary-Pass-9@b:port/c"\n')

    assert "The store cannot be used" in str(error)
    assert CANARY not in str(error)


def test_whoever_waits_too_long_is_told(
    own_database: Config, params: Params, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that stopped in the midst of a transaction must not make hooks wait for ever."""
    monkeypatch.setattr(engine, "_POSTGRESQL", ("SET lock_timeout = '100ms'",))
    Store.open(own_database).close()
    other = engine.make(own_database)
    with engine.writer(other).begin():
        answer = create(own_database, params)
    other.dispose()

    assert (answer["code"], answer["retryable"]) == ("busy", True)
    assert simulator.writes() == []
    assert create(own_database, params)["code"] == "created"


def test_a_second_machine_needs_the_key_of_the_first(
    postgresql: Config, params: Params, tmp_path: Path
) -> None:
    """With a key of its own it would take every request for another one."""
    create(postgresql, params)
    second = with_url(
        Config.model_validate({"store": {"dir": str(tmp_path / "second")}}),
        engine.address(postgresql),
    )
    without = create(second, params)
    key = (postgresql.store_directory() / "key").read_bytes()
    (second.store_directory() / "key").write_bytes(key)

    assert "copy it from the machine" in without["message"]
    assert create(second, params)["code"] == "already_exists"


def test_a_backup_holds_the_key_and_names_the_rest(
    postgresql: Config, params: Params, tmp_path: Path
) -> None:
    """PostgreSQL's own programs copy its databases better than we could."""
    create(postgresql, params)
    (tmp_path / "puq-zimbra.toml").write_text(databases.toml(postgresql))
    command = ["--config", str(tmp_path / "puq-zimbra.toml"), "store"]
    archive = tmp_path / "backup.tar"
    made = json.loads(CliRunner().invoke(cli, [*command, "backup", "--json", str(archive)]).output)
    key = postgresql.store_directory() / "key"
    kept = key.read_bytes()
    key.unlink()
    restored = CliRunner().invoke(cli, [*command, "restore", str(archive)])

    password = str(engine.address(postgresql).password)
    assert password not in json.dumps(made)
    dumped(made["dump"], password, tmp_path)
    assert restored.exit_code == 0
    assert key.read_bytes() == kept
    assert create(postgresql, params)["code"] == "already_exists"


def dumped(command: str, password: str, folder: Path) -> None:
    """See that the printed command works, where the program is."""
    if shutil.which("pg_dump") is None:
        return
    environment = {**os.environ, "PGPASSWORD": password}
    subprocess.run(shlex.split(command), env=environment, cwd=folder, check=True)
    assert (folder / "puq-zimbra.dump").stat().st_size > 0
