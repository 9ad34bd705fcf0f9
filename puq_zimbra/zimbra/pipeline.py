"""The way of every request to a Zimbra: the steps that it and its answer take.

    1  named            an error says at which server it happened
    2  repeat           sends again where the request's row allows it; a new try passes all below
    3  with_token       adds the token; renews a rejected one and sends again, as nothing was done
    4  envelope         is written; before 5, as zeep loads slowly and log-ins queue there
    5  watched          log-ins only: one at a time, and none with credentials rejected twice
    6  noted            writes only: the journal notes it, or forbids it, right before it is sent
    7  counted          requests and seconds, the wait for the rate limit included
    8  slot             waits for the rate limit, and holds it until the answer is there
    9  for_request      the rest of the hook's time; last, as 8 may use it up; of a write also until
       send_until       when its operation holds the service for sure
    10 post             the transport sends it, not later than that; it never repeats anything
    11 note             keeps the server's clock, whatever it answered
    12 recognise_block  an HTTP 503 after rejected log-ins is told from one of a busy server
    13 decode           reads the answer, and looks into a batch: inside 5 and 6, which want to
                        know how it ended

The log-in is a request like any other and takes the same way. Nothing else sends anything.

Source: PEP 343 (the "with" statement).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from puq_zimbra.config import Limits
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.zimbra import deadline, request_stats, request_table, retry, write_journal
from puq_zimbra.zimbra.answers import decode
from puq_zimbra.zimbra.batch_answers import refuse_if_logged_out
from puq_zimbra.zimbra.clock import ServerClock
from puq_zimbra.zimbra.context import Context
from puq_zimbra.zimbra.fleet import Shared
from puq_zimbra.zimbra.login import LogIn
from puq_zimbra.zimbra.login_backoff import LoginBackoff
from puq_zimbra.zimbra.messages import envelope
from puq_zimbra.zimbra.rate_limit import RateLimit, shared_folder
from puq_zimbra.zimbra.transport import Answer, Transport
from puq_zimbra.zimbra_server import Server


class Pipeline:
    """The way of requests to one server, and what they share: token, back-off, clock, transport."""

    def __init__(
        self, server: Server, limits: Limits, directory: Path | None, shared: Shared | None = None
    ) -> None:
        """``directory`` is the state directory, which all processes of the machine share.

        ``shared``: several machines share the rate limit.
        """
        self._server = server
        self._most_seconds = limits.request_seconds
        folder = shared_folder(directory)
        self.login = LogIn(server, self._send)
        self.backoff = LoginBackoff(folder, server)
        self.clock = ServerClock()
        self._rate_limit = RateLimit(folder, server.host_port, limits, shared)
        with named(server):
            self._transport = Transport(server.url, server.tls, limits.late_seconds)

    def send(self, name: str, arguments: Mapping[str, Any], **options: Any) -> Any:
        """Send the request of that name and return what its answer says.

        ``options`` are fields of `Context`.

        Raises:
            LookupError: the request has no row in `request_table`.
        """
        return self._send(Context(request_table.row(name), arguments, **options))

    def read_batch(self, arguments: Mapping[str, Any]) -> Any:
        """Send several reads in one request and return its answer."""
        return self._send(Context(request_table.BATCH_OF_READS, arguments))

    def probe(self) -> Answer:
        """Ask once without a log-in and return the HTTP answer, unread and whatever it is."""
        answer: Answer = self._send(Context(request_table.PROBE, unread=True))
        return answer

    def log_in_anew(self) -> None:
        """Log in now, also with credentials that were rejected before."""
        with named(self._server):
            self.login.log_in_anew()

    def close(self) -> None:
        """Log off if the server can be reached, and give back the connection."""
        self.login.log_off_soon()
        self._transport.close()

    def _send(self, context: Context) -> Any:
        with named(self._server):
            return retry.repeat(partial(self.login.with_token, self._send_once), context)

    def _send_once(self, context: Context) -> Any:
        """Send a request and read its answer."""
        body = envelope(context)
        with self.backoff.watched(context), write_journal.noted(context):
            counted = request_stats.counted(self._server.host_port, context.request.name)
            with counted, self._rate_limit.slot():
                seconds = deadline.for_request(self._most_seconds)
                until = write_journal.send_until(context)
                gzip = context.listing is not None
                answer = self._transport.post(body, seconds, until=until, gzip=gzip)
            self.clock.note(answer.date)
            self.backoff.recognise_block(answer.status)
            found = decode(answer, context)
            if context.request.name == "Batch":
                refuse_if_logged_out(found)
            return found


@contextmanager
def named(server: Server) -> Iterator[None]:
    """Let every error inside say at which server it happened."""
    try:
        yield
    except PuqZimbraError as error:
        error.values["server"] = server.named
        raise
