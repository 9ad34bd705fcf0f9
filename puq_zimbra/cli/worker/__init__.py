"""`puq-zimbra worker`: see `puq_zimbra.worker.run`."""

from __future__ import annotations

import click

from puq_zimbra import file_owner, logs
from puq_zimbra.cli import _hints
from puq_zimbra.cli._folder import Folder
from puq_zimbra.config import load
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Misconfigured


@click.group(cls=Folder, package=__name__, invoke_without_command=True)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="How many operations are carried on at once.",
)
@click.option("--json", "as_json", is_flag=True, help="Log as JSON, whatever [log] format says.")
@click.pass_context
def worker(context: click.Context, jobs: int, as_json: bool) -> None:
    """Carry on operations and do what is due, beside workers of other machines.

    Runs until SIGTERM, also while the database is away. Any number may run, on any number of
    machines that share a store in PostgreSQL. Does what cron does elsewhere: work, usage sync,
    purge --due, store prune; [cluster] says when.

    \b
    Examples:
      puq-zimbra worker
      puq-zimbra worker --jobs 8
      puq-zimbra worker status --json
    """
    if context.invoked_subcommand is not None:
        return
    config = load(context.obj)
    if not config.has_workers:
        raise Misconfigured(
            "Workers need a store in PostgreSQL and [cluster] nodes, which says how many machines"
            " share it."
        )
    file_owner.require_ours(config)
    try:
        from puq_zimbra.worker.run import run
    except ImportError as error:
        raise _hints.needs_extra(error) from error
    runtime = Runtime(config)
    try:
        with logs.on_stderr("json" if as_json else config.log.format, config.log.level):
            run(runtime, jobs)
    finally:
        runtime.close()
