"""What a hook is told, in our words: the one schema of the hook door.

Everything here comes from outside: frozen pydantic models that refuse unknown keys and wrong types.
Sizes are bytes.

Source: the hosts in `puq_zimbra.billing`; ``describe`` prints the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
)

from puq_zimbra import units

STAMP_PREFIX = "puq_zimbra:"

Text = Annotated[str, AfterValidator(units.plain_text)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Size = Annotated[int, Field(ge=0, le=2**63 - 1)]
Model: TypeAlias = Literal["domain", "mailbox", "server"]
SuspendMode: TypeAlias = Literal["locked", "maintenance", "closed"]
TerminateMode: TypeAlias = Literal["delete", "grace", "keep"]


def _plain_secret(secret: SecretStr) -> SecretStr:
    units.plain_text(secret.get_secret_value())
    return secret


Secret = Annotated[SecretStr, AfterValidator(_plain_secret)]


class _Given(BaseModel):
    """Something the host gives: frozen, strict, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("is not an https:// address of a host") from error
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or port == 0:
        raise ValueError("is not an https:// address of a host")
    return url


WebAddress = Annotated[Text, StringConstraints(max_length=2048), AfterValidator(_web_address)]


class Tls(_Given):
    """What makes the server's certificate trusted; with neither key, the system's authorities."""

    #: path of a PEM file
    ca_file: Text | None = None
    #: "sha256:AB:CD:…" of the certificate itself; several while it is being renewed
    fingerprint: Text | tuple[Text, ...] | None = None

    @field_validator("fingerprint", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("fingerprint")
    @classmethod
    def _is_sha256(cls, value: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        given = (value,) if isinstance(value, str) else value
        digests = tuple(_digest(one) for one in given)
        if not digests:
            raise ValueError("is empty")
        return digests


def _digest(fingerprint: str) -> str:
    digest = fingerprint.strip().lower()
    # As we write it, as openssl prints it, and bare.
    for prefix in ("sha256:", "sha256 fingerprint="):
        digest = digest.removeprefix(prefix)
    digest = digest.replace(":", "")
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError("is not sha256: followed by 64 hexadecimal digits")
    return digest


class Server(_Given):
    """A Zimbra as the host knows it."""

    #: the admin SOAP address; without a path, /service/admin/soap
    url: WebAddress
    username: Text | None = None
    password: Secret | None = None
    tls: Tls = Tls()
    webmail_url: WebAddress | None = None
    admin_url: WebAddress | None = None
    ip: Text | None = None
    hostname: Text | None = None

    @field_validator("url")
    @classmethod
    def _with_path(cls, value: str) -> str:
        if urlsplit(value).path.strip("/"):
            return value
        return value.rstrip("/") + "/service/admin/soap"

    @property
    def host(self) -> str:
        """Host name of the admin SOAP address."""
        return urlsplit(self.url).hostname or ""

    @property
    def place(self) -> str:
        """Host and port of the admin SOAP address, which tell one Zimbra from another."""
        return urlsplit(self.url).netloc.lower()

    @property
    def mail_host(self) -> str:
        """The name that customers' mail programs use."""
        if self.hostname:
            return self.hostname
        return (urlsplit(self.webmail_url or self.url).hostname) or ""

    @property
    def mail_hosts(self) -> dict[str, str]:
        """Where mail programs find the mail, by protocol: host and port."""
        host = self.mail_host
        return {"imap": f"{host}:993", "pop3": f"{host}:995", "smtp": f"{host}:465"}

    @property
    def webmail(self) -> str:
        """Address of the webmail."""
        return self.webmail_url or f"https://{self.mail_host}/"

    @property
    def admin_panel(self) -> str:
        """Address of Zimbra's administration panel."""
        return self.admin_url or f"https://{urlsplit(self.url).netloc}/zimbraAdmin/"


class Terminate(_Given):
    """How a service ends."""

    #: None = delete; for model ``server`` keep
    mode: TerminateMode | None = None
    #: days between the termination and the deletion, for mode grace
    grace_days: Annotated[int, Field(ge=0, le=3650)] = 0


class Plan(_Given):
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

    @field_validator("mailbox_quota", "domain_quota")
    @classmethod
    def _zero_is_unlimited(cls, value: int | None) -> int | None:
        return value or None


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank: Zimbra would drop it; leave the key out instead")
    return value


DisplayName = Annotated[Text, AfterValidator(_not_blank)]


class Admin(_Given):
    """The mailbox of the customer who runs the domain."""

    #: local part of the address
    name: Annotated[Text, AfterValidator(units.local_part)] = "admin"
    password: Secret | None = None
    display_name: DisplayName | None = None


class Mailbox(_Given):
    """The one address of a service of model ``mailbox``."""

    #: its domain in A-label form, whatever form was given
    address: Annotated[Text, AfterValidator(units.address)]
    display_name: DisplayName | None = None


class Service(_Given):
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
    def terminate_mode(self) -> TerminateMode:
        """How the service ends; a private server is only deleted if its plan says so."""
        return self.plan.terminate.mode or ("keep" if self.model == "server" else "delete")


class Billing(_Given):
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


class Call(_Given):
    """One hook call, host's words already translated into ours."""

    api: Literal[1] = 1
    request_id: Annotated[Text, StringConstraints(max_length=200)] | None = None
    #: the event's name, which the signature of a call over HTTP then covers
    event: Text | None = None
    installation: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,64}$")] | None = None
    locale: Annotated[Text, StringConstraints(max_length=35)] = "en"
    server: Server | None = None
    service: Service | None = None
    billing: Billing = Billing()
    new_password: Secret | None = None
    reason: Text | None = None
    #: client_action: the fields the customer sent; client_area: where forms go and what they carry,
    #: and what the customer asked of the user table
    form: Mapping[str, str] = Field(default={}, repr=False)
    page: Text | None = None
    dry_run: bool = False
    mode: Literal["embedded", "full"] = "full"
    assets_url: Text | None = None
    target: Literal["webmail", "admin"] = "webmail"
    cursor: Text | None = None
    limit: Annotated[int, Field(ge=1, le=10000)] | None = None
    time_zone: Text = "UTC"

    @property
    def sold(self) -> Service:
        """The service; `needs` has seen to it that the call holds one."""
        assert self.service is not None
        return self.service

    @property
    def domain(self) -> str:
        """The service's domain as an A-label; `needs` has seen to it that there is one.

        That of the address for model ``mailbox``, the first one for model ``server``.
        """
        if self.sold.model == "mailbox":
            return self.address.rpartition("@")[2]
        assert self.sold.domain is not None
        return self.sold.domain

    @property
    def shown_domain(self) -> str:
        """The service's domain as people read it."""
        return units.shown_domain(self.domain)

    @property
    def address(self) -> str:
        """The address of the customer who logs in: the mailbox sold, else the administrator's."""
        if self.sold.model == "mailbox":
            assert self.sold.mailbox is not None
            return self.sold.mailbox.address
        return f"{self.sold.admin.name}@{self.domain}"

    @property
    def shown_address(self) -> str:
        """That address as people read it."""
        return units.shown_address(self.address)

    @property
    def shown_name(self) -> str:
        """What was bought, as people read it: a domain or an address."""
        return self.shown_address if self.sold.model == "mailbox" else self.shown_domain

    @property
    def given_server(self) -> Server:
        """The server; `needs` has seen to it that the call holds one."""
        assert self.server is not None
        return self.server

    @property
    def owner(self) -> str:
        """The installation; `needs` has seen to it that the call names one."""
        assert self.installation is not None
        return self.installation

    @property
    def stamp(self) -> str:
        """The mark that an object in Zimbra is this service's."""
        return f"{STAMP_PREFIX}{self.owner}:{self.sold.id}"
