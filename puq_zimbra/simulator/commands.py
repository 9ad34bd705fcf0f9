"""Which command is answered by which function, per namespace and flavour.

Source: `AdminService.registerHandlers`, `AccountService`, `MailService`.
"""

from __future__ import annotations

from dataclasses import dataclass

from puq_zimbra.simulator import carbonio
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Function
from puq_zimbra.simulator.handlers import (
    accounts,
    aliases,
    auth,
    cos,
    domaincounts,
    domains,
    filters,
    folders,
    gal,
    grants,
    listmembers,
    listowners,
    lists,
    mail,
    mailboxes,
    misc,
    monitoring,
    operations,
    passwords,
    personas,
    prefs,
    quota,
    renames,
    resources,
    retention,
    rightchecks,
    rightsinfo,
    search,
    serverentries,
    servers,
    subscriptions,
    userlists,
    userrights,
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
    filters,
    folders,
    gal,
    grants,
    lists,
    listmembers,
    mailboxes,
    misc,
    monitoring,
    operations,
    passwords,
    quota,
    renames,
    resources,
    retention,
    rightchecks,
    rightsinfo,
    search,
    serverentries,
    servers,
)
#: Modules of commands for users, by ``ACCOUNT`` and ``MAIL``.
_USERS_ACCOUNT = (
    userside, prefs, personas, listowners, subscriptions, gal, userrights, userlists, folders,
)  # fmt: skip
_USERS_MAIL = (userside, mail, filters, folders)
_OPEN = (auth, domaincounts, servers)


#: Commands that came after Zimbra 8.8.
_NOT_IN_88 = frozenset({"ResetAccountPasswordRequest"})


def tables(flavour: str) -> dict[str, Table]:
    """All commands by namespace, as the flavour has them."""
    admin: Table = {}
    for module in _FAMILIES:
        admin.update({n: Handler(f, needs_admin=True) for n, f in module.ADMIN.items()})
    for family in _OPEN:
        admin.update({n: Handler(f, needs_token=False) for n, f in family.OPEN.items()})
    if flavour == "zimbra88":
        admin = {n: each for n, each in admin.items() if n not in _NOT_IN_88}
    account = {n: Handler(f) for each in _USERS_ACCOUNT for n, f in each.ACCOUNT.items()}
    account.update({n: Handler(f, needs_token=False) for n, f in userside.OPEN.items()})
    mail = {n: Handler(f) for each in _USERS_MAIL for n, f in each.MAIL.items()}
    if flavour == "carbonio":
        admin = {n: each for n, each in admin.items() if n not in carbonio.GONE}
        account = {n: each for n, each in account.items() if n not in carbonio.GONE_OF_USERS}
    return {el.ADMIN: admin, el.ACCOUNT: account, el.MAIL: mail}
