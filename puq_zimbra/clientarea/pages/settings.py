"""Server settings: what each means, its value and where that comes from, and what may be typed.

A form that was sent comes back as a plan first: what changes from what to what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from puq_zimbra import languages
from puq_zimbra.clientarea.forms import FieldView, FormView
from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.i18n import translate
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.selfservice import scope, server_settings, setting_history
from puq_zimbra.selfservice.server_settings import FIELD, SHOWN, Subject
from puq_zimbra.settings.kinds import Values, choices_of
from puq_zimbra.settings.reading import Held, State
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.table import BY_KEY, SECTIONS
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry

PAGE = Page(
    title=N_("Settings"), capability="settings", order=60, models=frozenset({"domain", "server"})
)

#: operations that are looked through for changes, and changes that are listed
_LOOKED_AT, _LISTED = 50, 5
_SOURCES = {
    "default": N_("default value"),
    "unset": N_("not set"),
    "global": N_("set for the whole installation"),
    "server": N_("set on this server"),
    "class": N_("set in the class %(name)s"),
    "domain": N_("set for this domain"),
}


@dataclass(frozen=True)
class Row:
    """A setting as the template draws it; all texts as people read them."""

    key: str
    field: FieldView
    sentence: str
    unit: str
    source: str
    #: the default as it is shown; "" = it has that value
    default: str
    restart: bool
    unproven: bool
    differs: bool
    #: a list to take over, as its field would hold it
    common: str
    #: some of it is not held yet
    more: bool
    #: name and value of the hidden field that says what is shown
    shown: tuple[str, str]


@dataclass(frozen=True)
class Choice:
    """A domain or a class whose settings can be shown."""

    #: what the page is asked with
    id: str
    name: str
    is_shown: bool


@dataclass(frozen=True)
class Line:
    """A setting of the plan: what it is, and what it becomes."""

    label: str
    before: str
    after: str
    restart: bool


@dataclass(frozen=True)
class Past:
    """A change of before."""

    when: datetime
    who: str
    labels: str
    #: it broke off: some of it may be written
    is_partial: bool
    undo: FormView | None


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show the settings; the plan of a form that was sent."""
    target = page.query.get("id", "")
    subject = Subject.of(target)
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    wanted = subject.domain or domain_of(page.stamped)
    domain = next((one for one in domains if domain_of(one) == wanted), None)
    if domain is None:
        raise NotFound("This domain is not part of the service.")
    names = {domain_of(one) for one in domains}
    state = server_settings.read(page.zimbra, page.request, domain, subject.cos, names)
    values = {FIELD + key: _written(page, held.text) for key, held in state.held.items()}
    choices = {FIELD + "default_class": {"": _say(page, N_("as the server says")), **state.classes}}
    form = page.forms.of("preview_settings", target, values=values, choices=choices)
    change = page.forms.of("change_settings", target, values=values, choices=choices)
    return {
        "domain": shown_domain(domain.name),
        "is_whole": any(one.row.scope != "domain" for one in state.held.values()),
        "domains": _domains(subject, domains, domain) if len(domains) > 1 else [],
        "classes": _classes(subject, state),
        "here": page.links.to("settings", **({"id": target} if target else {})),
        "form": form,
        "change": change,
        "sections": _sections(page, state, form) if form else [],
        "plan": _plan(page, state) if page.plan is not None else [],
        "hidden": _hidden(page) if page.plan is not None else {},
        "past": _past(page, state),
    }


def _domains(subject: Subject, domains: Sequence[Entry], shown: Entry) -> list[Choice]:
    """The service's domains to choose from."""
    found = []
    for one in domains:
        name = "" if one is domains[0] else domain_of(one)
        found.append(Choice(str(replace(subject, domain=name)), shown_name(one), one is shown))
    return found


def _classes(subject: Subject, state: State) -> list[Choice]:
    """The classes of service to choose from; none where there is one alone."""
    if not state.class_id or len(state.classes) == 1:
        return []
    return [
        Choice(str(replace(subject, cos=one)), name, one == state.class_id)
        for one, name in sorted(state.classes.items(), key=lambda one: one[1])
    ]


def _sections(page: PageContext, state: State, form: FormView) -> list[tuple[str, list[Row]]]:
    found = []
    for section, title in SECTIONS.items():
        rows = [
            _row(page, state, held, form)
            for held in state.held.values()
            if held.row.section == section
        ]
        if rows:
            found.append((_say(page, title), rows))
    return found


def _row(page: PageContext, state: State, held: Held, form: FormView) -> Row:
    row = held.row
    message, values = row.kind.allowed
    sentence = f"{_say(page, row.sentence)} {_say(page, message, **values) if message else ''}"
    inherits = held.source == "global" and row.scope != "global"
    is_default = held.source == "default" or inherits
    return Row(
        key=row.key,
        field=form.field(FIELD + row.key),
        sentence=sentence.strip(),
        unit=_say(page, row.kind.unit),
        source=_say(page, _SOURCES[held.source], name=state.class_name),
        default="" if is_default else _default(page, state, row),
        restart=bool(row.restart),
        unproven=row.unproven,
        differs=held.differs,
        common=row.kind.write(held.common) if held.common else "",
        more=not set(held.common) <= set(held.values),
        shown=(SHOWN + row.key, _written(page, held.text)),
    )


def _default(page: PageContext, state: State, row: ServerSetting) -> str:
    if row.default:
        return value_of(page, state, row, row.default)
    return _say(page, N_("Zimbra's own") if row.scope in ("server", "domain") else N_("empty"))


def value_of(page: PageContext, state: State, row: ServerSetting, values: Values) -> str:
    """A value as people read it."""
    text = row.kind.write(values)
    if row.key == "default_class":
        return state.classes.get(text, text) or _say(page, N_("as the server says"))
    if text in choices_of(row.kind):
        return _say(page, choices_of(row.kind)[text])
    unit = _say(page, row.kind.unit)
    text = _written(page, text)
    return f"{text} {unit}".strip() if text else _say(page, N_("empty"))


def _written(page: PageContext, text: str) -> str:
    """A number with the decimal sign of the reader's language; both are read."""
    if re.fullmatch(r"[0-9]+\.[0-9]+", text, re.ASCII):
        return text.replace(".", languages.found()[page.figures.language].table.decimal)
    return text


def _plan(page: PageContext, state: State) -> list[Line]:
    lines = {}
    for one in page.plan.planned:
        held = state.held[one.row.key]
        after = value_of(page, state, one.row, one.after)
        if not one.after and one.row.scope in ("server", "domain"):
            after = _say(page, N_("Zimbra's own"))
        before = value_of(page, state, one.row, held.values)
        restart = bool(one.row.restart)
        lines[one.row.key] = Line(_say(page, one.row.label), before, after, restart)
    return list(lines.values())


def _hidden(page: PageContext) -> dict[str, str]:
    """The fields of the plan's form: what changes, and what was shown at first."""
    asked = page.plan.asked
    found = {}
    for key in page.plan.keys:
        if key not in asked.reset:
            found[FIELD + key] = asked.texts[key]
        if key in (asked.shown or {}):
            found[SHOWN + key] = asked.shown[key]
    reset = [key for key in page.plan.keys if key in asked.reset]
    return {**found, **({server_settings.RESET: " ".join(reset)} if reset else {})}


def _past(page: PageContext, state: State) -> list[Past]:
    """The last changes, which a click undoes."""
    acts: Sequence[Any] = ()
    if page.activity:
        acts, _ = page.activity.of(0, _LOOKED_AT, "", only_failed=False)
    found: list[Past] = []
    for one in setting_history.past(acts, state)[:_LISTED]:
        act = one.act
        is_customers = act.actor.get("kind", "customer") == "customer"
        own = act.event == "client_action" and is_customers
        who = (act.actor.get("name") if own else "") or _say(
            page, N_("Customer") if own else N_("Provider")
        )
        found.append(
            Past(
                datetime.fromtimestamp(act.ended_at or act.started_at, UTC),
                who,
                ", ".join(_say(page, BY_KEY[key].label) for key in one.keys),
                one.is_partial,
                page.forms.of("undo_settings", act.reference),
            )
        )
    return found


def _say(page: PageContext, message: str, **values: object) -> str:
    return translate(message, values, page.request.locale) if message else ""
