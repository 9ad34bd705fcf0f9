"""The state in a file: JSON, written to the side and moved into place.

Tokens and sessions are not kept; who was logged in logs in again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from puq_zimbra.simulator.directory import Alias, Entry
from puq_zimbra.simulator.maildrop import Item, Mailbox, Messages, Share
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.usersettings import Identity, Part, Rule, Signature, UserSettings

VERSION = 1


def save(state: State, path: Path) -> None:
    """Write everything that outlives a restart."""
    directory = state.directory
    data = {
        "version": VERSION,
        "entries": [_entry(each) for each in directory.by_id.values()],
        "aliases": [
            [each.id, each.name, each.target, each.created] for each in directory.aliases.values()
        ],
        "mailboxes": {
            id_: [
                *(box.id, box.size, box.folders, box.next_item, _messages(box.messages)),
                [asdict(each) for each in box.shares],
            ]
            for id_, box in state.mailboxes.items()
        },
        "belongings": state.saved_user_settings(),
        "config": state.config,
        "mailbox_hosts": state.mailbox_hosts,
        "global_grants": state.global_grants,
        "headless": sorted(directory.headless),
        "foreign_names": state.foreign_names,
    }
    scratch = path.with_suffix(".new")
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    scratch.replace(path)


def _messages(messages: Messages | None) -> dict[str, Any] | None:
    return None if messages is None else asdict(messages)


def _read_messages(data: dict[str, Any]) -> Messages:
    held, dumped = (
        {each["id"]: Item(**each) for each in data[name].values()} for name in ("held", "dumped")
    )
    return Messages(held, dumped, data["changes"])


def _read_user_settings(into: UserSettings, data: dict[str, Any]) -> None:
    for name, (script, rules) in data["rules"].items():
        into.rules[name] = script, tuple(_read_rule(each) for each in rules)
    into.signatures.update({id_: Signature(**each) for id_, each in data["signatures"].items()})
    into.identities.update({id_: Identity(**each) for id_, each in data["identities"].items()})


def _read_rule(data: dict[str, Any]) -> Rule:
    parts = {n: tuple(Part(**each) for each in data[n]) for n in ("tests", "actions")}
    return Rule(data["name"], data["active"], data["condition"], **parts)


def _entry(entry: Entry) -> list[Any]:
    members = None if entry.members is None else list(entry.members)
    return [
        entry.kind, entry.id, entry.name, entry.attrs, entry.password, members, entry.modified
    ]  # fmt: skip


def load(state: State, path: Path) -> None:
    """Replace the state's content by what was saved."""
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if data.get("version") != VERSION:
        raise ValueError(f"{path} was written by another version")
    state.clear()
    state.mailbox_hosts = data["mailbox_hosts"]
    directory = state.directory
    for kind, id_, name, attrs, password, members, *modified in data["entries"]:
        entry = Entry(kind, id_, name, attrs)
        entry.password = password
        entry.members = None if members is None else dict.fromkeys(members)
        entry.modified = next(iter(modified), None)
        directory.add(entry)
    for id_, name, target, created in data["aliases"]:
        directory.aliases[name] = Alias(id_, name, target, created)
        # An alias entry that was left behind has no address.
        if target in directory.by_id and name not in directory.addresses:
            directory.addresses[name] = directory.by_id[target]
    directory.headless.update(data["headless"])
    for id_, (box, size, folders, next_item, *more) in data["mailboxes"].items():
        mail = _read_messages(more[0]) if more and more[0] else None
        shares = [Share(**each) for each in more[1]] if len(more) > 1 else []
        state.mailboxes[id_] = Mailbox(box, size, folders, next_item, mail, shares)
    for id_, held in data.get("belongings", {}).items():
        _read_user_settings(state.user_settings(directory.by_id[id_]), held)
    state.next_mailbox = 1 + max((box.id for box in state.mailboxes.values()), default=0)
    state.config = data["config"]
    state.global_grants = data["global_grants"]
    state.foreign_names = data["foreign_names"]
