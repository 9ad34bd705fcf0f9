"""The customer's page, and a table of 10,000 rows, over what escaping their text takes at least.

The page is built and rendered as the hook does it, for services of 10, 1,000 and 10,000 mailboxes
(50 rows at most stand on it); the table is the same template with all rows on one page. The floor
is MarkupSafe's `escape` on six values for every row that is shown. The bound is on what Jinja2
takes for rows whose texts are ready; the page also formats numbers and dates in the customer's
language, and has charts. CPU time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from jinja2 import Environment, Template
from mailboxes import Mailboxes
from markupsafe import escape
from rounds import medians
from verdict import Figure, Options, main

from puq_zimbra.clientarea import mailboxes, render
from puq_zimbra.clientarea.page import PageContext
from puq_zimbra.readings import Counts, MailboxUsage, ServiceState, ServiceUsage, UsagePoint
from puq_zimbra.request import Request

SIZES, EXPORT = (10, 1_000, 10_000), 10_000
#: over the floor
MOST = 3.0
#: the least template that shows as much
ROWS = (
    "{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>"
    "{% endfor %}"
)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CALL = {
    "installation": "bench.example",
    "locale": "pl",
    "page": "overview",
    "service": {"id": "1", "domain": "bench.example"},
    "server": {"url": "https://mail.bench.example:7071/service/admin/soap"},
    "form": {"page_url": "clientarea.php?page="},
}


def service(count: int) -> ServiceUsage:
    """A service with so many mailboxes."""
    boxes = tuple(
        MailboxUsage(one.id, one.name, one.used, one.limit or None, "active")
        for one in Mailboxes(count, 1)
    )
    return ServiceUsage(
        installation="bench.example",
        service_id="1",
        domain="bench.example",
        domain_id="id",
        measured_at=NOW - timedelta(hours=1),
        used=sum(box.used or 0 for box in boxes),
        limit=None,
        mailbox_limits=None,
        counts=Counts(),
        mailboxes=boxes,
    )


def page(call: Request, usage: ServiceUsage) -> str:
    """The page as a hook makes it."""
    return render.drawn(built(call, usage))


def built(call: Request, usage: ServiceUsage) -> PageContext:
    """What the page shows."""
    state = ServiceState("active", False, None, "admin@bench.example")
    history = [
        UsagePoint(NOW - timedelta(days=day), usage.used - day, None, len(usage.mailboxes))
        for day in range(30)
    ]
    return render.context(call, state, usage, history, now=NOW)


def whole_table(call: Request, usage: ServiceUsage) -> PageContext:
    """The same with every row on one page."""
    page = built(call, usage)
    lines = mailboxes.lines(usage.mailboxes)
    assert page.view.table is not None
    table = replace(page.view.table, lines=lines, pages=1)
    return replace(page, view=replace(page.view, table=table))


def floor(usage: ServiceUsage, rows: int) -> None:
    """Escape six values for each of so many rows, and nothing else."""
    for one in _values(usage, rows):
        for value in one:
            escape(value)


def bare(template: Template, usage: ServiceUsage, rows: int) -> str:
    """What Jinja2 itself takes to print six values that are text already."""
    return template.render(rows=_values(usage, rows))


def _values(usage: ServiceUsage, rows: int) -> Iterator[tuple[str, ...]]:
    return (
        (one.address, one.status, one.id, one.address, one.status, one.id)
        for one in usage.mailboxes[:rows]
    )


def often(call: Callable[[], object], rows: int) -> None:
    """Make a call as often as the clock needs, which is less often when it shows more rows."""
    for _ in range(_times(rows)):
        call()


def _times(rows: int) -> int:
    return max(1, 500 // rows)


def products(options: Options) -> Iterator[tuple[str, Callable[[], object], int]]:
    """What of ours is measured, and how many rows it shows."""
    call = Request.model_validate(CALL)
    for count in map(options.size, SIZES):
        shown = min(count, mailboxes.PAGE_SIZE)
        yield f"page of {count} mailboxes", partial(page, call, service(count)), shown
    count = options.size(EXPORT)
    table = whole_table(call, service(count))
    assert render.drawn(table).count("<bdi") >= count, "rows are missing"
    yield f"table of {count} rows", partial(render.drawn, table), count


def measure(options: Options) -> Iterator[Figure]:
    """Ours, the floors, and Jinja2 alone."""
    measured = list(products(options))
    template = Environment(autoescape=True).from_string(ROWS)
    calls = {what: partial(often, call, rows) for what, call, rows in measured}
    counts = sorted({rows for _, _, rows in measured})
    usage = service(max(counts))
    for rows in counts:
        calls[f"floor {rows}"] = partial(often, partial(floor, usage, rows), rows)
        calls[f"jinja {rows}"] = partial(often, partial(bare, template, usage, rows), rows)
    seconds = medians(calls, options.runs, time.process_time)

    def figure(what: str, key: str, rows: int, most: float | None) -> Figure:
        mine, least = (seconds[one] / _times(rows) * 1000 for one in (key, f"floor {rows}"))
        evidence = f"{mine:.2f} ms over {least:.3f} ms, {rows} rows shown"
        return Figure(f"{what}, over the floor", mine / least, "x", evidence, most=most)

    for what, _, rows in measured:
        yield figure(what, what, rows, None)
    for rows in counts:
        yield figure("rows of six ready texts through Jinja2", f"jinja {rows}", rows, MOST)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
