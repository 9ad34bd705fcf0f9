"""WHMCS's tables as the module's hooks meet them: a server, two products, a service."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SETTINGS = ", ".join(f"configoption{number} TEXT DEFAULT ''" for number in range(1, 25))
TABLES = (
    "CREATE TABLE tblhosting (id INTEGER PRIMARY KEY, userid INTEGER, packageid INTEGER,"
    " server INTEGER, domain TEXT, username TEXT DEFAULT '', password TEXT DEFAULT '',"
    " domainstatus TEXT, diskusage INTEGER DEFAULT 0, disklimit INTEGER DEFAULT 0,"
    " lastupdate TEXT DEFAULT '0000-00-00 00:00:00')",
    "CREATE TABLE tblproducts (id INTEGER PRIMARY KEY, name TEXT, servertype TEXT,"
    f" servergroup INTEGER DEFAULT 0, {SETTINGS})",
    "CREATE TABLE tblservers (id INTEGER PRIMARY KEY, type TEXT, hostname TEXT, ipaddress TEXT,"
    " username TEXT, password TEXT, accesshash TEXT, port TEXT, secure TEXT DEFAULT 'on',"
    " active INTEGER DEFAULT 1, disabled INTEGER DEFAULT 0)",
    "CREATE TABLE tblservergroupsrel (groupid INTEGER, serverid INTEGER)",
    "CREATE TABLE tblproductconfigoptions (id INTEGER PRIMARY KEY, gid INTEGER, optionname TEXT,"
    " optiontype TEXT, qtyminimum INTEGER, qtymaximum INTEGER, `order` INTEGER, hidden INTEGER)",
    "CREATE TABLE tblproductconfiglinks (gid INTEGER, pid INTEGER)",
    "CREATE TABLE tblproductconfigoptionssub (id INTEGER PRIMARY KEY, configid INTEGER,"
    " optionname TEXT, sortorder INTEGER, hidden INTEGER)",
    "CREATE TABLE tblhostingconfigoptions (id INTEGER PRIMARY KEY, relid INTEGER,"
    " configid INTEGER, optionid INTEGER, qty INTEGER)",
    "CREATE TABLE tbladdons (id INTEGER PRIMARY KEY, name TEXT, module TEXT)",
    "CREATE TABLE tblhostingaddons (id INTEGER PRIMARY KEY, hostingid INTEGER, addonid INTEGER,"
    " name TEXT DEFAULT '', qty INTEGER DEFAULT 1, status TEXT)",
    "CREATE TABLE tblcustomfields (id INTEGER PRIMARY KEY, type TEXT, relid INTEGER,"
    " fieldname TEXT)",
    "CREATE TABLE tblcustomfieldsvalues (fieldid INTEGER, relid INTEGER, value TEXT)",
    "CREATE TABLE tbltodolist (id INTEGER PRIMARY KEY, date TEXT, title TEXT, description TEXT,"
    " admin INTEGER, status TEXT, duedate TEXT)",
    "CREATE TABLE tblemailtemplates (id INTEGER PRIMARY KEY, type TEXT, name TEXT)",
)
SERVICE, SMALL, LARGE, SERVER = 42, 3, 4, 1


class Shop:
    """The tables in a file of SQLite."""

    def __init__(self, path: Path, params: Mapping[str, Any]) -> None:
        """Fill in what ``$params`` of a service say; nothing else is there."""
        self.address = f"sqlite:{path}"
        self._connection = sqlite3.connect(path, isolation_level=None)
        for table in TABLES:
            self._connection.execute(table)
        settings = {key: value for key, value in params.items() if key.startswith("configoption")}
        settings.pop("configoptions", None)
        self.add("tblproducts", id=SMALL, name="Mail S", servertype="puqzimbra", **settings)
        self.add("tblproducts", id=LARGE, name="Mail L", servertype="puqzimbra", **settings)
        self.add("tblproducts", id=9, name="Web", servertype="cpanel")
        self.add(
            "tblservers",
            id=SERVER,
            type="puqzimbra",
            hostname=params["serverhostname"],
            ipaddress=params["serverip"],
            username=params["serverusername"],
            # What the stand-in of DecryptPassword takes for encrypted.
            password=params["serverpassword"][::-1],
            accesshash=params["serveraccesshash"],
            port=params["serverport"],
        )
        self.add(
            "tblhosting",
            id=SERVICE,
            userid=params["userid"],
            packageid=SMALL,
            server=SERVER,
            domain="firma.example",
            domainstatus="Active",
        )

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        names, places = ", ".join(row), ", ".join("?" * len(row))
        self._connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values())
        )

    def change(self, table: str, number: int, **row: Any) -> None:
        """Change a row."""
        names = ", ".join(f"{name} = ?" for name in row)
        self._connection.execute(
            f"UPDATE {table} SET {names} WHERE id = ?", (*row.values(), number)
        )

    def make(self, table: str) -> None:
        """Make one more table, by its statement."""
        self._connection.execute(table)

    def drop(self, table: str) -> None:
        """Take a table away, as where WHMCS has none of that name."""
        self._connection.execute(f"DROP TABLE {table}")

    def age(self, table: str, seconds: int) -> None:
        """Let times that were kept as numbers lie further back."""
        self._connection.execute(f"UPDATE {table} SET value = value - {seconds}")

    def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """All rows of a table."""
        return self._connection.execute(f"SELECT {columns} FROM {table}").fetchall()

    def stub(self, **more: Any) -> dict[str, Any]:
        """What the PHP side is told of WHMCS; ``more`` as in tests/whmcs/stubs.php."""
        return {"database": self.address, **json.loads(json.dumps(more))}


@contextlib.contextmanager
def opened(path: Path, params: Mapping[str, Any]) -> Iterator[Shop]:
    """The tables while the context is open."""
    shop = Shop(path, params)
    try:
        yield shop
    finally:
        shop._connection.close()
