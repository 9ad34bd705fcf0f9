"""`puq-zimbra service restore`: see `puq_zimbra.hooks.restore`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.service import _calls
from puq_zimbra.engine import service_lookup
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime


@click.command()
@_options.one_service
@_options.server
@_options.dry_run
@_options.as_json
@click.pass_context
def restore(
    context: click.Context,
    installation: str,
    service_id: str,
    server: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Cancel the deletion of a service that was terminated with grace.

    \b
    Examples:
      puq-zimbra service restore crm.example 42 --dry-run
      puq-zimbra service restore crm.example 42
    """
    runtime = Runtime(context.obj)
    try:
        asked = service_lookup.named(installation, service_id)
        found = service_lookup.find(runtime, asked, server)
        service = service_lookup.service_of(found.stamped, service_id)
        params = service_lookup.params_of(runtime.config, found.server, installation, service)
        answer = dispatch("plain", "restore", {**params, "dry_run": dry_run}, runtime)
        context.exit(_calls.show_answer(answer, as_json=as_json))
    finally:
        runtime.close()
