"""Forms whose write gets no answer (mailboxes, lists, rooms, messages), for test_pipeline.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from .conftest import Customer
from .people import deleted

TEAM, HALL = "team@firma.example", "hall@firma.example"


def _form(action: str, page: str, about: str = "", **typed: str) -> Callable[..., Any]:
    def prepare(hook: Hook, simulator: Simulator) -> Any:
        hook("create")
        anna = simulator.create_account("anna@firma.example")
        team, hall = simulator.create_list(TEAM, ["x@b.example"]), simulator.create_resource(HALL)
        simulator.list(TEAM).put("zimbraACE", f"{anna.id} usr ownDistList")
        customer = Customer(hook)
        if action == "remove_alias":
            customer.does("add_alias", "mailbox", {"id": anna.id}, name="biuro")
        deleted(simulator, anna.name)
        known = {"list": team.id, "room": hall.id, "mailbox": anna.id}
        query = {"id": known[about]} if about else {}
        form = customer.open(page, **query).form(action)
        simulator.reset_log()
        return lambda: customer.send(form, **typed)

    return prepare


NEW = {"name": "new", "members": "x@b.example"}
ROOM = {"name": "new", "display_name": "New"}
#: request -> what sends it
CASES: dict[str, Callable[..., Any]] = {
    "CreateDistributionList": _form("create_list", "list_new", **NEW),
    "ModifyDistributionList": _form("edit_list", "list", "list", display_name="Team"),
    "RenameDistributionList": _form("edit_list", "list", "list", name="crew"),
    "AddDistributionListMember": _form("add_members", "list", "list", members="y@b.example"),
    "RemoveDistributionListMember": _form("remove_member", "list", "list", member="x@b.example"),
    "RevokeRight": _form("edit_list", "list", "list", owners=""),
    "CreateCalendarResource": _form("create_room", "room_new", **ROOM),
    "ModifyCalendarResource": _form("edit_room", "room", "room", place="Hall"),
    "ItemAction": _form("recover_messages", "recover", "mailbox", puqz_m257="1"),
    "RenameAccount": _form("edit_mailbox", "mailbox", "mailbox", name="anna.n"),
    "AddAccountAlias": _form("add_alias", "mailbox", "mailbox", name="kontakt"),
    "RemoveAccountAlias": _form("remove_alias", "mailbox", "mailbox", alias="biuro@firma.example"),
    "RenameCalendarResource": _form("edit_room", "room", "room", name="aula"),
}
