"""Server entries made, changed and deleted; no server comes alive by it.

Source: `service/admin/CreateServer.java`, `ModifyServer.java`, `DeleteServer.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, modify, shown
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.element import Element


def create(context: Context, request: Element) -> Element:
    """CreateServerRequest."""
    access.system_only(context)
    world = context.world
    name = el.required(request, "name").strip().lower()
    if not name:
        raise faults.invalid("name can not be empty")
    changes = modify.read(el.pairs(request))
    modify.check_values(world.schema, changes, creating=True)
    values = modify.for_create(world.schema, "server", changes)
    if name in world.directory.servers:
        raise faults.Fault("account.SERVER_EXISTS", f"server already exists: {name}")
    id_ = new_id()
    own = {
        "cn": [name],
        "zimbraId": [id_],
        "zimbraServiceHostname": [name],
        "zimbraCreateTimestamp": [world.timestamp()],
        "objectClass": ["zimbraServer"],
    }
    entry = Entry("server", id_, name, {"zimbraServiceEnabled": [], **values, **own})
    world.directory.add(entry)
    return _respond(context, request, entry)


def change(context: Context, request: Element) -> Element:
    """ModifyServerRequest."""
    access.system_only(context)
    entry = _by_id(context, request)
    changes = modify.read(el.pairs(request))
    modify.check_values(context.world.schema, changes)
    modify.apply(context.world.schema, entry, changes)
    return _respond(context, request, entry)


def delete(context: Context, request: Element) -> Element:
    """DeleteServerRequest: not while it is the home of accounts."""
    access.system_only(context)
    entry = _by_id(context, request)
    world = context.world
    held = sum(world.home(each) == entry.name for each in world.directory.all("account"))
    if held or entry.name in world.mailbox_hosts:
        raise faults.invalid(f"Cannot delete server {entry.name}: it holds {held} accounts")
    world.directory.by_id.pop(entry.id)
    world.directory.servers.pop(entry.name)
    return el.response(request)


def _by_id(context: Context, request: Element) -> Entry:
    id_ = el.required(request, "id")
    found = context.world.directory.find(id_, "server")
    if found is None:
        raise faults.no_such("server", id_)
    return found


def _respond(context: Context, request: Element, entry: Entry) -> Element:
    made = el.response(request)
    shown.put(made, "server", entry, context.world.server_values(entry))
    return made


ADMIN = {
    "CreateServerRequest": create,
    "ModifyServerRequest": change,
    "DeleteServerRequest": delete,
}
