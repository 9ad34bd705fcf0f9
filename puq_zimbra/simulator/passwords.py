"""Passwords: policy, history, lockout, setting and checking.

Source: `LdapProvisioning.checkPasswordStrength`/`setPassword`/`authAccount`, `LdapLockoutPolicy`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.faults import Fault
from puq_zimbra.simulator.world import World

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_DAY = 86_400
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(value: str | None, default: float) -> float:
    """Read a duration such as ``12h``; without a unit it is seconds."""
    match = re.fullmatch(r"(\d+)(ms|[hmsd])?", value or "")
    return int(match[1]) * _UNITS[match[2] or "s"] if match else default


def _number(world: World, account: Entry, name: str) -> int:
    value = world.value(account, name)
    return int(value) if value and value.lstrip("+-").isdigit() else 0


def check_strength(world: World, account: Entry, password: str) -> None:
    """Refuse a password against the account's policy, naming the first rule broken."""
    least = _number(world, account, "zimbraPasswordMinLength")
    most = _number(world, account, "zimbraPasswordMaxLength")
    if least > 0 and len(password) < least:
        raise faults.bad_password("too short", "zimbraPasswordMinLength", "NUM", str(least))
    if most > 0 and len(password) > most:
        raise faults.bad_password("too long", "zimbraPasswordMaxLength", "NUM", str(most))
    if world.value(account, "zimbraFeatureAllowUsernameInPassword") == "FALSE":
        local = account.name.partition("@")[0]
        if local.lower() in password.lower():
            raise faults.bad_password(
                "password contains username", "zimbraPasswordAllowUsername", "STR", ""
            )
    _check_characters(world, account, password)


def _check_characters(world: World, account: Entry, password: str) -> None:
    allowed = world.value(account, "zimbraPasswordAllowedChars")
    for character in password if allowed else "":
        if not re.fullmatch(allowed or "", character):
            raise faults.bad_password(
                f"{character} is not an allowed character",
                "zimbraPasswordAllowedChars",
                "STR",
                allowed or "",
            )
    punctuation = len(_PUNCTUATION.findall(password))
    digits = sum(c.isdigit() for c in password)
    counts = (
        ("UpperCaseChars", "upper case characters", sum(c.isupper() for c in password)),
        ("LowerCaseChars", "lower case characters", sum(c.islower() for c in password)),
        ("NumericChars", "numeric characters", digits),
        ("PunctuationChars", "punctuation characters", punctuation),
        ("AlphaChars", "alpha characters", sum(c.isalpha() for c in password)),
        ("DigitsOrPuncs", "numeric or punctuation characters", digits + punctuation),
    )
    for rule, words, count in counts:
        name = f"zimbraPasswordMin{rule}"
        least = _number(world, account, name)
        if count < least:
            raise faults.bad_password(f"not enough {words}", name, "NUM", str(least))


def _digest(password: str) -> str:
    return "{SHA}" + hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()


def check_history(world: World, account: Entry, password: str) -> None:
    """Refuse a password among the last few."""
    depth = _number(world, account, "zimbraPasswordEnforceHistory")
    kept = account.attrs.get("zimbraPasswordHistory", [])[:depth]
    if any(each.partition(":")[2] == _digest(password) for each in kept):
        raise Fault("account.PASSWORD_RECENTLY_USED", "password was recently used")


def check_age(world: World, account: Entry) -> None:
    """Refuse a change too soon after the last."""
    days = _number(world, account, "zimbraPasswordMinAge")
    if days <= 0 or account.first("zimbraPasswordMustChange") == "TRUE":
        return
    if _age(world, account) < days * _DAY:
        raise Fault("account.PASSWORD_CHANGE_TOO_SOON", "password can't be changed yet")


def _age(world: World, account: Entry) -> float:
    changed = account.first("zimbraPasswordModifiedTime")
    if not changed:
        return float("inf")
    moment = dt.datetime.strptime(changed[:14], "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    return world.clock() - moment.timestamp()


def store(world: World, account: Entry, password: str) -> None:
    """Set a password: history, time, must-change flag, tokens."""
    depth = _number(world, account, "zimbraPasswordEnforceHistory")
    if depth > 0 and account.password is not None:
        entry = f"{world.now_ms()}:{_digest(account.password)}"
        held = [entry, *account.attrs.get("zimbraPasswordHistory", [])]
        account.put("zimbraPasswordHistory", *held[:depth])
    elif depth == 0:
        account.put("zimbraPasswordHistory")
    account.password = password
    account.put("zimbraPasswordModifiedTime", world.timestamp())
    account.put("zimbraPasswordMustChange")
    value = int(account.first("zimbraAuthTokenValidityValue") or -1) + 1
    account.put("zimbraAuthTokenValidityValue", str(value))
    world.tokens.end_all(account.id)


def first_violation(world: World, account: Entry, password: str) -> Fault | None:
    """First rule that a new password breaks, of strength, age and history."""
    try:
        check_strength(world, account, password)
        check_age(world, account)
        check_history(world, account, password)
    except Fault as fault:
        return fault
    return None


def matches(account: Entry, password: str) -> bool:
    """Say whether a password is the account's; an empty one never is."""
    return bool(password) and account.password == password


def must_change(world: World, account: Entry) -> bool:
    """Say whether the password has to be changed before a log-in."""
    if account.first("zimbraPasswordMustChange") == "TRUE":
        return True
    days = _number(world, account, "zimbraPasswordMaxAge")
    return days > 0 and _age(world, account) > days * _DAY


def is_locked_out(world: World, account: Entry) -> bool:
    """Say whether failed log-ins have locked the account; a lockout without its time is none."""
    if account.first("zimbraAccountStatus") != "lockout":
        return False
    since = account.first("zimbraPasswordLockoutLockedTime")
    if not since:
        return False
    moment = dt.datetime.strptime(since[:14], "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    span = seconds(world.value(account, "zimbraPasswordLockoutDuration"), 3600)
    return span == 0 or world.clock() < moment.timestamp() + span


def note_failure(world: World, account: Entry) -> None:
    """Count a failed log-in and lock the account out at the limit."""
    if world.value(account, "zimbraPasswordLockoutEnabled") != "TRUE":
        return
    life = seconds(world.value(account, "zimbraPasswordLockoutFailureLifetime"), 3600)
    times = world.failures.setdefault(account.id, [])
    now = world.clock()
    times[:] = [each for each in times if life == 0 or now - each < life] + [now]
    limit = _number(world, account, "zimbraPasswordLockoutMaxFailures") or 10
    if len(times) >= limit and not is_locked_out(world, account):
        account.put("zimbraAccountStatus", "lockout")
        account.put("zimbraPasswordLockoutLockedTime", world.timestamp())
        times.clear()


def note_success(world: World, account: Entry) -> None:
    """Forget failures; an ended lockout becomes active."""
    world.failures.pop(account.id, None)
    if world.value(account, "zimbraPasswordLockoutEnabled") != "TRUE":
        return
    if account.first("zimbraAccountStatus") == "lockout":
        account.put("zimbraAccountStatus", "active")
        account.put("zimbraPasswordLockoutLockedTime")
