"""What users ask: log-in, log-off, who am I, change my password.

Source: `service/account/Auth.java`, `EndSession.java`, `GetInfo.java`, `ChangePassword.java`,
`PreAuthKey`.
"""

from __future__ import annotations

import hashlib
import hmac

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, passwords, rendering
from puq_zimbra.simulator.access import acting
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.faults import Fault
from puq_zimbra.simulator.handlers.auth import note_log_in
from puq_zimbra.simulator.state import VERSIONS, State
from puq_zimbra.simulator.status import effective
from puq_zimbra.simulator.tokens import is_current

USER_COOKIE = "ZM_AUTH_TOKEN"
_PREAUTH_WINDOW_MS = 300_000


def log_in(context: Context, request: Element) -> Element:
    """AuthRequest of a user, by password, preauth or token."""
    state = context.state
    selector = el.child(request, "account")
    preauth = el.child(request, "preauth")
    password = el.optional(request, "password")
    if selector is None:
        return _again(context, request)
    by, name = el.optional(selector, "by") or "name", el.text(selector)
    account = rendering.find_account(context, by, name)
    until = 0
    if preauth is not None:
        until = _check_preauth(state, account, name, by, preauth)
    if account is None:
        raise faults.auth_failed(name)
    _check_status(state, account, name)
    if preauth is None:
        if password is None:
            raise faults.auth_required()
        _check_password(state, account, name, password)
    return _respond(context, request, account, until)


def _again(context: Context, request: Element) -> Element:
    held = el.child(request, "authToken")
    token = context.state.tokens.read(el.text(held).strip()) if held is not None else None
    if token is None:
        raise faults.auth_required()
    account = context.state.directory.find(token.account_id, "account", "resource")
    alive = token.registered and token.expires > context.state.now_ms()
    if account is None or not alive or not is_current(token, account):
        raise faults.auth_expired()
    made = el.response(request)
    el.add(made, "authToken", content=token.text)
    el.add(made, "lifetime", content=str(token.expires - context.state.now_ms()))
    return made


def _check_status(state: State, account: Entry, name: str) -> None:
    status = effective(state, account)
    if status == "maintenance":
        raise faults.maintenance()
    if status == "lockout" and not passwords.is_locked_out(state, account):
        return
    if status != "active":
        raise faults.auth_failed(name)


def _check_password(state: State, account: Entry, name: str, password: str) -> None:
    if not passwords.matches(account, password):
        passwords.note_failure(state, account)
        raise faults.auth_failed(name)
    if passwords.must_change(state, account):
        raise faults.by_code("account.CHANGE_PASSWORD")
    passwords.note_success(state, account)


def _check_preauth(
    state: State, account: Entry | None, name: str, by: str, preauth: Element
) -> int:
    """Check a domain's HMAC over the account; answers when the token shall end, 0 for default."""
    domain = (
        state.domain_of(account)
        if account
        else state.directory.domains.get(name.rpartition("@")[2].lower())
    )
    key = domain.first("zimbraPreAuthKey") if domain else None
    if key is None:
        raise faults.invalid("domain is not configured for preauth")
    timestamp = el.optional(preauth, "timestamp") or "0"
    expires = el.optional(preauth, "expires") or "0"
    parts = [name, by, expires, timestamp]
    if preauth.get("admin") is not None:
        parts.insert(1, "1")
    digest = hmac.new(key.encode(), "|".join(parts).encode(), hashlib.sha1).hexdigest()
    late = abs(state.now_ms() - int(timestamp)) > _PREAUTH_WINDOW_MS
    as_admin = preauth.get("admin") is not None and (
        account is None or account.first("zimbraIsAdminAccount") != "TRUE"
    )
    if late or as_admin or not hmac.compare_digest(digest, el.text(preauth).strip()):
        raise faults.auth_failed(name)
    return int(expires)


def _respond(context: Context, request: Element, account: Entry, until: int = 0) -> Element:
    state = context.state
    life = passwords.seconds(state.value(account, "zimbraAuthTokenLifetime"), 172_800)
    token = state.tokens.issue(
        account,
        until or state.now_ms() + int(life * 1000),
        csrf=el.flag(request, "csrfTokenSecured"),
    )
    note_log_in(context, account, token)
    context.token = token
    context.cookies[USER_COOKIE] = token.text
    made = el.response(request)
    el.add(made, "authToken", content=token.text)
    el.add(made, "lifetime", content=str(token.expires - state.now_ms()))
    if token.csrf:
        el.add(made, "csrfToken", content=token.csrf)
    return made


def end_session(context: Context, request: Element) -> Element:
    """EndSessionRequest: ends the session, and with ``logoff`` the token."""
    if el.flag(request, "logoff") and context.token:
        context.token.registered = False
    if context.session:
        context.state.sessions.close(context.session.id)
        context.session = None
    return el.response(request)


def change_password(context: Context, request: Element) -> Element:
    """ChangePasswordRequest: by the user, under the whole policy."""
    state = context.state
    # Always by name, whatever the selector says.
    name = el.required(request, "account")
    account = rendering.find_account(context, "name", name)
    if account is None:
        raise faults.auth_failed(name)
    old, new = el.required(request, "oldPassword"), el.required(request, "password")
    _check_status(state, account, "")
    if not passwords.matches(account, old):
        passwords.note_failure(state, account)
        raise faults.auth_failed("")
    passwords.note_success(state, account)
    if state.value(account, "zimbraPasswordLocked") == "TRUE":
        raise Fault("account.PASSWORD_LOCKED", "password is locked and can't be changed")
    violation = passwords.first_violation(state, account, new)
    if violation:
        raise violation
    if (el.optional(request, "dryRun") or "").lower() in ("1", "true"):
        return el.response(request)
    passwords.store(state, account, new)
    return _respond(context, request, account)


def get_info(context: Context, request: Element) -> Element:
    """GetInfoRequest: a little of what a web client reads first."""
    state, account = context.state, acting(context)
    made = el.response(request)
    made.set("docSizeLimit", "10485760")
    made.set("isSpellCheckAvailable", "0")
    made.set("attSizeLimit", "10240000")
    el.add(made, "version", content=f"{VERSIONS[state.flavour][0].rpartition('.')[0]} FOSS")
    el.add(made, "id", content=account.id)
    el.add(made, "name", content=account.name)
    el.add(made, "crumb", content=hashlib.md5(account.id.encode()).hexdigest())
    if context.token:
        el.add(made, "lifetime", content=str(context.token.expires - state.now_ms()))
        if context.token.admin_id:
            el.add(made, "adminDelegated", content="1")
    base = (context.user_url or f"https://{state.hostname}/").partition("/service/")[0]
    el.add(made, "rest", content=f"{base}/home/{account.name}")
    el.add(made, "used", content=str(state.used(account)))
    cos = state.cached_cos(account)
    el.add(made, "cos", {"id": cos.id, "name": cos.name})
    sections = (el.optional(request, "sections") or "").split(",")
    if "attrs" in sections or sections == [""]:
        attrs = el.add(made, "attrs")
        for name in ("zimbraMailQuota", "zimbraId", "zimbraAccountStatus", "displayName"):
            for value in state.account_values(account).get(name, ()):
                el.add(attrs, "attr", {"name": name}, value)
    el.add(made, "soapURL", content=context.user_url)
    return made


def no_op(_context: Context, request: Element) -> Element:
    """NoOpRequest: proves that the token lives."""
    return el.response(request)


ACCOUNT = {
    "EndSessionRequest": end_session,
    "GetInfoRequest": get_info,
}
OPEN = {"AuthRequest": log_in, "ChangePasswordRequest": change_password}
MAIL = {
    "NoOpRequest": no_op,
}
