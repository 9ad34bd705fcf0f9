"""What the tests look at in the simulated Zimbra, and do to it beside the product."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.calllog import Call
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.transport import Transport

STAMP = "puq_zimbra:crm.example:42"


GRACE = {"terminate": {"mode": "grace", "grace_days": 14}}


def status(simulator: Simulator, domain: str = "firma.example") -> str:
    """The domain's status in Zimbra."""
    return str(simulator.domain(domain).attrs.get("zimbraDomainStatus", ["active"])[0])


def foreign_names(simulator: Simulator, domain: str = "firma.example") -> list[str]:
    """What stands in the domain's zimbraForeignName."""
    return sorted(simulator.domain(domain).attrs.get("zimbraForeignName", []))


def days_until_deletion(simulator: Simulator) -> int:
    """Days from today (UTC) to the day that is named for the domain's deletion."""
    mark = "puq_zimbra.purge:"
    (day,) = [one for one in foreign_names(simulator) if one.startswith(mark)]
    return (date.fromisoformat(day.removeprefix(mark)) - datetime.now(UTC).date()).days


def add_alias(zimbra: Zimbra, identity: str, alias: str) -> None:
    """Give an account another address, by a request that the product has no use for."""
    token = zimbra.pipeline.login.auth()
    body = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header>'
        f'<context xmlns="urn:zimbra"><authToken>{token}</authToken></context></e:Header><e:Body>'
        f'<AddAccountAliasRequest xmlns="urn:zimbraAdmin" id="{identity}" alias="{alias}"/>'
        "</e:Body></e:Envelope>"
    )
    transport = Transport(zimbra.server.url, zimbra.server.tls)
    assert transport.post(body.encode(), 10.0).status == 200
    transport.close()


def alias_domain(simulator: Simulator, stamp: str | None = None) -> None:
    """Let alias.example point to the service's domain."""
    simulator.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=simulator.domain("firma.example").id,
        **({"zimbraForeignName": stamp} if stamp else {}),
    )


def rename_domain(simulator: Simulator, old: str, new: str) -> None:
    """Do what `zmprov renameDomain` does: everything in it, its ids and its stamp move along."""
    directory = simulator.state.directory
    domain = directory.domains.pop(old)
    domain.name = new
    directory.domains[new] = domain
    directory.contents[new] = {}
    for entry in list(directory.contents[old].values()):
        directory.move(entry, entry.name.removesuffix(old) + new)
    del directory.contents[old]


def rename_account(simulator: Simulator, old: str, new: str) -> None:
    """Give a mailbox another address."""
    simulator.state.directory.move(simulator.account(old), new)


class _Log(list[Call]):
    """A log of calls that acts once, right after that many writes."""

    def __init__(self, act: Callable[[], None], writes: int) -> None:
        super().__init__()
        self._act, self._writes = act, writes

    def append(self, call: Call) -> None:
        super().append(call)
        if call.writes and sum(one.writes for one in self) == self._writes:
            self._act()


def after_the_next_write(simulator: Simulator, act: Callable[[], None], writes: int = 1) -> None:
    """Let somebody else do something in Zimbra between the next writes and the look at them."""
    simulator._calls.calls = _Log(act, writes)
