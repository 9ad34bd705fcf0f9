"""`puq-zimbra hook`: the command-line interface that billing platforms call.

Modules are imported inside the function: a hook process is short, and its start is most of it.

Source: sysexits(3); `puq_zimbra.engine.dispatch`.
"""

from __future__ import annotations

import gc
import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from puq_zimbra.engine.runtime import Runtime

_LARGEST_INPUT = 4 * 2**20


@click.command()
@click.argument("host")
@click.argument("event")
@click.pass_context
def hook(context: click.Context, host: str, event: str) -> None:
    """Carry out EVENT of the billing platform HOST.

    Reads one JSON object on standard input and prints one JSON value. Exit status: 0 done,
    1 refused, 64 usage, 65 bad input, 69 Zimbra unreachable, 75 try again, 77 not ours,
    78 configuration.

    \b
    Examples:
      puq-zimbra hook plain describe < /dev/null
      puq-zimbra hook plain create < order.json
      puq-zimbra hook whmcs SuspendAccount < params.json
    """
    # The process ends with its hook: collecting garbage takes a sixth of its start.
    gc.disable()
    from puq_zimbra import logs, registry
    from puq_zimbra.engine.dispatch import dispatch
    from puq_zimbra.engine.runtime import Runtime

    if host not in (hosts := registry.host_names()):
        raise click.UsageError(f"There is no host {host}; there are: {', '.join(hosts)}.")
    if registry.event_of(host, event) is None:
        events = ", ".join(registry.events(host))
        raise click.UsageError(f"The host {host} has no event {event}; there are: {events}.")
    runtime = Runtime(context.obj)
    context.with_resource(logs.on_stderr(*_wanted_log(runtime)))
    try:
        answer = dispatch(host, event, _read_input(), runtime)
    finally:
        runtime.close()
    # UTF-8 whatever the locale is, and "?" for half a surrogate pair: the hook has been carried
    # out by now, so its answer must reach the host.
    text = json.dumps(answer.value, ensure_ascii=False)
    if sys.stdout is not None:  # closed by the caller
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
        sys.stdout.flush()
    context.exit(answer.exit_status)


def _wanted_log(runtime: Runtime) -> tuple[str, str]:
    """Form and level of the log; the usual ones where the settings cannot be used."""
    from puq_zimbra.errors import PuqZimbraError

    try:
        return runtime.config.log.format, runtime.config.log.level
    except PuqZimbraError:  # the answer tells it
        return "auto", "info"


def _read_input() -> Any:
    """The JSON value on standard input; {} if it is empty, None if it is too large or invalid."""
    from puq_zimbra.input_files import parse_json

    content = sys.stdin.buffer.read(_LARGEST_INPUT + 1) if sys.stdin else b""
    if len(content) > _LARGEST_INPUT:
        return None
    if not content.strip():
        return {}
    try:
        return parse_json(content)
    except ValueError:
        return None
