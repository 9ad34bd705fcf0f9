"""Server entries made, changed and deleted; no server comes alive by it.

Source: `service/admin/CreateServer.java`, `ModifyServer.java`, `DeleteServer.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, callbacks, faults, modify, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.element import Element


def create(context: Context, request: Element) -> Element:
    """CreateServerRequest."""
    access.system_only(context)
    state = context.state
    name = el.required(request, "name").strip().lower()
    if not name:
        raise faults.invalid("name can not be empty")
    changes = modify.read(el.pairs(request))
    modify.check_values(state.schema, changes, creating=True)
    callbacks.check(state, None, changes)
    values = modify.for_create(state.schema, "server", changes)
    if name in state.directory.servers:
        raise faults.Fault("account.SERVER_EXISTS", f"server already exists: {name}")
    id_ = new_id()
    own = {
        "cn": [name],
        "zimbraId": [id_],
        "zimbraServiceHostname": [name],
        "zimbraCreateTimestamp": [state.timestamp()],
        "objectClass": ["zimbraServer"],
    }
    entry = Entry("server", id_, name, {"zimbraServiceEnabled": [], **values, **own})
    state.directory.add(entry)
    return _respond(context, request, entry)


def change(context: Context, request: Element) -> Element:
    """ModifyServerRequest."""
    entry = _by_id(context, request)
    changes = modify.read(el.pairs(request))
    access.require_set(context, entry, [each.name for each in changes])
    modify.check_values(context.state.schema, changes)
    callbacks.check(context.state, entry, changes)
    modify.apply(context.state.schema, entry, changes)
    return _respond(context, request, entry)


def delete(context: Context, request: Element) -> Element:
    """DeleteServerRequest: not while it is the home of accounts."""
    access.system_only(context)
    entry = _by_id(context, request)
    state = context.state
    held = sum(state.home(each) == entry.name for each in state.directory.all("account"))
    if held or entry.name in state.mailbox_hosts:
        raise faults.invalid(f"Cannot delete server {entry.name}: it holds {held} accounts")
    state.directory.by_id.pop(entry.id)
    state.directory.servers.pop(entry.name)
    return el.response(request)


def _by_id(context: Context, request: Element) -> Entry:
    id_ = el.required(request, "id")
    found = context.state.directory.find(id_, "server")
    if found is None:
        raise faults.no_such("server", id_)
    return found


def _respond(context: Context, request: Element, entry: Entry) -> Element:
    made = el.response(request)
    rendering.put(made, "server", entry, context.state.server_values(entry))
    return made


ADMIN = {
    "CreateServerRequest": create,
    "ModifyServerRequest": change,
    "DeleteServerRequest": delete,
}
