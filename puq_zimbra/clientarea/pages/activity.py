"""Activity: what was done on the service, by whom and with what outcome, newest first.

Customers read the names of customers. Whoever of the provider's staff acted is the provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, Invalid, PuqZimbraError
from puq_zimbra.i18n import translate

PAGE = Page(title=N_("Activity"), capability="activity", order=70)

#: rows of one page
ROWS = 50
#: digits of the highest number of a page
_DIGITS = 6
#: what carries out the forms of the page
_FORMS = "client_action"
_UNREACHED = N_("The mail server gives no answer just now; please try again later.")
#: what the host or its staff asked for
_EVENTS = {
    "create": N_("Service set up"),
    "adopt": N_("Service taken over"),
    "suspend": N_("Suspension"),
    "unsuspend": N_("End of the suspension"),
    "terminate": N_("Termination"),
    "purge": N_("Deletion for good"),
    "restore": N_("Termination called off"),
    "renew": N_("Renewal"),
    "change_package": N_("Change of the package"),
    "change_password": N_("New password"),
    "repair": N_("Repair"),
    "import_mailboxes": N_("Import of mailboxes"),
    "change_found": N_("Change of many mailboxes"),
}
_OTHER, _OTHER_FORM = N_("Change by the provider"), N_("Change on this page")
#: values of an outcome's sentence that name the object
_OBJECTS = ("address", "list", "alias", "domain", "name")
#: colour and word of an outcome
_OUTCOMES = {
    "done": ("ok", N_("Done")),
    "failed": ("bad", N_("Failed")),
    "open": ("warn", N_("Under way")),
    "running": ("warn", N_("Under way")),
}
#: what can be asked for: who acted, and how it ended
WHO = {
    "": N_("Everybody"),
    "customer": N_("Customer"),
    "provider": N_("Provider"),
    "automatic": N_("Automatic"),
}
RESULTS = {"": N_("Any"), "failed": N_("Failed")}


@dataclass(frozen=True)
class Line:
    """An operation; all but ``when`` as people read it."""

    what: str
    #: what it was done to, or why it failed; may be ""
    about: str
    when: datetime
    who: str
    colour: str
    outcome: str
    reference: str
    #: changes in Zimbra so far, of one under way
    writes: int


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show what is under way, and one page of all operations."""
    asked = page.query.get("p", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS else 1
    number = max(number, 1)
    who = page.query.get("who", "") if page.query.get("who", "") in WHO else ""
    result = page.query.get("result", "") if page.query.get("result", "") in RESULTS else ""
    skip = (number - 1) * ROWS
    acts, total = page.activity.of(skip, ROWS, who, only_failed=result == "failed")
    return {
        "under_way": [_line(page, act) for act in page.activity.under_way()],
        "lines": [_line(page, act) for act in acts],
        "first": skip + 1,
        "total": total,
        "number": number,
        "pages": max(-(-total // ROWS), 1),
        "who": who,
        "result": result,
        "everybody": [(key, _say(page, label)) for key, label in WHO.items()],
        "results": [(key, _say(page, label)) for key, label in RESULTS.items()],
    }


def noun_of(event: str) -> str:
    """What was done, in English; a form of a customer's page is a change on it."""
    return _OTHER_FORM if event == _FORMS else _EVENTS.get(event, _OTHER)


def _line(page: PageContext, act: Any) -> Line:
    colour, outcome = _OUTCOMES.get(act.state, _OUTCOMES["open"])
    return Line(
        what=_say(page, _noun(page, act)),
        about=_about(page, act) if act.event == _FORMS else "",
        when=datetime.fromtimestamp(act.ended_at or act.started_at, UTC),
        who=_who(page, act),
        colour=colour,
        outcome=_say(page, outcome),
        reference=act.reference,
        writes=act.writes,
    )


def _who(page: PageContext, act: Any) -> str:
    """The reader himself, another person of the customer's by name, or who else it was."""
    actor = page.request.actor
    if act.who != "customer":
        return _say(page, WHO[act.who])
    if actor is not None and act.actor and act.actor == actor.model_dump(exclude_none=True):
        return _say(page, N_("You"))
    return act.actor.get("name") or _say(page, WHO["customer"])


def _noun(page: PageContext, act: Any) -> str:
    """What was done; an action of another version is a change."""
    if act.event != _FORMS:
        return _EVENTS.get(act.event, _OTHER)
    if page.forms is not None:
        with suppress(Invalid):
            return page.forms.find(act.action).noun or _OTHER_FORM
    return _OTHER_FORM


def _about(page: PageContext, act: Any) -> str:
    """What an action was done to, or why it failed."""
    if act.reply is None:
        return ""
    if act.state == "done":
        named = (act.reply.values.get(key) for key in _OBJECTS)
        return next((str(one) for one in named if one), "")
    if act.reply.code in ("unavailable", "misconfigured"):
        return _say(page, _UNREACHED)
    values = PuqZimbraError("", **act.reply.values).values
    return translate(act.reply.message, values, page.request.locale)


def _say(page: PageContext, message: str) -> str:
    return translate(message, {}, page.request.locale)
