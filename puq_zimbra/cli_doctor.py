"""The command `puq-zimbra doctor`: thin and quick to load, as those of `puq_zimbra.cli`."""

from __future__ import annotations

import click


@click.command()
@click.option("--server", help="Only this server of the settings.")
@click.option("--json", "as_json", is_flag=True, help="Print all findings as one JSON object.")
@click.pass_context
def doctor(context: click.Context, server: str | None, as_json: bool) -> None:
    """Look at everything that a hook depends on, and say what to do next.

    Settings, files, store and hook command of this machine; certificate, clock, log-in, rights,
    classes of service and filter of each configured Zimbra. Changes nothing, and ends within a
    minute. Run it as the user of the hooks. Exit status 0 without errors, 1 with any, 78 when the
    settings cannot be read.

    \b
    Examples:
      puq-zimbra doctor
      runuser -u www-data -- puq-zimbra doctor --server mail1
      puq-zimbra doctor --json
    """
    from puq_zimbra.commands.doctor import doctor as run

    context.exit(run(context.obj, server, as_json=as_json))
