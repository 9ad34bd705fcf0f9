"""Changes of server settings: found out, told, written, read back, undone.

A field that shows what it showed before is no change, so what somebody else changed meanwhile is
not written over. Each object is written once. What Zimbra refuses is put back as a whole; a run
that was interrupted leaves whole settings behind, and the same form again writes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from puq_zimbra.errors import N_, Conflict, Fault, Refused
from puq_zimbra.settings.kinds import NotTaken, Values
from puq_zimbra.settings.reading import Held, Place, State
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.table import require_together
from puq_zimbra.zimbra.client import Zimbra

#: what is asked for: key -> the values that are to be held; () = none of its own
Wanted = Mapping[str, Values]

#: writes what a place of another kind holds: its id, its values
Writer = Callable[[str, Values], None]

SHUT_OUT = N_(
    "This would shut out the administrator that the service is managed with: ask your provider."
)


class Wrong(ValueError):
    """What is wrong with settings, by key."""

    def __init__(self, errors: Mapping[str, NotTaken]) -> None:
        super().__init__("some settings are refused")
        self.errors = dict(errors)


@dataclass(frozen=True)
class Planned:
    """One value that is to be written."""

    row: ServerSetting
    place: Place
    after: Values
    #: what to go back to
    before: Values

    def note(self) -> dict[str, Any]:
        """What the audit keeps, from which it can be undone."""
        return {
            "key": self.row.key,
            "kind": self.place.kind,
            "id": self.place.id,
            "attribute": self.row.attribute,
            "before": list(self.before),
            "after": list(self.after),
        }


def wanted(
    state: State,
    texts: Mapping[str, str],
    reset: AbstractSet[str] = frozenset(),
    shown: Mapping[str, str] | None = None,
) -> dict[str, Values]:
    """What is asked for by texts that were typed and keys that go back to their defaults.

    ``shown`` are the texts that the form showed at first; what is typed is compared with those.

    Raises:
        Wrong: names each setting that is refused.
    """
    found: dict[str, Values] = {}
    errors: dict[str, NotTaken] = {}
    for key, held in state.held.items():
        try:
            values = _asked(held, state, key in reset, texts.get(key), (shown or {}).get(key))
        except NotTaken as error:
            errors[key] = error
        else:
            if values is not None:
                found[key] = values
    for key in (set(texts) | reset) - set(state.held):
        errors[key] = NotTaken(N_("This setting is not offered here."))
    if not errors:
        whole = {key: one.values for key, one in state.held.items()} | found
        try:
            require_together(whole, frozenset(found))
        except NotTaken as error:
            errors[str(error.values["key"])] = error
    if errors:
        raise Wrong(errors)
    return found


def _asked(
    held: Held, state: State, is_reset: bool, text: str | None, shown: str | None
) -> Values | None:
    """The values that are asked for; None = it stays as it is."""
    row = held.row
    if is_reset:
        values = row.default
    else:
        now = _plain(held.text)
        before = now if shown is None else _plain(shown)
        if text is None or _plain(text) == before:
            return None
        values = row.kind.read(text)
        if before != now and not row.kind.same(values, held.values):
            message = N_("Somebody else changed this meanwhile: it is %(now)s now.")
            raise NotTaken(message, now=now[:100] or "-")
    if row.key == "default_class" and values and values[0] not in state.classes:
        raise NotTaken(N_("Choose one of the values offered."))
    if row.attribute in state.shut_in and not row.kind.same(values, row.default):
        raise NotTaken(SHUT_OUT)
    return values


def _plain(text: str) -> str:
    """A text as it is compared: blanks and the decimal comma make no change."""
    text = re.sub(r"^([0-9]+),([0-9]+)$", r"\1.\2", text.strip(), flags=re.ASCII)
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def plan(state: State, asked: Wanted, shown: Mapping[str, str] | None = None) -> list[Planned]:
    """What must be written so that what is asked for is held; what is held already is not."""
    found = []
    for key, after in asked.items():
        row = state.held[key].row
        for place in state.held[key].places:
            if _differs(row, place.own, after):
                found.append(Planned(row, place, after, place.own))
    return found


def written_before(state: State, asked: Wanted, shown: Mapping[str, str]) -> list[Planned]:
    """What an interrupted run of the same form wrote, with what the form showed at first."""
    found = []
    for key, after in asked.items():
        held = state.held[key]
        before = shown.get(key)
        if before is None or any(_differs(held.row, one.own, after) for one in held.places):
            continue
        try:
            values = held.row.kind.read(before)
        except NotTaken:
            continue  # nothing that could be gone back to
        if not held.row.kind.same(values, after):
            found += [Planned(held.row, one, after, values) for one in held.places]
    return found


def _differs(row: ServerSetting, own: Values, after: Values) -> bool:
    inherits = row.scope in ("server", "domain")
    return (inherits and bool(own) != bool(after)) or not row.kind.same(own, after)


def apply(zimbra: Zimbra, planned: Sequence[Planned], write_other: Writer) -> None:
    """Write what is planned, each object once; all of it or, where Zimbra refuses, nothing.

    ``write_other`` writes places that are no object with attributes.

    Raises:
        Fault: Zimbra refused an object; what was written before it was put back.
    """
    by_place: dict[tuple[str, str], list[Planned]] = {}
    for one in planned:
        by_place.setdefault((one.place.kind, one.place.id), []).append(one)
    touched = []
    for place, changes in by_place.items():
        touched.append((place, changes))
        try:
            _write(zimbra, write_other, place, {one.row.attribute: one.after for one in changes})
        except Fault:
            # Else part of a form would be held, which no page tells and no click undoes.
            for earlier, those in touched:
                with suppress(Fault):  # the refusal that is told is the first one
                    _write(
                        zimbra,
                        write_other,
                        earlier,
                        {one.row.attribute: one.before for one in those},
                    )
            raise


def _write(
    zimbra: Zimbra, write_other: Writer, place: tuple[str, str], values: Mapping[str, Values]
) -> None:
    kind, identity = place
    attrs = {name: list(held) or "" for name, held in values.items()}
    if kind == "config":
        zimbra.modify_config(attrs)
    elif kind == "server":
        zimbra.modify_server(identity, attrs)
    elif kind == "cos":
        zimbra.modify_cos(identity, attrs)
    elif kind == "domain":
        zimbra.modify_domain(identity, attrs)
    else:
        write_other(identity, next(iter(values.values())))


def require_kept(state: State, planned: Iterable[Planned]) -> None:
    """See in a state read afresh that everything is held.

    Raises:
        Conflict: names the first setting that is not.
    """
    for one in planned:
        places = state.held[one.row.key].places if one.row.key in state.held else ()
        now = next((p for p in places if (p.kind, p.id) == (one.place.kind, one.place.id)), None)
        if now is None or _differs(one.row, now.own, one.after):
            raise Conflict("Zimbra did not keep the setting %(name)s.", name=one.row.key)


def undoing(state: State, notes: Sequence[Mapping[str, Any]]) -> list[Planned]:
    """What must be written to undo a change by its notes; nothing where it was undone already.

    Raises:
        Refused: a setting was changed again since, or is not there any more.
    """
    found = []
    for note in notes:
        held = state.held.get(str(note.get("key")))
        places = held.places if held else ()
        where = (note.get("kind"), note.get("id"))
        place = next((one for one in places if (one.kind, one.id) == where), None)
        if held is None or place is None or held.row.attribute != note.get("attribute"):
            raise Refused("A setting of this change is not there any more: nothing was undone.")
        before, after = tuple(note.get("before", ())), tuple(note.get("after", ()))
        if not _differs(held.row, place.own, before):
            continue
        if _differs(held.row, place.own, after):
            raise Refused(
                "A setting of this change was changed again since, so it cannot be undone: set it"
                " yourself."
            )
        found.append(Planned(held.row, place, before, place.own))
    return found
