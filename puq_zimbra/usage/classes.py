"""Classes of service by their ids: what they are called, and what counts where one was deleted.

An account keeps the id of a class that was deleted. Zimbra then uses the class of the account's
domain, and without one that of the name ``default``.

Source: `account/ldap/LdapProvisioning.java` (getCOS); recorded DeleteCos of a class in use.
"""

from __future__ import annotations

from puq_zimbra.errors import NoSuchCos, PermissionDenied
from puq_zimbra.zimbra.client import Zimbra


class Classes:
    """The classes of service of a Zimbra."""

    def __init__(self, zimbra: Zimbra, *, complete: bool) -> None:
        """``complete`` says that we see all of them, as a global administrator does."""
        self._zimbra, self._complete = zimbra, complete
        #: id -> name, of those that we see
        self.names = {cos.id: cos.name for cos in zimbra.get_all_cos()}
        #: id of the one that is used where nothing else is said; "" = we do not see it
        self.default = next((one for one, name in self.names.items() if name == "default"), "")
        self._exists = dict.fromkeys(self.names, True)

    def exists(self, identity: str) -> bool:
        """Whether there is a class of that id; one that is hidden from us is there."""
        if identity not in self._exists:
            self._exists[identity] = not self._complete and self._is_hidden(identity)
        return self._exists[identity]

    def _is_hidden(self, identity: str) -> bool:
        try:
            self.names[identity] = self._zimbra.get_cos(identity, ("cn",), by="id").name
        except NoSuchCos:
            return False
        except PermissionDenied:
            pass
        return True
