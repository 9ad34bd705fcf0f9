"""The provider's settings: `puq-zimbra.toml`.

Looked for at `--config`, then `PUQ_ZIMBRA_CONFIG`, then `./puq-zimbra.toml`, then
`/etc/puq-zimbra/config.toml`; without any, everything has a default. No password stands in it.

Source: TOML 1.0; XDG Base Directory Specification (the state directory).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from puq_zimbra import password_files, settings_lines, validation
from puq_zimbra.cluster_settings import ClusterSettings
from puq_zimbra.dns_settings import DnsSettings, HostName
from puq_zimbra.errors import Misconfigured, StoreUnusable
from puq_zimbra.http_settings import HttpSettings, LogSettings
from puq_zimbra.naming import MailboxSettings, NameSettings
from puq_zimbra.request import Request
from puq_zimbra.upmind_settings import UpmindSettings
from puq_zimbra.zimbra_server import Server, Tls

#: where settings are looked for when nobody names them
USUAL = (Path("puq-zimbra.toml"), Path("/etc/puq-zimbra/config.toml"))


class _Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class ServerSettings(_Setting):
    """A Zimbra that the usage sync reads, and whose credentials need not come with each call."""

    #: the admin SOAP service; without a path, /service/admin/soap
    url: str
    #: a global administrator of its own for this service, without a second factor
    username: str | None = None
    #: a file that holds the password and a line end at most; not readable by everybody
    password_file: str | None = None
    #: a PEM file of the authority that signed its certificate, where the system does not know it
    ca_file: str | None = None
    #: its certificate's own sha256:…, or two while it is being renewed
    fingerprint: str | list[str] | None = None
    #: where customers log in, if that is not https://HOST/
    webmail_url: str | None = None
    #: where its administrators log in
    admin_url: str | None = None
    #: hosts that take the mail of customers' domains, best first; None = the webmail's host
    mx: list[HostName] | None = None


def _postgresql(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgresql+psycopg://")):
        raise ValueError("is not a postgresql+psycopg:// address")
    return url


class StoreSettings(_Setting):
    """Where our own memory is."""

    #: a PostgreSQL database, as SQLAlchemy writes it; None = SQLite in `dir`
    url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = None
    #: a file that holds the password, if the URL has none; not readable by everybody
    password_file: str | None = None
    #: the state directory
    dir: str | None = None
    #: days for which operations that ended are kept; 0 = for ever, as the audit trail always is
    keep_operations_days: Annotated[int, Field(ge=0, le=36500)] = 400

    @property
    def password(self) -> SecretStr | None:
        """What `password_file` holds.

        Raises:
            Misconfigured: it cannot be read, or everybody may.
        """
        return None if self.password_file is None else password_files.read(Path(self.password_file))


class Limits(_Setting):
    """Bounds on time, and on what is asked of Zimbra."""

    #: seconds in which a hook answers, whatever Zimbra does
    hook_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    #: seconds that a page, or a shop's cart, waits for Zimbra; a page then shows the last figures
    page_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    #: seconds in which `puq-zimbra work` carries on one operation, before the next one's turn
    work_seconds: Annotated[float, Field(gt=0, le=86400)] = 600.0
    #: seconds after which another machine may take over a service whose process shows no life
    lease_seconds: Annotated[float, Field(ge=1, le=600)] = 15.0
    #: seconds for one request to Zimbra, all in all
    request_seconds: Annotated[float, Field(gt=0, le=600)] = 15.0
    #: hours after which an open operation that deletes mail waits for a person
    destructive_hours: Annotated[float, Field(gt=0, le=87600)] = 24.0
    #: seconds that a private server's page waits for what Zimbra can tell of its machines
    machine_seconds: Annotated[float, Field(gt=0, le=60)] = 3.0
    #: seconds that a single sign-on lasts; it outlives a suspension by no more than that
    sso_seconds: Annotated[int, Field(ge=10, le=43200)] = 900
    #: days that a mailbox which a customer deleted waits in his bin
    bin_days: Annotated[int, Field(ge=1, le=3650)] = 30
    #: the most that one Zimbra is asked in a second, by all machines of a cluster; 0 = no limit
    requests_per_second: Annotated[int, Field(ge=0, le=1000)] = 25
    #: the most that one Zimbra is asked at a time, by all machines of a cluster; 0 = no limit
    concurrent_requests: Annotated[int, Field(ge=0, le=1000)] = 8

    @property
    def late_seconds(self) -> float:
        """The last seconds of a lease, in which nothing is sent: what was sent before arrives."""
        return min(self.lease_seconds / 2, 10.0)

    @property
    def dead_seconds(self) -> float:
        """Seconds without a heartbeat after which a worker counts as dead."""
        return self.lease_seconds / 2


class UsageSettings(_Setting):
    """The usage sync."""

    #: seconds for which a reading counts as fresh
    max_age: Annotated[int, Field(ge=0)] = 3600
    #: percent of its space from which on a service or a mailbox is worth a notice
    notice_percent: Annotated[int, Field(ge=1, le=100)] = 90
    #: names of up to five classes of service whose mailboxes are counted apart, as cos_1 to cos_5
    cos_slots: Annotated[list[str], Field(max_length=5)] = []
    #: whether mailboxes in which nobody can log in are billed, where the plan does not say
    bill_locked: bool = True
    #: the same of closed ones, which take no mail either
    bill_closed: bool = True
    #: the same of those in a customer's bin, which the two above leave alone
    bill_bin: bool = True
    #: days for which every reading is kept; then one a day
    raw_days: Annotated[int, Field(ge=1, le=3650)] = 35
    #: days for which one reading a day is kept; then one a month
    daily_days: Annotated[int, Field(ge=1, le=36500)] = 400
    #: days for which it is kept what each mailbox held, once a day
    mailbox_days: Annotated[int, Field(ge=1, le=3650)] = 35


class WhmcsSettings(_Setting):
    """The host whmcs."""

    #: the installation of calls that name none
    installation: Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,64}$")] = "whmcs"
    #: names of configurable options that are sold beside the mail and mean nothing to us
    other_options: list[str] = []


class Config(_Setting):
    """All settings."""

    store: StoreSettings = StoreSettings()
    servers: Mapping[str, ServerSettings] = {}
    #: refuse calls for a server that is not among `servers`
    only_configured_servers: bool = False
    limits: Limits = Limits()
    usage: UsageSettings = UsageSettings()
    mailbox: MailboxSettings = MailboxSettings()
    names: NameSettings = NameSettings()
    dns: DnsSettings = DnsSettings()
    whmcs: WhmcsSettings = WhmcsSettings()
    upmind: UpmindSettings = UpmindSettings()
    http: HttpSettings = HttpSettings()
    cluster: ClusterSettings = ClusterSettings()
    log: LogSettings = LogSettings()

    @property
    def has_workers(self) -> bool:
        """Whether several machines with workers share the store."""
        return self.store.url is not None and self.cluster.nodes > 0

    def server(self, name: str) -> Server:
        """A configured server by its name.

        Raises:
            Misconfigured: there is none, or its settings cannot be used.
        """
        if name not in self.servers:
            raise Misconfigured(
                "No server %(name)s is configured; there are: %(names)s.",
                name=name,
                names=", ".join(self.servers) or "none",
            )
        settings = self.servers[name]
        given = settings.model_dump(
            include={"url", "username", "webmail_url", "admin_url", "mx"}, exclude_none=True
        )
        tls = settings.model_dump(include={"ca_file", "fingerprint"}, exclude_none=True)
        if settings.password_file is not None:
            given["password"] = password_files.read(Path(settings.password_file))
        try:
            return Server(**given, tls=Tls(**tls))
        except ValidationError as error:
            raise Misconfigured(
                "The settings of the server %(name)s are wrong: %(problem)s",
                name=name,
                problem=validation.sentence(error, Server),
            ) from error

    def complete(self, request: Request) -> Request:
        """The call with credentials and trust of the configured server of the same host.

        Raises:
            Misconfigured: only configured servers are allowed, and this is none.
        """
        if request.server is None:
            return request
        name = self._named_like(request.server.url)
        if name is not None:
            known = self.server(name)
            ours = {
                key: getattr(known, key)
                for key in ("username", "password", "webmail_url", "admin_url", "mx")
                if getattr(known, key)
            }
            # The address too: credentials of ours go to the address that we configured.
            update = {**ours, "url": known.url, "tls": known.tls}
            return request.model_copy(update={"server": request.server.model_copy(update=update)})
        if self.only_configured_servers:
            raise Misconfigured(
                "The call's server is not among the configured ones, and no other is allowed."
            )
        return request

    def _named_like(self, url: str) -> str | None:
        """The configured server of the same host; two on one host are told apart by the port."""
        wanted = urlsplit(url)
        for name, one in self.servers.items():
            known = urlsplit(one.url)
            if known.hostname == wanted.hostname and wanted.port in (None, known.port):
                return name
        return None

    def store_directory(self) -> Path:
        """The state directory.

        Raises:
            StoreUnusable: no setting names it, and the user has no home.
        """
        if self.store.dir:
            return Path(self.store.dir)
        if os.geteuid() == 0:
            return Path("/var/lib/puq-zimbra")
        try:
            state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
        except RuntimeError as error:
            raise StoreUnusable(reason="the user has no home") from error
        return Path(state) / "puq-zimbra"


def load(path: Path | None = None) -> Config:
    """Read the settings.

    Raises:
        Misconfigured: names the file and the key.
    """
    looked_at = values(path)
    for candidate in looked_at:
        try:
            text = candidate.read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(
                "The settings file %(path)s cannot be read: %(reason)s.",
                path=candidate,
                reason=getattr(error, "strerror", None) or "it is not UTF-8",
            ) from error
        return _parse(candidate, text)
    if _named(path):
        raise Misconfigured("There is no settings file %(path)s.", path=looked_at[0])
    return Config()


def values(path: Path | None = None) -> Sequence[Path]:
    """Where the settings may be: the first file that is there counts."""
    if named := _named(path):
        return [named]
    # The hooks' user in root's home: where he cannot look, there are no settings of his.
    return USUAL if os.access(".", os.X_OK, effective_ids=True) else USUAL[1:]


def _named(path: Path | None) -> Path | None:
    """The file that the command line or the environment names."""
    return path or (Path(p) if (p := os.environ.get("PUQ_ZIMBRA_CONFIG")) else None)


def _parse(path: Path, text: str) -> Config:
    try:
        return Config.model_validate(tomllib.loads(text))
    except ValidationError as error:
        line = settings_lines.line_of(text, *error.errors(include_input=False)[0]["loc"])
        raise Misconfigured(
            "%(path)s, line %(line)s: %(problem)s",
            path=path,
            line=line,
            problem=validation.sentence(error, Config),
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(
            "%(path)s cannot be read as TOML: %(problem)s.", path=path, problem=error
        ) from error
