"""`puq-zimbra serve`: the hook door over HTTP, until it is told to stop.

Stopped by SIGTERM or SIGINT it takes nothing new, waits for the hooks at work as long as a hook may
take, and ends; what is not finished by then stands open in the store.

Source: uvicorn ("Server behavior", `timeout_graceful_shutdown`).
"""

from __future__ import annotations

import gc

import click
import uvicorn

from puq_zimbra.config import Config
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.server import listening, secret_file
from puq_zimbra.server.app import make_app
from puq_zimbra.server.connection import bounded

#: seconds beyond a hook's own time before a stop cuts it off
_SPARE = 5
#: seconds for which an idle connection is kept
_KEEP_ALIVE = 30


def serve(config: Config) -> int:
    """Serve; return the exit status.

    Raises:
        Misconfigured: the address, the secret or the store cannot be used.
    """
    http = config.http
    where = listening.address(http)
    keys = secret_file.Keys(secret_file.path_of(config))
    keys.active()
    runtime = Runtime(config)
    runtime.store()
    bound = listening.bind(where)
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(runtime, keys),
            http=bounded(http),
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
    click.echo(f"ready {listening.shown(where, bound, tls=http.certificate is not None)}")
    gc.freeze()  # what was loaded stays
    server.run(sockets=[bound])
    return 0
