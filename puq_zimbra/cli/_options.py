"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from puq_zimbra.cli import _types

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
json_lines = click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
json_summary = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
server = click.option("--server", help="Only this server of the configuration.")
order = click.option(
    "--order",
    "path",
    help="What was sold: the JSON of a request of the host plain; - = standard input.",
)
port = click.IntRange(0, 65535)


def one_service(command: Callable[..., Any]) -> Callable[..., Any]:
    """Name one service: INSTALLATION SERVICE_ID."""
    return click.argument("installation")(click.argument("service_id")(command))


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Show some lines only: --installation, --service, --event, --code, --since, --until."""
    moment = _types.Moment()
    for option in (
        click.option("--until", type=moment, help="Only before this day or moment (UTC)."),
        click.option("--since", type=moment, help="Only from this day or moment on (UTC)."),
        click.option("--code", multiple=True, help="Only with this code; may be repeated."),
        click.option("--event", multiple=True, help="Only of this event; may be repeated."),
        click.option("--service", "service_id", metavar="ID", help="Only of this service id."),
        click.option("--installation", metavar="NAME", help="Only of this installation."),
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Filter:
    """Which lines are wanted; None and nothing = all."""

    installation: str | None = None
    service_id: str | None = None
    event: Sequence[str] = ()
    code: Sequence[str] = ()
    since: int | None = None
    until: int | None = None

    @classmethod
    def of(cls, **given: Any) -> Filter:
        """What the options say.

        Raises:
            UsageError: there is no such event or code.
        """
        from puq_zimbra import registry
        from puq_zimbra.reply import CODES

        # `service forget` is no hook, and leaves a line in the audit.
        _require_known("--event", given["event"], {*registry.hooks(), "forget"})
        _require_known("--code", given["code"], {*CODES, "superseded"})
        return cls(**given)

    def fits(self, line: Mapping[str, Any], at: int, code: str | None) -> bool:
        """Whether a line of a service and an event, of a time and with a code, is wanted."""
        return (
            self.installation in (None, line["installation"])
            and self.service_id in (None, line["service_id"])
            and (not self.event or line["event"] in self.event)
            and (not self.code or code in self.code)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
        )


def _require_known(option: str, given: Sequence[str], known: Iterable[str]) -> None:
    names = sorted(known)
    for one in given:
        if one not in names:
            raise click.UsageError(f"{option} {one}: there are {', '.join(names)}.")
