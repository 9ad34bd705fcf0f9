"""What attributes there are, on which entries, and which values they take.

The data files hold Zimbra's own facts: `definitions.csv` types and limits of what accounts, lists
and domains have, `definitions-site.csv` those of servers, of the whole installation and of the
rest (`zimbra-attrs.xml`), `attributes.json` the values of a fresh Zimbra 10.1 in its default COS
and global configuration.
Source: `AttributeManager`, `AttributeInfo.checkValue`.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import resources
from typing import Any

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.wordlist import words

#: Attributes that COS and account both have, each for itself.
_NEVER_INHERITED = words(
    "cn description objectClass zimbraACE zimbraCreateTimestamp zimbraId zimbraNotes"
)
_PEOPLE = frozenset({"account", "resource"})
_DEFINITIONS = ("definitions-site.csv", "definitions.csv")
_DURATION = re.compile(r"\d+(ms|[hmsd])?")
_DURATION_NAME = re.compile(r"(Lifetime|Interval|Age|Duration|Delay|Timeout|Expiration|Expiry)$")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_GENTIME = re.compile(r"\d{14}(\.\d{1,6})?Z")
_LDAP_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
#: The directory's syntax of telephone numbers (RFC 4517, printable string).
_PHONE = re.compile(r"[A-Za-z0-9'()+,./:=? -]+")
_DURATION_TEXT = (
    "Must be in valid duration format: {digits}{time-unit}.  digits: 0-9, time-unit: [hmsd]|ms.  "
    "h - hours, m - minutes, s - seconds, d - days, ms - milliseconds.  "
    "If time unit is not specified, the default is s(seconds)."
)
#: What stands in no address outside quotes.
_NO_ADDRESS = re.compile(r'[\s(),:;<>@\[\]\\"]')
_QUOTED = re.compile(r'"[^"]*"')
_WIDTHS = {"integer": 31, "port": 31, "long": 63}


@dataclass(frozen=True)
class Attribute:
    """One attribute's definition."""

    name: str
    type: str = "string"
    #: Kinds of entry that may hold it.
    kinds: frozenset[str] = frozenset()
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()
    multi: bool = False
    immutable: bool = False

    def check(self, value: str) -> None:
        """Refuse a value that the definition does not allow; empty ones delete and are fine."""
        if not value:
            return
        if self.type == "boolean" and value not in ("TRUE", "FALSE"):
            raise faults.bad_value(f"{self.name} must be TRUE or FALSE")
        if self.type in _WIDTHS:
            self._check_number(value)
        elif self.type == "enum" and value not in self.values:
            raise faults.bad_value(f"{self.name} must be one of: {','.join(self.values)}")
        elif self.type == "regex" and not re.fullmatch(self.values[0], value):
            raise faults.bad_value(f"{self.name} must match the regex: {self.values[0]}")
        elif self.type == "id" and not _UUID.fullmatch(value):
            raise faults.bad_value(f"{self.name} must be a valid id")
        elif self.type == "duration":
            self._check_duration(value)
        elif self.type == "gentime" and not _GENTIME.fullmatch(value):
            raise faults.bad_value(
                f"{self.name} must be a valid generalized time: yyyyMMddHHmmssZ or "
                "yyyyMMddHHmmss.SSSZ"
            )
        else:
            self._check_text(value)

    def _check_duration(self, value: str) -> None:
        """Refuse what is no duration; figures beyond 64 bits trip Zimbra up."""
        if not _DURATION.fullmatch(value):
            raise faults.bad_value(f"{self.name} {_DURATION_TEXT}")
        if int(value.rstrip("hmsd")) >= 1 << 63:
            raise faults.failure(
                f'java.lang.NumberFormatException: For input string: "{value.rstrip("hmsd")}"'
            )

    def _check_text(self, value: str) -> None:
        if self.maximum is not None and len(value) > self.maximum:
            raise faults.bad_value(
                f"{self.name} value length({len(value)}) larger than max allowed: {self.maximum}"
            )
        if self.type in ("email", "emails"):
            for address in value.split(",") if self.type == "emails" else [value]:
                check_email(address.strip(), named=self.type == "emails")

    def _check_number(self, value: str) -> None:
        word = self.type if self.type in ("long", "port") else "integer"
        if not re.fullmatch(r"[+-]?[0-9]+", value):
            raise faults.bad_value(f"{self.name} must be a valid {word}: {value}")
        figure = int(value)
        if self.type == "port" and not 0 <= figure <= 65535:
            raise faults.bad_value(f"{self.name} must be a valid port: {value}")
        if not -(1 << _WIDTHS[self.type]) <= figure < 1 << _WIDTHS[self.type]:
            raise faults.bad_value(f"{self.name} must be a valid {word}: {value}")
        if self.minimum is not None and figure < self.minimum:
            raise faults.bad_value(
                f"{self.name} value({figure}) smaller than minimum allowed: {self.minimum}"
            )
        if self.maximum is not None and figure > self.maximum:
            raise faults.bad_value(
                f"{self.name} value({figure}) larger than max allowed: {self.maximum}"
            )

    def fits_directory(self, value: str) -> bool:
        """Say whether the directory's own syntax accepts the value.

        Numbers have no leading zeros and no plus, telephone numbers are printable ASCII, dates
        exist.
        """
        if self.type in _WIDTHS:
            return _LDAP_INTEGER.fullmatch(value) is not None
        if self.type == "phone":
            return _PHONE.fullmatch(value) is not None
        return self.type != "gentime" or _is_moment(value)


def _is_moment(value: str) -> bool:
    try:
        dt.datetime.strptime(value[:14] + "+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return False
    return True


def check_email(address: str, *, named: bool = False) -> None:
    """Refuse what is no address, or more than one (`AttributeInfo.validEmailAddress`).

    A name before it is accepted where ``named``.
    """
    bare = address[address.find("<") + 1 : -1] if named and address.endswith(">") else address
    name, at, domain = bare.rpartition("@")
    if not at or not domain:
        raise faults.bad_value(f"address '{address}' does not include domain")
    if _NO_ADDRESS.search(domain) or (_NO_ADDRESS.search(name) and not _QUOTED.fullmatch(name)):
        raise faults.bad_value(f"invalid email address: {address}")
    if not name and at and domain.startswith("@"):
        raise faults.bad_value(f"address '{address}' is not valid")


Values = dict[str, list[str]]


class Schema:
    """All definitions and the defaults of a fresh installation."""

    def __init__(self, changes: Mapping[str, Any] | None = None) -> None:
        """``changes`` are what another product has instead, as `carbonio.json` has it."""
        data = resources.files("puq_zimbra.simulator")
        raw: dict[str, Any] = json.loads(data.joinpath("attributes.json").read_text("utf-8"))
        changes = changes or {}
        for kind in ("config", "cos"):
            raw[kind].update(changes.get(kind, {}))
        raw["domain_inherits"] = {*raw["domain_inherits"], *changes.get("domain_inherits", ())}
        self.cos_only = _values(raw["cos_only"])
        self.cos_defaults = _values(raw["cos"])
        self.account_defaults = _values(raw["account"])
        self.config_defaults = _values(raw["config"])
        self.domain_inherits = frozenset(raw["domain_inherits"]) - set(
            changes.get("gone_from_domain", ())
        )
        self.server_inherits = frozenset(raw["server_inherits"])
        self.server_defaults = _values(raw["server"])
        self.attributes: dict[str, Attribute] = {}
        self._infer()
        for file in _DEFINITIONS:
            text = data.joinpath(file).read_text("utf-8")
            for row in csv.DictReader(text.splitlines()):
                self._add(row)
        self._folded = {name.lower(): each for name, each in self.attributes.items()}
        for name in changes.get("gone", ()):
            self.drop(name)
        for name in changes.get("gone_from_domain", ()):
            found = self.attributes[name]
            self.attributes[name] = replace(found, kinds=found.kinds - {"domain"})

    def _add(self, row: dict[str, str]) -> None:
        name, flags = row["name"], row["flags"].split()
        self.attributes[name] = _define(row, self.attributes.get(name))
        if "server-inherits" in flags:
            self.server_inherits |= {name}
        if "domain-inherits" in flags:
            self.domain_inherits |= {name}

    def drop(self, name: str) -> None:
        """Forget an attribute that an older version does not have."""
        self._folded.pop(name.lower(), None)
        defaults = self.cos_defaults, self.cos_only, self.account_defaults, self.config_defaults
        for table in (self.attributes, *defaults):
            table.pop(name, None)

    def get(self, name: str) -> Attribute | None:
        """Find a definition; attribute names are case-insensitive."""
        return self.attributes.get(name) or self._folded.get(name.lower())

    def allows(self, kind: str, name: str) -> bool:
        """Say whether an entry of that kind has an attribute of exactly that name."""
        found = self.attributes.get(name)
        return found is not None and kind in found.kinds

    @cached_property
    def inherited(self) -> frozenset[str]:
        """Names an account may inherit from its COS."""
        both = {name for name, each in self.attributes.items() if each.kinds >= _PEOPLE | {"cos"}}
        return frozenset(self.cos_defaults) | (both - _NEVER_INHERITED - frozenset(self.cos_only))

    def _infer(self) -> None:
        """Define what only the defaults show: kind of entry, single or multi, kind of value."""
        sources = (
            (self.config_defaults, {"config"}),
            ({name: self.config_defaults[name] for name in self.domain_inherits}, {"domain"}),
            ({name: self.config_defaults[name] for name in self.server_inherits}, {"server"}),
            (self.server_defaults, {"server"}),
            (self.cos_only, {"cos"}),
            (self.cos_defaults, {"cos", "account", "resource"}),
            (self.account_defaults, {"account", "resource", "cos"}),
        )
        for table, kinds in sources:
            for name, values in table.items():
                known = self.attributes.get(name)
                type_ = _type_of(name, values)
                self.attributes[name] = Attribute(
                    name,
                    type_,
                    frozenset(kinds) | (known.kinds if known else frozenset()),
                    0 if type_ == "long" and not values[0].startswith("-") else None,
                    multi=len(values) > 1 or bool(known and known.multi),
                )


@cache
def of_recent() -> Schema:
    """The schema of Zimbra 10, read once; it never changes."""
    return Schema()


@cache
def of_carbonio() -> Schema:
    """The schema of Carbonio, read once; it never changes."""
    text = resources.files("puq_zimbra.simulator").joinpath("carbonio.json").read_text("utf-8")
    return Schema(json.loads(text))


def _type_of(name: str, values: list[str]) -> str:
    """Type that a default value betrays; nearly all of Zimbra's numbers are not negative."""
    value = values[0]
    if value in ("TRUE", "FALSE"):
        return "boolean"
    if len(values) == 1 and _DURATION.fullmatch(value):
        return "duration" if not value.isdigit() or _DURATION_NAME.search(name) else "long"
    if len(values) == 1 and _LDAP_INTEGER.fullmatch(value):
        return "long"
    return "string"


def _values(table: dict[str, str | list[str]]) -> Values:
    return {name: [each] if isinstance(each, str) else each for name, each in table.items()}


def _define(row: dict[str, str], inferred: Attribute | None) -> Attribute:
    flags = row["flags"].split()
    return Attribute(
        row["name"],
        row["type"],
        frozenset(row["kinds"].split()) | (inferred.kinds if inferred else frozenset()),
        int(row["min"]) if row["min"] else None,
        int(row["max"]) if row["max"] else None,
        tuple(row["values"].split()),
        "multi" in flags,
        "immutable" in flags,
    )
