"""Each record's state: what should be, beside what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from puq_zimbra.dns import dkim, spf
from puq_zimbra.dns.lookup import Found, key_of
from puq_zimbra.dns.records import SERVICES, Record, Setup, expected

State = Literal["right", "wrong", "missing", "unknown"]
RIGHT: State = "right"
WRONG: State = "wrong"
MISSING: State = "missing"
UNKNOWN: State = "unknown"
#: parts of a mail exchanger's, and of a service's, record
_MX_PARTS, _SRV_PARTS = 2, 4


@dataclass(frozen=True)
class Judged:
    """A record and its state."""

    record: Record
    state: State
    found: tuple[str, ...] = ()
    #: what is wrong, as a word; "" = the state says it all
    note: str = ""
    #: what to set, where that is not the record's own value
    instead: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """What to set."""
        return self.instead or self.record.values

    @property
    def is_trouble(self) -> bool:
        """Whether something must be changed."""
        return self.state == WRONG or (self.state == MISSING and self.record.needed)


def judge(setup: Setup, found: Found) -> list[Judged]:
    """The state of every record of a domain."""
    return [_judge(one, setup, found) for one in expected(setup)]


def name_servers(setup: Setup, found: Found) -> tuple[str, ...]:
    """The name servers of the domain, as far as they are known."""
    return tuple(one.rstrip(".").lower() for one in found.get(key_of("NS", setup.domain)) or ())


def overall(judged: Iterable[Judged]) -> State:
    """The worst state of the records that mail needs; ``wrong`` stands for missing, too."""
    states = {one.state for one in judged if one.record.needed}
    if states & {WRONG, MISSING}:
        return WRONG
    return UNKNOWN if UNKNOWN in states else RIGHT


def as_data(judged: Judged) -> dict[str, Any]:
    """For JSON."""
    record = judged.record
    return {
        "kind": record.kind,
        "type": record.type,
        "name": record.name,
        "state": judged.state,
        "needed": record.needed,
        "expected": list(judged.values),
        "found": list(judged.found),
        "note": judged.note,
    }


def _judge(record: Record, setup: Setup, found: Found) -> Judged:
    if record.kind == "dkim" and record.key is None:
        return Judged(record, MISSING, note="no_key")
    values = found.get(key_of(record.type, record.name))
    if values is None:
        return Judged(record, UNKNOWN)
    rule = _RULES.get(record.kind) or (_service if record.kind in SERVICES else None)
    assert rule is not None
    return rule(record, tuple(values), setup, found)


def _mx(record: Record, values: tuple[str, ...], setup: Setup, _: Found) -> Judged:
    hosts = {_host(one) for one in values if len(one.split()) == _MX_PARTS}
    if not setup.mx:
        return Judged(record, UNKNOWN, values, "no_name")
    if not hosts:
        return Judged(record, MISSING, values)
    if hosts == set(setup.mx):
        return Judged(record, RIGHT, values)
    if not hosts & set(setup.mx):
        return Judged(record, WRONG, values, "elsewhere")
    return Judged(record, WRONG, values, "others" if hosts - set(setup.mx) else "fewer")


def _host(value: str) -> str:
    return value.rsplit(maxsplit=1)[-1].rstrip(".").lower()


def _spf(record: Record, values: tuple[str, ...], setup: Setup, found: Found) -> Judged:
    policies = tuple(spf.policies(values))
    if not policies:
        return Judged(record, MISSING)
    verdict = spf.allows(setup, lambda kind, name: found.get(key_of(kind, name)))
    if verdict.problem:
        return Judged(record, WRONG, policies, verdict.problem)
    if verdict.allowed is None:
        return Judged(record, UNKNOWN, policies)
    if verdict.allowed:
        return Judged(record, RIGHT, policies)
    return Judged(record, WRONG, policies, "not_named", (spf.completed(policies[0], setup),))


def _dkim(record: Record, values: tuple[str, ...], _: Setup, __: Found) -> Judged:
    assert record.key is not None
    keys = tuple(one for one in values if "p" in dkim.tags(one))
    if dkim.publishes(keys, record.key):
        several = len(keys) > 1
        return Judged(record, WRONG if several else RIGHT, keys, "several" if several else "")
    return Judged(record, WRONG, keys, "other_key") if keys else Judged(record, MISSING)


def _tagged(version: str, fits: Callable[[Mapping[str, str]], bool]) -> Any:
    """A rule for a TXT record that begins with its version and may stand once."""

    def rule(record: Record, values: tuple[str, ...], _: Setup, __: Found) -> Judged:
        mine = tuple(one for one in values if one.partition(";")[0].replace(" ", "") == version)
        if not mine:
            return Judged(record, WRONG if values else MISSING, values)
        if len(mine) > 1:
            return Judged(record, WRONG, mine, "several")
        return Judged(record, RIGHT if fits(dkim.tags(mine[0])) else WRONG, mine)

    return rule


def _service(record: Record, values: tuple[str, ...], setup: Setup, found: Found) -> Judged:
    wanted = record.values[0].split()[2:]
    right = any(one.lower().split()[2:] == wanted for one in values if _is_srv(one))
    if not right and not values and record.kind == "autodiscover":
        aliases: Sequence[str] = found.get(key_of("CNAME", f"autodiscover.{setup.domain}")) or ()
        if setup.host in {_host(one) for one in aliases}:
            return Judged(record, RIGHT, tuple(aliases))
    if right:
        return Judged(record, RIGHT, values)
    return Judged(record, WRONG if values else MISSING, values)


def _is_srv(value: str) -> bool:
    return len(value.split()) == _SRV_PARTS


_RULES: Mapping[str, Callable[[Record, tuple[str, ...], Setup, Found], Judged]] = {
    "mx": _mx,
    "spf": _spf,
    "dkim": _dkim,
    "dmarc": _tagged(
        "v=DMARC1", lambda tags: tags.get("p", "").lower() in ("none", "quarantine", "reject")
    ),
    "mta_sts": _tagged("v=STSv1", lambda tags: tags.get("id", "").isalnum()),
    "tls_rpt": _tagged("v=TLSRPTv1", lambda tags: bool(tags.get("rua"))),
}
