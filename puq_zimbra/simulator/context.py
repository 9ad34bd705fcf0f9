"""What a handler gets to know about the request it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.sessions import Session
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.tokens import Token


@dataclass
class Context:
    """One request's surroundings."""

    state: State
    #: "admin" or "user": the URL the request came to.
    url: str
    token: Token | None = None
    session: Session | None = None
    #: Account in whose name the request runs (context header ``account``), if not the token's.
    requested: Entry | None = None
    #: Server the request came to.
    server: str = ""
    user_url: str = ""
    admin_url: str = ""
    #: Cookies to set, by name.
    cookies: dict[str, str] = field(default_factory=dict)
    #: SOAP protocol, for faults inside a batch.
    protocol: str = "1.2"

    @property
    def caller(self) -> Entry:
        """Account behind the token; AUTH_REQUIRED without one."""
        found = self.token and self.state.directory.find(self.token.account_id, *ACCOUNT_KINDS)
        if not found:
            raise faults.auth_required()
        return found

    @property
    def is_global_admin(self) -> bool:
        """Say whether the caller is a global administrator."""
        return bool(self.token and self.token.admin)


#: A command: takes its surroundings and the request, answers the response.
Function = Callable[[Context, Element], Element]
