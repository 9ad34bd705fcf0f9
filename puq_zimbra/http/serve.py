"""`puq-zimbra serve`: the hooks over HTTP, until SIGTERM or SIGINT.

On the signal it accepts no new request, waits for the running hooks as long as a hook may take, and
ends. An operation that is unfinished by then stays open in the store.

Source: uvicorn ("Server behavior", `timeout_graceful_shutdown`).
"""

from __future__ import annotations

import gc
import json
from pathlib import Path

import click
import uvicorn

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.http import client_limits, handshaking, listening, secret_file
from puq_zimbra.http.app import make_app
from puq_zimbra.http.settings import Read, Reloading, prove

#: seconds beyond a hook's own time limit before a stop ends it
_SPARE = 5
#: seconds for which an idle connection is kept
_KEEP_ALIVE = 30


def serve(config: Config, settings: Path | None, read: Read, *, as_json: bool = False) -> int:
    """Serve; return the exit status. ``read`` reads the settings anew.

    Raises:
        Misconfigured: the address, the secret or the store cannot be used.
    """
    prove(config, settings)
    http = config.http
    where = listening.address(http)
    keys = secret_file.Keys(secret_file.path_of(config))
    keys.active()
    runtime = Runtime(config)
    runtime.store()
    bound = listening.bind(where)
    if http.certificate:
        bound = handshaking.bound(bound, client_limits.handshakes(http), 2 * http.body_seconds)
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(runtime, keys),
            http=client_limits.bounded(http),
            loop="asyncio",  # other loops do not call accept() of our listening socket
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=int(config.limits.hook_seconds) + _SPARE,
            ssl_certfile=http.certificate,
            ssl_keyfile=http.key,
        )
    )
    # Before the word that others wait for: a signal sent at once counts, too.
    Reloading(runtime, settings, read).begin()
    ready = listening.shown(where, bound, tls=http.certificate is not None)
    click.echo(json.dumps({"ready": ready}) if as_json else f"ready {ready}")
    gc.freeze()  # the modules loaded so far are never collected
    server.run(sockets=[bound])
    return 0
