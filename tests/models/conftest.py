"""Calls of the models ``mailbox`` and ``server``."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Hook

#: lays model ``mailbox`` over the whole call: an address in the provider's own domain
MAILBOX: dict[str, Any] = {
    "model": "mailbox",
    "domain": None,
    "mailbox": {"address": "anna@poczta.example", "display_name": "Anna"},
    "plan": {"mailboxes": None, "domain_quota": None, "mailbox_quota": 2**30},
}
#: and model ``server``
SERVER: dict[str, Any] = {
    "model": "server",
    "disk": 200 * 2**30,
    "plan": {"domain_quota": None, "terminate": None},
}


@pytest.fixture
def mailbox(hook: Hook, simulator: Simulator) -> Hook:
    """Call an event for a mailbox in a domain of the provider's."""
    simulator.create_domain("poczta.example")
    simulator.reset_log()
    return laid_over(hook, MAILBOX)


@pytest.fixture
def server(hook: Hook) -> Hook:
    """Call an event for a private server."""
    return laid_over(hook, SERVER)


def laid_over(hook: Hook, sold: dict[str, Any]) -> Hook:
    """Call an event with so much laid over the whole call, and changes of the service over that."""

    def call(event: str, service: dict[str, Any] | None = None, **changes: Any) -> Any:
        given = copy.deepcopy(sold)
        for key, value in (service or {}).items():
            given[key] = {**given.get(key, {}), **value} if isinstance(value, dict) else value
        return hook(event, service=given, **changes)

    return call
