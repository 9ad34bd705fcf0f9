"""Requests about servers.

Source: `soap-admin.txt`; the handlers `service/admin/*.java`, each named by its method.
"""

from __future__ import annotations

from puq_zimbra.zimbra import answers, messages
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.messages import Attributes
from puq_zimbra.zimbra.sender import Sender


class ServerRequests(Sender):
    """Requests about servers."""

    def get_version_info(self) -> dict[str, str]:
        """The server's version, host, release and more (GetVersionInfo.java)."""
        info = answers.child(self._send("GetVersionInfo"), "info")
        if info is None:
            raise answers.garbled()
        return answers.marks_of(info)

    def get_all_servers(
        self, service: str | None = None, *, inherited: bool = False
    ) -> list[Entry]:
        """The servers that run a service, such as ``mailbox``, or all (GetAllServers.java).

        With ``inherited`` they also show what they take from the global configuration.
        """
        apply = "1" if inherited else "0"
        return answers.entries(self._send("GetAllServers", service=service, applyConfig=apply))

    def modify_server(self, identity: str, attrs: Attributes) -> None:
        """Change a server's own values (ModifyServer.java); "" lets the global ones show again."""
        self._send("ModifyServer", id=identity, a=messages.attributes(attrs))

    def modify_config(self, attrs: Attributes) -> None:
        """Change the global configuration (ModifyConfig.java); the answer is empty."""
        self._send("ModifyConfig", a=messages.attributes(attrs))

    def modify_cos(self, identity: str, attrs: Attributes) -> None:
        """Change a class of service (ModifyCos.java); members without own values follow at once."""
        self._send("ModifyCos", id=identity, a=messages.attributes(attrs))
