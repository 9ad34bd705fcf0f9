"""The states of a service that the demonstration can show, each reached by what would cause it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from puq_zimbra.demo import life as lives
from puq_zimbra.units import GB

#: the first one is how the demonstration's life leaves the service
STATES = (
    "near_box", "ok", "over_box", "near_whole", "over_whole",
    "suspended", "ending", "unknown", "new",
)  # fmt: skip
BOX = f"biuro@{lives.ASCII_DOMAIN}"
#: limits of that mailbox, which holds 4.66 GB, and of the whole, which holds 10.89 GB
_USUAL = 5 * GB
_BOX_LIMITS = {"ok": 10 * GB, "over_box": int(4.4 * GB)}
_WHOLE_LIMITS = {"near_whole": 11 * GB + GB // 2, "over_whole": int(10.5 * GB)}
_GRACE = {"terminate": {"mode": "grace", "grace_days": 14}}


class States:
    """What the page is shown in; changed by a click."""

    def __init__(self, life: lives.Life) -> None:
        self.life = life
        self.name = STATES[0]

    def enter(self, name: str) -> None:
        """Leave the present state and bring the service into another."""
        if name not in STATES:
            return
        self.life.simulator.chaos.clear()
        if self.name == "suspended":
            self.life.hook("unsuspend")
        elif self.name == "ending":
            self.life.hook("restore", plan=_GRACE)
        self.name = name
        self._limit_box(_BOX_LIMITS.get(name, _USUAL))
        begin: Mapping[str, Callable[[], Any]] = {
            "suspended": lambda: self.life.hook("suspend", reason="Faktura FV 2026/11/0142"),
            "ending": lambda: self.life.hook("terminate", plan=_GRACE),
            "unknown": lambda: self.life.simulator.drop_next("GetDomainRequest", times=1_000_000),
            "new": lambda: self.life.hook("create", **self.order),
        }
        begin.get(name, bool)()

    def _limit_box(self, limit: int) -> None:
        account = self.life.simulator.account(BOX)
        domain = self.life.simulator.domain(lives.ASCII_DOMAIN)
        if account and domain and account.first("zimbraMailQuota") != str(limit):
            account.put("zimbraMailQuota", str(limit))
            domain.put("zimbraMailDomainQuota", str(max(limit, _USUAL)))
            lives.measure_now(self.life)

    @property
    def order(self) -> dict[str, Any]:
        """What a call says of the service that is shown."""
        if self.name == "new":
            return {"service_id": "44", "domain": "nowa-firma.example"}
        if self.name in _WHOLE_LIMITS:
            return {"plan": {"domain_quota": _WHOLE_LIMITS[self.name]}}
        return {}
