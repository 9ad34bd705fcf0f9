"""Several requests in one HTTP request, which Zimbra carries out one after the other.

Each is written by the same schema as if it were sent alone. One that is refused stops none of the
others. The administrator's token is accepted or rejected for all of them at once, before any is
carried out.

Source: `soap/SoapEngine.java` (BatchRequest); recorded batches of a genuine server.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from lxml import etree

from puq_zimbra.errors import Fault, PuqZimbraError
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
    if len(asked) == 1:
        return [_alone(zimbra, *asked[0])]
    written = [messages.command(name, arguments) for name, arguments in asked]
    response = zimbra.pipeline.read_batch({"onerror": "continue", MEMBERS: written})
    return batch_answers.members(response, [name for name, _ in asked])


def _alone(zimbra: Sender, name: str, arguments: Mapping[str, Any]) -> Part:
    try:
        found: etree._Element = zimbra.pipeline.send(name, arguments)
    except Fault as error:
        return error
    return found


def require(part: Part) -> etree._Element:
    """The response of a request that must not fail.

    Raises:
        PuqZimbraError: Zimbra refused it.
    """
    if isinstance(part, PuqZimbraError):
        raise part
    return part


Client = TypeVar("Client", bound=Sender)


def together(zimbra: Client, reads: Sequence[Callable[[Client], Any]]) -> list[Any]:
    """Carry out functions that send one read each, all by one HTTP request; what each gives.

    A `PuqZimbraError` stands in the place of what was refused. One that sends nothing gives its
    value, and without any request nothing is sent.

    Raises:
        LookupError: one of them writes, or sends a second request.
    """
    found: list[Any] = [_tried(zimbra, one, _Noting()) for one in reads]
    asked = {at: (one.name, one.arguments) for at, one in enumerate(found)
             if isinstance(one, _Asked)}  # fmt: skip
    parts = read(zimbra, list(asked.values())) if asked else []
    for at, part in zip(asked, parts, strict=True):
        found[at] = _tried(zimbra, reads[at], _Giving(part))
    return found


def grouped(zimbra: Client, *groups: Sequence[Callable[[Client], Any]]) -> list[list[Any]]:
    """As `together`, of several groups of reads: what each group's give."""
    found = iter(together(zimbra, [one for group in groups for one in group]))
    return [[next(found) for _ in group] for group in groups]


def accepted(found: Any) -> Any:
    """What a read of `together` gave.

    Raises:
        PuqZimbraError: it was refused.
    """
    if isinstance(found, PuqZimbraError):
        raise found
    return found


def _tried(zimbra: Client, one: Callable[[Client], Any], pipeline: Any) -> Any:
    """What a function gives, or raises, when its request goes another way."""
    other = copy.copy(zimbra)
    other.pipeline = pipeline
    try:
        return one(other)
    except _Asked as asked:
        return asked
    except PuqZimbraError as error:
        return error


@dataclass
class Along(Generic[Client]):
    """Reads that go along with the first request which others make necessary."""

    zimbra: Client
    reads: Sequence[Callable[[Client], Any]] = ()
    _found: list[Any] | None = None

    def send(self, *reads: Callable[[Client], Any]) -> list[Any]:
        """What reads give, all by one HTTP request.

        Raises:
            PuqZimbraError: one of them was refused.
        """
        more = self.reads if self._found is None else ()
        found = together(self.zimbra, [*reads, *more])
        if self._found is None:
            self._found = found[len(reads) :]
        return [accepted(one) for one in found[: len(reads)]]

    @property
    def found(self) -> list[Any]:
        """What those that went along gave; a `PuqZimbraError` where one was refused."""
        if self._found is None:
            self.send()
        return self._found or []


class _Asked(Exception):
    """A request, on its way into a batch."""

    def __init__(self, name: str, arguments: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.name, self.arguments = name, arguments


class _Noting:
    """Sends nothing: the request is noted."""

    def send(self, name: str, arguments: Mapping[str, Any]) -> etree._Element:
        raise _Asked(name, arguments)


class _Giving:
    """Gives the answer that has come; there is one."""

    def __init__(self, part: Part) -> None:
        self._parts = [part]

    def send(self, name: str, _: Mapping[str, Any]) -> etree._Element:
        if not self._parts:
            raise LookupError(f"{name} is a second request.")
        return require(self._parts.pop())


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
