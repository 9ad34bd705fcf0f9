"""The world in a file: JSON, written to the side and moved into place.

Tokens and sessions are not kept; who was logged in logs in again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from puq_zimbra.simulator.directory import Alias, Entry, Mailbox
from puq_zimbra.simulator.world import World

VERSION = 1


def save(world: World, path: Path) -> None:
    """Write everything that outlives a restart."""
    directory = world.directory
    data = {
        "version": VERSION,
        "entries": [_entry(each) for each in directory.by_id.values()],
        "aliases": [
            [each.id, each.name, each.target, each.created] for each in directory.aliases.values()
        ],
        "mailboxes": {
            id_: [box.id, box.size, box.folders, box.next_item]
            for id_, box in world.mailboxes.items()
        },
        "config": world.config,
        "mailbox_hosts": world.mailbox_hosts,
        "global_grants": world.global_grants,
        "headless": sorted(directory.headless),
        "foreign_names": world.foreign_names,
    }
    scratch = path.with_suffix(".new")
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    scratch.replace(path)


def _entry(entry: Entry) -> list[Any]:
    members = None if entry.members is None else list(entry.members)
    return [entry.kind, entry.id, entry.name, entry.attrs, entry.password, members]


def load(world: World, path: Path) -> None:
    """Replace the world's content by what was saved."""
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if data.get("version") != VERSION:
        raise ValueError(f"{path} was written by another version")
    world.clear()
    world.mailbox_hosts = data["mailbox_hosts"]
    directory = world.directory
    for kind, id_, name, attrs, password, members in data["entries"]:
        entry = Entry(kind, id_, name, attrs)
        entry.password = password
        entry.members = None if members is None else dict.fromkeys(members)
        directory.add(entry)
    for id_, name, target, created in data["aliases"]:
        directory.aliases[name] = Alias(id_, name, target, created)
        directory.addresses[name] = directory.by_id[target]
    directory.headless.update(data["headless"])
    for id_, (box, size, folders, next_item) in data["mailboxes"].items():
        world.mailboxes[id_] = Mailbox(box, size, folders, next_item)
    world.next_mailbox = 1 + max((box.id for box in world.mailboxes.values()), default=0)
    world.config = data["config"]
    world.global_grants = data["global_grants"]
    world.foreign_names = data["foreign_names"]
