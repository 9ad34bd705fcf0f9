"""What an account owns beside its attributes: filter rules, signatures, identities.

Source: `FilterUtil`, `Signature`, `Identity`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """One test or action of a rule: its tag and what Zimbra keeps of its attributes."""

    tag: str
    attributes: dict[str, str]
    content: str | None = None


@dataclass(frozen=True)
class Rule:
    """One filter rule."""

    name: str
    active: bool
    #: "allof" or "anyof".
    condition: str
    tests: tuple[Part, ...]
    actions: tuple[Part, ...]


@dataclass(frozen=True)
class Signature:
    """One signature: content by its type."""

    id: str
    name: str
    content: dict[str, str]


@dataclass(frozen=True)
class Identity:
    """One identity beside the default one, which is the account itself."""

    id: str
    name: str
    attributes: dict[str, list[str]]


@dataclass
class UserSettings:
    """All of one account."""

    #: Rules by the attribute that holds their script, with the script made of them.
    rules: dict[str, tuple[str, tuple[Rule, ...]]] = field(default_factory=dict)
    signatures: dict[str, Signature] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)

    def any(self) -> bool:
        """Say whether there is anything."""
        return bool(self.rules or self.signatures or self.identities)
