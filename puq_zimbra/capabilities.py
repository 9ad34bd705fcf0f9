"""What a product lets its customer do on the page: capabilities and their presets.

Source: the product setting *Self-service*; each page and action names the capability it needs.
"""

from __future__ import annotations

from collections.abc import Iterable

CAPABILITIES = (
    "password",
    "mailboxes",
    "aliases",
    "forwarding",
    "forward_outside",
    "out_of_office",
    "lists",
    "domain_aliases",
    "catch_all",
    "rooms",
    "bulk",
    "allow_block",
    "app_passwords",
    "open_mailbox",
    "recover",
    "restore",
    "settings",
    "queue",
    "dns",
    "devices",
    "activity",
    "call_off",
)
#: undoes what the provider did, so that each product says it by itself
_BY_NAME_ALONE = {"call_off"}
#: name of a preset -> its capabilities; a product that says nothing has *look*
PRESETS: dict[str, tuple[str, ...]] = {
    "look": ("password", "dns", "devices", "activity"),
    "standard": (
        "password",
        "mailboxes",
        "aliases",
        "forwarding",
        "out_of_office",
        "lists",
        "domain_aliases",
        "bulk",
        "allow_block",
        "dns",
        "devices",
        "activity",
    ),
    "full": tuple(one for one in CAPABILITIES if one not in _BY_NAME_ALONE),
}


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """Replace presets by their capabilities; each one once, in the order of `CAPABILITIES`.

    Raises:
        ValueError: a name is neither a capability nor a preset.

    >>> expand(["look", "mailboxes"])
    ('password', 'mailboxes', 'dns', 'devices', 'activity')
    """
    found: set[str] = set()
    for name in names:
        if name in PRESETS:
            found.update(PRESETS[name])
        elif name in CAPABILITIES:
            found.add(name)
        else:
            raise ValueError(f"has no capability or preset {name!r}")
    return tuple(one for one in CAPABILITIES if one in found)
