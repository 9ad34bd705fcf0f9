"""A MariaDB of the tests' own, on a socket in a temporary folder.

Without tables of grants there is nothing to install: whom the folder lets in may do all.
"""

from __future__ import annotations

import contextlib
import getpass
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from tests.processes import wait_for


class MariaDb:
    """A server at work."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    def new(self) -> str:
        """Make an empty database; how PHP reaches it."""
        name = "whmcs_" + secrets.token_hex(8)
        with contextlib.closing(self._connected()) as connection:
            connection.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return f"mysql:unix_socket={self.socket};dbname={name};charset=utf8mb4"

    def _connected(self) -> pymysql.connections.Connection[pymysql.cursors.Cursor]:
        return pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[MariaDb]:
    """Serve databases that are gone afterwards."""
    (folder / "data").mkdir()
    command = ["mariadbd", "--no-defaults", "--skip-grant-tables", "--skip-networking"]
    command += [f"--user={getpass.getuser()}", f"--datadir={folder}/data"]
    command += [f"--socket={folder}/socket", f"--pid-file={folder}/pid"]
    command += [f"--log-error={folder}/error.log", "--innodb-flush-log-at-trx-commit=0"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            made = MariaDb(folder / "socket")
            # It listens as soon as the socket is there.
            wait_for(lambda: server.poll() is not None or made.socket.exists())
            yield made
        finally:
            server.terminate()


def if_installed(folders: pytest.TempPathFactory) -> Iterator[MariaDb | None]:
    """A MariaDB for all tests of this process; None without Debian's mariadb-server-core."""
    if not shutil.which("mariadbd"):
        yield None
        return
    with running(folders.mktemp("m")) as server:
        yield server
