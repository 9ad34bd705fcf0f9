"""`puq-zimbra serve`: see `puq_zimbra.http.serve`."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path

import click

from puq_zimbra import file_owner, logs
from puq_zimbra.cli import _hints
from puq_zimbra.config import Config, load


@click.command()
@click.option("--listen", help="127.0.0.1:PORT or unix:/PATH, in place of [http] listen.")
@click.option("--json", "as_json", is_flag=True, help="Print the line as JSON.")
@click.pass_context
def serve(context: click.Context, listen: str | None, as_json: bool) -> None:
    """Answer signed hook requests over HTTP, until SIGTERM.

    Listens on 127.0.0.1:7410, or where [http] says; beyond loopback only with a certificate. Prints
    one line, "ready ADDRESS". Carries on open operations as puq-zimbra work does. SIGHUP reads the
    settings anew; those of [http] and [log] count from the next start on.

    \b
    Examples:
      puq-zimbra serve
      puq-zimbra serve --listen unix:/run/puq-zimbra/hook.sock
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it can be heeded; it never ends us
    settings: Path | None = context.obj
    config = _with_address(load(settings), listen)
    file_owner.require_ours(config)
    try:
        from puq_zimbra.http.serve import serve as run
    except ImportError as error:
        raise _hints.needs_extra(error) from error
    context.with_resource(logs.on_stderr(config.log.format, config.log.level))
    read = partial(_read, settings, listen)
    context.exit(run(config, settings, read, as_json=as_json))


def _read(settings: Path | None, listen: str | None) -> Config:
    return _with_address(load(settings), listen)


def _with_address(config: Config, listen: str | None) -> Config:
    if not listen:
        return config
    http = config.http.model_copy(update={"listen": listen})
    return config.model_copy(update={"http": http})
