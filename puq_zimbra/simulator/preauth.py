"""Links that log a browser in: ``/service/preauth``.

A token in the link is good once: it is deregistered and another one goes into the cookie.
Source: `PreAuthServlet`, `PreAuthKey`.
"""

from __future__ import annotations

import hashlib
import hmac

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.dispatch import check_token
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import effective
from puq_zimbra.simulator.tokens import Token

_WINDOW_MS = 300_000
_DAY_MS = 86_400_000


def redeem(state: State, query: dict[str, str], admin_port: bool) -> tuple[str, str]:
    """Exchange a link's parameters for a cookie's token and the place to go."""
    to = query.get("redirectURL") or ("/zimbraAdmin" if admin_port else "/mail")
    if "authtoken" in query:
        return _swap(state, query["authtoken"]).text, to
    account = _by_hmac(state, query, admin_port)
    made = state.tokens.issue(account, state.now_ms() + 2 * _DAY_MS)
    return made.text, to


def _swap(state: State, text: str) -> Token:
    token = state.tokens.read(text)
    if token is None:
        raise faults.auth_required()
    account = check_token(state, token)
    token.registered = False
    return state.tokens.issue(
        account,
        token.expires,
        admin=token.admin,
        delegated_admin=token.delegated_admin,
        admin_id=token.admin_id,
    )


def _by_hmac(state: State, query: dict[str, str], admin_port: bool) -> Entry:
    name, by = query.get("account", ""), query.get("by", "name")
    directory = state.directory
    account = (
        directory.find(name, *ACCOUNT_KINDS) if by == "id" else directory.at(name, *ACCOUNT_KINDS)
    )
    domain = state.domain_of(account) if account else None
    key = domain.first("zimbraPreAuthKey") if domain else None
    stamp, expires = query.get("timestamp", ""), query.get("expires", "0")
    if account is None or key is None or not stamp.isdigit():
        raise faults.auth_failed(name)
    parts = [name, by, expires, stamp]
    if query.get("admin") == "1":
        if not admin_port or account.first("zimbraIsAdminAccount") != "TRUE":
            raise faults.auth_failed(name)
        parts.insert(1, "1")
    digest = hmac.new(key.encode(), "|".join(parts).encode(), hashlib.sha1).hexdigest()
    late = abs(state.now_ms() - int(stamp)) > _WINDOW_MS
    if late or not hmac.compare_digest(digest, query.get("preauth", "")):
        raise faults.auth_failed(name)
    if effective(state, account) != "active":
        raise faults.auth_failed(name)
    return account
