"""Create: make the service, or finish what an earlier call began.

1. Read what has the name. Another service's stops everything; ours and complete is
   ``already_exists``.
2. Refuse whatever can be refused: the name, the class of service, the password's rules, the limits.
3. Make the domain or the mailbox, stamped in the same request and marked as unfinished; then, of a
   domain, the administrator's mailbox and his rights.
4. Take the mark away, read everything back, answer.

A service that is complete keeps its limits and its passwords: those are for change_package and
change_password.
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Invalid, Refused
from puq_zimbra.provisioning import accounts, changes, ownership, passwords, plans, suspension
from puq_zimbra.registry.hook import EXISTENCE, SERVICE, WHOLE_PLAN, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

HOOK = Hook(
    needs=(*SERVICE, "service.admin.password"),
    writes=True,
    aspects={EXISTENCE},
    begins_service=True,
    changes_list=True,
    whmcs=("CreateAccount", "TakeOver"),
    plan=WHOLE_PLAN,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make the service exist."""
    zimbra, product = runtime.zimbra(request), products.of(request)
    if request.take_existing and not product.IS_WHOLE_ZIMBRA:
        raise Invalid("take_existing: only a private server takes over what a Zimbra holds.")
    stamped = products.find(zimbra, request)
    if stamped is not None:
        ownership.require_named(stamped, request)
        if _is_left_alone(zimbra, request, stamped):
            return _reply("already_exists", _EXISTS, request, stamped)
    product.require_new(zimbra, request, stamped, runtime.config)
    require_room(request)
    cos, cos_in_use = granted_classes(request, runtime)
    passwords.check(accounts.password_of(request), cos_in_use)
    steps = product.creation(zimbra, request, stamped, cos)
    if request.dry_run:
        return changes.tell(steps)
    _, made = changes.apply(zimbra, steps)
    if stamped is None or ownership.is_unfinished(stamped):
        stamped = product.read_back(zimbra, request, made, cos)
    return _reply("created", _CREATED, request, stamped)


def require_room(request: Request) -> None:
    """Refuse a plan in which the administrator's own mailbox has no place.

    Raises:
        Refused: it allows no mailboxes.
    """
    if products.of(request).HAS_ADMINISTRATOR and request.purchase.plan.mailboxes == 0:
        raise Refused("The plan allows no mailboxes, but the administrator needs one.")


def granted_classes(request: Request, runtime: Runtime) -> tuple[Entry | None, Entry | None]:
    """The plan's class of service, and the one that will be in use.

    Raises:
        CosUnknown: Zimbra has no such class.
        Refused: Zimbra would not grant the plan with it.
    """
    zimbra = runtime.zimbra(request)
    cos = plans.class_of_service(zimbra, request.purchase.plan)
    cos_in_use = cos or plans.default_class(zimbra)
    products.of(request).require_granted(zimbra, request, cos_in_use)
    return cos, cos_in_use


def _is_left_alone(zimbra: Zimbra, request: Request, stamped: Entry) -> bool:
    """Whether nothing is made: it is complete, or shut, or waits for its deletion.

    Raises:
        Refused: it is being deleted.
    """
    ownership.require_whole(stamped)
    if ownership.purge_at(stamped) is not None:
        return True
    if ownership.is_unfinished(stamped):
        return False
    return products.of(request).is_complete(zimbra, request, stamped)


_CREATED = N_("The service %(name)s was created.")
_EXISTS = N_("The service %(name)s exists already.")
#: how a service stands -> what to say; any other word is a status that an administrator set
_STANDS = {
    "suspended": N_("The service %(name)s exists, but is suspended: unsuspend it instead."),
    "kept": N_(
        "The service %(name)s exists, but was terminated and its mail is kept: restore it instead."
    ),
    "ending": N_(
        "The service %(name)s exists, but will be deleted on %(purge_at)s: restore it instead."
    ),
}
_SHUT = N_(
    "The service %(name)s exists, but an administrator has shut it in Zimbra (%(zimbra_status)s)"
    " and must open it there."
)


def _reply(code: str, active: str, request: Request, stamped: Entry) -> Reply:
    """The reply for a service that is there: how it stands, and what would open it."""
    standing = suspension.standing(stamped)
    message = {**_STANDS, "active": active}.get(standing["state"], _SHUT)
    values = {"name": request.shown_name, **standing}
    data = {**products.of(request).welcome(request), **standing}
    return Reply(code, message, values, data=data)
