"""Operations of one server: mail queues, volumes, sessions, skins, zimlets, the locks of a mailbox.

Source: `service/admin/GetMailQueueInfo.java`, `GetMailQueue.java`, `MailQueueAction.java`,
`MailQueueFlush.java`, `RemoteMailQueue.java`, `GetCurrentVolumes.java`, `DumpSessions.java`,
`GetSessions.java`, `CheckHostnameResolve.java`, `LockoutMailbox.java`, `ReIndex.java`,
`DeleteMailbox.java`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from puq_zimbra.simulator import access, faults
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import by_id, select
from puq_zimbra.simulator.sessions import Session
from puq_zimbra.simulator.state import State

Message = dict[str, str]

_KEY = "/opt/zimbra/.ssh/zimbra_identity"
_SESSION_TYPES = ("soap", "imap", "admin", "wiki", "synclistener", "waitset")
_ORDERS = ("nameAsc", "nameDesc", "createdAsc", "createdDesc", "accessedAsc", "accessedDesc")
_QUEUES = ("deferred", "incoming", "active", "hold", "corrupt")
#: what of a message is counted (`RemoteMailQueue.summarize`)
_SUMMED = ("addr", "host", "from", "to", "fromdomain", "todomain", "reason", "received")
#: Names that resolve without a DNS query.
_RESOLVED = ("localhost", "127.0.0.1")


def queues(context: Context, request: Element) -> Element:
    """GetMailQueueInfoRequest: the numbers of a mail transfer agent, where there is one."""
    server = _with_queues(context, request)
    made = el.response(request)
    inner = el.add(made, "server", {"name": server.name})
    for queue in _QUEUES:
        held = context.state.queues.get((server.name, queue), ())
        el.add(inner, "queue", {"name": queue, "n": str(len(held))})
    return made


def queue(context: Context, request: Element) -> Element:
    """GetMailQueueRequest: a page of a queue, and how many messages have each value."""
    server = _with_queues(context, request)
    asked = el.required_child(el.required_child(request, "server"), "queue")
    name = el.required(asked, "name")
    query = el.required_child(asked, "query")
    offset = int(el.optional(query, "offset") or "0")
    limit = int(el.optional(query, "limit") or "30")
    held = context.state.queues.get((server.name, name), [])
    found = _found(query, held, limit)
    made = el.response(request)
    inner = el.add(made, "server", {"name": server.name})
    more = "1" if offset + limit < len(found) else "0"
    marks = {"time": str(context.state.now_ms()), "scan": "0", "total": str(len(held))}
    box = el.add(inner, "queue", {"name": name, **marks, "more": more})
    for attribute in _SUMMED:
        counts = Counter(term for each in held for term in _terms(each, attribute))
        if counts:
            summary = el.add(box, "qs", {"type": attribute})
            for term, count in counts.most_common(100):
                el.add(summary, "qsi", {"n": str(count), "t": term})
    for each in found[offset : offset + limit]:
        el.add(box, "qi", dict(each))
    return made


def _found(query: Element, held: list[Message], limit: int) -> list[Message]:
    """Messages that a query finds; with a condition no more than its limit (`search0`)."""
    conditions = [
        (el.required(field, "name"), [el.required(e, "value") for e in el.children(field, "match")])
        for field in el.children(query, "field")
    ]
    if not conditions:
        return held
    fits = [
        each
        for each in held
        if all(not _terms(each, name).isdisjoint(values) for name, values in conditions)
    ]
    return fits[:limit]


def _terms(message: Message, attribute: str) -> set[str]:
    """What a message is found by (`QueueItemVisitor`)."""
    text = message.get(attribute, "")
    if attribute in ("to", "todomain"):
        return set(filter(None, text.split(",")))
    return {text} if text else set()


def queue_action(context: Context, request: Element) -> Element:
    """MailQueueActionRequest: as Postfix does it; what is not there is passed over."""
    server = _with_queues(context, request)
    asked = el.required_child(el.required_child(request, "server"), "queue")
    action = el.required_child(asked, "action")
    op = el.required(action, "op")
    if op not in ("hold", "release", "delete", "requeue"):
        raise faults.failure(
            f"No enum constant com.zimbra.cs.rmgmt.RemoteMailQueue.QueueAction.{op}"
        )
    if el.required(action, "by") != "id":
        raise faults.invalid(f"bad by: {el.required(action, 'by')}")
    queues, name = context.state.queues, el.required(asked, "name")
    held = queues.get((server.name, name), [])
    ids = {each.upper() for each in el.text(action).split(",")}
    taken = [each for each in held if each["id"].upper() in ids]
    queues[server.name, name] = [each for each in held if each not in taken]
    to = {"hold": "hold", "release": "deferred", "requeue": "incoming"}.get(op)
    if to is not None:
        queues.setdefault((server.name, to), []).extend(taken)
    return el.response(request)


def put_message(state: State, id_: str, queue: str, said: Mapping[str, str]) -> None:
    """Let a message wait on the first server, which then runs a mail transfer agent."""
    server = next(iter(state.directory.servers.values()))
    enabled = server.attrs["zimbraServiceEnabled"]
    if "mta" not in enabled:
        server.put("zimbraServiceEnabled", *enabled, "mta")
    message = {"id": id_, "time": str(state.now_ms()), "size": "1024", **said}
    for address, domain in (("from", "fromdomain"), ("to", "todomain")):
        message[address] = message.get(address, "").lower()
        domains = [one.partition("@")[2] for one in message[address].split(",") if "@" in one]
        if domains:
            message[domain] = ",".join(domains)
    state.queues.setdefault((server.name, queue), []).append(message)


def queue_flush(context: Context, request: Element) -> Element:
    """MailQueueFlushRequest: nothing is delivered here."""
    _with_queues(context, request)
    return el.response(request)


def _with_queues(context: Context, request: Element) -> Entry:
    """Server that a request names; FAILURE where it runs no mail transfer agent."""
    name = el.required(el.required_child(request, "server"), "name")
    server = context.state.directory.servers.get(name)
    if server is None:
        raise faults.invalid(f"server with name {name} could not be found")
    access.require(context, "manageMailQueue", server, "server", name)
    if "mta" not in server.attrs.get("zimbraServiceEnabled", ()):
        raise faults.failure(
            f"server {name} zimbraRemoteManagementPrivateKeyPath ({_KEY}) does not exist"
        )
    return server


def volumes(context: Context, request: Element) -> Element:
    """GetAllVolumesRequest."""
    access.require_server(context, "manageVolume")
    made = el.response(request)
    for id_, kind, name, path in (
        ("1", "1", "message1", "/opt/zimbra/store"),
        ("2", "10", "index1", "/opt/zimbra/index"),
    ):
        attributes = {"id": id_, "type": kind, "name": name, "rootpath": path, "current": "true"}
        el.add(made, "volume", attributes)
    return made


def current_volumes(context: Context, request: Element) -> Element:
    """GetCurrentVolumesRequest."""
    access.require_server(context, "manageVolume")
    made = el.response(request)
    for id_, kind in (("1", "1"), ("2", "10")):
        el.add(made, "volume", {"id": id_, "type": kind})
    return made


def sessions(context: Context, request: Element) -> Element:
    """GetSessionsRequest."""
    access.require_server(context, "getSessions")
    type_ = el.required(request, "type")
    if type_ not in _SESSION_TYPES:
        raise faults.invalid(f"invalid session type: {type_}")
    order = el.optional(request, "sortBy") or "nameAsc"
    if order not in _ORDERS:
        raise faults.invalid(f"invalid sortBy: {order}, valid values: [{', '.join(_ORDERS)}]")
    found = [each for each in context.state.sessions.of() if _type(each) == type_]
    made = el.response(request)
    made.set("total", str(len(found)))
    made.set("more", "0")
    for each in found:
        _put_session(context, made, each)
    return made


def _type(session: Session) -> str:
    return "admin" if session.admin else "soap"


def _put_session(context: Context, parent: Element, session: Session) -> None:
    owner = context.state.directory.by_id.get(session.account_id)
    times = {"cd": str(int(session.created * 1000)), "ld": str(int(session.used * 1000))}
    name = owner.name if owner else session.account_id
    el.add(parent, "s", {"sid": session.id, "zid": session.account_id, "name": name, **times})


def dump_sessions(context: Context, request: Element) -> Element:
    """DumpSessionsRequest: sessions by type, and each one when asked for."""
    access.require_server(context, "getSessions")
    listed = el.flag(request, "listSessions")
    everything = context.state.sessions.of()
    made = el.response(request)
    made.set("activeSessions", str(len(everything)))
    for type_ in ("soap", "admin"):
        found = [each for each in everything if _type(each) == type_]
        if not found:
            continue
        accounts = {each.account_id for each in found}
        counts = {"activeSessions": str(len(found)), "activeAccounts": str(len(accounts))}
        box = el.add(made, type_, counts)
        for each in found if listed else ():
            _put_session(context, box, each)
    return made


def resolve(context: Context, request: Element) -> Element:
    """CheckHostnameResolveRequest without DNS: localhost and the servers' names resolve."""
    name = el.child_first(request, "hostname")
    if name is None:
        raise faults.null_pointer(
            "String.toLowerCase()",
            "the return value of "
            '"com.zimbra.soap.admin.message.CheckHostnameResolveRequest.getHostname()" is null',
        )
    name = name.lower()
    made = el.response(request)
    if name in (*_RESOLVED, *context.state.directory.servers):
        el.add(made, "code", content="check.OK")
        el.add(made, "message")
        return made
    el.add(made, "code", content="check.UNKNOWN_HOST")
    why = f"java.net.UnknownHostException: Unable to resolve host {name}"
    el.add(made, "message", content=why)
    return made


def zimlet_status(context: Context, request: Element) -> Element:
    """GetZimletStatusRequest: no zimlet is deployed here."""
    made = el.response(request)
    el.add(made, "zimlets")
    for cos in sorted(context.state.directory.coses.values(), key=lambda each: each.name):
        el.add(made, "cos", {"name": cos.name})
    return made


def nothing_there(_context: Context, request: Element) -> Element:
    """GetAllSkinsRequest, GetAllZimletsRequest, GetAllActiveServersRequest: there are none."""
    return el.response(request)


def lock_out(context: Context, request: Element) -> Element:
    """LockoutMailboxRequest: success at both ends; mail is not held up here."""
    if el.child(request, "account") is None:
        raise faults.invalid("missing <account>")
    select(context, request, "moveAccountMailbox")
    op = el.optional(request, "op") or "start"
    if op.lower() not in ("start", "end"):
        raise faults.failure(f"Unknown lockout method {op}")
    return el.response(request)


def reindex(context: Context, request: Element) -> Element:
    """ReIndexRequest: done as soon as it is begun."""
    id_ = el.optional(el.required_child(request, "mbox"), "id")
    account = by_id(context, id_, "reindexMailbox")
    if account.id not in context.state.mailboxes:
        raise faults.failure(f"mailbox not found for account {account.id}")
    action = el.optional(request, "action") or ""
    states = {"start": "started", "status": "idle", "cancel": "idle"}
    if action.lower() not in states:
        raise faults.invalid(f"Unknown action: {action}")
    made = el.response(request)
    made.set("status", states[action.lower()])
    return made


def delete_mailbox(context: Context, request: Element) -> Element:
    """DeleteMailboxRequest: the account stays, its mail goes."""
    id_ = el.optional(el.required_child(request, "mbox"), "id")
    account = by_id(context, id_, "deleteAccount")
    made = el.response(request)
    found = context.state.mailboxes.pop(account.id, None)
    if found is not None:
        el.add(made, "mbox", {"mbxid": str(found.id)})
    return made


ADMIN = {
    "GetMailQueueInfoRequest": queues,
    "GetMailQueueRequest": queue,
    "MailQueueActionRequest": queue_action,
    "MailQueueFlushRequest": queue_flush,
    "GetAllVolumesRequest": volumes,
    "GetCurrentVolumesRequest": current_volumes,
    "GetSessionsRequest": sessions,
    "DumpSessionsRequest": dump_sessions,
    "CheckHostnameResolveRequest": resolve,
    "GetZimletStatusRequest": zimlet_status,
    "GetAllSkinsRequest": nothing_there,
    "GetAllZimletsRequest": nothing_there,
    "GetAllActiveServersRequest": nothing_there,
    "LockoutMailboxRequest": lock_out,
    "ReIndexRequest": reindex,
    "DeleteMailboxRequest": delete_mailbox,
}
