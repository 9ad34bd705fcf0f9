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
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.tokens import validity_of

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_DAY = 86_400
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(value: str | None, default: float) -> float:
    """Read a duration such as ``12h``; without a unit it is seconds."""
    match = re.fullmatch(r"(\d+)(ms|[hmsd])?", value or "")
    return int(match[1]) * _UNITS[match[2] or "s"] if match else default


def moment(timestamp: str) -> float:
    """Read a time as the directory writes it, to the second."""
    return dt.datetime.strptime(timestamp[:14] + "+0000", "%Y%m%d%H%M%S%z").timestamp()


def _number(state: State, account: Entry, name: str) -> int:
    value = state.value(account, name)
    return int(value) if value and value.lstrip("+-").isdigit() else 0


def check_strength(state: State, account: Entry, password: str) -> None:
    """Refuse a password against the account's policy, naming the first rule broken."""
    least = _number(state, account, "zimbraPasswordMinLength")
    most = _number(state, account, "zimbraPasswordMaxLength")
    if least > 0 and len(password) < least:
        raise faults.bad_password("too short", "zimbraPasswordMinLength", "NUM", str(least))
    if most > 0 and len(password) > most:
        raise faults.bad_password("too long", "zimbraPasswordMaxLength", "NUM", str(most))
    if state.value(account, "zimbraFeatureAllowUsernameInPassword") == "FALSE":
        local = account.name.partition("@")[0]
        if local.lower() in password.lower():
            raise faults.bad_password(
                "password contains username", "zimbraPasswordAllowUsername", "STR", ""
            )
    if state.is_carbonio:
        _check_personal_data(account, password)
    _check_characters(state, account, password)


def _check_personal_data(account: Entry, password: str) -> None:
    """Refuse parts of the name and the address, as Carbonio always does (`PasswordUtil`)."""
    names = (account.name, *(account.first(each) or "" for each in ("cn", "sn", "displayName")))
    parts = [part for name in names for part in re.split(r"[@.\s_-]", name.lower())]
    found = next((part for part in parts if len(part) > 3 and part in password.lower()), None)
    if found:
        raise faults.bad_password(
            f"password contains username or other personal data: {found}",
            "blockPersonalDataInPasswordPolicy",
            "STR",
            found,
        )


def _check_characters(state: State, account: Entry, password: str) -> None:
    _check_allowed(password, state.value(account, "zimbraPasswordAllowedChars") or "")
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
        least = _number(state, account, name)
        if count < least:
            raise faults.bad_password(f"not enough {words}", name, "NUM", str(least))


def _check_allowed(password: str, allowed: str) -> None:
    """Refuse characters outside the class's expression; a broken one allows nothing."""
    name = "zimbraPasswordAllowedChars"
    try:
        expression = re.compile(allowed)
    except re.error as error:
        raise Fault(
            "account.INVALID_PASSWORD", f"invalid password: {name} is not valid regex: {error}"
        ) from None
    for character in password if allowed else "":
        if not expression.fullmatch(character):
            raise faults.bad_password(
                f"{character} is not an allowed character", name, "STR", allowed
            )


def _digest(password: str) -> str:
    return "{SHA}" + hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()


def check_history(state: State, account: Entry, password: str) -> None:
    """Refuse a password among the last few, the present one included."""
    depth = _number(state, account, "zimbraPasswordEnforceHistory")
    held = [each.partition(":")[2] for each in account.attrs.get("zimbraPasswordHistory", ())]
    present = [_digest(account.password)] if account.password is not None else []
    if _digest(password) in [*present, *held][:depth]:
        raise Fault("account.PASSWORD_RECENTLY_USED", "password was recently used")


def check_age(state: State, account: Entry) -> None:
    """Refuse a change too soon after the last."""
    days = _number(state, account, "zimbraPasswordMinAge")
    if days <= 0 or account.first("zimbraPasswordMustChange") == "TRUE":
        return
    if _age(state, account) < days * _DAY:
        raise Fault("account.PASSWORD_CHANGE_TOO_SOON", "password can't be changed yet")


def _age(state: State, account: Entry) -> float:
    changed = account.first("zimbraPasswordModifiedTime")
    if not changed:
        return float("inf")
    return state.clock() - moment(changed)


def store(state: State, account: Entry, password: str) -> None:
    """Set a password: history, time, must-change flag, tokens."""
    depth = _number(state, account, "zimbraPasswordEnforceHistory")
    if depth > 0 and account.password is not None:
        entry = f"{state.now_ms()}:{_digest(account.password)}"
        held = [entry, *account.attrs.get("zimbraPasswordHistory", [])]
        account.put("zimbraPasswordHistory", *held[:depth])
    elif depth == 0:
        account.put("zimbraPasswordHistory")
    account.password = password
    account.put("zimbraPasswordModifiedTime", state.timestamp())
    if account.first("zimbraPasswordMustChange") == "TRUE":
        account.put("zimbraPasswordMustChange")
    account.put("zimbraAuthTokenValidityValue", str(validity_of(account) + 1))


def first_violation(state: State, account: Entry, password: str) -> Fault | None:
    """First rule that a new password breaks, of strength, age and history."""
    try:
        check_strength(state, account, password)
        check_age(state, account)
        check_history(state, account, password)
    except Fault as fault:
        return fault
    return None


def matches(account: Entry, password: str) -> bool:
    """Say whether a password is the account's; an empty one never is."""
    return bool(password) and account.password == password


def must_change(state: State, account: Entry) -> bool:
    """Say whether the password has to be changed before a log-in."""
    if account.first("zimbraPasswordMustChange") == "TRUE":
        return True
    days = _number(state, account, "zimbraPasswordMaxAge")
    return days > 0 and _age(state, account) > days * _DAY


def _failure_limit(state: State, account: Entry) -> int:
    """Failed log-ins that lock an account out; 0 for no lockout."""
    if state.value(account, "zimbraPasswordLockoutEnabled") != "TRUE":
        return 0
    return max(0, _number(state, account, "zimbraPasswordLockoutMaxFailures"))


def _is_over(state: State, account: Entry) -> bool:
    """Say whether the time of a lockout has run out."""
    since = account.first("zimbraPasswordLockoutLockedTime")
    span = seconds(state.value(account, "zimbraPasswordLockoutDuration"), 0)
    return since is not None and span != 0 and state.clock() > moment(since) + span


def is_locked_out(state: State, account: Entry) -> bool:
    """Say whether failed log-ins have locked the account; a lockout without its time is none."""
    if account.first("zimbraAccountStatus") != "lockout" or not _failure_limit(state, account):
        return False
    return "zimbraPasswordLockoutLockedTime" in account.attrs and not _is_over(state, account)


def note_failure(state: State, account: Entry) -> None:
    """Count a failed log-in, and lock the account out at the limit.

    One that is locked out, or was, counts no more.
    """
    limit = _failure_limit(state, account)
    if not limit or account.first("zimbraAccountStatus") == "lockout":
        return
    life = seconds(state.value(account, "zimbraPasswordLockoutFailureLifetime"), 0)
    held = account.attrs.get("zimbraPasswordLockoutFailureTime", [])
    times = [each for each in held if life == 0 or state.clock() - moment(each) <= life]
    if len(times) >= limit and times == held:
        times = sorted(times)[1:]
    account.put("zimbraPasswordLockoutFailureTime", *times, state.timestamp())
    if len(times) + 1 >= limit:
        account.put("zimbraAccountStatus", "lockout")
        account.put("zimbraPasswordLockoutLockedTime", state.timestamp())


def note_success(state: State, account: Entry) -> None:
    """Forget failures; a lockout that has run out becomes active, one without a time stays."""
    if not _failure_limit(state, account):
        return
    account.put("zimbraPasswordLockoutFailureTime")
    if _is_over(state, account):
        if account.first("zimbraAccountStatus") == "lockout":
            account.put("zimbraAccountStatus", "active")
        account.put("zimbraPasswordLockoutLockedTime")
