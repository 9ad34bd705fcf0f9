"""Check of `puq-zimbra doctor`: the rights that customers' pages and DKIM keys need.

Zimbra is asked what our own administrator may do on his own account and domain. A global
administrator may do all of it; another can be granted it for every domain (`zmprov grr global`).

Source: `service/admin/CheckRight.java`; `zimbra-rights.xml`; a genuine server (quota, class,
catch-all and amavis lists are outside a domain administrator's rights, but within modifyAccount).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from lxml import etree

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import NotFound, PermissionDenied, shown
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.messages import selector

_NAME = "customers"
_ACCOUNT = (
    "getAccount", "modifyAccount", "renameAccount", "deleteAccount", "setAccountPassword",
    "checkPasswordStrength", "addAccountAlias", "removeAccountAlias", "getMailboxInfo",
    "adminLoginAs",
)  # fmt: skip
_DOMAIN = (
    "createAccount", "createAlias", "deleteAlias", "createDistributionList",
    "createCalendarResource", "listDomain", "getDomain", "modifyDomain",
)  # fmt: skip
#: what is done -> the rights it needs, by the kind of target that is asked about
_NEEDED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Mailboxes, lists and rooms on customers' pages": {"account": _ACCOUNT, "domain": _DOMAIN},
    # The key is written with its class, so by no right to single attributes.
    "DKIM keys": {"domain": ("listDomain", "getDomain", "modifyDomain")},
}


def check(server: CheckedServer) -> Findings:
    """Check whether customers' pages can change what they show, and whether keys can be written."""
    username = server.zimbra.server.username or ""
    held = _held(server.zimbra, username)
    for what, needed in _NEEDED.items():
        missing = [one for kind, rights in needed.items() for one in rights if not held[kind, one]]
        if not missing:
            yield Finding(_NAME, "ok", f"{what} can be read and changed.", (), server.name)
            continue
        account = shlex.quote(username)
        commands = tuple(f"zmprov grr global usr {account} {one}" for one in missing)
        words = f"{what} cannot be changed: {shown(username)} lacks {', '.join(missing)}."
        # That he is no global administrator is an error of its own.
        yield Finding(_NAME, "note", words, commands, server.name)


def _held(zimbra: Zimbra, username: str) -> Mapping[tuple[str, str], bool]:
    """Which rights he has, by kind of target and right; what cannot be asked, he lacks."""
    asked = [(kind, one) for kind, rights in (("account", _ACCOUNT), ("domain", _DOMAIN))
             for one in rights]  # fmt: skip
    try:
        account = zimbra.get_account(username, "name", ("zimbraId",))
        domain = zimbra.get_domain(account.name.rpartition("@")[2], "name", ("zimbraId",))
    except (PermissionDenied, NotFound):
        return dict.fromkeys(asked, False)
    targets = {"account": account.id, "domain": domain.id}
    grantee = selector("id", account.id, type="usr")
    parts = batches.read(
        zimbra,
        [
            ("CheckRight", {"target": selector("id", targets[kind], type=kind),
                            "grantee": grantee, "right": right})
            for kind, right in asked
        ],
    )  # fmt: skip
    allowed = [isinstance(one, etree._Element) and one.get("allow") == "1" for one in parts]
    return dict(zip(asked, allowed, strict=True))
