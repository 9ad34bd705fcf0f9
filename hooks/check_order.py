"""Check order: whether a service could be made as ordered, or an existing one hold a new plan.

For a host's cart and its page of upgrades, so that nothing is paid for that would be refused
afterwards. Nothing is written. A service that is only being ordered has an id of which nothing in
Zimbra bears the stamp, such as `new`; without a server only what needs no Zimbra is looked at.
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Conflict, CosUnknown, NotOurs, Refused
from puq_zimbra.provisioning import names
from puq_zimbra.registry.hook import WHOLE_PLAN, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry

from . import change_package, create

HOOK = Hook(
    needs=("installation", "service", "service.domain"),
    audience="customer",
    whmcs=("CheckOrder",),
    plan=WHOLE_PLAN,
    wait="page",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Look whether the order can be carried out.

    Raises:
        Refused: what the customer can correct, in words for him.
        Conflict: what only the provider can correct.
    """
    if request.server is None:
        names.require_no_web_site(request, runtime.config.names)
    elif _held(request, runtime) is None:
        _require_makeable(request, runtime)
    else:
        _require_changeable(request, runtime)
    values = {"name": request.shown_name}
    return Reply("unchanged", "The order of %(name)s can be carried out.", values)


def _require_makeable(request: Request, runtime: Runtime) -> None:
    zimbra = runtime.zimbra(request)
    products.of(request).require_new(zimbra, request, None, runtime.config)
    create.require_room(request)
    try:
        create.granted_classes(request, runtime)
    except (CosUnknown, Refused) as error:
        raise Conflict(error.message, **error.values) from error


def _require_changeable(request: Request, runtime: Runtime) -> None:
    try:
        change_package.run(request.model_copy(update={"dry_run": True}), runtime)
    except CosUnknown as error:
        raise Conflict(error.message, **error.values) from error


def _held(request: Request, runtime: Runtime) -> Entry | None:
    """What bears the service's stamp.

    Raises:
        Refused: the name is another service's, or nobody's.
    """
    try:
        return products.find(runtime.zimbra(request), request)
    except NotOurs as error:
        raise Refused(
            "%(name)s is in use on this mail server already: order another one, or ask your"
            " provider.",
            name=request.shown_name,
        ) from error
