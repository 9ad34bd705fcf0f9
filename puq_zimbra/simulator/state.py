"""The simulated installation: its directory, mail store, tokens, sessions and clock.

Everything a request may read or change hangs off one `State`; there is no other mutable state.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import (
    DEFAULT_COS,
    DEFAULT_EXTERNAL_COS,
    Directory,
    Entry,
    new_id,
)
from puq_zimbra.simulator.limits import AccountCounts
from puq_zimbra.simulator.maildrop import Mailbox
from puq_zimbra.simulator.schema import Schema, Values, of_carbonio, of_recent
from puq_zimbra.simulator.sessions import Sessions
from puq_zimbra.simulator.tokens import Tokens
from puq_zimbra.simulator.usersettings import UserSettings

#: Seconds an account's COS stays looked up (`ldap_cache_account_maxage`).
ACCOUNT_CACHE_SECONDS = 900
VERSIONS = {
    "zimbra10": ("10.1.3_GA_0001.FOSS", "10", "1", "3"),
    "zimbra9": ("9.0.0_GA_4612.FOSS", "9", "0", "0"),
    "zimbra88": ("8.8.15_GA_3869.FOSS", "8", "8", "15"),
    "carbonio": ("4.23.1_ZEXTRAS_202510.FOSS", "4", "23", "1"),
}
SERVICES = ("mailbox", "service", "zimbra", "zimbraAdmin", "ldap")
#: Carbonio's console is not a service of its server's.
_CARBONIO_SERVICES = ("mailbox", "service", "zimbra", "ldap")


class State:
    """One installation."""

    def __init__(
        self, *, domain: str, hostname: str, flavour: str, servers: int, clock: Callable[[], float]
    ) -> None:
        if flavour not in VERSIONS:
            raise ValueError(f"unknown flavour {flavour}; known: {', '.join(VERSIONS)}")
        self.flavour = flavour
        self.hostname = hostname
        self.clock = clock
        self.lock = threading.RLock()
        self.schema = of_recent()
        if flavour in ("zimbra9", "zimbra88"):
            self.schema = Schema()
            self.schema.drop("zimbraPasswordBlockCommonEnabled")
        elif self.is_carbonio:
            self.schema = of_carbonio()
        self.directory = Directory()
        self.tokens = Tokens()
        self.sessions = Sessions()
        self.mailboxes: dict[str, Mailbox] = {}
        self.config: Values = {
            **self.schema.config_defaults,
            "cn": ["config"],
            "zimbraDefaultDomainName": [domain],
        }
        #: Messages that wait, by server and queue: id, time, size, from, to and more.
        self.queues: dict[tuple[str, str], list[dict[str, str]]] = {}
        #: What GrantRight put on the global target.
        self.global_grants: list[str] = []
        #: Filter rules, signatures and identities by account id.
        self._user_settings: dict[str, UserSettings] = {}
        #: COS by account id as the account cache holds it, with the time of the look-up.
        self._cos_seen: dict[str, tuple[float, Entry]] = {}
        #: Domain id by foreign name (`FOREIGN_NAME` look-ups are cached for good).
        self.foreign_names: dict[str, str] = {}
        #: What the limits on accounts go by.
        self.counts = AccountCounts()
        #: Names of servers that stand in the directory and do not answer.
        self.dead_servers: set[str] = set()
        #: Services that report to be down, as (server, service).
        self.stopped: set[tuple[str, str]] = set()
        self.next_mailbox = 1
        self._placed = -1
        self._create_servers(servers)
        #: Servers that take new accounts, in turn.
        self.mailbox_hosts = list(self.directory.servers)
        self._create_coses()

    def clear(self) -> None:
        """Empty the installation, servers and classes of service included."""
        self.directory = Directory()
        self.mailboxes.clear()
        self._cos_seen.clear()

    @property
    def is_recent(self) -> bool:
        """Say whether this is Zimbra 9 with its patches, or later; Carbonio kept the older ways."""
        return self.flavour in ("zimbra9", "zimbra10")

    @property
    def is_carbonio(self) -> bool:
        """Say whether this is Carbonio, whose rules and refusals differ in places."""
        return self.flavour == "carbonio"

    @property
    def config_entry(self) -> Entry:
        """The global configuration as an entry; what is written there is written in ``config``."""
        return Entry("config", "globalconfig-dummy-id", "globalconfig", self.config)

    # -- time ------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return int(self.clock() * 1000)

    def timestamp(self) -> str:
        """Now, as the directory writes it."""
        now = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        return now.strftime("%Y%m%d%H%M%S.") + f"{now.microsecond // 1000:03d}Z"

    # -- making ----------------------------------------------------------------------------------

    def _create_servers(self, count: int) -> None:
        version, major, minor, micro = VERSIONS[self.flavour]
        services = _CARBONIO_SERVICES if self.is_carbonio else SERVICES
        for index in range(max(1, count)):
            name = self.hostname if index == 0 else f"mail{index + 1}.{self._zone()}"
            self.directory.add(
                Entry(
                    "server",
                    new_id(),
                    name,
                    {
                        "objectClass": ["zimbraServer"],
                        "cn": [name],
                        "zimbraServiceHostname": [name],
                        "zimbraServiceEnabled": list(services),
                        "zimbraServiceInstalled": list(services),
                        "zimbraCreateTimestamp": [self.timestamp()],
                        "zimbraAdminPort": ["7071"],
                        "zimbraMailPort": ["8080"],
                        "zimbraMailSSLPort": ["8443"],
                        "zimbraServerVersion": [version],
                        "zimbraServerVersionMajor": [major],
                        "zimbraServerVersionMinor": [minor],
                        "zimbraServerVersionMicro": [micro],
                        "zimbraServerVersionType": ["FOSS"],
                        **self.schema.server_defaults,
                    },
                )
            )
        for server in self.directory.servers.values():
            server.put("zimbraId", server.id)

    def _zone(self) -> str:
        return self.hostname.partition(".")[2] or self.hostname

    def _create_coses(self) -> None:
        for id_, name in ((DEFAULT_COS, "default"), (DEFAULT_EXTERNAL_COS, "defaultExternal")):
            own = {
                "cn": [name],
                "objectClass": ["zimbraCOS"],
                "zimbraId": [id_],
                "zimbraCreateTimestamp": [self.timestamp()],
                "description": [f"The {name} COS"],
            }
            defaults = {**self.schema.cos_defaults, **self.schema.cos_only}
            self.directory.add(Entry("cos", id_, name, {**defaults, **own}))

    # -- inheritance -----------------------------------------------------------------------------

    def domain_of(self, entry: Entry) -> Entry | None:
        """Domain that an account, resource or list belongs to."""
        return self.directory.domains.get(entry.domain)

    def cos_of(self, account: Entry) -> Entry:
        """COS now in force: own, else the domain's default, else ``default``."""
        find = self.directory.find
        found = find(account.first("zimbraCOSId"), "cos")
        if found is None and account.first("zimbraIsExternalVirtualAccount") == "TRUE":
            found = find(DEFAULT_EXTERNAL_COS, "cos")
        if found is None:
            domain = self.domain_of(account)
            found = find(domain.first("zimbraDomainDefaultCOSId"), "cos") if domain else None
        return found or self.directory.by_id[DEFAULT_COS]

    def cached_cos(self, account: Entry) -> Entry:
        """COS as the account cache has it, which misses DeleteCos and new domain defaults."""
        seen = self._cos_seen.get(account.id)
        if seen is None or self.clock() - seen[0] > ACCOUNT_CACHE_SECONDS:
            seen = self.clock(), self.cos_of(account)
            self._cos_seen[account.id] = seen
        return seen[1]

    def forget_cos(self, account: Entry | None = None) -> None:
        """Drop an account, or all, from the account cache."""
        if account is None:
            self._cos_seen.clear()
        else:
            self._cos_seen.pop(account.id, None)

    def value(self, account: Entry, name: str) -> str | None:
        """One value of an account as it applies: own, else its COS's."""
        own = account.attrs.get(name)
        if own:
            return own[0]
        cos = self.cached_cos(account).attrs.get(name)
        return cos[0] if cos else None

    def account_values(self, account: Entry, apply_cos: bool = True) -> Values:
        """All values of an account as an administrator sees them."""
        if not apply_cos:
            shown = dict(account.attrs)
        else:
            cos = self.cached_cos(account)
            inherited = self.schema.inherited
            shown = dict(self.schema.account_defaults)
            shown.update((n, v) for n, v in cos.attrs.items() if n in inherited)
            shown["zimbraCOSId"] = [cos.id]
            shown.update(account.attrs)
        if account.password is not None:
            shown["userPassword"] = ["VALUE-BLOCKED"]
        return shown

    def domain_values(self, domain: Entry, apply_config: bool = True) -> Values:
        """All values of a domain, with the global defaults mixed in."""
        if not apply_config:
            return dict(domain.attrs)
        inherits = self.schema.domain_inherits
        shown = {n: self.config[n] for n in inherits if n in self.config}
        shown.update(domain.attrs)
        return shown

    def server_values(self, server: Entry, apply_config: bool = True) -> Values:
        """All values of a server, with the global defaults mixed in."""
        if not apply_config:
            return dict(server.attrs)
        inherits = self.schema.server_inherits
        shown = {n: self.config[n] for n in inherits if n in self.config}
        shown.update(server.attrs)
        return shown

    # -- mail ------------------------------------------------------------------------------------

    def mailbox(self, account: Entry) -> Mailbox:
        """An account's mailbox, made on first use."""
        found = self.mailboxes.get(account.id)
        if found is None:
            found = Mailbox(self.next_mailbox)
            self.next_mailbox += 1
            self.mailboxes[account.id] = found
        return found

    def user_settings(self, account: Entry) -> UserSettings:
        """What an account owns beside its attributes."""
        return self._user_settings.setdefault(account.id, UserSettings())

    def saved_user_settings(self) -> dict[str, dict[str, Any]]:
        """UserSettings as plain values, of those who have any."""
        return {id_: asdict(held) for id_, held in self._user_settings.items() if held.any()}

    def forget_user_settings(self, account: Entry) -> None:
        """Drop what a deleted account owned."""
        self._user_settings.pop(account.id, None)

    def used(self, account: Entry) -> int:
        """Bytes in an account's mailbox; 0 without one."""
        found = self.mailboxes.get(account.id)
        return found.size if found else 0

    def home(self, account: Entry) -> str:
        """Name of the server that holds an account's mailbox."""
        return account.first("zimbraMailHost") or ""

    def next_home(self) -> str:
        """Server for a new account: each in turn."""
        hosts = self.mailbox_hosts
        if len(hosts) == 1:
            return hosts[0]
        self._placed += 1
        return hosts[self._placed % len(hosts)]

    # -- look-ups that refuse --------------------------------------------------------------------

    def domain_named(self, name: str) -> Entry:
        """Domain by ASCII name; NO_SUCH_DOMAIN."""
        found = self.directory.domains.get(name)
        if found is None:
            raise faults.no_such("domain", name)
        return found

    def set_foreign_names(self, domain: Entry, values: Iterable[str]) -> None:
        """Remember which domain was written last with a foreign name."""
        for value in values:
            self.foreign_names[value.lower()] = domain.id
