"""Change an entry's attributes: replace, ``+`` add, ``-`` remove, empty deletes.

Source: `LdapHelper.modifyAttrs`, `AttributeManager.preModify`, `StringUtil.addToMultiMap`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.schema import Schema, Values

MODIFYING = "unable to modify attributes"
CREATING = "unable to create entry"
#: Classes that may be added to an entry; their attributes have the class as their kind.
_AUXILIARY = ("DKIM",)
_REQUIRED = {
    "account": ("cn", "sn"),
    "resource": ("cn", "sn", "displayName", "zimbraCalResType"),
    "group": ("memberURL",),
}


@dataclass(frozen=True)
class Change:
    """What a request asks of one attribute."""

    #: Name as sent, without prefix.
    name: str
    #: "" replace, "+" add, "-" remove.
    sign: str
    #: Values as sent, duplicates dropped.
    values: tuple[str, ...]

    @property
    def clears(self) -> bool:
        """Say whether the change deletes the whole attribute."""
        return not any(self.values)

    @property
    def value(self) -> str:
        """First value, empty when clearing."""
        return next((each for each in self.values if each), "")


def read(pairs: Iterable[tuple[str, str]]) -> list[Change]:
    """Group a request's pairs by attribute and sign."""
    grouped: dict[tuple[str, str], dict[str, None]] = {}
    for key, value in pairs:
        sign = key[0] if key[0] in "+-" else ""
        grouped.setdefault((sign, key[len(sign) :]), {})[value] = None
    return [Change(name, sign, tuple(values)) for (sign, name), values in grouped.items()]


def check_values(schema: Schema, changes: Iterable[Change], *, creating: bool = False) -> None:
    """Refuse immutable attributes and values against their definitions; unknown names pass."""
    for change in changes:
        attribute = schema.get(change.name)
        if attribute is None:
            continue
        if attribute.immutable and not (creating and attribute.name == "zimbraId"):
            raise faults.invalid(f"{change.name} is immutable")
        for value in change.values:
            attribute.check(value)


def apply(schema: Schema, entry: Entry, changes: list[Change]) -> None:
    """Write the changes as the directory does: all or nothing."""
    _refuse_mixing(changes)
    for change in changes:
        _check_directory(schema, entry, change)
    scratch = Entry(entry.kind, entry.id, entry.name, dict(entry.attrs))
    touched: dict[str, None] = {}
    for change in changes:
        attribute = schema.get(change.name)
        name = attribute.name if attribute else change.name
        scratch.put(name, *_after(schema, scratch, change))
        touched[name] = None
    _check_classes(schema, scratch, scratch.attrs if "objectClass" in touched else touched)
    for name in _REQUIRED.get(entry.kind, ()):
        if name in touched and name not in scratch.attrs:
            raise faults.failure(
                f"unable to modify attrs: object class violation - {MODIFYING}: "
                f"{faults.LDAP_HOST}: object class 'inetOrgPerson' requires attribute '{name}'"
            )
    for name in touched:
        entry.put(name, *scratch.attrs.get(name, ()))


def _check_classes(schema: Schema, entry: Entry, names: Iterable[str]) -> None:
    """Refuse attributes that none of the entry's classes has.

    When the classes themselves change, all auxiliary ones count.
    """
    kinds = _kinds(entry.kind, entry.attrs)
    for name in names:
        found = schema.attributes.get(name)
        if name in entry.attrs and found is not None and found.kinds.isdisjoint(kinds):
            raise _class_violation(f"attribute '{name}' not allowed")


def _kinds(kind: str, values: Values) -> set[str]:
    """An entry's kind and its auxiliary classes."""
    return {kind, *(each.lower() for each in values.get("objectClass", ()) if each in _AUXILIARY)}


def _refuse_mixing(changes: list[Change]) -> None:
    plain = {change.name for change in changes if not change.sign}
    if any(change.sign and change.name in plain for change in changes):
        raise faults.failure(
            "unable to modify attrs: invalid request: can't mix +attrName/-attrName with attrName"
        )


def _check_directory(schema: Schema, entry: Entry, change: Change) -> None:
    attribute = schema.get(change.name)
    if attribute is None:
        bad = not change.name.replace("-", "").replace(";", "").isalnum()
        what = (
            "AttributeDescription contains inappropriate characters"
            if bad
            else ("attribute type undefined")
        )
        raise faults.Fault(
            "account.INVALID_ATTR_NAME",
            f"invalid attr name: invalid attr name - {MODIFYING}: {faults.LDAP_HOST}: "
            f"{change.name}: {what}",
        )
    if attribute.name == "objectClass":
        _check_object_class(entry, change)
    if change.clears:
        return
    values = [value for value in change.values if value]
    if not all(attribute.fits_directory(value) for value in values):
        raise _bad_value(f"{attribute.name}: value #0 invalid per syntax")
    if len({value.lower() for value in values}) < len(values) and attribute.multi:
        raise faults.failure(
            f"unable to modify attrs: LDAP error:  - {MODIFYING}: {faults.LDAP_HOST}: "
            f"{attribute.name}: value #0 provided more than once"
        )
    if len(values) > 1 and not attribute.multi and change.sign != "-":
        raise _bad_value(f"{attribute.name}: multiple values provided")


def _check_object_class(entry: Entry, change: Change) -> None:
    """Auxiliary classes come and go; the structural one stays."""
    known = (*_AUXILIARY, *entry.attrs.get("objectClass", ()))
    if change.sign != "-" and not all(each in known for each in change.values if each):
        raise _bad_value("objectClass: value #0 invalid per syntax")
    if not change.sign or change.clears:
        raise _class_violation("no structural object class provided")
    if change.sign == "-" and any(each not in _AUXILIARY for each in change.values if each):
        raise _class_violation("no structural object class provided")


def _class_violation(what: str) -> faults.Fault:
    return faults.failure(
        f"unable to modify attrs: object class violation - {MODIFYING}: {faults.LDAP_HOST}: {what}"
    )


def _bad_value(what: str) -> faults.Fault:
    return faults.bad_value(
        f"invalid attr value: invalid attr value - {MODIFYING}: {faults.LDAP_HOST}: {what}"
    )


def _after(schema: Schema, entry: Entry, change: Change) -> list[str]:
    attribute = schema.get(change.name)
    name = attribute.name if attribute else change.name
    held = entry.attrs.get(name, [])
    if change.clears:
        return []
    values = [value for value in change.values if value]
    if change.sign == "-":
        gone = {value.lower() for value in values}
        return [value for value in held if value.lower() not in gone]
    if change.sign != "+":
        return values
    known = {value.lower() for value in held}
    added = [value for value in values if value.lower() not in known]
    if held and added and attribute and not attribute.multi:
        raise _bad_value(f"attribute '{name}' cannot have multiple values")
    return [*held, *added]


def for_create(schema: Schema, kind: str, changes: list[Change]) -> dict[str, list[str]]:
    """Values of an entry to be, checked as the directory's add does; empty ones are left out."""
    made: dict[str, list[str]] = {}
    for change in changes:
        raw = change.sign + change.name
        if change.clears:
            continue
        attribute = schema.get(raw)
        if attribute is None:
            bad = not raw.replace("-", "").isalnum() or raw.startswith("-")
            what = (
                "AttributeDescription contains inappropriate characters"
                if bad
                else ("attribute type undefined")
            )
            raise faults.directory("INVALID_ATTR_NAME", CREATING, f"{raw}: {what}")
        made[attribute.name] = [value for value in change.values if value]
    for name, values in made.items():
        attribute = schema.attributes[name]
        if len(values) > 1 and not attribute.multi:
            raise faults.directory(
                "INVALID_ATTR_VALUE", CREATING, f"{name}: multiple values provided"
            )
        if not all(attribute.fits_directory(value) for value in values):
            raise faults.directory(
                "INVALID_ATTR_VALUE", CREATING, f"{name}: value #0 invalid per syntax"
            )
    kinds = _kinds(kind, made)
    for name in made:
        if schema.attributes[name].kinds.isdisjoint(kinds):
            raise faults.directory(
                "OBJECT_CLASS_VIOLATION", CREATING, f"attribute '{name}' not allowed"
            )
    return made
