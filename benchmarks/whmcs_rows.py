"""Writing 5,000 services' figures into WHMCS's table: by a join, against one UPDATE a row.

WHMCS's documentation writes each service by server and domain, with a commit each. Here the figures
go into a temporary table, and one statement moves them over by primary key. Both run on a MariaDB
that is started for this, in a temporary directory and on a socket there; without MariaDB
(apt-get install mariadb-server-core) the benchmark says so and is skipped.

Source: WHMCS, "Usage Update"; the columns and keys of its table tblhosting that matter here.
"""

from __future__ import annotations

import contextlib
import getpass
import itertools
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import pymysql
from rounds import medians
from verdict import Figure, Options, main

#: services whose figures are written, and all services in the table
ROWS, TABLE = 5_000, 20_000
SERVERS = 4
FASTER = 40.0
#: seconds until MariaDB answers
PATIENCE = 30.0
#: rows in one INSERT; four places each, and MySQL's prepared statements have 65,535 at most
BATCH = 1_000

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
#: what the WHMCS module runs, in this order and in one transaction
STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS mod_puqzimbra_usage (
    id INT NOT NULL PRIMARY KEY,
    diskusage INT NOT NULL,
    disklimit INT NOT NULL,
    measured DATETIME NOT NULL
)
"""
EMPTY = "DELETE FROM mod_puqzimbra_usage"
FILL = "INSERT INTO mod_puqzimbra_usage (id, diskusage, disklimit, measured) VALUES "
PLACES = "(%s, %s, %s, %s)"
MOVE = """
UPDATE tblhosting AS h
JOIN mod_puqzimbra_usage AS u ON u.id = h.id
SET h.diskusage = u.diskusage, h.disklimit = u.disklimit, h.lastupdate = u.measured
"""
#: WHMCS's documentation, one service
ONE = """
UPDATE tblhosting SET diskusage = %s, disklimit = %s, lastupdate = %s
WHERE server = %s AND domain = %s
"""
#: id, MB used, MB of the limit, time
Row: TypeAlias = tuple[int, int, int, str]
Database: TypeAlias = pymysql.connections.Connection
Way: TypeAlias = Callable[[Database, Sequence[Row]], None]


@contextlib.contextmanager
def mariadb() -> Iterator[Database]:
    """A MariaDB of our own, and a connection to it."""
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
                    yield connection
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


def joined(connection: Database, rows: Sequence[Row]) -> None:
    """Write all figures at once."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        connection.begin()
        cursor.execute(EMPTY)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            cursor.execute(FILL + ", ".join([PLACES] * len(batch)), tuple(itertools.chain(*batch)))
        cursor.execute(MOVE)
        connection.commit()


def one_by_one(connection: Database, rows: Sequence[Row]) -> None:
    """Write each figure with a commit of its own."""
    with connection.cursor() as cursor:
        for number, used, limit, at in rows:
            cursor.execute(ONE, (used, limit, at, number % SERVERS, domain(number)))


def figures(count: int) -> Iterator[list[Row]]:
    """New figures on every call, so that every write changes every row."""
    for again in itertools.count(1):
        at = f"2026-01-01 {again // 60 % 24:02}:{again % 60:02}:00"
        yield [(4 * n, again * 10_000 + n, again * 20_000 + n, at) for n in range(1, count + 1)]


def checked(connection: Database, way: Way, rows: Sequence[Row]) -> None:
    """Write once, and see that these services' figures are there and no other's has changed."""
    way(connection, rows)
    with connection.cursor() as cursor:
        at = "%Y-%m-%d %H:%i:%s"
        cursor.execute(
            f"SELECT id, diskusage, disklimit, DATE_FORMAT(lastupdate, '{at}')"
            " FROM tblhosting WHERE diskusage > 0 ORDER BY id"
        )
        assert list(cursor.fetchall()) == list(rows), "other figures were written"


def measure(options: Options) -> Iterator[Figure]:
    """Both ways on the same table."""
    count, total = options.size(ROWS), options.size(TABLE)
    what = "one autocommitted UPDATE a row against a join by primary key"
    if not shutil.which("mariadbd"):
        yield Figure(what, None, "x", "MariaDB is not installed (mariadb-server-core)", FASTER)
        return
    new = figures(count)
    with mariadb() as connection:
        fill(connection, total)
        for way in (joined, one_by_one):
            checked(connection, way, next(new))
        calls = {
            way.__name__: lambda way=way: way(connection, next(new)) for way in (joined, one_by_one)
        }
        seconds = medians(calls, options.runs, time.perf_counter)
    join, single = (seconds[way.__name__] for way in (joined, one_by_one))
    evidence = (
        f"{single / count * 1e6:.1f} against {join / count * 1e6:.1f} microseconds a row,"
        f" {count} services of {total}"
    )
    yield Figure(what, single / join, "x", evidence, FASTER)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
