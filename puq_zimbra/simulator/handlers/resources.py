"""Calendar resources: accounts of another kind.

Source: `service/admin/CreateCalendarResource.java` and its siblings.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, modify, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.accounts import change_account, make_account, remove_account
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import find_domain
from puq_zimbra.simulator.handlers.renames import rename_account


def create(context: Context, request: Element) -> Element:
    """CreateCalendarResourceRequest."""
    name = el.required(request, "name")
    changes = modify.read(el.pairs(request))
    made = el.response(request)
    password = el.optional(request, "password")
    rendering.account(context, made, make_account(context, "resource", name, password, changes))
    return made


def get(context: Context, request: Element) -> Element:
    """GetCalendarResourceRequest."""
    by, value = rendering.selected(request, "calresource")
    found = rendering.find_account(context, by, value)
    if found is None or found.kind != "resource":
        raise access.hide_missing(context, "resource", value, by == "name")
    access.require_account(context, "getCalendarResource", found, value)
    asked = rendering.wanted(context, request, "resource")
    values = context.state.account_values(found, el.flag(request, "applyCos", True))
    made = el.response(request)
    rendering.put(made, "calresource", found, values, asked)
    return made


def change(context: Context, request: Element) -> Element:
    """ModifyCalendarResourceRequest."""
    found = _by_id(context, request, None)
    change_account(context, found, found.id, modify.read(el.pairs(request)))
    made = el.response(request)
    rendering.account(context, made, found)
    return made


def rename(context: Context, request: Element) -> Element:
    """RenameCalendarResourceRequest."""
    found = _by_id(context, request, "renameCalendarResource")
    rename_account(context, found, el.required(request, "newName"))
    made = el.response(request)
    rendering.account(context, made, found)
    return made


def delete(context: Context, request: Element) -> Element:
    """DeleteCalendarResourceRequest."""
    remove_account(context.state, _by_id(context, request, "deleteCalendarResource"))
    return el.response(request)


def all_resources(context: Context, request: Element) -> Element:
    """GetAllCalendarResourcesRequest."""
    selector = el.child(request, "domain")
    directory = context.state.directory
    if selector is not None:
        found = directory.of_domain(find_domain(context, selector).name, "resource")
    else:
        found = directory.all("resource")
    made = el.response(request)
    for each in sorted(found, key=lambda entry: entry.name):
        if access.may(context, "listCalendarResource", each):
            rendering.account(context, made, each)
    return made


def _by_id(context: Context, request: Element, right: str | None) -> Entry:
    id_ = el.required(request, "id")
    found = context.state.directory.find(id_, "resource")
    if found is None:
        raise access.hide_missing(context, "resource", id_, False)
    access.require_account(context, right, found, id_)
    return found


ADMIN = {
    "CreateCalendarResourceRequest": create,
    "GetCalendarResourceRequest": get,
    "ModifyCalendarResourceRequest": change,
    "RenameCalendarResourceRequest": rename,
    "DeleteCalendarResourceRequest": delete,
    "GetAllCalendarResourcesRequest": all_resources,
}
