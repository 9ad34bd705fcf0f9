"""The product settings in WHMCS, by position.

WHMCS stores a setting as ``configoptionN`` with N its position in this list, so the
order is frozen: entries are only ever added at the end. A test holds it.

Source: WHMCS developer documentation, "Config Options", "Simple Mode", "Loader Functions".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from puq_zimbra import languages
from puq_zimbra.errors import N_
from puq_zimbra.request import GRACE_DAYS

#: of the admin SOAP service, where the server record names none
DEFAULT_PORT = 7071
SELF_SERVICE = N_(
    "What the customer may do on his page: look, standard or full, or capabilities with commas"
    " between; blank = look"
)


@dataclass(frozen=True)
class Option:
    """One field of the product's Module Settings."""

    #: N of configoptionN
    position: int
    #: what the administrator sees, and the name of a configurable option that overrides it
    name: str
    #: our word for it
    key: str
    #: text, count, days, megabytes, choice, capabilities
    kind: str
    description: str
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    #: which of our objects holds the key; "host" = none, the PHP side reads it
    section: str = "plan"
    #: the module's function that lists what there is to choose from
    loader: str = ""

    @property
    def limit(self) -> bool:
        """Whether it says how much the plan grants."""
        not_limits = ("suspend_mode", "self_service")
        return self.key == "disk" or (self.section == "plan" and self.key not in not_limits)

    @property
    def also(self) -> tuple[str, ...]:
        """Further names, without a unit, that a configurable option may have, in every language."""
        known = languages.found().values()
        return tuple(name for one in known for name in one.options.get(self.key, ()))

    @property
    def path(self) -> str:
        """The path of the key in a request."""
        paths = {"service": "service", "plan": "service.plan", "admin": "service.admin"}
        return f"{paths.get(self.section, 'service.plan.terminate')}.{self.key}"

    def field(self) -> dict[str, Any]:
        """The field as WHMCS's ConfigOptions function declares it."""
        field: dict[str, Any] = {
            "FriendlyName": self.name,
            "Type": "dropdown" if self.kind == "choice" else "text",
            "Description": self.description,
            "Default": self.default,
            # WHMCS calls loaders in its simple mode alone, so every field must be there.
            "SimpleMode": True,
        }
        if self.loader:
            field["Loader"] = self.loader
        if self.kind == "choice":
            field["Options"] = dict(self.choices)
        else:
            field["Size"] = "25" if self.kind in ("text", "capabilities") else "10"
        return field


OPTIONS = (
    Option(
        1,
        "Model",
        "model",
        "choice",
        "What is sold",
        "domain",
        (
            ("domain", "Mail domain"),
            ("mailbox", "One mailbox"),
            ("server", "Private server: all domains of a Zimbra"),
        ),
        section="service",
    ),
    Option(
        2,
        "Class of service",
        "cos",
        "text",
        "Name in Zimbra; blank = the server's default",
        loader="puqzimbra_LoadClassesOfService",
    ),
    Option(
        3,
        "Mailboxes",
        "mailboxes",
        "count",
        "0 or blank = unlimited",
    ),
    Option(
        4,
        "Mailbox quota (MB)",
        "mailbox_quota",
        "megabytes",
        "Or with a unit: 10 GB; 0 or blank = unlimited",
    ),
    Option(
        5,
        "Domain quota (MB)",
        "domain_quota",
        "megabytes",
        "Or with a unit: 10 GB; 0 or blank = unlimited",
    ),
    Option(
        6,
        "Aliases",
        "aliases",
        "count",
        "Counted at a change of package",
    ),
    Option(
        7,
        "Distribution lists",
        "lists",
        "count",
        "Counted at a change of package",
    ),
    Option(
        8,
        "Domain aliases",
        "domain_aliases",
        "count",
        "Counted at a change of package",
    ),
    Option(
        9,
        "Suspend mode",
        "suspend_mode",
        "choice",
        "What happens to mail of a suspended service",
        "locked",
        (
            ("locked", "Mail arrives, nobody can log in"),
            ("maintenance", "Mail waits at the sender"),
            ("closed", "Mail is rejected"),
        ),
    ),
    Option(
        10,
        "On termination",
        "mode",
        "choice",
        "What happens to the mail of a terminated service",
        "",
        (
            ("", "Lock now, delete after the grace days; a private server: lock and keep"),
            ("delete", "Delete at once"),
            ("grace", "Lock now, delete after the grace days"),
            ("keep", "Lock and keep"),
        ),
        section="terminate",
    ),
    Option(
        11,
        "Grace days",
        "grace_days",
        "days",
        f"For a termination with grace; 0 or blank = {GRACE_DAYS}",
        str(GRACE_DAYS),
        section="terminate",
    ),
    Option(
        12, "Administrator", "name", "text", "Local part of the address", "admin", section="admin"
    ),
    Option(
        13,
        "Space of a private server (MB)",
        "disk",
        "megabytes",
        "As contracted, or with a unit: 2 TB; 0 or blank = not said",
        section="service",
    ),
    Option(
        14,
        "Self-service",
        "self_service",
        "capabilities",
        SELF_SERVICE,
        "look",
    ),
    Option(
        15,
        "Notices",
        "notices",
        "text",
        "usage=NAME OF AN E-MAIL TEMPLATE, sent when storage is nearly used up; failures=todo,"
        " mail, ticket:NUMBER OF A DEPARTMENT or none; with ; between",
        "failures=todo",
        section="host",
    ),
)  # fmt: skip
