"""Writing 5,000 services' figures into WHMCS's table: by the module, against one UPDATE a row.

WHMCS's documentation writes each service by server and domain, with a commit each. The module puts
the figures into a temporary table, and one statement moves them over by primary key. Both run in
one PHP process (`whmcs_rows.php`), the module's with its own code, on a MariaDB that is started for
this, in a temporary directory and on a socket there. Without MariaDB and PHP (apt-get install
mariadb-server-core php-cli php-mysql) the benchmark says so and is skipped.

Source: WHMCS, "Usage Update"; the columns and keys of its table tblhosting that matter here.
"""

from __future__ import annotations

import contextlib
import getpass
import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import pymysql
from verdict import Figure, Options, main

#: services whose figures are written, and all services in the table
ROWS, TABLE = 5_000, 20_000
SERVERS = 4
FASTER = 40.0
#: seconds until MariaDB answers
PATIENCE = 30.0
WAYS = ("module", "one_by_one")
PHP = Path(__file__).with_name("whmcs_rows.php")

HOSTING = """
CREATE TABLE tblhosting (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    userid INT NOT NULL,
    packageid INT NOT NULL,
    server INT NOT NULL,
    domain TEXT NOT NULL,
    domainstatus VARCHAR(32) NOT NULL DEFAULT 'Active',
    username TEXT NOT NULL,
    notes TEXT NOT NULL,
    diskusage INT NOT NULL DEFAULT 0,
    disklimit INT NOT NULL DEFAULT 0,
    bwusage INT NOT NULL DEFAULT 0,
    bwlimit INT NOT NULL DEFAULT 0,
    lastupdate DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00',
    KEY serviceid (id), KEY userid (userid), KEY productid (packageid), KEY serverid (server),
    KEY domain (domain(64)), KEY domainstatus (domainstatus), KEY username (username(8))
) DEFAULT CHARSET=utf8mb4
"""
#: MB used, MB of the limit, time, id
Row: TypeAlias = tuple[int, int, str, int]
Database: TypeAlias = pymysql.connections.Connection


@contextlib.contextmanager
def mariadb() -> Iterator[tuple[Database, str]]:
    """A MariaDB of our own: a connection to it, and its socket."""
    with tempfile.TemporaryDirectory(prefix="mariadb") as name:
        data, socket = Path(name) / "data", f"{name}/socket"
        data.mkdir()
        # Without tables of grants there is nothing to install: whom the folder lets in may do all.
        command = ["mariadbd", "--no-defaults", "--skip-grant-tables", "--skip-networking"]
        command += [f"--user={getpass.getuser()}", f"--datadir={data}", f"--socket={socket}"]
        command += [f"--pid-file={name}/pid", f"--log-error={name}/error.log"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
            try:
                with contextlib.closing(connected(server, socket)) as connection:
                    yield connection, socket
            finally:
                server.terminate()


def connected(server: subprocess.Popen[bytes], socket: str) -> Database:
    """Connect as soon as the server lets us."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return pymysql.connect(unix_socket=socket, user="root", autocommit=True)
        except pymysql.err.OperationalError:
            if time.monotonic() > end or server.poll() is not None:
                raise
            time.sleep(0.05)


def domain(number: int) -> str:
    """The domain of a service, by its id."""
    return f"domain-{number:05}.example"


def fill(connection: Database, count: int) -> None:
    """Make WHMCS's table with so many services."""
    insert = "INSERT INTO tblhosting (userid, packageid, server, domain, username, notes) VALUES "
    rows = [
        (number, number % 7, number % SERVERS, domain(number), f"user{number}", "")
        for number in range(1, count + 1)
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE whmcs")
        cursor.execute("USE whmcs")
        cursor.execute(HOSTING)
        cursor.executemany(insert + "(%s, %s, %s, %s, %s, %s)", rows)
        cursor.execute("ANALYZE TABLE tblhosting")


class Writer:
    """The PHP process."""

    def __init__(self, address: str) -> None:
        command = ["php", str(PHP), address]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def seconds(self, way: str, rows: Sequence[Row]) -> float:
        """Write rows one way; how long that took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"way": way, "rows": rows}) + "\n")
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def figures(count: int) -> Iterator[list[Row]]:
    """New figures on every call, so that every write changes every row."""
    for again in itertools.count(1):
        at = f"2026-01-01 {again // 60 % 24:02}:{again % 60:02}:00"
        yield [(again * 10_000 + n, again * 20_000 + n, at, SERVERS * n + 1) for n in range(count)]


def checked(connection: Database, writer: Writer, way: str, rows: Sequence[Row]) -> None:
    """Write once, and see that these services' figures are there and no other's has changed."""
    writer.seconds(way, rows)
    with connection.cursor() as cursor:
        at = "%Y-%m-%d %H:%i:%s"
        cursor.execute(
            f"SELECT diskusage, disklimit, DATE_FORMAT(lastupdate, '{at}'), id"
            " FROM tblhosting WHERE diskusage > 0 ORDER BY id"
        )
        assert list(cursor.fetchall()) == list(rows), "other figures were written"


def measure(options: Options) -> Iterator[Figure]:
    """Both ways on the same table, in turn."""
    count, total = options.size(ROWS), options.size(TABLE)
    what = "one autocommitted UPDATE a row against the WHMCS module"
    if not shutil.which("mariadbd") or not shutil.which("php"):
        missing = "MariaDB or PHP is not installed (mariadb-server-core, php-cli, php-mysql)"
        yield Figure(what, None, "x", missing, FASTER)
        return
    new = figures(count)
    with mariadb() as (connection, socket):
        fill(connection, total)
        address = f"mysql:unix_socket={socket};dbname=whmcs;charset=utf8mb4"
        with contextlib.closing(Writer(address)) as writer:
            for way in WAYS:
                checked(connection, writer, way, next(new))
            rounds = [[writer.seconds(way, next(new)) for way in WAYS] for _ in range(options.runs)]
    module, single = (statistics.median(times) for times in zip(*rounds, strict=True))
    evidence = (
        f"{single / count * 1e6:.1f} against {module / count * 1e6:.1f} microseconds a row,"
        f" {count} services of {total}"
    )
    yield Figure(what, single / module, "x", evidence, FASTER)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
