"""One request on its way through the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from puq_zimbra.zimbra.request_table import ZimbraRequest


@dataclass(frozen=True)
class Context:
    """A request, and how it is to be sent and read."""

    request: ZimbraRequest
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)
    token: str | None = field(default=None, repr=False)
    #: of an answer in JSON: the struct that it is decoded as
    listing: type[Any] | None = None
    #: the admin session: "" opens one, an id goes on with it, None has none
    session: str | None = None
    #: id of the server that answers, where it is another one
    target_server: str | None = None
    #: id of the account whose mailbox a user's request is about, where the token is another's
    account: str | None = None
    #: the answer is passed on unread
    unread: bool = False
    #: log in although these credentials were rejected before
    insist: bool = False


#: Sends a request and returns what its answer says.
Send = Callable[[Context], Any]
