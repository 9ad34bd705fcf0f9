"""What the tests look at in the simulated Zimbra, and do to it beside the product."""

from __future__ import annotations

from collections.abc import Callable

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.calllog import Call
from puq_zimbra.zimbra.client import Zimbra

STAMP = "puq_zimbra:crm.example:42"


GRACE = {"terminate": {"mode": "grace", "grace_days": 14}}


def status(simulator: Simulator) -> str:
    """The domain's status in Zimbra."""
    return str(simulator.domain("firma.example").attrs["zimbraDomainStatus"][0])


def foreign_names(simulator: Simulator, domain: str = "firma.example") -> list[str]:
    """What stands in the domain's zimbraForeignName."""
    return sorted(simulator.domain(domain).attrs.get("zimbraForeignName", []))


def add_alias(zimbra: Zimbra, identity: str, alias: str) -> None:
    """Give an account another address, by a request that the product has no use for."""
    token = zimbra.connection.auth()
    body = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header>'
        f'<context xmlns="urn:zimbra"><authToken>{token}</authToken></context></e:Header><e:Body>'
        f'<AddAccountAliasRequest xmlns="urn:zimbraAdmin" id="{identity}" alias="{alias}"/>'
        "</e:Body></e:Envelope>"
    )
    assert zimbra.connection._transport.post(body.encode()).status == 200


class _Log(list[Call]):
    """A log of calls that acts once, right after the first write."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self._act = act

    def append(self, call: Call) -> None:
        super().append(call)
        if call.writes and sum(one.writes for one in self) == 1:
            self._act()


def after_the_next_write(simulator: Simulator, act: Callable[[], None]) -> None:
    """Let somebody else do something in Zimbra between the next write and the look at it."""
    simulator._calls.calls = _Log(act)
