"""The commands of the HTTP door: thin and quick to load, as those of `puq_zimbra.cli`."""

from __future__ import annotations

import click

from puq_zimbra.commands import settings


@click.command()
@click.option("--listen", help="127.0.0.1:PORT or unix:/PATH, in the place of [http] listen.")
@click.pass_context
def serve(context: click.Context, listen: str | None) -> None:
    """Answer signed hook calls over HTTP, until SIGTERM.

    Listens on 127.0.0.1:7410, or where [http] says; beyond loopback only with a certificate. Prints
    one line, "ready ADDRESS". Carries on open operations as puq-zimbra work does.

    \b
    Examples:
      puq-zimbra serve
      puq-zimbra serve --listen unix:/run/puq-zimbra/hook.sock
    """
    from puq_zimbra import logs

    config = settings.of(context)
    if listen:
        http = config.http.model_copy(update={"listen": listen})
        config = config.model_copy(update={"http": http})
    try:
        from puq_zimbra.commands.serve import serve as run
    except ImportError as error:
        if (error.name or "").partition(".")[0] in ("fastapi", "uvicorn", "prometheus_client"):
            raise click.ClickException(
                f"This needs the package {error.name}, which the extra [server] brings."
            ) from error
        raise
    logs.to_stderr()
    context.exit(run(config))


@click.command()
@click.option("--rotate", is_flag=True, help="Make a new one; the last one counts beside it.")
@click.option("--retire", is_flag=True, help="Let the newest one alone count.")
@click.pass_context
def secret(context: click.Context, rotate: bool, retire: bool) -> None:
    """Print the secret that signs hook calls over HTTP; the first time, make it.

    To change it: --rotate, give the new one to every billing platform, then --retire. The service
    needs no restart.

    \b
    Examples:
      puq-zimbra secret
      puq-zimbra secret --rotate
      puq-zimbra secret --retire
    """
    if rotate and retire:
        raise click.UsageError("--rotate and --retire exclude each other")
    from puq_zimbra.commands.secret import secret as run

    context.exit(run(settings.of(context), rotate=rotate, retire=retire))
