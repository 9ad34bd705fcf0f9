"""What is sold on top of a product's settings: options and product addons such as "+10 mailboxes".

An extra is known by its name, or by a value that begins with a plus. It is added to what the
product or another option grants; several are summed. One that could not be added is refused, since
it was paid for.

Source: WHMCS documentation, "Configurable Options" (quantity, yes/no), "Product Addons".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from puq_zimbra import amounts
from puq_zimbra.billing.whmcs_names import Extra, extra_of, plain, without_unit
from puq_zimbra.billing.whmcs_options import OPTIONS, Option
from puq_zimbra.billing.whmcs_params import map_of, text_of
from puq_zimbra.errors import N_, Invalid

#: its name as it is sold, what was bought of it, and what it is
Sold: TypeAlias = tuple[str, str, Extra]
#: model -> what can be sold on top of it by the piece or GB: our key, its name in a shop, its unit
OPTION_SET: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "domain": (
        ("mailboxes", N_("Additional mailboxes"), N_("Mailbox")),
        ("domain_quota", N_("Additional space (GB)"), "GB"),
        ("aliases", N_("Additional aliases"), N_("Alias")),
        ("lists", N_("Additional distribution lists"), N_("Distribution list")),
        ("domain_aliases", N_("Additional domain aliases"), N_("Domain alias")),
    ),
    "mailbox": (("mailbox_quota", N_("Additional space (GB)"), "GB"),),
    "server": (("disk", N_("Additional space (GB)"), "GB"),),
}
_SPACE_OF = {"domain": "domain_quota", "mailbox": "mailbox_quota", "server": "disk"}
_BY_KEY = {option.key: option for option in OPTIONS}
_YES = {"on", "yes", "true", "tak", "ja"}
_NO = {"off", "no", "false", "none", "nie", "brak", "nein", "keine", "-"}


def of_option(name: str, text: str, option: Option | None) -> Extra | None:
    """The extra that a configurable option is: by its name, or a value such as "+10", "+5 GB".

    ``option`` is what its name alone means; None is returned if it is no extra.

    Raises:
        Invalid: the value is an extra of another kind.
    """
    if option is None:
        return extra_of(plain(name))
    if not text.startswith("+"):
        return None
    extra = extra_of(plain(text)) or Extra(option, re.sub(r"^\+\s*", "", text))
    is_size = option.kind == "megabytes"
    fits = extra.option is option or (extra.option is None and is_size)
    if not fits or not (is_size or option.kind == "count"):
        raise _not_added(name, text)
    return Extra(option, extra.amount, extra.unit or without_unit(plain(name))[1])


def of_addons(params: Mapping[str, Any], *, strict: bool) -> Iterator[Sold]:
    """The extras among a service's active product addons.

    Raises:
        Invalid: if ``strict``, the name of one that is this module's means nothing to us.
    """
    addons = map_of(params, "_puq").get("addons")
    for addon in addons if isinstance(addons, list) else ():
        name = text_of(addon, "name")
        extra = extra_of(plain(name))
        if extra is not None:
            yield name, text_of(addon, "quantity") or "1", extra
        elif strict and text_of(addon, "module"):
            raise Invalid(
                "The product addon %(name)s means nothing to this module: name it after what it"
                " adds, such as +10 mailboxes or +5 GB.",
                name=name,
            )


def option_set() -> dict[str, list[dict[str, Any]]]:
    """Model -> the configurable options that the PHP side makes: each adds by its quantity."""
    return {
        model: [
            {
                "position": _BY_KEY[key].position,
                "name": f"+{key}{'_gb' if unit == 'GB' else ''}",
                "shown": shown,
                "unit": unit,
            }
            for key, shown, unit in options
        ]
        for model, options in OPTION_SET.items()
    }


def space(found: Mapping[str, Mapping[str, Any]]) -> Option:
    """The setting that holds the space of the service's model."""
    model = found.get("service", {}).get("model", "domain")
    return _BY_KEY[_SPACE_OF[model]]


def add(
    found: dict[str, dict[str, Any]], option: Option, name: str, text: str, extra: Extra
) -> None:
    """Add an extra to what is granted.

    Raises:
        Invalid: it says no amount, or there is no limit that it could be added to.
    """
    amount = _amount(option, name, text, extra)
    if not amount:
        return
    granted = found.get(option.section, {})
    if granted.get(option.key) is None:
        raise Invalid(
            "%(name)s adds to %(setting)s, which is unlimited: set a limit in the product.",
            name=name,
            setting=option.name,
        )
    granted[option.key] += amount


def _amount(option: Option, name: str, text: str, extra: Extra) -> int:
    """How much was bought, in bytes or as a count."""
    is_in_value = text.startswith("+")
    if extra.amount:
        times = 1 if is_in_value else _times(name, text)
        return times * _read(option, name, extra.amount, extra.unit)
    if text.casefold() in _NO:
        return 0
    return _read(option, name, text.removeprefix("+"), extra.unit)


def _times(name: str, text: str) -> int:
    known = text.casefold()
    if known in _YES or known in _NO:
        return int(known in _YES)
    number = amounts.count(text, name)
    if number is None:
        raise _not_added(name, text)
    return number


def _read(option: Option, name: str, text: str, unit: str) -> int:
    is_size = option.kind == "megabytes"
    amount = amounts.size(text, name, unit) if is_size else amounts.count(text, name)
    if amount is None:
        raise _not_added(name, text)
    return amount


def _not_added(name: str, text: str) -> Invalid:
    return Invalid(
        "%(name)s is %(value)s, which adds nothing that this module knows: write a number such as"
        " +10, or a size such as +5 GB.",
        name=name,
        value=text,
    )
