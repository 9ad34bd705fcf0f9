"""The product settings in WHMCS, by position.

WHMCS stores a setting as ``configoptionN`` with N its place in this list, so the order is frozen:
entries are only ever added at the end. A test holds it.

Source: WHMCS developer documentation, "Config Options", "Simple Mode", "Loader Functions".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: of the admin SOAP service, where the server record names none
DEFAULT_PORT = 7071


@dataclass(frozen=True)
class Option:
    """One field of the product's Module Settings."""

    #: N of configoptionN
    position: int
    #: what the administrator sees, and the name of a configurable option that overrides it
    name: str
    #: our word for it
    key: str
    #: text, count, megabytes, choice
    kind: str
    description: str
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    #: which of our objects holds the key
    place: str = "plan"
    #: the module's function that lists what there is to choose from
    loader: str = ""

    @property
    def limit(self) -> bool:
        """Whether it says how much the plan grants."""
        return self.key == "disk" or (self.place == "plan" and self.key != "suspend_mode")

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
            field["Size"] = "10" if self.kind in ("count", "megabytes") else "25"
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
        place="service",
    ),
    Option(
        2,
        "Class of service",
        "cos",
        "text",
        "Name in Zimbra; blank = the server's default",
        loader="puqzimbra_LoadClassesOfService",
    ),
    Option(3, "Mailboxes", "mailboxes", "count", "0 or blank = unlimited"),
    Option(4, "Mailbox quota (MB)", "mailbox_quota", "megabytes", "0 or blank = unlimited"),
    Option(5, "Domain quota (MB)", "domain_quota", "megabytes", "0 or blank = unlimited"),
    Option(
        6,
        "Aliases",
        "aliases",
        "count",
        "Counted at a change of package",
    ),
    Option(7, "Distribution lists", "lists", "count", "Counted at a change of package"),
    Option(8, "Domain aliases", "domain_aliases", "count", "Counted at a change of package"),
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
            ("", "Delete at once; a private server: lock and keep"),
            ("delete", "Delete at once"),
            ("grace", "Lock now, delete after the grace days"),
            ("keep", "Lock and keep"),
        ),
        place="terminate",
    ),
    Option(
        11,
        "Grace days",
        "grace_days",
        "count",
        "For a termination with grace",
        "0",
        place="terminate",
    ),
    Option(
        12, "Administrator", "name", "text", "Local part of the address", "admin", place="admin"
    ),
    Option(
        13,
        "Space of a private server (MB)",
        "disk",
        "megabytes",
        "As contracted; 0 or blank = not said",
        place="service",
    ),
)
