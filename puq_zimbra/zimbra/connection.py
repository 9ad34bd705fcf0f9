"""A log-in at a Zimbra server, and calls made with it.

One log-in serves a process: the token travels in the SOAP header (never in a cookie, which would
bring CSRF tokens in). When Zimbra no longer accepts it, there is one more log-in and the call is
repeated, which was refused before it was carried out. Rejected credentials are never tried again:
ten failures make Zimbra answer 503 to everything from this address for a quarter of an hour.

Source: `service/admin/Auth.java`, `service/account/EndSession.java`, `soap/SoapEngine.java`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from lxml import etree

from puq_zimbra.call import Server
from puq_zimbra.errors import (
    CredentialsRejected,
    Misconfigured,
    NoAnswer,
    NotLoggedIn,
    NotSent,
    PermissionDenied,
    PuqZimbraError,
    TokenRejected,
    Transient,
)
from puq_zimbra.zimbra import answers, messages, retry
from puq_zimbra.zimbra.transport import Answer, Transport


class Connection:
    """A server, its administrator's token, and requests by name."""

    def __init__(self, server: Server, seconds: float = 15.0) -> None:
        if not server.username or server.password is None:
            raise Misconfigured("No user name and password are given for the Zimbra server.")
        self.server = server
        self._password = server.password
        self._transport = Transport(server.url, server.tls, seconds)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._rejected: CredentialsRejected | None = None

    def auth(self) -> str:
        """Log in (Auth.java) and return the token.

        Raises:
            CredentialsRejected: also when this client's credentials were rejected before.
        """
        if self._rejected is not None:
            raise self._rejected
        arguments = {
            "name": self.server.username,
            "password": self._password.get_secret_value(),
        }
        try:
            response = answers.read(self._post("Auth", arguments), "Auth")
        except (CredentialsRejected, PermissionDenied) as error:
            # An unknown name is PERM_DENIED here, a wrong password AUTH_FAILED: the same to us.
            self._rejected = CredentialsRejected(error.zimbra_code, error.text)
            raise self._rejected from error
        if answers.text(response, "twoFactorAuthRequired") == "true":
            raise Misconfigured(
                "The Zimbra administrator must log in with a second factor: use an administrator"
                " without one."
            )
        token = answers.text(response, "authToken")
        if not token:
            raise answers.garbled()
        return token

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
        with suppress(PuqZimbraError):  # a token that is not logged off runs out within hours
            self.end_session()
        self._transport.close()

    def _log_in(self, stale: str | None) -> str:
        """The token; a new one if ``stale`` is the one we hold."""
        with self._lock:
            if self._token is None or self._token == stale:
                self._token = None
                try:
                    self._token = retry.by_meaning("Auth", self.auth)
                except (NoAnswer, NotSent, Transient) as error:
                    raise NotLoggedIn(error.message, **error.places) from error
            return self._token

    def _post(self, request: str, arguments: Mapping[str, Any], **context: Any) -> Answer:
        return self._transport.post(
            messages.write(request, arguments, **context), gzip=bool(context.get("json"))
        )

    def call(self, request: str, **arguments: Any) -> etree._Element:
        """Send one request, repeated as its meaning allows, and return its response element."""
        return retry.by_meaning(request, lambda: self._call_once(request, arguments))

    def _call_once(self, request: str, arguments: Mapping[str, Any]) -> etree._Element:
        token = self._log_in(None)
        try:
            return answers.read(self._post(request, arguments, token=token), request)
        except TokenRejected:
            token = self._log_in(token)
            return answers.read(self._post(request, arguments, token=token), request)

    def call_json(
        self, request: str, arguments: Mapping[str, Any], **context: Any
    ) -> tuple[dict[str, Any], str | None]:
        """Ask for an answer in JSON; return the response and the admin session's id."""
        context["json"] = True
        return retry.by_meaning(request, lambda: self._json_once(request, arguments, context))

    def _json_once(
        self, request: str, arguments: Mapping[str, Any], context: Mapping[str, Any]
    ) -> tuple[dict[str, Any], str | None]:
        token = self._log_in(None)
        try:
            return self._read_json(self._post(request, arguments, token=token, **context), request)
        except TokenRejected:
            token = self._log_in(token)
            return self._read_json(self._post(request, arguments, token=token, **context), request)

    @staticmethod
    def _read_json(answer: Answer, request: str) -> tuple[dict[str, Any], str | None]:
        if answer.body[:1] == b"<":  # a server that does not heed <format>
            return answers.as_json(answers.read(answer, request)), answers.session_of(answer)
        document = answers.parse_json(answer)
        session: Any = document
        for key in ("Header", "context", "session", "id"):
            if isinstance(session, list) and session:
                session = session[0]
            session = session.get(key) if isinstance(session, dict) else None
        identity = session if isinstance(session, str) else None
        return answers.read_json(document, request), identity
