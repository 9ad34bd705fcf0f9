"""A page of the customer's area as JSON: the same values that its template gets.

    page, title     which page it is
    usable          whether it can be used now; if not, it has no values
    parts           the pages to which its navigation leads
    state           how the service stands
    notice, problem finished sentences, or null
    values          what stands on the page, by the names of its template; bytes, UTC, ISO dates
    forms           each form with the keys that send it, and its fields

Objects of Zimbra are told by id and name alone: what else they hold is for the page to choose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from puq_zimbra import readings
from puq_zimbra.clientarea import status
from puq_zimbra.clientarea.forms import FormView
from puq_zimbra.clientarea.page import PageContext, asked, declared, draw_of
from puq_zimbra.clientarea.quota_bar import Space
from puq_zimbra.clientarea.render import context
from puq_zimbra.i18n import translate
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry

#: what a form's own hidden fields begin with; the others are the host's
_OURS = "puqz_"
#: a value that has no place in JSON
_LEFT_OUT = object()


def twin(
    request: Request,
    state: readings.ServiceState | None,
    usage: readings.ServiceUsage | None,
    history: Sequence[readings.UsagePoint],
    *,
    compiled: Path | None = None,
    **known: Any,
) -> dict[str, Any]:
    """Give a page as JSON; its arguments are those of `render.fragment`."""
    page = context(request, state, usage, history, **known)
    name = asked(request)
    usable = page.offers(name)
    drawn = draw_of(name)(page) if usable else {}
    forms: list[FormView] = []
    values = {key: _plain(value, forms) for key, value in drawn.items()}
    return {
        "page": name,
        "title": _say(page, declared()[name].title),
        "usable": usable,
        "parts": [
            {"page": one, "title": _say(page, declared()[one].title)}
            for one in declared()
            if page.navigates(one)
        ],
        "state": _state(page),
        "notice": page.notice,
        "problem": page.problem,
        "values": {key: value for key, value in values.items() if value is not _LEFT_OUT},
        "forms": [_form(one) for one in forms],
    }


def _state(page: PageContext) -> dict[str, Any]:
    view = page.view
    return {
        "kind": status.card(view).kind,
        "mail": view.state.mail,
        "until": view.state.until.isoformat() if view.state.until else None,
        "reason": view.state.reason,
        "space": _space(view.total),
        "mailboxes": view.mailboxes_now,
        "mailbox_limit": view.mailbox_limit,
        "measured_at": view.measured_at.isoformat() if view.measured_at else None,
    }


def _form(form: FormView) -> dict[str, Any]:
    """A form; ``keys`` go back as they are, beside the fields."""
    return {
        "action": form.hidden["puqz_action"],
        "keys": {key: value for key, value in form.hidden.items() if key.startswith(_OURS)},
        "errors": list(form.errors),
        "fields": [_plain(one, []) for one in form.fields],
    }


def _space(space: Space) -> dict[str, Any]:
    known = space.limit_known
    return {
        "used": space.used,
        "limit": space.limit if known else None,
        "unlimited": space.unlimited,
        "percent": space.percent,
    }


def _plain(value: Any, forms: list[FormView]) -> Any:
    """A value as JSON has it; forms are collected, and stand there by their number."""
    if value is None or isinstance(value, bool | int | float | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, FormView):
        forms.append(value)
        return {"form": len(forms) - 1}
    if isinstance(value, Space):
        return _space(value)
    if isinstance(value, Entry):
        return {"id": value.id, "name": value.name}
    return _of_many(value, forms)


def _of_many(value: Any, forms: list[FormView]) -> Any:
    """A value that holds others."""
    if is_dataclass(value) and not isinstance(value, type):
        return _kept({one.name: getattr(value, one.name) for one in fields(value)}, forms)
    if isinstance(value, Mapping):
        return _kept(value, forms)
    if isinstance(value, Set):
        value = sorted(value, key=str)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        found = (_plain(one, forms) for one in value)
        return [one for one in found if one is not _LEFT_OUT]
    return _LEFT_OUT


def _kept(values: Mapping[Any, Any], forms: list[FormView]) -> dict[str, Any]:
    found = {
        str(key): _plain(one, forms) for key, one in values.items() if not str(key).startswith("_")
    }
    return {key: one for key, one in found.items() if one is not _LEFT_OUT}


def _say(page: PageContext, message: str) -> str:
    return translate(message, {}, page.request.locale)
