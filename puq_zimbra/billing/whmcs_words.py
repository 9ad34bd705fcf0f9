"""WHMCS's names of our keys, for messages that are read there.

Source: WHMCS documentation, "Servers", "Products and Services", "Module Settings".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from puq_zimbra.billing.whmcs_options import OPTIONS

_WORDS: Mapping[str, str] = {
    **{option.path: option.name for option in OPTIONS},
    "service.id": "Service ID",
    "service.domain": "Domain",
    "service.mailbox": "Username (as a whole address)",
    "service.customer_id": "Client ID",
    "service.admin.password": "Password",
    "service.admin.display_name": "Administrator",
    "new_password": "Password",
    "server.url": "Hostname",
    "server.hostname": "Hostname",
    "server.ip": "IP Address",
    "server.username": "Username of the server",
    "server.password": "Password of the server",
    "server.tls": "Access Hash",
    "server.tls.ca_file": "ca_file in the Access Hash",
    "server.tls.fingerprint": "fingerprint in the Access Hash",
    "server.webmail_url": "webmail_url in the Access Hash",
    "server.admin_url": "admin_url in the Access Hash",
}
_OURS = re.compile(r"(?<![\w.@-])(?:(?:service|server)(?:\.[a-z_]+)+|new_password)")


def in_whmcs_words(message: str) -> str:
    """The message with WHMCS's names in place of our keys.

    >>> in_whmcs_words("service.admin.password is missing.")
    'Password is missing.'
    """
    return _OURS.sub(lambda found: _word(found[0]), message)


def _word(key: str) -> str:
    """WHMCS's name of a key, or of the key that it is part of; any other text stays."""
    part = key
    while part not in _WORDS and "." in part:
        part = part.rpartition(".")[0]
    return _WORDS.get(part, key)
