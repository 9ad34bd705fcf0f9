"""Many accounts in seconds: what all have in common is held once."""

from __future__ import annotations

import random
from collections.abc import Callable

from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.maildrop import Mailbox
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.state import State


def seed(
    state: State,
    domain: str,
    count: int,
    prefix: str,
    quota: int | None,
    used: int | Callable[[int], int],
    cos: str | None,
) -> None:
    """Enter ``count`` accounts; values that do not differ are shared between them."""
    state.domain_named(domain)
    hosts = state.mailbox_hosts
    common = _common(state, quota, cos)
    per_host = [
        {**common, "zimbraMailHost": [host], "zimbraMailTransport": [f"lmtp:{host}:7025"]}
        for host in hosts
    ]
    dice = random.Random(count)
    for index in range(count):
        entry = _account(f"{prefix}{index}", domain, dice, per_host[index % len(hosts)])
        state.directory.add(entry)
        size = used(index) if callable(used) else used
        if size:
            state.mailboxes[entry.id] = Mailbox(state.next_mailbox, size, {"2": size})
            state.next_mailbox += 1


def _common(state: State, quota: int | None, cos: str | None) -> Values:
    """What all accounts have alike."""
    common = {
        "zimbraAccountStatus": ["active"],
        "zimbraMailStatus": ["enabled"],
        "zimbraCreateTimestamp": [state.timestamp()],
        "objectClass": ["inetOrgPerson", "zimbraAccount", "amavisAccount"],
    }
    if quota is not None:
        common["zimbraMailQuota"] = [str(quota)]
    if cos is not None:
        common["zimbraCOSId"] = [state.directory.coses[cos].id]
    return common


def _account(local: str, domain: str, dice: random.Random, common: Values) -> Entry:
    address = f"{local}@{domain}"
    own_name, own_mail = [local], [address]
    raw = f"{dice.getrandbits(128):032x}"
    id_ = f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-8{raw[17:20]}-{raw[20:]}"
    attrs = {
        **common,
        "zimbraId": [id_],
        "uid": own_name,
        "cn": own_name,
        "sn": own_name,
        "mail": own_mail,
        "zimbraMailDeliveryAddress": own_mail,
    }
    return Entry("account", id_, address, attrs)
