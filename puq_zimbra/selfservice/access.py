"""Who gets into a mailbox: lock, unlock, sign out everywhere, a new password.

Source: zimbra-attrs.xml (zimbraAccountStatus, zimbraAuthTokenValidityValue); recorded sessions of a
genuine server (a token of DelegateAuth outlives ``locked``, and a raised validity value ends it).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, Conflict, PasswordRefused, Refused
from puq_zimbra.provisioning import passwords, sessions
from puq_zimbra.request import Request
from puq_zimbra.selfservice import creation, scope, tiers
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_MUST_CHANGE = "zimbraPasswordMustChange"
ATTRIBUTES = (
    "zimbraAccountStatus",
    "zimbraAuthTokenValidityValue",
    _MUST_CHANGE,
    "zimbraIsDelegatedAdminAccount",
    "zimbraCOSId",
)
#: statuses that a customer may end by unlocking: his own lock, and Zimbra's after wrong passwords
_LOCKED = ("locked", "lockout")


def _open(zimbra: Zimbra, request: Request, identity: str) -> Entry:
    stamped = scope.open_service(zimbra, request)
    return scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES)


def lock(zimbra: Zimbra, request: Request, identity: str) -> str:
    """Make a mailbox locked, and end its sessions; its address.

    Raises:
        Refused: it is in another state that must not be changed so.
    """
    account = _open(zimbra, request, identity)
    status = account.one("zimbraAccountStatus")
    if account.one("zimbraIsDelegatedAdminAccount") == "TRUE":
        raise Refused("The administrator's mailbox cannot be locked: he would be shut out.")
    if status not in ("active", *_LOCKED):
        raise Refused("This mailbox is neither active nor locked, so it stays as it is.")
    if status != "locked":
        changes = {"zimbraAccountStatus": "locked", **sessions.raised(account)}
        zimbra.modify_account(account.id, changes)
        _require_status(zimbra, account, "locked")
    return shown_address(account.name)


def unlock(zimbra: Zimbra, request: Request, identity: str) -> str:
    """Make a locked mailbox active; its address.

    Raises:
        Refused: it is in another state that must not be changed so.
    """
    account = _open(zimbra, request, identity)
    status = account.one("zimbraAccountStatus")
    if status not in ("active", *_LOCKED):
        raise Refused("This mailbox is neither active nor locked, so it stays as it is.")
    if status != "active":
        zimbra.modify_account(account.id, {"zimbraAccountStatus": "active"})
        _require_status(zimbra, account, "active")
    return shown_address(account.name)


def sign_out(zimbra: Zimbra, request: Request, identity: str) -> str:
    """End every session of a mailbox; its address."""
    account = _open(zimbra, request, identity)
    zimbra.modify_account(account.id, sessions.raised(account))
    return shown_address(account.name)


def set_password(
    zimbra: Zimbra, request: Request, identity: str, values: Mapping[str, Any]
) -> tuple[str, str | None]:
    """Set a mailbox's password; its address, and the password if it was generated.

    Raises:
        FieldErrors: names the rule that the password breaks.
    """
    account = _open(zimbra, request, identity)
    own = values["password_kind"] == "own"
    if own and not values["password"]:
        raise wrong("password", N_("Type a password."))
    policy = tiers.policy_of(zimbra, request, account.one("zimbraCOSId") or "")
    password = values["password"] if own else creation.generate(policy)
    try:
        zimbra.check_password_strength(account.id, password)
    except PasswordRefused as error:
        refusal = passwords.refusal(error)
        raise wrong("password", refusal.message, **refusal.values) from error
    zimbra.set_password(account.id, password)
    ask_for_a_new_one(zimbra, account, must_change=values["must_change"])
    return shown_address(account.name), None if own else password


def ask_for_a_new_one(zimbra: Zimbra, account: Entry, *, must_change: bool) -> None:
    """Have the next log-in ask for another password, or not; SetPassword ended that it does."""
    fresh = zimbra.get_account(account.id, "id", (_MUST_CHANGE,))
    if (fresh.one(_MUST_CHANGE) == "TRUE") != must_change:
        zimbra.modify_account(account.id, {_MUST_CHANGE: "TRUE" if must_change else ""})


def _require_status(zimbra: Zimbra, account: Entry, status: str) -> None:
    fresh = zimbra.get_account(account.id, "id", ("zimbraAccountStatus",))
    if fresh.one("zimbraAccountStatus") != status:
        raise Conflict("Zimbra did not keep the status of %(name)s.", name=account.name)
