"""Check of `puq-zimbra doctor`: the store, which is not changed."""

from __future__ import annotations

import os
import shlex

from puq_zimbra.cli.doctor import store_contents, store_postgresql, store_sqlite
from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.config import Config
from puq_zimbra.errors import StoreAway
from puq_zimbra.store import files


def check(machine: Machine) -> Findings:
    """Check that the store opens, is whole, has this program's version and its key."""
    config = machine.config
    path = files.database(config)
    try:
        if not config.store.url and not path.exists():
            yield _gone(config) or store_contents.none_yet(str(path))
            return
    except PermissionError:
        command = f"ls -ld {shlex.quote(str(path.parent))}"
        yield Finding("store", "error", f"The store {path} is out of reach.", (command,))
        return
    if not config.store.url and not os.access(path, os.R_OK | os.W_OK):
        command = f"ls -l {shlex.quote(str(path))}"
        yield Finding("store", "error", f"The store {path} cannot be written.", (command,))
        return
    if config.store.url:
        yield from store_postgresql.check(config)
    else:
        yield from store_sqlite.check(config, path)


def _gone(config: Config) -> Finding | None:
    """The finding for a database that is missing while its key is there."""
    try:
        files.require_database(config)
    except StoreAway as error:
        return Finding("store", "error", str(error), ("puq-zimbra store restore --replace BACKUP",))
    return None
