"""The simulated Zimbra as tests, the demo and the command hold it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from puq_zimbra.simulator import bulk
from puq_zimbra.simulator.accounts import make_account
from puq_zimbra.simulator.calllog import Call, CallLog
from puq_zimbra.simulator.chaos import Chaos, Plan
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.dispatch import Engine
from puq_zimbra.simulator.front import Front
from puq_zimbra.simulator.handlers import monitoring, operations
from puq_zimbra.simulator.handlers.cos import create_cos
from puq_zimbra.simulator.handlers.domains import create_domain
from puq_zimbra.simulator.handlers.listmembers import add_members
from puq_zimbra.simulator.lists import create_list
from puq_zimbra.simulator.modify import Change, read
from puq_zimbra.simulator.mount import mount
from puq_zimbra.simulator.running import Running
from puq_zimbra.simulator.server import serve
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.tls import TlsFiles
from puq_zimbra.simulator.tokens import Token
from puq_zimbra.simulator.traffic import Traffic

if TYPE_CHECKING:
    import responses

Value = str | int | bool | Sequence[str]
#: None for an entry that does not exist. A test that made the entry need not check (the "Any trick"
#: of typeshed's CONTRIBUTING.md).
MaybeNone: TypeAlias = Any
_GIB = 1 << 30
_DEMO_PLANS = {"business": 5 * _GIB, "starter": _GIB}


class Simulator:
    """One simulated installation with its administrator ``admin@domain``."""

    def __init__(
        self,
        domain: str = "example.test",
        admin_password: str = "test123",
        hostname: str = "mail.example.test",
        flavour: str = "zimbra10",
        servers: int = 1,
        clock: Callable[[], float] = time.time,
        dos_limit: int = 0,
        control: bool = False,
        logger: bool = False,
        stale_counts: bool | int = False,
    ) -> None:
        self.state = State(
            domain=domain, hostname=hostname, flavour=flavour, servers=servers, clock=clock
        )
        #: Requests per second and connection above which 429 is answered; 0 for no filter.
        self.dos_limit = dos_limit
        if logger:
            monitoring.enable(self.state)
        if stale_counts:
            self.state.counts.reuse = 1 << 30 if stale_counts is True else stale_counts
        self.chaos = Chaos()
        self._calls = CallLog()
        self._engine = Engine(self.state, self._calls, self.chaos)
        self._front = Front(self.state, self._engine, self.chaos, with_control=control)
        create_domain(self.state, domain, [])
        admin = make_account(
            self._as_admin(""),
            "account",
            f"admin@{domain}",
            None,
            [Change("zimbraIsAdminAccount", "", ("TRUE",))],
        )
        admin.password = admin_password
        self._admin_id = admin.id

    def _as_admin(self, id_: str) -> Context:
        return Context(self.state, "admin", Token("", id_, 1 << 62, 0, admin=True))

    @property
    def _context(self) -> Context:
        return self._as_admin(self._admin_id)

    # -- serving ---------------------------------------------------------------------------------

    def serve(
        self, tls: TlsFiles, admin_port: int = 0, user_port: int = 0
    ) -> AbstractContextManager[Running]:
        """Serve HTTPS on loopback while the context is open; port 0 takes a free one."""
        fronts = dict.fromkeys(self.state.mailbox_hosts, self._front)
        return serve(fronts, tls, admin_port, user_port, self.dos_limit)

    def mount(
        self, rsps: responses.RequestsMock, admin_url: str, user_url: str | None = None
    ) -> None:
        """Answer inside a `responses` mock instead of on a socket."""
        host = admin_url.partition("://")[2].partition("/")[0].partition(":")[0]
        user_url = user_url or f"https://{host}/service/soap"
        mount(rsps, self._front, admin_url, user_url, self.state.hostname)

    # -- what was asked --------------------------------------------------------------------------

    @property
    def traffic(self) -> Traffic:
        """How densely requests came over the sockets."""
        return self._front.traffic

    @property
    def log(self) -> list[Call]:
        """Every command in order, batch members included."""
        return self._calls.calls

    def calls(self, name: str) -> list[Call]:
        """Commands of one name."""
        return [call for call in self._calls.calls if call.name == name]

    def writes(self) -> list[Call]:
        """Commands that changed state or tried to."""
        return [call for call in self._calls.calls if call.writes]

    def reset_log(self) -> None:
        """Forget what was asked."""
        self._calls.calls.clear()

    # -- faults on demand ------------------------------------------------------------------------

    def fail_next(
        self, name: str, code: str, text: str = "", times: int = 1, applied: bool = False
    ) -> None:
        """Answer a SOAP fault; with ``applied`` the work is done first."""
        self.chaos.add(Plan(name, "fault", applied, times, code=code, text=text))

    def http_next(
        self,
        name: str,
        status: int = 503,
        body: bytes = b"<html><body>Service Unavailable</body></html>",
        content_type: str = "text/html",
        headers: Mapping[str, str] | None = None,
        applied: bool = False,
        times: int = 1,
    ) -> None:
        """Answer raw HTTP instead of SOAP; ``*`` is any request."""
        self.chaos.add(
            Plan(
                name,
                "http",
                applied,
                times,
                status=status,
                body=body,
                content_type=content_type,
                headers=dict(headers or {}),
            )
        )

    def drop_next(
        self,
        name: str,
        applied: bool = False,
        when: Literal["before", "middle"] = "before",
        times: int = 1,
    ) -> None:
        """Close the connection without an answer or in the middle of it."""
        self.chaos.add(Plan(name, "drop", applied, times, when=when))

    def delay_next(self, name: str, seconds: float, times: int = 1) -> None:
        """Let time pass before the command is looked at."""
        self.chaos.add(Plan(name, "delay", times=times, seconds=seconds))

    def mangle_next(self, name: str, how: str, times: int = 1) -> None:
        """Spoil the real answer in one of the ways of `corrupt.WAYS`."""
        self.chaos.add(Plan(name, "mangle", True, times, how=how))

    def drip_next(self, name: str, seconds: float, times: int = 1) -> None:
        """Send the answer's body in small pieces over that time."""
        self.chaos.add(Plan(name, "drip", True, times, seconds=seconds))

    def stale_next(self, name: str, times: int = 1, old_too: bool = False) -> None:
        """Answer reads that what was made from now on does not exist; ``old_too``: nothing does."""
        self.chaos.add(Plan(name, "stale", times=times, old_too=old_too))

    def refuse_next(self, times: int = 1) -> None:
        """End idle connections, and reset the next ones before TLS."""
        self.chaos.add(Plan("*", "refuse", times=times))

    def expire_tokens(self) -> None:
        """Let every issued token be expired."""
        self.state.tokens.expire_all()

    # -- state without SOAP ----------------------------------------------------------------------

    def seed(self, what: Literal["empty", "demo"] = "empty") -> None:
        """Add the demo's classes of service, or nothing."""
        if what == "demo":
            for name, quota in _DEMO_PLANS.items():
                if name not in self.state.directory.coses:
                    self.create_cos(name, zimbraMailQuota=quota)

    def seed_accounts(
        self,
        domain: str,
        count: int,
        *,
        prefix: str = "user",
        quota: int | None = None,
        used: int | Callable[[int], int] = 0,
        cos: str | None = None,
    ) -> None:
        """Make many accounts at once, ``prefix0@domain`` and on."""
        with self.state.lock:
            bulk.seed(self.state, domain, count, prefix, quota, used, cos)

    def add_mail(self, address: str, size_bytes: int) -> None:
        """Put bytes into an account's mailbox."""
        entry = self.state.directory.at(address, *ACCOUNT_KINDS)
        if entry is None:
            raise LookupError(f"no account {address}")
        with self.state.lock:
            box = self.state.mailbox(entry)
            box.size += size_bytes
            box.folders["2"] = box.folders.get("2", 0) + size_bytes

    def queue_message(self, id_: str, queue: str = "deferred", **said: str) -> None:
        """Let a message wait on the first server, which then runs a mail transfer agent."""
        operations.put_message(self.state, id_, queue, said)

    def domain(self, name: str) -> Entry | MaybeNone:
        """Domain's entry."""
        return self.state.directory.domains.get(name)

    def account(self, address: str) -> Entry | MaybeNone:
        """Account's or resource's entry, by any of its addresses."""
        return self.state.directory.at(address, *ACCOUNT_KINDS)

    def list(self, address: str) -> Entry | MaybeNone:
        """List's entry, by any of its addresses."""
        return self.state.directory.at(address, "list", "group")

    def verify_password(self, address: str, password: str) -> bool:
        """Say whether the stored password equals this one, byte by byte."""
        entry = self.account(address)
        return entry is not None and entry.password == password

    def create_domain(self, name: str, **attrs: Value) -> Entry:
        """Make a domain under Zimbra's rules."""
        with self.state.lock:
            return create_domain(self.state, name, _changes(attrs))

    def create_account(self, address: str, password: str | None = None, **attrs: Value) -> Entry:
        """Make an account under Zimbra's rules."""
        with self.state.lock:
            changes = _changes(attrs)
            return make_account(self._context, "account", address, password, changes)

    def create_cos(self, name: str, **attrs: Value) -> Entry:
        """Make a class of service as a copy of the default one."""
        with self.state.lock:
            default = self.state.directory.coses["default"]
            return create_cos(self.state, name, _changes(attrs), default)

    def create_resource(self, address: str, **attrs: Value) -> Entry:
        """Make a room or a piece of equipment under Zimbra's rules."""
        with self.state.lock:
            changes = _changes({"displayName": address, "zimbraCalResType": "Location", **attrs})
            return make_account(self._context, "resource", address, None, changes)

    def create_list(
        self, address: str, members: Sequence[str] = (), dynamic: bool = False, **attrs: Value
    ) -> Entry:
        """Make a distribution list, static or dynamic."""
        with self.state.lock:
            entry = create_list(self._context, address, dynamic, _changes(attrs))
            if members:
                add_members(self.state, entry, [*members])
            return entry


def _changes(attrs: Mapping[str, Value]) -> list[Change]:
    pairs: list[tuple[str, str]] = []
    for name, value in attrs.items():
        if isinstance(value, bool):
            pairs.append((name, "TRUE" if value else "FALSE"))
        elif isinstance(value, str | int):
            pairs.append((name, str(value)))
        else:
            pairs += [(name, each) for each in value]
    return read(pairs)
