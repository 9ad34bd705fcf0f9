"""Server settings of a service: read, planned, changed, undone.

A private server's customer changes those of its Zimbra, a domain's customer those of his domain
that are nobody else's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from puq_zimbra import products
from puq_zimbra.clientarea import setting_fields
from puq_zimbra.clientarea.fields import FieldErrors, Wrong
from puq_zimbra.errors import N_, NotFound, PuqZimbraError
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import catch_all, scope
from puq_zimbra.settings import changing, reading
from puq_zimbra.settings.changing import Planned
from puq_zimbra.settings.kinds import Values
from puq_zimbra.settings.reading import Held, Place, State
from puq_zimbra.settings.table import BY_KEY
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

FIELD = setting_fields.PREFIX
#: the kind of place of the mailbox that catches
_CATCH_ALL = "catch_all"
#: what stands before a key in the name of the field that says what was shown at first
SHOWN = "puqz_was_"
#: keys that go back to their defaults, blanks between
RESET = "puqz_reset"
#: keys whose list gets what Zimbra commonly has there, blanks between
COMMON = "puqz_common"


@dataclass(frozen=True)
class Subject:
    """Whose settings a page shows: a domain and a class of service, each "" for the first one.

    Forms and pages name it ``DOMAIN:CLASS``.
    """

    domain: str = ""
    #: id, from a command also the name
    cos: str = ""

    @classmethod
    def of(cls, named: str) -> Subject:
        """What a form names."""
        domain, _, cos = named.partition(":")
        return cls(domain, cos)

    def __str__(self) -> str:
        return f"{self.domain}:{self.cos}" if self.cos else self.domain


@dataclass(frozen=True)
class Asked:
    """What a form or a command asks for."""

    #: key -> what was typed
    texts: Mapping[str, str] = field(default_factory=dict)
    reset: AbstractSet[str] = frozenset()
    #: key -> what the form showed at first; None = it was a command
    shown: Mapping[str, str] | None = None
    common: AbstractSet[str] = frozenset()

    def complete(self, state: State) -> Asked:
        """The same with the common lists written out."""
        added = {
            key: f"{self.texts.get(key, held.text)} {held.row.kind.write(held.common)}"
            for key, held in state.held.items()
            if key in self.common and held.common
        }
        return replace(self, texts={**self.texts, **added}, common=frozenset())


@dataclass(frozen=True)
class Preview:
    """Changes that wait for a second click."""

    planned: Sequence[Planned]
    asked: Asked

    @property
    def keys(self) -> list[str]:
        """What would change, in the table's order."""
        return list(dict.fromkeys(one.row.key for one in self.planned))


def of_form(sent: Mapping[str, str]) -> Asked:
    """What a form asks for."""
    keys = [key for key in BY_KEY if FIELD + key in sent]
    return Asked(
        {key: sent[FIELD + key] for key in keys},
        frozenset(sent.get(RESET, "").split()),
        # Of those that go back to their defaults, too: from it a change that broke off is undone.
        {key: sent[SHOWN + key] for key in BY_KEY if SHOWN + key in sent},
        frozenset(sent.get(COMMON, "").split()),
    )


def read(
    zimbra: Zimbra,
    request: Request,
    domain: Entry,
    cos: str = "",
    names: Collection[str] | None = None,
) -> State:
    """The settings of a domain, and of its Zimbra where all of that is the service's.

    ``names`` are those of the service's domains, where they are known.

    Raises:
        NotFound: there is no such class, or it is not the service's.
    """
    whole = products.of(request).IS_WHOLE_ZIMBRA
    state = reading.read(zimbra, domain, whole=whole, cos=cos)
    if cos and cos not in (state.class_id, state.class_name):
        raise NotFound("There is no such class of service.")
    held = {**state.held, **_catch_all(zimbra, request, domain, state, names)}
    if request.purchase.plan.cos is not None:
        # The plan names the class, and repair would put it back.
        held.pop("default_class", None)
    return replace(state, held={key: held[key] for key in BY_KEY if key in held})


def _catch_all(
    zimbra: Zimbra, request: Request, domain: Entry, state: State, names: Collection[str] | None
) -> dict[str, Held]:
    """The row of the mailbox that catches; none where the customer may not see or change it."""
    row, found = BY_KEY["catch_all"], state.catching
    if found is None or row.capability not in request.purchase.plan.capabilities:
        return {}
    if not catch_all.is_inside(zimbra, request, domain, found, names):
        return {}
    own = tuple(sorted(one.name for one in found))
    place = Place(_CATCH_ALL, domain.id, domain.name, own)
    return {row.key: Held(row, (place,), own, "domain" if own else "default")}


def preview(zimbra: Zimbra, request: Request, subject: Subject, asked: Asked) -> Preview:
    """What would be written; nothing is.

    Raises:
        FieldErrors: names each setting that is refused.
    """
    domain = _domain(zimbra, request, subject)
    state = read(zimbra, request, domain, subject.cos)
    asked = asked.complete(state)
    wanted = _wanted(zimbra, request, state, asked)
    return Preview(changing.plan(state, wanted), asked)


def change(zimbra: Zimbra, request: Request, subject: Subject, asked: Asked) -> list[Planned]:
    """Write what is asked for and read it back; what this form changed, now or when it broke off.

    Raises:
        FieldErrors: names each setting that is refused.
        Conflict: Zimbra did not keep it.
    """
    domain = _domain(zimbra, request, subject)
    state = read(zimbra, request, domain, subject.cos)
    wanted = _wanted(zimbra, request, state, asked.complete(state))
    planned = changing.plan(state, wanted)
    done = changing.written_before(state, wanted, asked.shown or {})
    _apply(zimbra, request, domain, planned, done)
    return [*done, *planned]


def undo(
    zimbra: Zimbra, request: Request, notes: Sequence[Mapping[str, Any]], *, dry_run: bool = False
) -> list[Planned]:
    """Write the values of before a change back; what was written, or would be.

    Raises:
        Refused: a setting was changed again since, or is not there any more.
    """
    stamped = scope.open_service(zimbra, request)
    named = {str(one["id"]) for one in notes if one.get("kind") in ("domain", _CATCH_ALL)}
    mine = [stamped] if named <= {stamped.id} else scope.domains_of(zimbra, request, stamped)
    domain = next((one for one in mine if one.id in named), stamped)
    planned = changing.undoing(_read_again(zimbra, request, domain, notes), notes)
    if not dry_run:
        _apply(zimbra, request, domain, planned)
    return planned


def notes_of(planned: Sequence[Planned]) -> list[dict[str, Any]]:
    """What the store keeps, from which the change can be undone."""
    return [one.note() for one in planned]


def _read_again(
    zimbra: Zimbra, request: Request, domain: Entry, notes: Sequence[Mapping[str, Any]]
) -> State:
    """The settings with the class that a change was about, as long as there is one."""
    changed = (str(one["id"]) for one in notes if one.get("kind") == "cos")
    try:
        return read(zimbra, request, domain, next(changed, ""))
    except NotFound:
        return read(zimbra, request, domain)


def _domain(zimbra: Zimbra, request: Request, subject: Subject) -> Entry:
    stamped = scope.open_service(zimbra, request)
    return scope.domain(zimbra, request, stamped, subject.domain or domain_of(stamped))


def _wanted(zimbra: Zimbra, request: Request, state: State, asked: Asked) -> dict[str, Values]:
    try:
        wanted = changing.wanted(state, asked.texts, asked.reset, asked.shown)
    except changing.Wrong as error:
        raise FieldErrors(
            {FIELD + key: Wrong(wrong.message, wrong.values) for key, wrong in error.errors.items()}
        ) from error
    if address := wanted.get("catch_all"):
        box = catch_all.mailbox_of(zimbra, request, address[0])
        if box is None:
            message = N_("%(address)s is no mailbox of yours.")
            values = {"address": shown_address(address[0])}
            raise FieldErrors({f"{FIELD}catch_all": Wrong(message, values)})
        wanted["catch_all"] = (box.name,)
    return wanted


def _apply(
    zimbra: Zimbra,
    request: Request,
    domain: Entry,
    planned: Sequence[Planned],
    done: Sequence[Planned] = (),
) -> None:
    """Write it; where that breaks off, the error has the notes from which it can be undone."""
    if not planned:
        return
    cos = next((one.place.id for one in planned if one.place.kind == "cos"), "")
    try:
        changing.apply(
            zimbra,
            planned,
            lambda _, boxes: catch_all.set_as_before(zimbra, request, domain, boxes),
        )
        changing.require_kept(read(zimbra, request, domain, cos), planned)
    except PuqZimbraError as error:
        error.data = {"settings": notes_of([*done, *planned])}
        raise
