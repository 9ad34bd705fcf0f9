"""Accounts that are called like Zimbra's own and lack its mark: they are mailboxes, and billed.

A migration often brings Zimbra's own accounts over without the mark. A customer may call his
mailboxes so, too: the name alone takes nobody off the bill, it is only told.

Source: Zimbra's installer `zmsetup.pl` (spam., ham., virus-quarantine.), `zmgsautil` (galsync).
"""

from __future__ import annotations

from puq_zimbra.zimbra.client import Zimbra

#: what their addresses begin with
BEGINNINGS = ("spam.", "ham.", "virus-quarantine.", "galsync")
_MARKS = ("zimbraIsSystemAccount", "zimbraIsSystemResource")


def find(zimbra: Zimbra) -> list[str]:
    """Their addresses, in order."""
    names = "".join(f"(mail={one}*)" for one in BEGINNINGS)
    unmarked = "".join(f"(!({one}=TRUE))" for one in _MARKS)
    found = zimbra.search_directory("accounts", f"(&(|{names}){unmarked})", ("zimbraId",))
    return sorted(one.name for one in found if one.name.startswith(BEGINNINGS))
