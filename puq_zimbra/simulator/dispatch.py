"""From a readable request to a response: token, session, batch, handler, fault.

Source: `SoapEngine.dispatch`, `ZimbraSoapContext`, `service/util/BatchRequest` (`SoapEngine`).
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, wire
from puq_zimbra.simulator.calllog import CallLog
from puq_zimbra.simulator.chaos import Chaos
from puq_zimbra.simulator.commands import Handler, Table, tables
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.faults import Fault
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import effective
from puq_zimbra.simulator.tokens import Token, is_current


@dataclass(frozen=True)
class Cookies:
    """What of the HTTP request matters to authentication."""

    #: Value of the cookie that fits the URL (``ZM_ADMIN_AUTH_TOKEN`` or ``ZM_AUTH_TOKEN``).
    token: str | None = None
    #: Header ``X-Zimbra-Csrf-Token``.
    csrf: str | None = None


@dataclass(frozen=True)
class Answer:
    """What goes back for one request."""

    status: int
    content_type: str
    body: bytes
    cookies: dict[str, str]


class Engine:
    """Answers SOAP bodies against one state."""

    def __init__(self, state: State, log: CallLog, chaos: Chaos) -> None:
        self.state = state
        self.log = log
        self.chaos = chaos
        self._tables: dict[str, Table] = tables(state.flavour)
        self._fault_status = 422 if state.is_carbonio else 500
        self._traces = 0

    def answer(self, data: bytes, url: str, cookies: Cookies, context: Context) -> Answer:
        """Answer one HTTP body."""
        try:
            request = wire.read(data)
        except wire.Unreadable as error:
            return self._refusal(error.protocol, error.fault)
        protocol = _answer_protocol(request)
        context.protocol = protocol
        with self.state.lock:
            try:
                self._enter(request.context, context, cookies)
            except Fault as fault:
                self.log.add(request.command, fault)
                return self._refusal(protocol, fault)
            body = self._run(request.command, context)
        status = self._fault_status if el.local(body) == "Fault" else 200
        content = wire.write(protocol, self._header(context), body)
        return Answer(status, wire.CONTENT_TYPES[protocol], content, context.cookies)

    def refuse(self, fault: Fault) -> Answer:
        """Answer a fault without having read a request."""
        return self._refusal(wire.SOAP12, fault)

    def _refusal(self, protocol: str, fault: Fault) -> Answer:
        """A fault raised before dispatch: no header."""
        body = wire.fault_element(protocol, fault, self._trace())
        content = wire.write(protocol, None, body)
        return Answer(self._fault_status, wire.CONTENT_TYPES[protocol], content, {})

    def _trace(self) -> str:
        self._traces += 1
        return f"qtp1-{self._traces % 100}:{self.state.now_ms()}:{self._traces:016x}"

    # -- context header --------------------------------------------------------------------------

    def _enter(self, header: Element | None, context: Context, cookies: Cookies) -> None:
        """Read the context header: token, session, account (`ZimbraSoapContext`)."""
        text = el.optional(header, "authToken") if header is not None else None
        sent = text.strip() if text is not None else cookies.token
        context.token = self.state.tokens.read(sent) if sent else None
        self._check_csrf(header, cookies)
        token = context.token
        if token and (token.expires <= self.state.now_ms() or not token.registered):
            control = el.child(header, "authTokenControl") if header is not None else None
            if control is None or not el.flag(control, "voidOnExpired"):
                raise faults.auth_expired()
            context.token = None
        if header is None:
            return
        if int(el.optional(header, "hops") or "0") > 5:
            raise Fault("service.TOO_MANY_HOPS", "mountpoint or proxy loop detected")
        self._read_account(header, context)
        self._read_target(header, context)
        self._read_session(header, context)

    def _check_csrf(self, header: Element | None, cookies: Cookies) -> None:
        """Ask for the CSRF token when the cookie's token was issued with one."""
        held = self.state.tokens.read(cookies.token) if cookies.token else None
        if held is None or held.csrf is None:
            return
        sent = el.child(header, "csrfToken") if header is not None else None
        if held.csrf not in (cookies.csrf, el.text(sent) if sent is not None else None):
            raise faults.auth_required()

    def _read_account(self, header: Element, context: Context) -> None:
        asked = el.child(header, "account")
        if asked is None:
            return
        by, value = asked.get("by"), el.text(asked)
        if by not in (None, "name", "id"):
            raise faults.invalid(f"unknown value for by: {by}")
        if not value or by is None:
            return
        if context.token is None:
            raise faults.auth_required()
        directory = self.state.directory
        found = (
            directory.find(value, *ACCOUNT_KINDS)
            if by == "id"
            else directory.at(value, *ACCOUNT_KINDS)
        )
        if found is None:
            if context.is_global_admin:
                raise faults.no_such("account", value)
            raise faults.denied(f"can not access account {value}")
        context.requested = found

    def _read_target(self, header: Element, context: Context) -> None:
        asked = el.child(header, "targetServer")
        if asked is None or not el.text(asked):
            return
        found = self.state.directory.find(el.text(asked), "server")
        if found is None:
            raise faults.no_such("server", el.text(asked))
        if found.name in self.state.dead_servers:
            raise faults.by_code("service.PROXY_ERROR")
        context.server = found.name

    def _read_session(self, header: Element, context: Context) -> None:
        asked = el.child(header, "session")
        if asked is None or context.token is None or el.child(header, "nosession") is not None:
            return
        now, sessions = self.state.clock(), self.state.sessions
        owner = context.token.account_id
        wanted = asked.get("id") or el.text(asked).strip()
        found = sessions.resume(wanted, owner, now) if wanted else None
        context.session = found or sessions.open(owner, now, context.url == "admin")

    def _header(self, context: Context) -> Element:
        parts: list[Element] = []
        if context.session is not None:
            kind = "admin" if context.session.admin else "soap"
            attributes = {"id": context.session.id, "type": kind}
            made = etree.Element(f"{{{el.ZIMBRA}}}session", attributes)
            made.text = context.session.id
            parts.append(made)
        if context.token is not None:
            parts.append(etree.Element(f"{{{el.ZIMBRA}}}change", {"token": "1"}))
        return wire.header(parts)

    # -- running ---------------------------------------------------------------------------------

    def _run(self, command: Element, context: Context) -> Element:
        if command.tag == f"{{{el.ZIMBRA}}}BatchRequest":
            return self._batch(command, context)
        return self._one(command, context)

    def _batch(self, command: Element, context: Context) -> Element:
        made = el.response(command)
        go_on = el.optional(command, "onerror") in (None, "continue")
        for each in command:
            result = self._one(each, context)
            made.append(result)
            if el.local(result) == "Fault" and not go_on:
                break
        return made

    def _one(self, command: Element, context: Context) -> Element:
        try:
            self.chaos.before(el.local(command))
            self.chaos.stale(command)
            result = self._handle(command, context)
            self.chaos.note(el.local(command), result)
            self._stumble(el.local(command), result)
        except Fault as fault:
            self.log.add(command, fault)
            result = wire.fault_element(context.protocol, fault, self._trace())
        else:
            self.log.add(command, None)
        marker = command.get("requestId")
        if marker is not None:
            result.set("requestId", marker)
        return result

    def _stumble(self, name: str, result: Element) -> None:
        """Fail when the work is done, or nearly.

        A password and a domain's branches are written after the entry
        (`LdapProvisioning.createAccount`, `createDomain`).
        """
        plan = self.chaos.after(name)
        if plan is None:
            return
        made = [self.state.directory.by_id.get(each.get("id", "")) for each in result]
        for entry in made if plan.half and name.startswith("Create") else ():
            if entry is not None and entry.kind == "account":
                entry.password = None
            elif entry is not None and entry.kind == "domain":
                self.state.directory.headless.add(entry.name)
        raise faults.by_code(plan.code, plan.text)

    def _handle(self, command: Element, context: Context) -> Element:
        handler = self._find(command, context.url)
        if handler.needs_token:
            self._check_token(context)
        if handler.needs_admin:
            self._check_admin(context)
        return handler.function(context, command)

    def _find(self, command: Element, url: str) -> Handler:
        space, name = el.namespace(command), el.local(command)
        handler = self._tables.get(space, {}).get(name)
        if handler is None or (space == el.ADMIN and url != "admin"):
            raise faults.unknown_document(name)
        return handler

    def _check_token(self, context: Context) -> None:
        """Refuse dead tokens (`AuthProvider.validateAuthToken`)."""
        if context.token is None:
            raise faults.auth_required()
        check_token(self.state, context.token)

    def _check_admin(self, context: Context) -> None:
        token = context.token
        if token is None or not (token.admin or token.delegated_admin):
            raise faults.denied("need adequate admin token")
        account = context.caller
        eligible = token.admin and account.first("zimbraIsAdminAccount") == "TRUE"
        delegated = account.first("zimbraIsDelegatedAdminAccount") == "TRUE"
        if not (eligible or (token.delegated_admin and delegated)):
            raise faults.denied("not an eligible admin account")


def check_token(state: State, token: Token) -> Entry:
    """Account of a token that is alive; AUTH_EXPIRED otherwise."""
    account = state.directory.find(token.account_id, *ACCOUNT_KINDS)
    if account is None or not token.registered or token.expires <= state.now_ms():
        raise faults.auth_expired()
    if not is_current(token, account):
        raise faults.auth_expired()
    status = effective(state, account)
    # A token taken by an administrator outlives locking and closing, not maintenance.
    if token.admin_id is not None:
        admin = state.directory.find(token.admin_id, *ACCOUNT_KINDS)
        alive = status != "maintenance" and admin is not None
    else:
        alive = status == "active"
    if not alive:
        raise faults.auth_expired()
    return account


def _answer_protocol(request: wire.Request) -> str:
    wanted = el.child(request.context, "format") if request.context is not None else None
    kind = wanted.get("type") if wanted is not None else None
    if kind == "js":
        return wire.JSON
    if kind == "xml" and request.protocol == wire.JSON:
        return wire.SOAP12
    return request.protocol
