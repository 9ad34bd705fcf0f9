"""A row of the table of server settings.

Source: zimbra-attrs.xml (types, where an attribute stands, `requiresRestart`);
zimbra-rights.xml (modifyGlobalConfig, set.server.*, modifyCos, set.domain.*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from puq_zimbra.settings.kinds import Kind, Values

#: where an attribute stands: the global configuration, each server, a class of service, a domain,
#: one mailbox for a domain
Scope = Literal["global", "server", "class", "domain", "mailbox"]
Section = Literal["mail", "spam", "passwords", "sessions", "access", "appearance", "domain"]


@dataclass(frozen=True, kw_only=True)
class ServerSetting:
    """One server setting."""

    #: its name in forms, commands and the audit
    key: str
    attribute: str
    scope: Scope
    section: Section
    kind: Kind
    #: a word or two of the catalogue
    label: str
    #: what it means to its reader
    sentence: str
    #: what a reset writes, which is Zimbra's own; () = the value is taken away
    default: Values = ()
    #: the service of Zimbra that must be restarted before it works; "" = it works at once
    restart: str = ""
    #: also the customers of a domain may change it, not those of a whole Zimbra alone
    of_domain: bool = False
    #: the product must grant this, too
    capability: str = ""
    #: values that would shut out an administrator whose class it is; () = none would
    shuts_out: bool = False
    #: offered only by the Network Edition
    network_edition: bool = False
    #: no genuine server was seen to obey it
    unproven: bool = False
    #: an attribute of the global configuration that holds a list to take over
    common: str = ""

    @property
    def right(self) -> str:
        """The right that changing it needs."""
        if self.scope == "global":
            return f"set.config.{self.attribute}"
        kind = {"server": "server", "class": "cos", "domain": "domain", "mailbox": "account"}[
            self.scope
        ]
        return f"set.{kind}.{self.attribute}"
