"""The classes of service that a mailbox of a domain may have, by name or id.

Source: zimbra-attrs.xml (zimbraDomainCOSMaxAccounts: class's id, a colon, how many mailboxes).
"""

from __future__ import annotations

from functools import cached_property

from puq_zimbra.errors import N_, Refused
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

COUNTED = "zimbraDomainCOSMaxAccounts"
_DEFAULT = "zimbraDomainDefaultCOSId"


class Tiers:
    """Asks Zimbra for its classes once, and only if a row names one."""

    def __init__(self, zimbra: Zimbra) -> None:
        self._zimbra = zimbra
        #: id of a domain -> ids of classes
        self._allowed: dict[str, frozenset[str]] = {}

    def id_of(self, tier: str | None, domain: Entry) -> str | None:
        """The id of the class that a row names; None = it names none.

        Raises:
            Refused: the domain's mailboxes may not have it.
        """
        if not tier:
            return None
        allowed = self._allowed_in(domain)
        found = tier if tier in self._names else self._ids.get(tier.casefold(), "")
        if found not in allowed:
            names = sorted(filter(None, map(self.name_of, allowed)))
            raise Refused(
                N_("There is no tier %(tier)s in your plan: choose one of %(tiers)s."),
                tier=tier[:60],
                tiers=", ".join(names),
            )
        return found

    def _allowed_in(self, domain: Entry) -> frozenset[str]:
        if domain.id not in self._allowed:
            counted = self._zimbra.get_domain(domain.id, "id", (COUNTED,)).all(COUNTED)
            found = {one.partition(":")[0] for one in counted if not one.endswith(":0")}
            found.add(domain.one(_DEFAULT) or self._ids.get("default", ""))
            self._allowed[domain.id] = frozenset(found)
        return self._allowed[domain.id]

    def name_of(self, cos: str | None) -> str | None:
        """The name of a class."""
        return self._names.get(cos or "")

    @cached_property
    def _names(self) -> dict[str, str]:
        return {one.id: one.name for one in self._zimbra.get_all_cos()}

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {name.casefold(): identity for identity, name in self._names.items()}
