"""Changes as data: what a hook writes to Zimbra, either told (a dry run) or applied.

A hook's steps are a generator that yields one `Change` after another. `apply` writes each before it
asks for the next, so steps can read Zimbra in between: a suspension ends the sessions of the
accounts that are there once the domain is shut. `told` writes nothing and collects the changes.
Both run the same steps, so a dry run tells what a run writes.

Zimbra's answer goes back into the generator: the object that was made is sent, a refusal is raised
at the ``yield``. In a dry run the object that would be made is sent, without an id.

Source: octoDNS, `provider/plan.py` (changes are made once, then printed or applied).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from puq_zimbra.errors import Conflict, PuqZimbraError
from puq_zimbra.provisioning import entries, shares
from puq_zimbra.provisioning.entries import shown_name
from puq_zimbra.reply import Reply
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.messages import Attributes

T = TypeVar("T")
Action: TypeAlias = Literal["create", "modify", "set_password", "grant", "delete"]


def _yes() -> bool:
    return True


@dataclass(frozen=True)
class Change:
    """One request that writes."""

    action: Action
    #: what is written to, as it was read; without an id, what is to be made
    entry: Entry
    #: what is written: values, and with + or - before the name those to add or to take away
    attributes: Mapping[str, Any] = field(default_factory=dict)
    #: a right's domain
    domain: Entry | None = None
    password: str = field(default="", repr=False)
    #: told as a part of the change of the same object before it
    joined: bool = False
    #: asked right before the write: whether it is still to be made
    is_due: Callable[[], bool] = field(default=_yes, repr=False)

    @property
    def object(self) -> str:
        """The domain or address that is written to, as people read it."""
        return shown_name(self.entry)


Steps: TypeAlias = Generator[Change, Entry, T]


def create(kind: str, name: str, attributes: Mapping[str, Any], password: str = "") -> Change:
    """Make a domain or an account; what is "" is not set."""
    values = _all_set(attributes).items()
    texts = {key: (one,) if isinstance(one, str) else tuple(one) for key, one in values}
    return Change("create", Entry(kind, "", name, texts), attributes, password=password)


def modify(entry: Entry, attributes: Attributes, *, joined: bool = False) -> Change:
    """Change an object's attributes."""
    return Change("modify", entry, attributes, joined=joined)


def set_password(account: Entry, password: str, *, joined: bool = False) -> Change:
    """Set an account's password."""
    return Change("set_password", account, password=password, joined=joined)


def grants(domain: Entry, account: Entry, rights: Sequence[str], *, joined: bool) -> Steps[None]:
    """Grant an account rights on a domain; ``joined`` = it is changed otherwise too."""
    for right in rights:
        yield Change("grant", account, {"rights": [right]}, domain=domain, joined=joined)
        joined = True


def delete(entry: Entry, is_due: Callable[[], bool] = _yes) -> Change:
    """Delete an object, if it is still due right before."""
    return Change("delete", entry, is_due=is_due)


def apply(zimbra: Zimbra, steps: Steps[T]) -> tuple[Sequence[Change], T]:
    """Carry out the steps; the changes that were made, and what the steps return."""
    made: list[Change] = []
    try:
        change = next(steps)
        while True:
            if not change.is_due():
                change = steps.send(change.entry)
                continue
            try:
                entry = _WRITES[change.action](zimbra, change)
            except PuqZimbraError as error:
                change = steps.throw(error)
            else:
                made.append(change)
                change = steps.send(entry or change.entry)
    except StopIteration as end:
        return made, end.value


def require_kept(steps: Steps[Any], not_kept: Callable[[Change], Conflict]) -> None:
    """See that steps computed anew, after they were applied, have nothing left to change.

    Raises:
        Conflict: what ``not_kept`` says of the first change.
    """
    for change in steps:
        raise not_kept(change)


def preview(steps: Steps[Any]) -> Iterator[Change]:
    """The changes of the steps, none of which is made."""
    try:
        change = next(steps)
        while True:
            yield change
            change = steps.send(change.entry)
    except StopIteration:
        return


def tell(*steps: Steps[Any]) -> Reply:
    """The reply of a dry run."""
    return Reply(
        "unchanged",
        "Nothing was written: this was a dry run.",
        data={"changes": told(*steps)},
    )


def told(*steps: Steps[Any]) -> list[dict[str, Any]]:
    """Steps for people: what is made, changed and deleted, with the attributes that are written."""
    lines: list[dict[str, Any]] = []
    #: name of an object -> the last line about it
    last: dict[str, dict[str, Any]] = {}
    for change in (one for each in steps for one in preview(each)):
        earlier = last.get(change.object)
        if change.joined and earlier is not None:
            _join(earlier, change)
            continue
        if change.action == "delete" and earlier is not None:
            # What was written to it before does not outlive it.
            lines = [one for one in lines if one["object"] != change.object]
        action = change.action if change.action in ("create", "delete") else "modify"
        line = {
            "action": action,
            "object": change.object,
            "attributes": dict(change.attributes),
        }
        # Without an earlier line: the end of an earlier call's mark, or the begin of a deletion's.
        lines.insert(0 if change.joined else len(lines), line)
        last[change.object] = line
    return lines


def _join(line: dict[str, Any], change: Change) -> None:
    """Tell a change in the line of an earlier one of the same object."""
    attributes = line["attributes"]
    for name, value in change.attributes.items():
        added = "+" + name.removeprefix("-")
        if name == "rights":
            attributes[name] = [*attributes.get(name, ()), *value]
        elif line["action"] == "create" and name.startswith("-") and added in attributes:
            # A mark that is there only while the rest is made.
            gone = [value] if isinstance(value, str) else value
            left = [one for one in attributes.pop(added) if one not in gone]
            attributes.update({added: left} if left else {})
        else:
            attributes[name] = value


def _all_set(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of a new object: those that have a value, with what is to be added to them."""
    found = {name: value for name, value in attributes.items() if value and name[0] != "+"}
    for name, added in attributes.items():
        if name[0] == "+":
            own = found.get(name[1:], [])
            found[name[1:]] = [*([own] if isinstance(own, str) else own), *added]
    return found


def _create(zimbra: Zimbra, change: Change) -> Entry:
    return _CREATES[change.entry.kind](zimbra, change, _all_set(change.attributes))


def _create_domain(zimbra: Zimbra, change: Change, attributes: Attributes) -> Entry:
    return zimbra.create_domain(change.entry.name, attributes)


def _create_account(zimbra: Zimbra, change: Change, attributes: Attributes) -> Entry:
    return zimbra.create_account(change.entry.name, change.password, attributes)


def _modify(zimbra: Zimbra, change: Change) -> None:
    entries.modify(zimbra, change.entry, change.attributes)


def _set_password(zimbra: Zimbra, change: Change) -> None:
    zimbra.set_password(change.entry.id, change.password)


def _grant(zimbra: Zimbra, change: Change) -> None:
    assert change.domain is not None
    for right in change.attributes["rights"]:
        zimbra.grant_right(change.domain.id, change.entry.id, right)


def _delete(zimbra: Zimbra, change: Change) -> None:
    _DELETES[change.entry.kind](zimbra, change.entry.id)


_WRITES: Mapping[Action, Callable[[Zimbra, Change], Entry | None]] = {
    "create": _create,
    "modify": _modify,
    "set_password": _set_password,
    "grant": _grant,
    "delete": _delete,
}
_CREATES: Mapping[str, Callable[[Zimbra, Change, Attributes], Entry]] = {
    "domain": _create_domain,
    "account": _create_account,
}
_DELETES: Mapping[str, Callable[[Zimbra, str], None]] = {
    "domain": Zimbra.delete_domain,
    "account": shares.delete_account,
    "calresource": Zimbra.delete_calendar_resource,
    "dl": Zimbra.delete_distribution_list,
}
