"""What a product of WHMCS grants: its module settings, and the options that the customer bought.

A configurable option is known by its name, which providers write in their own language and with a
unit of their choice. An option with an unknown name was paid for, too, so it is refused.

Source: WHMCS documentation, "Configurable Options" ("name|Friendly Name"); developer documentation,
"Module Parameters" (configoptions).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from puq_zimbra import amounts, capabilities
from puq_zimbra.billing import whmcs_extras
from puq_zimbra.billing.whmcs_names import option_of, plain, without_unit
from puq_zimbra.billing.whmcs_options import OPTIONS, Option
from puq_zimbra.billing.whmcs_params import map_of, text_of
from puq_zimbra.errors import Invalid
from puq_zimbra.registry.hook import ENDING, LIMITS, SELF_SERVICE, SUSPENSION, Hook

#: settings that say what becomes of the service -> the part of the plan
_HANDLING = {
    "suspend_mode": SUSPENSION,
    "mode": ENDING,
    "grace_days": ENDING,
    "self_service": SELF_SERVICE,
}
_Value: TypeAlias = str | int | list[str] | None


def grants(
    hook: Hook, params: Mapping[str, Any], others: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Section (`Option.section`) -> key -> value, as far as the hook reads them.

    ``others`` are the names of configurable options that are not for us.

    Raises:
        Invalid: names the setting or the option, and what it says.
    """
    bought, extras = _bought(hook, params, {plain(one) for one in others})
    found: dict[str, dict[str, Any]] = {}
    for option in OPTIONS:
        if option.section == "host" or not _reads(hook, option):
            continue
        name, text = bought.get(option.key, (option.name, ""))
        setting = text_of(params, f"configoption{option.position}").strip()
        value = _paid(option, name, text) if text else _set(option, setting)
        if value is not None:
            found.setdefault(option.section, {})[option.key] = value
    if LIMITS in hook.plan:
        extras += whmcs_extras.of_addons(params, strict=hook.whole_plan)
    for name, text, extra in extras:
        option = extra.option or whmcs_extras.space(found)
        if not _reads(hook, option):
            continue
        try:
            whmcs_extras.add(found, option, name, text, extra)
        except Invalid:
            if hook.whole_plan:
                raise
    return found


def _reads(hook: Hook, option: Option) -> bool:
    part = LIMITS if option.limit else _HANDLING.get(option.key)
    return part is None or part in hook.plan


def _bought(
    hook: Hook, params: Mapping[str, Any], others: Collection[str]
) -> tuple[dict[str, tuple[str, str]], list[whmcs_extras.Sold]]:
    """Our key of an option -> its name as it is sold, and what was bought of it; the extras.

    Raises:
        Invalid: the name of one means nothing to us, or two mean the same.
    """
    given = map_of(params, "configoptions")
    found: dict[str, tuple[str, str]] = {}
    extras = []
    for name in given:
        known = plain(str(name))
        text = text_of(given, name).partition("|")[0].strip()
        if not text or known in others:
            continue
        option = option_of(known)
        if option is not None and not _reads(hook, option):
            continue
        extra = whmcs_extras.of_option(str(name), text, option)
        if extra is not None:
            extras.append((str(name), text, extra))
            continue
        if option is None:
            if hook.whole_plan:
                raise _unknown(name)
            continue
        if option.key in found:
            raise Invalid(
                "The configurable options %(one)s and %(other)s stand for the same: sell one.",
                one=found[option.key][0],
                other=name,
            )
        found[option.key] = (str(name), text)
    return found, extras


def _unknown(name: str) -> Invalid:
    return Invalid(
        "The configurable option %(name)s means nothing to this module: give it the name of the"
        " product setting that it stands for, or, if it is not for the mail, add it to"
        " other_options in [whmcs] of puq-zimbra's settings.",
        name=name,
    )


def _set(option: Option, text: str) -> _Value:
    """A setting of the product; in a count, 0 or blank is unlimited."""
    if text == "":
        return None
    return _value(option, option.name, text, "mb") or None


def _paid(option: Option, name: str, text: str) -> _Value:
    """A bought option; 0 means none, since it must not become unlimited."""
    value = _value(option, name, text, without_unit(plain(name))[1])
    if value == 0 and option.kind == "megabytes":
        raise Invalid("The bought option %(name)s is 0.", name=name)
    return (value or None) if option.kind == "days" else value


def _value(option: Option, name: str, text: str, unit: str) -> _Value:
    """The value of a text; None = unlimited."""
    if option.kind == "megabytes":
        return amounts.size(text, name, unit)
    if option.kind == "choice":
        return _choice(option, name, text)
    if option.kind == "capabilities":
        return _capabilities(name, text)
    if option.kind == "text":
        return text
    return amounts.days(text, name) if option.kind == "days" else amounts.count(text, name)


def _choice(option: Option, name: str, text: str) -> str:
    for key, label in option.choices:
        if key and text.casefold() in (key, label.casefold()):
            return key
    raise Invalid(
        "%(name)s is %(value)s, which is not one of %(known)s.",
        name=name,
        value=text,
        known=", ".join(key for key, _ in option.choices if key),
    )


def _capabilities(name: str, text: str) -> list[str]:
    """Capabilities and presets, with commas or blanks between.

    Raises:
        Invalid: names each one that there is not.
    """
    names = [one.casefold() for one in re.split(r"[\s,;]+", text) if one]
    known = (*capabilities.PRESETS, *capabilities.CAPABILITIES)
    if unknown := [one for one in names if one not in known]:
        raise Invalid(
            "%(name)s names %(unknown)s, which this module does not know: choose among %(known)s.",
            name=name,
            unknown=", ".join(unknown),
            known=", ".join(known),
        )
    return names
