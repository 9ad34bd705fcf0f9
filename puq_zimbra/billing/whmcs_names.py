"""What providers call a setting of ours when they sell it: which option a name means.

A name may be our key, our English name, that of any catalogue, or another that is usual; sizes may
carry their unit. Capitals, blanks and what follows a bar do not count.

Source: WHMCS documentation, "Configurable Options" ("name|Friendly Name").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from puq_zimbra import i18n, languages
from puq_zimbra.billing.whmcs_options import OPTIONS, Option

#: keys that alone could mean anything -> how they are written
_KEYS = {"name": "admin name", "mode": "terminate mode"}
_UNIT = re.compile(r"[\s(\[]+(?:in |w )?(kb|mb|gb|tb)[)\]]?$")
#: words that say that something comes on top of the product's
_MORE = re.compile(
    r"(?:extra|additional|more|dodatkow(?:a|e|y|ych|ej|ego)|więcej|zusätzliche[mnrs]?|weitere[nrs]?)"
    r"(?: |$)"
)
_AMOUNT = re.compile(r"([0-9](?:[0-9., ]*[0-9])?)(?: ?(kb|mb|gb|tb)\b)?(?: |$)")
#: the space of a service, whatever its model
_SPACE = {
    "", "space", "disk space", "storage", "quota", "miejsca", "miejsce", "przestrzeni",
    "przestrzeń", "pojemności", "pojemność", "speicher", "speicherplatz",
}  # fmt: skip
#: key -> what one counts of it, in the forms that follow a number
NOUNS: Mapping[str, tuple[str, ...]] = {
    "mailboxes": (
        "mailbox", "skrzynka", "skrzynek", "skrzynki pocztowe", "skrzynek pocztowych",
        "kont e-mail", "Postfach", "Postfächer",
    ),
    "mailbox_quota": (
        "per mailbox", "for each mailbox", "na skrzynkę", "je Postfach", "pro Postfach",
    ),
    "domain_quota": ("for the domain", "dla domeny", "für die Domain"),
    "aliases": ("alias", "aliasów", "Alias-Adressen"),
    "lists": (
        "distribution list", "list", "lista dystrybucyjna", "list dystrybucyjnych",
        "Verteilerliste", "Verteilerlisten", "Verteiler",
    ),
    "domain_aliases": ("domain alias", "alias domain", "alias domeny", "aliasów domen"),
}  # fmt: skip


@dataclass(frozen=True)
class Extra:
    """Something that is sold on top of a product, by its name."""

    #: what it adds to; None = the space of the service
    option: Option | None
    #: how much one of it is; "" = the bought value says it
    amount: str = ""
    #: of a size: kb, mb, gb, tb; "" = not said
    unit: str = ""


def plain(name: str) -> str:
    """A name without capitals, extra blanks and what follows a bar."""
    shown = unicodedata.normalize("NFC", name.partition("|")[0])
    return " ".join(shown.casefold().replace("_", " ").split())


def without_unit(name: str) -> tuple[str, str]:
    """A plain name without its unit, and the unit."""
    unit = _UNIT.search(name)
    return (name[: unit.start()], unit[1]) if unit else (name, "")


def option_of(name: str) -> Option | None:
    """The option that a plain name means.

    >>> [option.key for name in ("mailbox quota", "liczba skrzynek") if (option := option_of(name))]
    ['mailbox_quota', 'mailboxes']
    """
    stem, unit = without_unit(name)
    option = _ours().get(stem) or _of_catalogues().get(stem)
    if option is None or (unit and option.kind != "megabytes"):
        return None
    return option


def extra_of(name: str) -> Extra | None:
    """What a plain name sells on top of the product: "+10 mailboxes", "extra space (gb)".

    >>> [(extra.amount, extra.unit) for extra in (extra_of("+10 mailboxes"), extra_of("+5 gb"))
    ...     if extra]
    [('10', ''), ('5', 'gb')]
    """
    rest = name.removeprefix("+").strip()
    is_more = rest != name
    amount = _AMOUNT.match(rest)
    rest = rest[amount.end() :] if amount else rest
    if more := _MORE.match(rest):
        is_more, rest = True, rest[more.end() :]
    if not is_more:
        return None
    noun, unit = without_unit(rest)
    number, own = (amount[1], amount[2] or "") if amount else ("", "")
    unit = own or unit
    option = option_of(rest) or _nouns().get(noun)
    if option is None:
        is_space = noun in _SPACE and (bool(unit) or (not number and noun != ""))
        return Extra(None, number, unit) if is_space else None
    if option.kind not in ("count", "megabytes") or (unit and option.kind == "count"):
        return None
    return Extra(option, number, unit)


def _names(options: Iterable[tuple[str, Option]]) -> Mapping[str, Option]:
    return {without_unit(plain(name))[0]: option for name, option in options}


@cache
def _ours() -> Mapping[str, Option]:
    """Plain name -> the option, sizes without their unit."""
    return _names(
        (name, option)
        for option in OPTIONS
        if option.section != "host"
        for name in (_KEYS.get(option.key, option.key), option.path, option.name, *option.also)
    )


@cache
def _nouns() -> Mapping[str, Option]:
    """What one counts of an option, in the forms that follow a number -> the option."""
    return _names((noun, option) for option in OPTIONS for noun in NOUNS.get(option.key, ()))


@cache
def _of_catalogues() -> Mapping[str, Option]:
    """The names in the languages that we have; ours win."""
    return _names(
        (i18n.translate(option.name, {}, tag), option)
        for tag in languages.translated()
        for option in OPTIONS
        if option.section != "host"
    )
