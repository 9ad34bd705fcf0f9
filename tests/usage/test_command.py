"""`puq-zimbra usage sync`: what cron mails, and its exit status."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from tests import databases
from tests.test_prune import age

pytestmark = pytest.mark.both_databases


def settings_file(config: Config, tmp_path: Any) -> str:
    """The settings as a TOML file."""
    server = config.servers["mail1"]
    path = tmp_path / "puq-zimbra.toml"
    path.write_text(
        databases.toml(config) + f'[servers.mail1]\nurl = "{server.url}"\n'
        f'username = "{server.username}"\npassword_file = "{server.password_file}"\n'
        f'ca_file = "{server.ca_file}"\n'
    )
    return str(path)


def test_the_command_says_what_it_read(sold: Simulator, configured: Config, tmp_path: Any) -> None:
    """Cron mails one line; the exit status says whether all of it was read."""
    settings = settings_file(configured, tmp_path)
    good = CliRunner().invoke(cli, ["--config", settings, "usage", "sync"])
    sold.fail_next("GetQuotaUsageRequest", "service.FAILURE", times=6)
    bad = CliRunner().invoke(cli, ["--config", settings, "usage", "sync", "--json"])

    assert (good.exit_code, good.output) == (
        0,
        "servers read: 1 of 1, services: 1, mailboxes: 2\n",
    )
    assert bad.exit_code == 69
    assert '"complete": false' in bad.output


@pytest.mark.parametrize(("whole", "asked"), [(1, False), (0, True)])
def test_a_stopped_run_goes_on_with_what_was_not_read_whole(
    sold: Simulator, configured: Config, tmp_path: Any, whole: int, asked: bool
) -> None:
    """A server of which a service stayed behind is not passed off as read."""
    command = ["--config", settings_file(configured, tmp_path), "usage", "sync", "--resume"]
    CliRunner().invoke(cli, command)
    databases.execute(configured, "UPDATE sync_run SET ended_at = NULL")
    databases.execute(configured, f"UPDATE whole SET complete = {whole}")
    sold.reset_log()
    done = CliRunner().invoke(cli, command)

    assert done.exit_code == 0
    assert bool(sold.log) == asked


def test_one_servers_wrong_settings_stop_no_other(
    sold: Simulator, configured: Config, tmp_path: Any
) -> None:
    """A forgotten password file must not stop everybody's billing."""
    path = settings_file(configured, tmp_path)
    broken = '[servers.a0]\nurl = "https://a.example"\nusername = "a"\npassword_file = "/none"\n'
    with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - appended to
        file.write(broken)
    done = CliRunner().invoke(cli, ["--config", path, "usage", "sync", "--json"])

    assert done.exit_code == 78
    assert '"services": 1' in done.output
    assert "password file" in done.output


def test_the_sync_forgets_old_operations(
    sold: Simulator, configured: Config, tmp_path: Any
) -> None:
    """It is the cron job that every provider has."""
    settings = settings_file(configured, tmp_path)
    let_age(configured, 401)
    done = CliRunner().invoke(cli, ["--config", settings, "usage", "sync"])
    left = CliRunner().invoke(cli, ["--config", settings, "store", "prune", "--dry-run", "--json"])

    assert done.exit_code == 0
    assert json.loads(left.output)["forgotten"] == 0


def let_age(config: Config, days: int) -> None:
    """Let the operations so far have been made so many days earlier."""
    age(config, 99, days)
    store = Store.open(config)
    assert store.forget_ended(days - 1, dry_run=True) > 0
    store.close()


@pytest.mark.parametrize(
    ("server", "status", "words"),
    [("127.0.0.1:{hangs_up}", 69, "No TLS connection"), ("bug.example", 69, "RuntimeError in")],
)
def test_a_server_that_cannot_be_read_is_named_and_stops_no_other(
    sold: Simulator,
    configured: Config,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    server: str,
    status: int,
    words: str,
) -> None:
    """Not even by an error of our own: the figures of the others are due today."""
    resolve = socket.getaddrinfo

    def breaking(host: Any, *given: Any, **more: Any) -> Any:
        if host == "bug.example":
            raise RuntimeError("a secret")
        return resolve(host, *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", breaking)
    path = settings_file(configured, tmp_path)
    with hanging_up() as port:
        url = f"https://{server.format(hangs_up=port)}"
        lines = Path(path).read_text()
        Path(path).write_text(lines + again(lines, "a0", url) + again(lines, "z0", url))
        done = CliRunner().invoke(cli, ["--config", path, "usage", "sync", "--json"])
    told = json.loads(done.stdout)

    assert (done.exit_code, told["services"]) == (status, 1)
    assert set(told["failed"]) == {"a0", "z0"}
    assert words in told["failed"]["a0"]
    assert "a secret" not in done.output


def again(lines: str, name: str, url: str) -> str:
    """The settings of mail1 for another server."""
    section = lines.partition("[servers.mail1]")[2]
    return f"[servers.{name}]" + re.sub('url = "[^"]*"', f'url = "{url}"', section)


@contextmanager
def hanging_up() -> Iterator[int]:
    """The port of a load balancer without a backend."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                listener.accept()[0].close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
