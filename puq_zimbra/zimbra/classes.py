"""Requests about classes of service.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method.
"""

from __future__ import annotations

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.messages import selector
from puq_zimbra.zimbra.sender import Sender


class CosRequests(Sender):
    """Requests about classes of service."""

    def get_cos(self, value: str, attrs: tuple[str, ...], by: str = "name") -> Entry:
        """A class of service by ``name`` or ``id`` (GetCos.java).

        Raises:
            NoSuchCos: there is none.
        """
        response = self._send("GetCos", cos=selector(by, value), attrs=",".join(attrs))
        return answers.the_entry(response, "cos")

    def get_all_cos(self) -> list[Entry]:
        """All classes of service (GetAllCos.java)."""
        return answers.entries(self._send("GetAllCos"))
