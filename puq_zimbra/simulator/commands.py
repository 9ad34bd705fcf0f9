"""Which command is answered by which function, per namespace and flavour.

Source: `AdminService.registerHandlers`, `AccountService`, `MailService`.
"""

from __future__ import annotations

from dataclasses import dataclass

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Function
from puq_zimbra.simulator.handlers import (
    accounts,
    aliases,
    auth,
    cos,
    domaincounts,
    domains,
    grants,
    listmembers,
    lists,
    mailboxes,
    misc,
    monitoring,
    passwords,
    quota,
    renames,
    resources,
    search,
    serverentries,
    servers,
    userside,
)


@dataclass(frozen=True)
class Handler:
    """A command's function and who may call it."""

    function: Function
    needs_token: bool = True
    needs_admin: bool = False


Table = dict[str, Handler]

_FAMILIES = (
    accounts,
    aliases,
    auth,
    cos,
    domaincounts,
    domains,
    grants,
    lists,
    listmembers,
    mailboxes,
    misc,
    monitoring,
    passwords,
    quota,
    renames,
    resources,
    search,
    serverentries,
    servers,
)
_OPEN = (auth, domaincounts, servers)
#: Commands that Carbonio dropped.
_NOT_IN_CARBONIO = frozenset(
    {"CheckDomainMXRecordRequest", "CountObjectsRequest", "GetLicenseInfoRequest"}
)


def tables(flavour: str) -> dict[str, Table]:
    """All commands by namespace, as the flavour has them."""
    admin: Table = {}
    for module in _FAMILIES:
        admin.update({n: Handler(f, needs_admin=True) for n, f in module.ADMIN.items()})
    for family in _OPEN:
        admin.update({n: Handler(f, needs_token=False) for n, f in family.OPEN.items()})
    if flavour == "carbonio":
        for name in _NOT_IN_CARBONIO:
            admin.pop(name, None)
    account = {n: Handler(f) for n, f in userside.ACCOUNT.items()}
    account.update({n: Handler(f, needs_token=False) for n, f in userside.OPEN.items()})
    mail = {n: Handler(f) for n, f in userside.MAIL.items()}
    return {el.ADMIN: admin, el.ACCOUNT: account, el.MAIL: mail}
