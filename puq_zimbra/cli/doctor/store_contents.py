"""What `puq-zimbra doctor` says of a store's version, key and held operations."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from typing import NamedTuple

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured
from puq_zimbra.store import files, migrations
from puq_zimbra.store.operations import held
from puq_zimbra.store.tables import VERSION

#: the unfinished operations, as `Waiting`
UNFINISHED = (
    "SELECT id, installation, service_id, event, call, started_at, asked_at FROM operation"
    " WHERE state IN ('open', 'running') ORDER BY number"
)


class Waiting(NamedTuple):
    """An unfinished operation."""

    id: str
    installation: str
    service_id: str
    event: str
    call: str | None
    started_at: int
    asked_at: int | None


def none_yet(where: str) -> Finding:
    """The finding for a store that was never used."""
    words = f"There is no store in {where} yet: the first hook makes it."
    return Finding("store", "note", words, ("puq-zimbra operations",))


def held_operations(config: Config, waiting: Sequence[Waiting]) -> Findings:
    """Warn of operations that delete mail and wait for a person."""
    hours, now = config.limits.destructive_hours, time.time()
    found = [one for one in waiting if held.is_held(one, hours, now)]
    if found:
        services = ", ".join(f"{one.installation}:{one.service_id}" for one in found[:5])
        words = (
            f"{len(found)} operations that delete mail are held, because they are old or came back"
            f" with a backup ({services}): check whether they are still wanted."
        )
        commands = (
            "puq-zimbra operations --held",
            f"puq-zimbra operations release {found[0].id}",
            f"puq-zimbra operations drop {found[0].id}",
        )
        yield Finding("store", "warning", words, commands)


def version(found: int | None) -> Findings:
    """Check the store's version against this program's."""
    if found is None:
        words = "The store does not say which version it has."
        yield Finding("store", "error", words, ("puq-zimbra store restore --replace BACKUP",))
        return
    try:
        steps = migrations.missing(found)
    except Misconfigured as error:
        old = found < VERSION
        command = f"pip install {'puq_zimbra==0.1.0' if old else '--upgrade puq_zimbra'}"
        yield Finding("store", "error", str(error), (command,))
        return
    if steps:
        words = f"The store is whole, of the older version {found}: the next hook changes it."
        commands = ("puq-zimbra store backup /var/backups", "puq-zimbra store migrate")
        yield Finding("store", "warning", words, commands)
    else:
        yield Finding("store", "ok", f"The store is whole and of this program's version {found}.")


def key(config: Config, *, used: bool) -> Findings:
    """Check the key file; ``used`` says whether the store holds operations."""
    path = files.key_file(config)
    quoted = shlex.quote(str(path))
    try:
        there = files.read_key(config) is not None
        mode = path.stat().st_mode if there else 0
    except (Misconfigured, OSError) as error:
        words = str(error)
        if isinstance(error, OSError):
            words = f"The store's key file {path} cannot be read: {error.strerror}."
        commands = (f"ls -l {quoted}", "puq-zimbra store restore --replace BACKUP")
        yield Finding("store", "error", words, commands)
        return
    if not there and used:
        yield Finding(
            "store",
            "error",
            f"The store's key file {path} is missing; no hook runs without it.",
            ("puq-zimbra store restore --replace BACKUP",),
        )
    elif mode & 0o077:
        words = f"Other users than its owner may read or change the store's key file {path}."
        yield Finding("store", "error", words, (f"chmod 600 {quoted}",))
    elif there:
        yield Finding(
            "store", "ok", f"The store's key file {path} is there, and only its owner may read it."
        )
