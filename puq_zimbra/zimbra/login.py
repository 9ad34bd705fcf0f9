"""The administrator's token: one log-in serves a process.

The token travels in the SOAP header, never in a cookie, which would bring CSRF tokens in. Zimbra
rejects a token that it no longer accepts before it carries anything out: there is one more log-in,
and the request is sent again.

Source: `service/admin/Auth.java`, `service/account/EndSession.java`, `soap/SoapEngine.java`.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import Any

from lxml import etree

from puq_zimbra.errors import (
    Misconfigured,
    NoAnswer,
    NotLoggedIn,
    NotSent,
    PuqZimbraError,
    SecondFactorWanted,
    TimeUsedUp,
    TokenRejected,
    Transient,
)
from puq_zimbra.zimbra import answers, deadline, request_table
from puq_zimbra.zimbra.context import Context, Send
from puq_zimbra.zimbra.request_table import Token
from puq_zimbra.zimbra_server import Server

#: seconds for the log-off when a process ends; after them the token is left to expire
_LOG_OFF_SECONDS = 3.0


class LogIn:
    """The token of one server's administrator."""

    def __init__(self, server: Server, send: Send) -> None:
        """``send`` takes a `Context` through the whole pipeline."""
        self._server = server
        self._send = send
        self._lock = threading.Lock()
        self._token: str | None = None

    def with_token(self, send: Send, context: Context) -> Any:
        """Send a request with the token; renew it once if Zimbra rejects it."""
        if context.request.token is not Token.ADMIN:
            return send(context)
        token = self.token()
        try:
            return send(replace(context, token=token))
        except TokenRejected:
            return send(replace(context, token=self.token(stale=token)))

    def token(self, stale: str | None = None, *, insist: bool = False) -> str:
        """The token; a new one if there is none, or if it is ``stale``.

        Raises:
            NotLoggedIn: Zimbra did not answer the log-in.
            CredentialsRejected: also without a request, unless told to ``insist``.
        """
        with self._lock:
            if self._token is None or self._token == stale:
                self._token = None
                try:
                    self._token = self.auth(insist=insist)
                except TimeUsedUp:
                    raise
                except (NoAnswer, NotSent, Transient) as error:
                    raise NotLoggedIn(error.message, **error.values) from error
            return self._token

    def auth(self, *, insist: bool = False) -> str:
        """Log in (Auth.java) and return the token, which is not kept."""
        if not self._server.username or self._server.password is None:
            raise Misconfigured("No user name and password are given for the Zimbra server.")
        arguments = {
            "name": self._server.username,
            "password": self._server.password.get_secret_value(),
        }
        row = request_table.row("Auth")
        response: etree._Element = self._send(Context(row, arguments, insist=insist))
        if answers.text(response, "twoFactorAuthRequired") == "true":
            raise SecondFactorWanted("account.TWO_FACTOR_AUTH_REQUIRED")
        token = answers.text(response, "authToken")
        if not token:
            raise answers.garbled()
        return token

    def log_in_anew(self) -> None:
        """Log off, then log in, also with credentials that were rejected before."""
        self.log_off()
        self.token(insist=True)

    def log_off(self) -> None:
        """Log off (EndSession.java); without a token nothing is sent."""
        with self._lock:
            token, self._token = self._token, None
        if token:
            row = request_table.row("EndSession")
            with suppress(TokenRejected):  # it has expired
                self._send(Context(row, {"logoff": "1"}, token=token))

    def log_off_soon(self) -> None:
        """Log off within three seconds, or leave the token to expire: the host is waiting."""
        with suppress(PuqZimbraError), deadline.within(_LOG_OFF_SECONDS):
            self.log_off()
