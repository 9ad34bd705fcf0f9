"""The commands, one file per family; every file lists its own in a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.element import Element

Function = Callable[[Context, Element], Element]


@dataclass(frozen=True)
class Handler:
    """A command's function and who may call it."""

    function: Function
    needs_token: bool = True
    needs_admin: bool = False


Table = dict[str, Handler]

#: Commands that Carbonio dropped.
_NOT_IN_CARBONIO = frozenset(
    {"CheckDomainMXRecordRequest", "CountObjectsRequest", "GetLicenseInfoRequest"}
)


def tables(flavour: str) -> dict[str, Table]:
    """All commands by namespace, as the flavour has them."""
    from puq_zimbra.simulator.handlers import (
        accounts,
        aliases,
        auth,
        cos,
        domains,
        grants,
        listmembers,
        lists,
        mailboxes,
        misc,
        passwords,
        quota,
        renames,
        resources,
        search,
        servers,
        userside,
    )

    admin: Table = {}
    for module in (
        accounts, aliases, auth, cos, domains, grants, lists, listmembers, mailboxes, misc,
        passwords, quota, renames, resources, search, servers,
    ):
        admin.update({n: Handler(f, needs_admin=True) for n, f in module.ADMIN.items()})
    admin.update({n: Handler(f, needs_token=False) for n, f in auth.OPEN.items()})
    admin.update({n: Handler(f, needs_token=False) for n, f in servers.OPEN.items()})
    admin.update({n: Handler(f, needs_token=False) for n, f in domains.OPEN.items()})
    if flavour == "carbonio":
        for name in _NOT_IN_CARBONIO:
            admin.pop(name, None)
    account = {n: Handler(f) for n, f in userside.ACCOUNT.items()}
    account.update({n: Handler(f, needs_token=False) for n, f in userside.OPEN.items()})
    mail = {n: Handler(f) for n, f in userside.MAIL.items()}
    return {el.ADMIN: admin, el.ACCOUNT: account, el.MAIL: mail}
