"""A log-in at a Zimbra server, and calls made with it.

One log-in serves a process: the token travels in the SOAP header (never in a cookie, which would
bring CSRF tokens in). When Zimbra no longer accepts it, there is one more log-in and the call is
repeated, which was refused before it was carried out. Of credentials that Zimbra rejects
`rejections` keeps count, for all processes.

Source: `service/admin/Auth.java`, `service/account/EndSession.java`, `soap/SoapEngine.java`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from lxml import etree

from puq_zimbra.call import Server
from puq_zimbra.config import Limits
from puq_zimbra.errors import (
    AddressBlocked,
    CredentialsRejected,
    Misconfigured,
    NoAnswer,
    NotLoggedIn,
    NotSent,
    PermissionDenied,
    PuqZimbraError,
    TimeUsedUp,
    TokenRejected,
    Transient,
)
from puq_zimbra.zimbra import answers, budget, messages, retry, sent, witness
from puq_zimbra.zimbra.politeness import Politeness, own_folder
from puq_zimbra.zimbra.rejections import Rejections
from puq_zimbra.zimbra.transport import Answer, Transport

Listing = TypeVar("Listing")
#: seconds in which a process logs off, or goes without
_LOG_OFF_SECONDS = 3.0


class Connection:
    """A server, its administrator's token, and requests by name."""

    def __init__(self, server: Server, limits: Limits, directory: Path | None) -> None:
        """``directory`` is the state directory, for what all processes must know of each other."""
        if not server.username or server.password is None:
            raise Misconfigured("No user name and password are given for the Zimbra server.")
        self.server = server
        self._password = server.password
        folder = own_folder(directory)
        politeness = Politeness(folder, server.place, limits)
        self._transport = Transport(server.url, server.tls, limits.request_seconds, politeness.turn)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._rejections = Rejections(folder, server)

    def auth(self, *, insist: bool = False) -> str:
        """Log in (Auth.java) and return the token.

        Raises:
            CredentialsRejected: also without asking, unless told to ``insist``.
        """
        arguments = {
            "name": self.server.username,
            "password": self._password.get_secret_value(),
        }
        # Made before, for the first one loads zeep, and other log-ins wait.
        body = messages.write("Auth", arguments)
        with self._rejections.one_log_in():
            if not insist:
                self._rejections.check()
            try:
                response = answers.read(self._send("Auth", body), "Auth")
            except (CredentialsRejected, PermissionDenied) as error:
                # An unknown name is PERM_DENIED here, a wrong password AUTH_FAILED: the same to us.
                self._rejections.note(error.zimbra_code)
                raise CredentialsRejected(error.zimbra_code, error.text) from error
            self._rejections.forget()
        if answers.text(response, "twoFactorAuthRequired") == "true":
            raise Misconfigured(
                "The Zimbra administrator must log in with a second factor: use an administrator"
                " without one."
            )
        token = answers.text(response, "authToken")
        if not token:
            raise answers.garbled()
        return token

    @property
    def is_shut(self) -> bool:
        """Whether log-ins with these credentials are not even tried."""
        try:
            self._rejections.check()
        except CredentialsRejected:
            return True
        return False

    def end_session(self) -> None:
        """Log off (EndSession.java); without a log-in nothing is sent."""
        with self._lock:
            token, self._token = self._token, None
        if token:
            with suppress(TokenRejected):  # it has run out by itself
                answer = self._post("EndSession", {"logoff": "1"}, token=token)
                answers.read(answer, "EndSession", "urn:zimbraAccount")

    def close(self) -> None:
        """Log off if the server can be reached, and give back the connection."""
        # A token that is not logged off runs out within hours; the host waits for its answer now.
        with suppress(PuqZimbraError), budget.within(_LOG_OFF_SECONDS):
            self.end_session()
        self._transport.close()

    def log_in_anyway(self) -> None:
        """Log in anew, also with credentials that were rejected."""
        self.end_session()
        self._log_in(None, insist=True)

    def _log_in(self, stale: str | None, *, insist: bool = False) -> str:
        """The token; a new one if ``stale`` is the one we hold."""
        with self._lock:
            if self._token is None or self._token == stale:
                self._token = None
                try:
                    self._token = retry.by_meaning("Auth", lambda: self.auth(insist=insist))
                except TimeUsedUp:
                    raise
                except (NoAnswer, NotSent, Transient) as error:
                    raise NotLoggedIn(error.message, **error.places) from error
            return self._token

    def _post(self, request: str, arguments: Mapping[str, Any], **context: Any) -> Answer:
        body = messages.write(request, arguments, **context)
        return self._send(request, body, gzip=bool(context.get("json")))

    def _send(self, request: str, body: bytes, *, gzip: bool = False) -> Answer:
        with sent.counted(request):
            answer = self._transport.post(body, gzip=gzip)
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE and self._rejections.lately():
            raise AddressBlocked
        return answer

    def call(self, request: str, **arguments: Any) -> etree._Element:
        """Send one request, repeated as its meaning allows, and return its response element."""
        return retry.by_meaning(request, lambda: self.call_once(request, **arguments))

    def call_once(self, request: str, **arguments: Any) -> etree._Element:
        """Send one request and return its response element; what fails is not tried again."""
        token = self._log_in(None)
        try:
            return self._ask(request, arguments, token)
        except TokenRejected:
            return self._ask(request, arguments, self._log_in(token))

    def _ask(self, request: str, arguments: Mapping[str, Any], token: str) -> etree._Element:
        if retry.may_be_made_twice(request):
            return answers.read(self._post(request, arguments, token=token), request)
        with witness.tell(request, arguments):
            return answers.read(self._post(request, arguments, token=token), request)

    def call_listing(
        self, request: str, arguments: Mapping[str, Any], kind: type[Listing], **context: Any
    ) -> tuple[Listing, str | None]:
        """Ask for an answer in JSON, decoded as ``kind``; return it and the admin session's id."""
        context["json"] = True
        return retry.by_meaning(
            request, lambda: self._listing_once(request, arguments, kind, context)
        )

    def _listing_once(
        self,
        request: str,
        arguments: Mapping[str, Any],
        kind: type[Listing],
        context: Mapping[str, Any],
    ) -> tuple[Listing, str | None]:
        from puq_zimbra.zimbra import jsonlistings

        token = self._log_in(None)
        try:
            answer = self._post(request, arguments, token=token, **context)
            return jsonlistings.read(answer, request, kind)
        except TokenRejected:
            token = self._log_in(token)
            answer = self._post(request, arguments, token=token, **context)
            return jsonlistings.read(answer, request, kind)
