"""A host's call in our words: the schema of every request.

All of it comes from outside: frozen pydantic models that refuse unknown keys and wrong types. Sizes
are bytes.

Source: the hosts in `puq_zimbra.billing`; ``describe`` prints the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from puq_zimbra import capabilities, units
from puq_zimbra.fields import Count, Given, Secret, Size, Text
from puq_zimbra.zimbra_server import Server

STAMP_PREFIX = "puq_zimbra:"
#: days that a terminated service waits for its deletion where the host names none
GRACE_DAYS = 14

Model: TypeAlias = Literal["domain", "mailbox", "server"]
SuspendMode: TypeAlias = Literal["locked", "maintenance", "closed"]
TerminateMode: TypeAlias = Literal["delete", "grace", "keep"]


class Terminate(Given):
    """How a service ends. Nothing said never means deletion now."""

    #: None = grace; for model ``server`` keep
    mode: TerminateMode | None = None
    #: days between the termination and the deletion, for mode grace; None = `GRACE_DAYS`
    grace_days: Annotated[int, Field(ge=0, le=3650)] | None = None


class Plan(Given):
    """What a product grants. Counts: None = unlimited, 0 = none. Quotas: None or 0 = unlimited."""

    #: name of the class of service; None = the server's default
    cos: Annotated[Text, StringConstraints(min_length=1, max_length=256)] | None = None
    mailboxes: Count | None = None
    mailbox_quota: Size | None = None
    domain_quota: Size | None = None
    aliases: Count | None = None
    lists: Count | None = None
    domain_aliases: Count | None = None
    #: whether mailboxes in which nobody can log in are billed; None = as the settings say
    bill_locked: bool | None = None
    bill_closed: bool | None = None
    suspend_mode: SuspendMode = "locked"
    terminate: Terminate = Terminate()
    #: what the customer may do on his page: capabilities and presets; None = the preset *look*
    self_service: tuple[Text, ...] | None = None

    @field_validator("self_service", mode="before")
    @classmethod
    def _as_names(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("self_service")
    @classmethod
    def _are_capabilities(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if value is None else capabilities.expand(value)

    @property
    def capabilities(self) -> frozenset[str]:
        """What the customer may do on his page."""
        granted = self.self_service
        return frozenset(capabilities.PRESETS["look"] if granted is None else granted)

    @field_validator("mailbox_quota", "domain_quota")
    @classmethod
    def _zero_is_unlimited(cls, value: int | None) -> int | None:
        return value or None


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank: Zimbra would drop it; leave the key out instead")
    return value


DisplayName = Annotated[Text, AfterValidator(_not_blank)]


class Admin(Given):
    """The mailbox of the customer who runs the domain."""

    #: local part of the address
    name: Annotated[Text, AfterValidator(units.local_part)] = "admin"
    password: Secret | None = None
    display_name: DisplayName | None = None


class Mailbox(Given):
    """The one address of a service of model ``mailbox``."""

    #: its domain in A-label form, whatever form was given
    address: Annotated[Text, AfterValidator(units.address)]
    display_name: DisplayName | None = None


class Service(Given):
    """One purchase."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    model: Model = "domain"
    #: A-label form, whatever form was given
    domain: Annotated[Text, AfterValidator(units.mail_domain)] | None = None
    plan: Plan = Plan()
    admin: Admin = Admin()
    mailbox: Mailbox | None = None
    customer_id: Text | None = None
    #: bytes contracted, for model ``server``
    disk: Size | None = None

    @property
    def terms(self) -> Terms:
        """What the service's model decides in a request."""
        return TERMS[self.model]

    @property
    def terminate_mode(self) -> TerminateMode:
        """How the service ends; it is deleted at once only if its plan says so."""
        return self.plan.terminate.mode or self.terms.ends

    @property
    def ending_unsaid(self) -> bool:
        """Whether the host left it to us what becomes of the mail in the end."""
        said = self.plan.terminate
        if said.mode is None:
            return self.terms.ends == "grace"
        return said.mode == "grace" and said.grace_days is None

    @property
    def grace_days(self) -> int:
        """Days between a termination with grace and the deletion."""
        days = self.plan.terminate.grace_days
        return GRACE_DAYS if days is None else days


def _domain(purchase: Service) -> str:
    # `engine.checks` made sure that there is one.
    assert purchase.domain is not None
    return purchase.domain


def _administrator(purchase: Service) -> str:
    return f"{purchase.admin.name}@{_domain(purchase)}"


def _mailbox(purchase: Service) -> str:
    assert purchase.mailbox is not None
    return purchase.mailbox.address


@dataclass(frozen=True)
class Terms:
    """What a model decides in a request; all else about it is in `puq_zimbra.products`."""

    #: the key that names the service
    name_key: str
    #: the key of the address of the customer who logs in
    address_key: str
    #: what was bought: a domain or an address
    name: Callable[[Service], str]
    #: the address of the customer who logs in
    address: Callable[[Service], str]
    #: how a service ends whose plan does not say it
    ends: TerminateMode


TERMS: Mapping[Model, Terms] = {
    "domain": Terms("service.domain", "service.admin.name", _domain, _administrator, "grace"),
    "mailbox": Terms("service.mailbox", "service.mailbox.address", _mailbox, _mailbox, "grace"),
    "server": Terms("service.domain", "service.admin.name", _domain, _administrator, "keep"),
}


class Billing(Given):
    """What the host has to say of the purchase, for the customer's page alone."""

    registered: date | None = None
    recurring_amount: Text | None = None
    currency: Text | None = None
    cycle: Text | None = None
    next_due: date | None = None
    payment_method: Text | None = None

    @field_validator("registered", "next_due", mode="before")
    @classmethod
    def _iso_date(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value in ("", "0000-00-00"):  # what MySQL hosts give for "no date"
            return None
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError("is not a date like 2026-01-31") from error


class Actor(Given):
    """Who acts, as the host says it: for the audit, and for the customer's own page."""

    kind: Literal["customer", "staff", "automatic"]
    id: Annotated[Text, StringConstraints(max_length=64)] | None = None
    name: Annotated[Text, StringConstraints(max_length=200)] | None = None


class Request(Given):
    """One hook call, host's words already translated into ours."""

    api: Literal[1] = 1
    request_id: Annotated[Text, StringConstraints(max_length=200)] | None = None
    #: the event's name, which the signature of a call over HTTP then covers; `dispatch` sets it
    event: Text | None = None
    installation: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,64}$")] | None = None
    #: "name": the service's id is a name that others could order, so `customer_id` is checked too
    identity: Literal["name"] | None = None
    locale: Annotated[Text, StringConstraints(max_length=35)] = "en"
    server: Server | None = None
    service: Service | None = None
    billing: Billing = Billing()
    new_password: Secret | None = None
    reason: Text | None = None
    #: client_action: the fields the customer sent; client_area: where forms go and what they carry,
    #: and what the customer asked of the user table
    form: Mapping[str, str] = Field(default={}, repr=False)
    #: client_area: the page's name; a number is a page of the user table
    page: Text | None = None
    #: the page's own keys; None = the host hands none on, so it knows no forms but the password's
    query: Mapping[str, str] | None = Field(default=None, repr=False)
    actor: Actor | None = None
    dry_run: bool = False
    #: create of model ``server``: what nobody's service is on that Zimbra becomes the service's
    take_existing: bool = False
    mode: Literal["embedded", "full"] = "full"
    assets_url: Text | None = None
    target: Literal["webmail", "admin"] = "webmail"
    cursor: Text | None = None
    limit: Annotated[int, Field(ge=1, le=10000)] | None = None
    time_zone: Text = "UTC"
    #: of the billing platform's module, which is compared with ours
    module_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,32}$")] | None = (
        None
    )

    @property
    def purchase(self) -> Service:
        """The service; `engine.checks` made sure that there is one."""
        assert self.service is not None
        return self.service

    @property
    def takes_forms(self) -> bool:
        """Whether the host names the customer and knows forms beside that of the password."""
        named = self.service is not None and bool(self.service.customer_id)
        return named and self.query is not None

    @property
    def name(self) -> str:
        """What was bought: the domain, or the address for model ``mailbox``; in A-label form."""
        return self.purchase.terms.name(self.purchase)

    @property
    def domain(self) -> str:
        """The service's domain as an A-label: that of the address for model ``mailbox``."""
        return self.name.rpartition("@")[2]

    @property
    def shown_domain(self) -> str:
        """The service's domain as people read it."""
        return units.shown_domain(self.domain)

    @property
    def address(self) -> str:
        """The address of the customer who logs in: the mailbox sold, else the administrator's."""
        return self.purchase.terms.address(self.purchase)

    @property
    def shown_address(self) -> str:
        """That address as people read it."""
        return units.shown_address(self.address)

    @property
    def shown_name(self) -> str:
        """What was bought, as people read it."""
        return units.shown_name(self.name)

    @property
    def zimbra_server(self) -> Server:
        """The server; `engine.checks` made sure that there is one."""
        assert self.server is not None
        return self.server

    @property
    def installation_id(self) -> str:
        """The installation; `engine.checks` made sure that there is one."""
        assert self.installation is not None
        return self.installation

    @property
    def stamp(self) -> str:
        """The mark that an object in Zimbra is this service's."""
        return f"{STAMP_PREFIX}{self.installation_id}:{self.purchase.id}"
