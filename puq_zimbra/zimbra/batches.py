"""Several requests in one HTTP request, which Zimbra carries out one after the other.

Each is written by the same schema as if it were sent alone. One that is refused stops none of the
others. The administrator's token is accepted or rejected for all of them at once, before any is
carried out.

Source: `soap/SoapEngine.java` (BatchRequest); recorded batches of a genuine server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lxml import etree

from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.zimbra import batch_answers, messages, request_table
from puq_zimbra.zimbra.messages import Attributes
from puq_zimbra.zimbra.sender import Sender
from puq_zimbra.zimbra.write_journal import MEMBERS


@dataclass(frozen=True)
class Command:
    """A request of a batch."""

    #: Zimbra's name without "Request"
    name: str
    arguments: Mapping[str, Any] = field(repr=False)


def creating_account(name: str, password: str, attrs: Attributes) -> Command:
    """Make an account (CreateAccount.java)."""
    given = {"name": name, "password": password, "a": messages.attributes(attrs)}
    return Command("CreateAccount", given)


def modifying_account(identity: str, attrs: Attributes) -> Command:
    """Change an account's attributes (ModifyAccount.java)."""
    return Command("ModifyAccount", {"id": identity, "a": messages.attributes(attrs)})


def setting_password(identity: str, password: str) -> Command:
    """Set a password (SetPassword.java), which no policy refuses."""
    return Command("SetPassword", {"id": identity, "newPassword": password})


def adding_account_alias(identity: str, alias: str) -> Command:
    """Give an account a further address (AddAccountAlias.java)."""
    return Command("AddAccountAlias", {"id": identity, "alias": alias})


#: the name of a read without "Request", and its arguments
Asked: TypeAlias = tuple[str, Mapping[str, Any]]
#: its response, or why it was refused
Part: TypeAlias = etree._Element | PuqZimbraError


def read(zimbra: Sender, asked: Sequence[Asked]) -> list[Part]:
    """Send several reads at once; the answer to each, in their order.

    Raises:
        LookupError: one of them writes: it would be sent again when an answer is lost.
    """
    writes = [name for name, _ in asked if request_table.row(name).writes]
    if writes:
        raise LookupError(f"{writes[0]} writes, so it does not belong in a batch of reads.")
    written = [messages.command(name, arguments) for name, arguments in asked]
    response = zimbra.pipeline.read_batch({"onerror": "continue", MEMBERS: written})
    return batch_answers.members(response, [name for name, _ in asked])


def require(part: Part) -> etree._Element:
    """The response of a request that must not fail.

    Raises:
        PuqZimbraError: Zimbra refused it.
    """
    if isinstance(part, PuqZimbraError):
        raise part
    return part


class BatchRequests(Sender):
    """Batches of writes."""

    def batch(self, commands: Sequence[Command]) -> list[etree._Element | PuqZimbraError]:
        """Send writes in one request; the answer to each, in their order.

        Raises:
            PuqZimbraError: the request as a whole failed, and it is not known what was done.
        """
        written = [messages.command(one.name, one.arguments) for one in commands]
        response = self._send("Batch", **{"onerror": "continue", MEMBERS: written})
        return batch_answers.members(response, [one.name for one in commands])
