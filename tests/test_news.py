"""What became of an installation's services since its host last asked, each told once."""

from __future__ import annotations

from typing import Any

from puq_zimbra.simulator import Simulator

from .conftest import Hook


def news(hook: Hook, cursor: str | None = None, **more: Any) -> Any:
    """What is new after a cursor."""
    return hook("news", server=None, service=None, cursor=cursor, **more).value["data"]


def test_operations_that_ended_are_told_once(hook: Hook, simulator: Simulator) -> None:
    """From the first question on, in their order, with the sentence that a person reads."""
    hook("create")
    begun = news(hook)
    assert (begun["ended"], begun["notices"], begun["more"]) == ([], [], False)

    hook("suspend")
    hook("suspend", service={"id": "nobody", "domain": "nobody.example"})
    told = news(hook, begun["cursor"])
    assert [(one["service_id"], one["event"], one["ok"]) for one in told["ended"]] == [
        ("42", "suspend", True),
        ("nobody", "suspend", False),
    ]
    assert told["ended"][1]["code"] == "not_found"
    assert "nobody.example" in told["ended"][1]["message"]
    assert told["ended"][1]["reference"].startswith("op-")

    assert news(hook, told["cursor"])["ended"] == []
    assert news(hook, begun["cursor"], installation="another.example")["ended"] == []
    first = news(hook, begun["cursor"], limit=1)
    assert (len(first["ended"]), first["more"]) == (1, True)
    assert news(hook, first["cursor"])["ended"] == told["ended"][1:]


def test_crossings_that_stand_are_told_at_first_and_then_each_once(
    hook: Hook, simulator: Simulator
) -> None:
    """A customer whose storage was full before is full now."""
    hook("create")
    simulator.add_mail("admin@firma.example", 5 * 2**30 - 1)
    hook("usage")
    (full,) = [one for one in news(hook)["notices"] if one["kind"] == "mailbox"]
    assert (full["service_id"], full["name"]) == ("42", "admin@firma.example")
    assert full["percent"] >= 90
    again = news(hook, news(hook)["cursor"])

    assert again["notices"] == []


def test_a_cursor_of_another_kind_is_refused(hook: Hook) -> None:
    """It would skip news, or tell old ones as new."""
    for cursor in ("", "7", "1-", "1-2-3", "٣-٣", "-1-2"):
        answer = hook("news", server=None, service=None, cursor=cursor)
        assert answer.code == "invalid", cursor


def test_the_welcome_needs_no_zimbra(hook: Hook, simulator: Simulator) -> None:
    """A mail must not wait for it."""
    data = hook("welcome").value["data"]

    assert data["admin_address"] == "admin@firma.example"
    assert data["webmail_url"].startswith("https://")
    assert set(data["mail_hosts"]) == {"imap", "pop3", "smtp"}
    assert simulator.log == []
