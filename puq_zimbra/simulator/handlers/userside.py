"""What users ask: log-in, log-off, who am I, change my password, deliver and empty.

Source: `service/account/Auth.java`, `EndSession.java`, `GetInfo.java`, `ChangePassword.java`,
`service/mail/AddMsg.java`, `FolderAction.java`, `PreAuthKey`.
"""

from __future__ import annotations

import hashlib
import hmac

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, passwords, shown
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.faults import Argument, Fault
from puq_zimbra.simulator.handlers.auth import note_log_in
from puq_zimbra.simulator.handlers.listowners import list_action
from puq_zimbra.simulator.limits import effective_quota
from puq_zimbra.simulator.status import effective
from puq_zimbra.simulator.world import VERSIONS, World

USER_COOKIE = "ZM_AUTH_TOKEN"
_PREAUTH_WINDOW_MS = 300_000


def log_in(context: Context, request: Element) -> Element:
    """AuthRequest of a user, by password, preauth or token."""
    world = context.world
    selector = el.child(request, "account")
    preauth = el.child(request, "preauth")
    password = el.optional(request, "password")
    if selector is None:
        return _again(context, request)
    by, name = el.optional(selector, "by") or "name", el.text(selector)
    account = shown.find_person(context, by, name)
    until = 0
    if preauth is not None:
        until = _check_preauth(world, account, name, by, preauth)
    if account is None:
        raise faults.auth_failed(name)
    _check_status(world, account, name)
    if preauth is None:
        if password is None:
            raise faults.auth_required()
        _check_password(world, account, name, password)
    return _respond(context, request, account, until)


def _again(context: Context, request: Element) -> Element:
    held = el.child(request, "authToken")
    token = context.world.tokens.read(el.text(held).strip()) if held is not None else None
    if token is None:
        raise faults.auth_required()
    account = context.world.directory.find(token.account_id, "account", "resource")
    alive = token.registered and token.expires > context.world.now_ms()
    if account is None or not alive or not context.world.tokens.is_current(token):
        raise faults.auth_expired()
    made = el.response(request)
    el.add(made, "authToken", content=token.text)
    el.add(made, "lifetime", content=str(token.expires - context.world.now_ms()))
    return made


def _check_status(world: World, account: Entry, name: str) -> None:
    status = effective(world, account)
    if status == "maintenance":
        raise faults.maintenance()
    if status == "lockout" and not passwords.is_locked_out(world, account):
        return
    if status != "active":
        raise faults.auth_failed(name)


def _check_password(world: World, account: Entry, name: str, password: str) -> None:
    if not passwords.matches(account, password):
        passwords.note_failure(world, account)
        raise faults.auth_failed(name)
    if passwords.must_change(world, account):
        raise faults.by_code("account.CHANGE_PASSWORD")
    passwords.note_success(world, account)


def _check_preauth(
    world: World, account: Entry | None, name: str, by: str, preauth: Element
) -> int:
    """Check a domain's HMAC over the account; answers when the token shall end, 0 for default."""
    domain = (
        world.domain_of(account)
        if account
        else world.directory.domains.get(name.rpartition("@")[2].lower())
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
    late = abs(world.now_ms() - int(timestamp)) > _PREAUTH_WINDOW_MS
    as_admin = preauth.get("admin") is not None and (
        account is None or account.first("zimbraIsAdminAccount") != "TRUE"
    )
    if late or as_admin or not hmac.compare_digest(digest, el.text(preauth).strip()):
        raise faults.auth_failed(name)
    return int(expires)


def _respond(context: Context, request: Element, account: Entry, until: int = 0) -> Element:
    world = context.world
    life = passwords.seconds(world.value(account, "zimbraAuthTokenLifetime"), 172_800)
    token = world.tokens.issue(
        account.id,
        until or world.now_ms() + int(life * 1000),
        csrf=el.flag(request, "csrfTokenSecured"),
    )
    note_log_in(context, account, token)
    context.token = token
    context.cookies[USER_COOKIE] = token.text
    made = el.response(request)
    el.add(made, "authToken", content=token.text)
    el.add(made, "lifetime", content=str(token.expires - world.now_ms()))
    if token.csrf:
        el.add(made, "csrfToken", content=token.csrf)
    return made


def end_session(context: Context, request: Element) -> Element:
    """EndSessionRequest: ends the session, and with ``logoff`` the token."""
    if el.flag(request, "logoff") and context.token:
        context.token.registered = False
    if context.session:
        context.world.sessions.close(context.session.id)
        context.session = None
    return el.response(request)


def change_password(context: Context, request: Element) -> Element:
    """ChangePasswordRequest: by the user, under the whole policy."""
    world = context.world
    by, name = shown.selected(request, "account")
    old, new = el.required(request, "oldPassword"), el.required(request, "password")
    account = shown.find_person(context, by, name)
    if account is None:
        raise faults.auth_failed(name)
    _check_status(world, account, name)
    if not passwords.matches(account, old):
        passwords.note_failure(world, account)
        raise faults.auth_failed("")
    if world.value(account, "zimbraPasswordLocked") == "TRUE":
        raise Fault("account.PASSWORD_LOCKED", "password is locked and can't be changed")
    violation = passwords.first_violation(world, account, new)
    if violation:
        raise violation
    passwords.store(world, account, new)
    return _respond(context, request, account)


def acting(context: Context) -> Entry:
    """Account a user command works on."""
    return context.requested or context.caller


def get_info(context: Context, request: Element) -> Element:
    """GetInfoRequest: a little of what a web client reads first."""
    world, account = context.world, acting(context)
    made = el.response(request)
    made.set("docSizeLimit", "10485760")
    made.set("isSpellCheckAvailable", "0")
    made.set("attSizeLimit", "10240000")
    el.add(made, "version", content=f"{VERSIONS[world.flavour][0].rpartition('.')[0]} FOSS")
    el.add(made, "id", content=account.id)
    el.add(made, "name", content=account.name)
    el.add(made, "crumb", content=hashlib.md5(account.id.encode()).hexdigest())
    if context.token:
        el.add(made, "lifetime", content=str(context.token.expires - world.now_ms()))
        if context.token.admin_id:
            el.add(made, "adminDelegated", content="1")
    base = (context.user_url or f"https://{world.hostname}/").partition("/service/")[0]
    el.add(made, "rest", content=f"{base}/home/{account.name}")
    el.add(made, "used", content=str(world.used(account)))
    cos = world.cached_cos(account)
    el.add(made, "cos", {"id": cos.id, "name": cos.name})
    sections = (el.optional(request, "sections") or "").split(",")
    if "attrs" in sections or sections == [""]:
        attrs = el.add(made, "attrs")
        for name in ("zimbraMailQuota", "zimbraId", "zimbraAccountStatus", "displayName"):
            for value in world.account_values(account).get(name, ()):
                el.add(attrs, "attr", {"name": name}, value)
    el.add(made, "soapURL", content=context.user_url)
    return made


def add_msg(context: Context, request: Element) -> Element:
    """AddMsgRequest: store a message, under the account's and the domain's quota."""
    world, account = context.world, acting(context)
    message = el.required_child(request, "m")
    content = el.text(el.required_child(message, "content"))
    size = len(content.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    box = world.mailbox(account)
    limit = effective_quota(world, account)
    if limit > 0 and box.size + size > limit:
        raise Fault(
            "mail.QUOTA_EXCEEDED",
            f"mailbox exceeded quota of {limit} bytes",
            Argument("limit", "NUM", str(limit)),
        )
    _check_aggregate(world, account)
    folder = el.optional(message, "l") or "2"
    box.size += size
    box.folders[folder] = box.folders.get(folder, 0) + size
    item, box.next_item = box.next_item, box.next_item + 1
    made = el.response(request)
    attributes = {"id": str(item), "l": folder, "s": str(size), "d": str(world.now_ms())}
    el.add(made, "m", {**attributes, "rev": str(item), "cid": str(-item)})
    return made


def _check_aggregate(world: World, account: Entry) -> None:
    """Zimbra acts on the last computed sum, not on the present one."""
    domain = world.domain_of(account)
    if domain is None:
        return
    values = world.domain_values(domain)
    limit = int(values.get("zimbraDomainAggregateQuota", ["0"])[0])
    policy = values.get("zimbraDomainAggregateQuotaPolicy", ["ALLOWSENDRECEIVE"])[0]
    last = int(domain.first("zimbraAggregateQuotaLastUsage") or 0)
    if limit > 0 and policy == "BLOCKSENDRECEIVE" and last > limit:
        raise Fault(
            "mail.DOMAIN_QUOTA_EXCEEDED",
            f"domain exceeded aggregate quota of {limit} bytes",
            Argument("limit", "NUM", str(limit)),
        )


def folder_action(context: Context, request: Element) -> Element:
    """FolderActionRequest: ``empty`` frees the folder's bytes at once."""
    action = el.required_child(request, "action")
    op, folder = el.required(action, "op"), el.required(action, "id")
    if op != "empty":
        raise faults.invalid(f"unknown operation: {op}")
    box = context.world.mailbox(acting(context))
    box.size = max(0, box.size - box.folders.pop(folder, 0))
    made = el.response(request)
    el.add(made, "action", {"op": op, "id": folder})
    return made


def no_op(_context: Context, request: Element) -> Element:
    """NoOpRequest: proves that the token lives."""
    return el.response(request)


ACCOUNT = {
    "EndSessionRequest": end_session,
    "GetInfoRequest": get_info,
    "DistributionListActionRequest": list_action,
}
OPEN = {"AuthRequest": log_in, "ChangePasswordRequest": change_password}
MAIL = {
    "AddMsgRequest": add_msg,
    "FolderActionRequest": folder_action,
    "NoOpRequest": no_op,
}
