"""A row of an import: the mailbox that it asks for, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from puq_zimbra.errors import N_

#: rows of one import
MOST = 5_000
#: characters of one upload
LONGEST = 1_000_000

DOUBLE = N_("This address stands in row %(row)s already.")


@dataclass(frozen=True)
class Said:
    """A sentence with %(name)s values."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """What a row says; None = it does not say it."""

    #: of the file
    line: int
    #: in A-label form; as it was typed where it cannot be read
    address: str
    display_name: str | None = None
    #: bytes; 0 = no limit of its own
    limit: int | None = None
    #: name of a class of service
    tier: str | None = None
    #: whole addresses
    aliases: tuple[str, ...] = ()
    must_change: bool | None = None
    password: str | None = field(default=None, repr=False)
    wrong: Said | None = None

    def as_kept(self) -> dict[str, Any]:
        """The row as the store keeps it."""
        return asdict(self)

    @classmethod
    def kept(cls, given: Mapping[str, Any]) -> Row:
        """A row from the store."""
        wrong = Said(**given["wrong"]) if given["wrong"] else None
        return cls(**{**given, "aliases": tuple(given["aliases"]), "wrong": wrong})


@dataclass(frozen=True)
class Wanted:
    """A mailbox that is to be made, or changed, as the plan allows it."""

    line: int
    address: str
    #: it is to be made; if not, it is there
    new: bool
    display_name: str | None
    #: bytes; 0 = no limit of its own; None = as it is
    limit: int | None
    #: id of a class of service; None = as it is
    cos: str | None
    aliases: tuple[str, ...]
    must_change: bool
    password: str = field(repr=False)
    #: made by us, to be given back
    generated: bool

    def as_kept(self) -> dict[str, Any]:
        """The mailbox as the store keeps it."""
        return asdict(self)

    @classmethod
    def kept(cls, given: Mapping[str, Any]) -> Wanted:
        """A mailbox from the store."""
        return cls(**{**given, "aliases": tuple(given["aliases"])})
