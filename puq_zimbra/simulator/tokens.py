"""Auth tokens: issued, registered, expired, deregistered.

Source: `ZimbraAuthToken`, `AuthProvider.validateAuthToken`, `ZimbraSoapContext`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass
class Token:
    """One issued token."""

    text: str
    account_id: str
    #: Milliseconds since 1970.
    expires: int
    #: The account's password generation at issue; a password change ends older tokens.
    validity: int
    admin: bool = False
    delegated_admin: bool = False
    #: The administrator who took the token in the account's name.
    admin_id: str | None = None
    csrf: str | None = None
    registered: bool = True


class Tokens:
    """All tokens a server knows."""

    def __init__(self) -> None:
        self._known: dict[str, Token] = {}
        self._generations: dict[str, int] = {}

    def issue(
        self,
        account_id: str,
        expires: int,
        *,
        admin: bool = False,
        delegated_admin: bool = False,
        admin_id: str | None = None,
        csrf: bool = False,
    ) -> Token:
        """Make and register a token."""
        token = Token(
            f"0_{secrets.token_hex(20)}_{secrets.token_hex(40)}",
            account_id,
            expires,
            self._generations.get(account_id, 0),
            admin,
            delegated_admin,
            admin_id,
            f"0_{secrets.token_hex(20)}" if csrf else None,
        )
        self._known[token.text] = token
        return token

    def read(self, text: str) -> Token | None:
        """Token of that text, alive or dead; None when it cannot be one."""
        return self._known.get(text)

    def end_all(self, account_id: str) -> None:
        """End all tokens of an account: its password changed."""
        self._generations[account_id] = self._generations.get(account_id, 0) + 1

    def is_current(self, token: Token) -> bool:
        """Say whether no password change came after the token."""
        return token.validity == self._generations.get(token.account_id, 0)

    def expire_all(self) -> None:
        """Let time be up for every token."""
        for token in self._known.values():
            token.expires = 0

    def purge(self, account_id: str, now: int) -> None:
        """Forget expired tokens of an account, as each log-in does."""
        dead = [
            text
            for text, token in self._known.items()
            if token.account_id == account_id and token.expires < now - 86_400_000
        ]
        for text in dead:
            del self._known[text]
