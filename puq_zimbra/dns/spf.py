"""Which servers an SPF record allows to send, as far as our own are concerned.

Source: RFC 7208 (4.6.4: at most ten look-ups; 5: mechanisms; 6.1: redirect).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from puq_zimbra.dns.records import Setup, senders

Ask = Callable[[str, str], Sequence[str] | None]
BEGIN = "v=spf1"
#: look-ups that a record may cause
_LOOK_UPS = 10
#: characters of a name
_LONGEST = 253
_MECHANISMS = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
_COUNTED = ("include", "a", "mx", "ptr", "exists", "redirect")


@dataclass
class Verdict:
    """What an SPF record means for our servers."""

    #: whether they may send; None = it cannot be known
    allowed: bool | None = False
    #: "", or several, anybody, too_many, unreadable
    problem: str = ""


@dataclass
class _Walk:
    setup: Setup
    ask: Ask
    left: int = _LOOK_UPS
    verdict: Verdict = field(default_factory=Verdict)
    #: addresses of our mail host
    own: set[str] = field(default_factory=set)
    unknown: bool = False

    def is_over(self) -> bool:
        return bool(self.verdict.problem)


def policies(texts: Sequence[str]) -> list[str]:
    """The SPF records among TXT records."""
    return [one for one in texts if one.lower() == BEGIN or one.lower().startswith(f"{BEGIN} ")]


def allows(setup: Setup, ask: Ask) -> Verdict:
    """Whether the domain's record allows our servers; there is one record at least."""
    texts = ask("TXT", setup.domain)
    if texts is None:
        return Verdict(None)
    found = policies(texts)
    if len(found) > 1:
        return Verdict(False, "several")
    if not found:
        return Verdict(False)
    walk = _Walk(setup, ask)
    if setup.host:
        walk.own = {one for kind in ("A", "AAAA") for one in ask(kind, setup.host) or ()}
    _walk(walk, found[0], setup.domain)
    if not walk.verdict.problem and not walk.verdict.allowed and walk.unknown:
        walk.verdict.allowed = None
    return walk.verdict


def _walk(walk: _Walk, policy: str, domain: str) -> None:
    redirect = ""
    for term in policy.split()[1:]:
        name, value = _term(term)
        if name == "redirect":
            redirect = value
            continue
        if name == "" or walk.is_over():
            return
        if name not in _MECHANISMS:
            if "=" in term:  # a modifier that we do not know means nothing
                continue
            walk.verdict.problem = "unreadable"
            return
        passes = term[0] not in "-~?"
        if name == "all":
            if passes:
                walk.verdict.problem = "anybody"
            return
        _mechanism(walk, name, value, domain, passes=passes)
    if redirect and not walk.is_over():
        _mechanism(walk, "redirect", redirect, domain, passes=True)


def _term(term: str) -> tuple[str, str]:
    """The name and the value of a mechanism or modifier.

    >>> _term("-a:mail.example/24"), _term("redirect=x.example"), _term("mx/24")
    (('a', 'mail.example/24'), ('redirect', 'x.example'), ('mx', '/24'))
    """
    text = term.lstrip("+-~?")
    ends = [at for at in (text.find(":"), text.find("="), text.find("/")) if at >= 0]
    if not ends:
        return text.lower(), ""
    at = min(ends)
    return text[:at].lower(), text[at:] if text[at] == "/" else text[at + 1 :]


def _mechanism(walk: _Walk, name: str, value: str, domain: str, *, passes: bool) -> None:
    if name in _COUNTED:
        walk.left -= 1
        if walk.left < 0:
            walk.verdict.problem = "too_many"
            return
    if name in ("include", "redirect"):
        _follow(walk, value)
    elif passes and _is_ours(walk, name, value, domain):
        walk.verdict.allowed = True


def _follow(walk: _Walk, name: str) -> None:
    texts = walk.ask("TXT", name.lower().rstrip(".")) if _is_plain(name) else None
    if texts is None:
        walk.unknown = True
        return
    found = policies(texts)
    if len(found) == 1:
        _walk(walk, found[0], name)


def _is_plain(name: str) -> bool:
    return bool(name) and len(name) <= _LONGEST and "%" not in name and name.isascii()


def _is_ours(walk: _Walk, name: str, value: str, domain: str) -> bool:
    setup = walk.setup
    if name in ("ip4", "ip6"):
        return any(_is_inside(one, value) for one in walk.own)
    named = value.partition("/")[0].lower().rstrip(".") or domain
    if name == "mx":
        return named == setup.domain and (not setup.host or setup.host in setup.mx)
    if name != "a" or not _is_plain(named):
        walk.unknown = walk.unknown or name in ("exists", "ptr") or "%" in value
        return False
    return named == setup.host or _is_same_host(walk, named)


def _is_same_host(walk: _Walk, name: str) -> bool:
    answers = [walk.ask(kind, name) for kind in ("A", "AAAA")]
    walk.unknown = walk.unknown or None in answers
    return any(one in walk.own for answer in answers for one in answer or ())


def _is_inside(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def completed(policy: str, setup: Setup) -> str:
    """A record that allows others, with our servers among them.

    >>> completed("v=spf1 include:a.example -all", Setup("b.example", "m.example", ("m.example",)))
    'v=spf1 mx include:a.example -all'
    """
    given = policy.split()[1:]
    return " ".join([BEGIN, *_without(senders(setup), given), *given])


def _without(wanted: Sequence[str], given: Sequence[str]) -> Iterator[str]:
    return (one for one in wanted if one not in given)
