"""`puq-zimbra work`: see `puq_zimbra.engine.work`.

Source: cron(8).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from puq_zimbra.cli import _job, _options
from puq_zimbra.cli._progress import Count
from puq_zimbra.config import load
from puq_zimbra.engine.dns import look_up_wanted
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.work import carry_on_all
from puq_zimbra.errors import filled_in
from puq_zimbra.reply import CODES, Reply

if TYPE_CHECKING:
    from puq_zimbra.store.operations.records import OperationRecord


@dataclass(frozen=True)
class _Line:
    """The result of one operation."""

    reference: str
    service: str
    event: str
    code: str
    message: str


@click.command()
@click.option("--dry-run", is_flag=True, help="List the open operations, and send nothing.")
@_options.json_lines
@click.pass_context
def work(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """Carry on what hooks could not finish in their time, for cron.

    Takes every operation that was left open or whose process died, and looks up the DNS records
    that pages want to know. Exit status 0 when nothing is left open, 75 otherwise; an operation
    that waits for the host's retry, or for a person, counts as open.

    \b
    Examples:
      puq-zimbra work --dry-run
      puq-zimbra work
    """
    config = load(context.obj)
    _job.logged(context, config)
    runtime, count = Runtime(config), Count("work")
    codes = Counter[str]()
    try:
        with _job.counted("work") as told:
            for kept, reply in carry_on_all(runtime, dry_run=dry_run, progress=count.show):
                line = _line(kept, reply)
                count.clear()
                click.echo(json.dumps(asdict(line), ensure_ascii=False) if as_json else _text(line))
                codes[reply.code] += 1
            count.clear()
            if not dry_run:
                look_up_wanted(runtime)
                runtime.store().bulk.forget_old()
            left = runtime.store().operations.unfinished()
            held = sum(one.state == "held" for one in left)
            told |= {"operations": codes.total(), "left_open": len(left) - held, "held": held}
    finally:
        count.clear()
        runtime.close()
    if codes and not as_json:
        ends = ", ".join(f"{code}: {number}" for code, number in sorted(codes.items()))
        click.echo(f"{ends}; left open: {len(left) - held}, held: {held}")
    context.exit(CODES["pending"][1] if left else 0)


def _line(kept: OperationRecord, reply: Reply) -> _Line:
    service = f"{kept.installation}:{kept.service_id}"
    return _Line(kept.id, service, kept.event, reply.code, filled_in(reply.message, reply.values))


def _text(line: _Line) -> str:
    return f"{line.reference}  {line.service:<30} {line.event:<16} {line.code:<14} {line.message}"
