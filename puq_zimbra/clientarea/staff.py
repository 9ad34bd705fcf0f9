"""Lines of the billing host's admin page that only staff read: sold and held, operations, drift.

Each is a label and small HTML, since WHMCS prints both unescaped; what is not known is said so.

Source: WHMCS "Admin Services Tab" (AdminServicesTabFields).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup, escape

from puq_zimbra import i18n, readings
from puq_zimbra.clientarea.format import Figures
from puq_zimbra.clientarea.pages import activity
from puq_zimbra.errors import N_
from puq_zimbra.request import Request

_OUTCOMES = {"done": N_("Done"), "failed": N_("Failed")}
_WAITING = {
    "held": N_("held until somebody asks for it again"),
    "abandoned": N_("broken off, to be finished"),
}


@dataclass(frozen=True)
class Difference:
    """One way in which Zimbra differs from what was sold."""

    item: str
    object: str


@dataclass(frozen=True)
class Operation:
    """What a hook was asked for; ``state`` as the store has it."""

    event: str
    state: str
    reference: str
    #: seconds since 1970
    at: int


@dataclass(frozen=True)
class Seen:
    """What was found of a service; None = it was not read."""

    usage: readings.ServiceUsage | None = None
    #: the newest that has a place in the service's activity
    last: Operation | None = None
    #: open, broken off or held
    waiting: Sequence[Operation] | None = None
    differences: Sequence[Difference] | None = None


def rows(request: Request, seen: Seen, figures: Figures) -> dict[str, str]:
    """Give the lines, in the reader's language."""
    known = i18n.translations(figures.language)
    nothing = [known.gettext("none")]
    unread = [known.gettext("not read: press Check")]
    waiting = [_operation(one, figures) for one in seen.waiting or ()]
    differences = [f"{one.item} ({one.object})" for one in seen.differences or ()]
    found = {
        known.gettext("Class of service"): [
            request.purchase.plan.cos or known.gettext("the server's default")
        ],
        known.gettext("Sold and held"): list(_sold(request, seen.usage, figures)),
        known.gettext("Last operation"): [_operation(seen.last, figures)] if seen.last else nothing,
        known.gettext("Operations that wait"): waiting
        or (nothing if seen.waiting is not None else [known.gettext("no data")]),
        known.gettext("Differences from what was sold"): differences
        or (nothing if seen.differences is not None else unread),
    }
    return {label: _lines(lines) for label, lines in found.items() if lines}


def _sold(request: Request, usage: readings.ServiceUsage | None, figures: Figures) -> Iterator[str]:
    known, plan = i18n.translations(figures.language), request.purchase.plan
    if request.purchase.mailbox is not None:  # it is all that was sold
        return
    counts = usage.counts if usage is not None else readings.Counts()
    for label, sold, held in (
        (known.gettext("Mailboxes"), plan.mailboxes, counts.mailboxes),
        (known.gettext("Aliases"), plan.aliases, counts.aliases),
        (known.gettext("Distribution lists"), plan.lists, counts.lists),
        (known.gettext("Domain aliases"), plan.domain_aliases, counts.alias_domains),
    ):
        limit = known.gettext("unlimited") if sold is None else figures.count(sold)
        there = known.gettext("no data") if usage is None else figures.count(held)
        yield known.gettext("%(what)s: %(sold)s sold, %(held)s held") % {
            "what": label,
            "sold": limit,
            "held": there,
        }


def _operation(one: Operation, figures: Figures) -> str:
    known = i18n.translations(figures.language)
    noun = known.gettext(activity.noun_of(one.event))
    state = known.gettext(_OUTCOMES.get(one.state) or _WAITING.get(one.state) or N_("Under way"))
    moment = figures.moment(datetime.fromtimestamp(one.at, UTC))
    return f"{noun}: {state}, {moment}, {one.reference}"


def _lines(lines: Sequence[str]) -> str:
    text = Markup("<br>").join(escape(line) for line in lines)
    # As everywhere on our pages: no brace of ours, so that no template of the host's reads one.
    return str(text).replace("{", "&#123;").replace("}", "&#125;")


def told_of(record: Mapping[str, object]) -> Difference:
    """A difference as `hooks/drift.py` gives it to hosts."""
    return Difference(str(record["item"]), str(record["object"]))
