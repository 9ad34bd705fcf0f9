"""What is disturbed and how: the hooks with what went before them, and the kinds of faults.

Data alone: a model, an event or a fault is a line more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HTML = b"<html><body>Service Unavailable</body></html>"
GRACE = {"service": {"plan": {"terminate": {"mode": "grace", "grace_days": 14}}}}
KEEP = {"service": {"plan": {"terminate": {"mode": "keep"}}}}

#: what a call asks for beside the plain order
CHANGES: dict[str, dict[str, Any]] = {
    "": {},
    "bigger": {"service": {"plan": {"cos": "starter", "mailboxes": 40, "domain_quota": 2**40}}},
    "smaller": {"service": {"plan": {"domain_quota": 2**30}}},
    "password": {"new_password": "Second-Pass-2"},
    "form": {
        "form": {
            "puqz_action": "change_admin_password",
            "password": "Third-Pass-3",
            "password_again": "Third-Pass-3",
        }
    },
    "grace": GRACE,
    "keep": KEEP,
    "delete": {"service": {"plan": {"terminate": {"mode": "delete"}}}},
    "larger": {"service": {"disk": 2**41, "plan": {"cos": "starter"}}},
    "fuller": {"service": {"plan": {"cos": "starter", "mailbox_quota": 2**33}}},
    "unsold": {"service": {"domain": "unsold-firma.example"}},
    "all": {"service": None},
}
#: model -> what its calls say otherwise than the plain order
MODELS: dict[str, dict[str, Any]] = {
    "domain": {},
    "mailbox": {
        "service": {
            "domain": None,
            "mailbox": {"address": "anna@poczta-firma.example"},
            "plan": {"mailboxes": None, "domain_quota": None},
        }
    },
    "server": {"service": {"disk": 2**40, "plan": {"domain_quota": None, "terminate": None}}},
}


@dataclass(frozen=True)
class Story:
    """A hook and what went before it; after its ``create`` the customer fills the service."""

    model: str
    event: str
    before: tuple[str, ...] = ()
    #: a key of `CHANGES`, for the event and for all but ``create`` of what went before
    changes: str = ""

    @property
    def asked(self) -> dict[str, Any]:
        """What the calls say beside the plain order."""
        return CHANGES[self.changes]

    def __str__(self) -> str:
        return "-".join(filter(None, (self.model, *self.before, self.event, self.changes)))


STORIES = (
    Story("domain", "create"),
    Story("domain", "create", ("create",)),
    Story("domain", "suspend", ("create",)),
    Story("domain", "unsuspend", ("create", "suspend")),
    Story("domain", "terminate", ("create",)),
    Story("domain", "terminate", ("create", "suspend")),
    Story("domain", "terminate", ("create",), "grace"),
    Story("domain", "terminate", ("create",), "keep"),
    Story("domain", "restore", ("create", "terminate"), "grace"),
    Story("domain", "renew", ("create", "terminate"), "grace"),
    Story("domain", "change_package", ("create",), "bigger"),
    Story("domain", "change_password", ("create",), "password"),
    Story("domain", "client_action", ("create",), "form"),
    Story("domain", "usage", ("create",)),
    Story("domain", "usage", ("create",), "all"),
    Story("domain", "client_area", ("create",)),
    Story("domain", "sso_service", ("create",)),
    Story("domain", "list_services", ("create",)),
    Story("domain", "test_connection"),
    Story("domain", "adopt", (), "unsold"),
    Story("domain", "plan", ("create",), "bigger"),
    Story("domain", "drift", ("create",), "bigger"),
    Story("domain", "repair", ("create",), "bigger"),
    Story("mailbox", "create"),
    Story("mailbox", "suspend", ("create",)),
    Story("mailbox", "unsuspend", ("create", "suspend")),
    Story("mailbox", "terminate", ("create", "suspend")),
    Story("mailbox", "terminate", ("create",), "grace"),
    Story("mailbox", "renew", ("create", "terminate"), "grace"),
    Story("mailbox", "change_package", ("create",), "fuller"),
    Story("mailbox", "change_password", ("create",), "password"),
    Story("mailbox", "usage", ("create",)),
    Story("mailbox", "sso_service", ("create",)),
    Story("server", "create"),
    Story("server", "suspend", ("create",)),
    Story("server", "unsuspend", ("create", "suspend")),
    Story("server", "terminate", ("create",)),
    Story("server", "terminate", ("create", "suspend"), "delete"),
    Story("server", "restore", ("create", "terminate"), "grace"),
    Story("server", "change_package", ("create",), "larger"),
    Story("server", "usage", ("create",), "all"),
)
#: hooks that may write
WRITING = {
    "create",
    "suspend",
    "unsuspend",
    "terminate",
    "restore",
    "renew",
    "change_package",
    "change_password",
    "client_action",
    "adopt",
    "repair",
}

#: Zimbra's refusals, one or more of each class that the product tells apart
CODES = (
    "service.FAILURE", "service.TEMPORARILY_UNAVAILABLE", "service.RESOURCE_UNREACHABLE",
    "service.PROXY_ERROR", "service.INTERRUPTED", "service.ALREADY_IN_PROGRESS",
    "mail.TRY_AGAIN",
    "service.AUTH_EXPIRED", "service.AUTH_REQUIRED", "account.AUTH_FAILED",
    "account.MAINTENANCE_MODE", "service.PERM_DENIED",
    "account.NO_SUCH_DOMAIN", "account.NO_SUCH_ACCOUNT", "account.NO_SUCH_COS",
    "account.DOMAIN_EXISTS", "account.ACCOUNT_EXISTS", "account.DOMAIN_NOT_EMPTY",
    "account.TOO_MANY_ACCOUNTS", "service.LICENSE_ERROR", "account.INVALID_PASSWORD",
    "service.INVALID_REQUEST", "account.INVALID_ATTR_VALUE", "ldap.LDAP_ERROR",
    "new.UNKNOWN_CODE",
)  # fmt: skip
STATUSES = (200, 302, 404, 429, 502, 503, 504)
#: ways to mangle an answer that do not depend on the size of what is held in memory
MANGLED = (
    "truncated", "malformed", "empty", "charset", "latin2", "nul", "gzip",
    "doctype", "laughs", "xxe", "external",
    "namespace", "no id", "twice", "number", "negative",
)  # fmt: skip


def _kinds() -> dict[str, dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = {"refused": {"kind": "refuse", "name": "*"}}
    for when, applied in (("before", False), ("after", True)):
        for code in CODES:
            kinds[f"{code} {when}"] = {"kind": "fault", "code": code, "applied": applied}
        for status in STATUSES:
            kinds[f"http {status} {when}"] = {
                "kind": "http", "status": status, "body": HTML, "applied": applied,
            }  # fmt: skip
        kinds[f"dropped {when}"] = {"kind": "drop", "applied": applied}
        kinds[f"timed out {when}"] = {"kind": "silence", "applied": applied}
    kinds["half made"] = {"kind": "fault", "code": "service.FAILURE", "applied": True, "half": True}
    for times in (1, 2, 3):
        kinds[f"stale {times}"] = {"kind": "stale", "times": times}
    for how in MANGLED:
        kinds[f"mangled: {how}"] = {"kind": "mangle", "how": how, "applied": True}
    return kinds


#: kind of disturbance -> its plan, but for the request that it is for
KINDS = _kinds()
#: the kinds after which the host knows least
HARMFUL = (
    "service.FAILURE before", "service.FAILURE after", "service.AUTH_EXPIRED before",
    "service.PERM_DENIED after", "ldap.LDAP_ERROR after", "http 200 after", "http 503 before",
    "http 503 after", "http 504 after", "timed out before", "timed out after",
    "mangled: truncated",
)  # fmt: skip
