"""Administrator log-in and tokens in a user's name.

Source: `service/admin/Auth.java`, `service/admin/DelegateAuth.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, passwords, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import effective, refuse_suspended
from puq_zimbra.simulator.tokens import Token, is_current

ADMIN_COOKIE = "ZM_ADMIN_AUTH_TOKEN"
_FLAGS = (
    "zimbraIsAdminAccount",
    "zimbraIsDelegatedAdminAccount",
    "zimbraIsDomainAdminAccount",
)


def log_in(context: Context, request: Element) -> Element:
    """AuthRequest of an administrator."""
    password = el.optional(request, "password")
    held = el.child(request, "authToken")
    if password is None and held is not None:
        return _again(context, request, el.text(held).strip())
    if password is None:
        named = el.optional(request, "name") is not None or el.child(request, "account") is not None
        if context.state.is_carbonio and named:
            raise faults.invalid("missing required attribute: password")
        raise faults.auth_required()
    asked = el.optional(request, "name")
    selector = el.child(request, "account")
    if (asked is None) == (selector is None):
        raise faults.invalid("invalid request parameter")
    by = "adminName" if selector is None else el.required(selector, "by")
    name = asked if asked is not None else el.text(selector) if selector is not None else ""
    account = rendering.find_account(context, by, name)
    account = _admit(context, account, name, password)
    csrf = el.flag(request, "csrfTokenSecured") and not context.state.is_carbonio
    token = issue_admin(context, account, csrf=csrf)
    return _response(context, request, token)


def _admit(context: Context, account: Entry | None, name: str, password: str) -> Entry:
    """Check an administrator; the order of checks tells flavours apart."""
    state = context.state
    current = state.is_recent
    eligible = account is not None and any(account.first(flag) == "TRUE" for flag in _FLAGS)
    if state.is_carbonio and account is not None:
        _admit_to_carbonio(state, account, name, eligible)
    if account is None or effective(state, account) != "active":
        raise faults.denied("Error in Authentication") if current else faults.auth_failed(name)
    if current and not eligible:
        raise faults.denied("not an admin account")
    if not passwords.matches(account, password):
        passwords.note_failure(state, account)
        raise faults.auth_failed(name)
    if not eligible:
        raise faults.denied("not an admin account")
    if passwords.must_change(state, account):
        raise faults.by_code("account.CHANGE_PASSWORD")
    passwords.note_success(state, account)
    return account


def _admit_to_carbonio(state: State, account: Entry, name: str, eligible: bool) -> None:
    """Carbonio asks who is an administrator first, and tells of maintenance."""
    if not eligible:
        raise faults.denied("not an admin account")
    status = effective(state, account)
    if status == "maintenance":
        raise faults.maintenance()
    if status != "active":
        raise faults.auth_failed(name)


def _again(context: Context, request: Element, text: str) -> Element:
    token = context.state.tokens.read(text)
    if token is None:
        raise faults.auth_required()
    account = context.state.directory.find(token.account_id, *ACCOUNT_KINDS)
    now = context.state.now_ms()
    alive = token.registered and token.expires > now
    if account is None or not alive or not is_current(token, account):
        raise faults.auth_expired()
    if not (token.admin or token.delegated_admin):
        raise faults.denied("not an admin account")
    return _response(context, request, token)


def issue_admin(context: Context, account: Entry, *, csrf: bool = False) -> Token:
    """Issue an administrator's token and note the log-in."""
    state = context.state
    life = passwords.seconds(state.value(account, "zimbraAdminAuthTokenLifetime"), 43_200)
    token = state.tokens.issue(
        account,
        state.now_ms() + int(life * 1000),
        admin=account.first("zimbraIsAdminAccount") == "TRUE",
        delegated_admin=account.first("zimbraIsDelegatedAdminAccount") == "TRUE",
        csrf=csrf,
    )
    note_log_in(context, account, token)
    context.token = token
    return token


def note_log_in(context: Context, account: Entry, token: Token) -> None:
    """Write what every log-in leaves on the account: its time and the token's registration."""
    state = context.state
    state.tokens.purge(account.id, state.now_ms())
    _note_time(state, account)
    registered = account.attrs.get("zimbraAuthTokens", [])
    version = "14:10.1.3_GA_0001"
    entry = f"{abs(hash(token.text)) % 10**9}|{token.expires}|{version}"
    account.put("zimbraAuthTokens", *registered[-199:], entry)


def _note_time(state: State, account: Entry) -> None:
    """Write the time of a log-in, unless the one that stands is younger than the frequency."""
    last = account.first("zimbraLastLogonTimestamp")
    every = (state.config.get("zimbraLastLogonTimestampFrequency") or ["7d"])[0]
    if last is None or state.clock() - passwords.moment(last) >= passwords.seconds(every, 604_800):
        account.put("zimbraLastLogonTimestamp", state.timestamp())


def _response(context: Context, request: Element, token: Token) -> Element:
    made = el.response(request)
    lifetime = str(token.expires - context.state.now_ms())
    if context.state.is_recent:
        el.add(made, "lifetime", content=lifetime)
        el.add(made, "authToken", content=token.text)
    else:
        el.add(made, "authToken", content=token.text)
        el.add(made, "lifetime", content=lifetime)
    if token.csrf:
        el.add(made, "csrfToken", content=token.csrf)
    context.cookies[ADMIN_COOKIE] = token.text
    return made


def delegate(context: Context, request: Element) -> Element:
    """DelegateAuthRequest: a user's token for an administrator."""
    state = context.state
    by, asked = rendering.selected(request, "account")
    if by not in ("name", "id"):
        raise faults.invalid(f"unknown value for by: {by}")
    account = rendering.find_account(context, by, asked)
    if account is None:
        raise access.hide_missing(context, "account", asked, by == "name")
    if not access.may(context, "adminLoginAs", account):
        raise faults.denied(f"need right: adminLoginAs for account {account.name}")
    refuse_suspended(state, account.domain)
    lifetime = el.number(request, "duration", 3600) * 1000
    longest = int(passwords.seconds(state.value(account, "zimbraAuthTokenLifetime"), 172_800))
    token = state.tokens.issue(
        account,
        state.now_ms() + min(lifetime, longest * 1000),
        admin_id=context.caller.id,
    )
    made = el.response(request)
    el.add(made, "authToken", content=token.text)
    el.add(made, "lifetime", content=str(lifetime))
    return made


ADMIN = {"DelegateAuthRequest": delegate}
OPEN = {"AuthRequest": log_in}
