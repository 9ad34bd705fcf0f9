"""Change settings: what staff change of a service's Zimbra by the command line, or put back.

The same as the customer's form: planned, written, read back, kept with the values of before. Only
the command line asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.clientarea.fields import FieldErrors
from puq_zimbra.engine import setting_changes
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Invalid
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.selfservice import server_settings
from puq_zimbra.selfservice.server_settings import FIELD, RESET, Asked, Subject
from puq_zimbra.settings.changing import Planned

HOOK = Hook(
    needs=(*SERVICE, "form"),
    writes=True,
    aspects={"content:server-settings"},
    resumable=False,
    public=False,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Write what the call's form says: set_KEY, reset, undo, domain, class (a name)."""
    zimbra, form = runtime.zimbra(request), request.form
    if form.get("undo"):
        notes = setting_changes.notes_of(request, runtime, form["undo"])
        done = server_settings.undo(zimbra, request, notes, dry_run=request.dry_run)
        return _told(request, done, N_("Settings put back: %(count)s."))
    asked = server_settings.of_form({**form, RESET: form.get("reset", "")})
    asked = Asked(asked.texts, asked.reset)  # a command shows nothing at first
    subject = Subject(form.get("domain", ""), form.get("class", ""))
    try:
        if request.dry_run:
            done = list(server_settings.preview(zimbra, request, subject, asked).planned)
        else:
            done = server_settings.change(zimbra, request, subject, asked)
    except FieldErrors as error:
        key, wrong = next(iter(error.errors.items()))
        message = wrong.message % wrong.values
        raise Invalid("%(key)s: %(why)s", key=key.removeprefix(FIELD), why=message) from error
    return _told(request, done, N_("Settings changed: %(count)s."))


def _told(request: Request, done: Sequence[Planned], message: str) -> Reply:
    changes = [_change(one) for one in done]
    data = {"changes": changes}
    if not done:
        return Reply("unchanged", N_("Every setting is as it was."), data=data)
    if request.dry_run:
        return Reply("unchanged", N_("Nothing was written: this was a dry run."), data=data)
    restart = sorted({one.row.restart for one in done if one.row.restart})
    data |= {
        "settings": server_settings.notes_of(done),
        **({"restart": restart} if restart else {}),
    }
    return Reply("updated", message, {"count": len({one.row.key for one in done})}, data=data)


def _change(one: Planned) -> dict[str, object]:
    return {
        "setting": one.row.key,
        "object": one.place.name or one.place.kind,
        "attribute": one.row.attribute,
        "before": list(one.before),
        "after": list(one.after),
    }
