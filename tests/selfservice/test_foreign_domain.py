"""A customer whose domain is written in letters of his own language."""

from __future__ import annotations

from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from .conftest import Customer


def test_an_alias_is_added_removed_and_ends_with_the_service(
    hook: Hook, simulator: Simulator
) -> None:
    """Zimbra writes the same address in two ways."""
    mine = {"service": {"domain": "żółw.example"}}
    assert hook("create", **mine).code == "created"
    customer = Customer(lambda event, **more: hook(event, **_over(mine, more)))
    form = customer.open("mailbox_new").form("create_mailbox")
    made = customer.send(form, name="anna", limit="0").value["data"]["query"]["id"]
    aliases = [
        customer.does("add_alias", "mailbox", {"id": made}, name=name).code for name in ("a", "b")
    ]
    form = customer.open("mailbox", id=made).form("remove_alias")
    removed = customer.send(form)

    assert aliases == ["updated", "updated"]
    assert removed.code == "updated"
    assert simulator.account("a@żółw.example") is None
    assert simulator.account("b@żółw.example") is not None
    assert hook("terminate", **mine).code == "updated"
    assert simulator.domain("żółw.example") is None


def _over(first: dict[str, dict[str, str]], then: dict[str, dict[str, str]]) -> dict[str, object]:
    return {**then, "service": {**first["service"], **then.get("service", {})}}
