"""Open a mailbox in the webmail as its owner would, by a link that works once.

Every use stands in the audit. The link is made after the operation, so that it is kept nowhere; a
suspension ends the session that it opens (`puq_zimbra.engine.opened`).
"""

from __future__ import annotations

from puq_zimbra.hooks import sso_service

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Refused
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry

ACTION = Action(
    noun=N_("Opening of a mailbox"),
    capability="open_mailbox",
    page="mailbox",
    opens=True,
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Let pass, and so note, that the mailbox is opened."""
    account = _open(form, request, runtime)
    message = N_("%(address)s was opened in the webmail.")
    values = {"address": shown_address(account.name)}
    return Outcome("mailbox", message, values, {"id": account.id}, "unchanged")


def link(form: Form, request: Request, runtime: Runtime) -> str:
    """The address that opens the mailbox once."""
    account = _open(form, request, runtime)
    zimbra, seconds = runtime.zimbra(request), runtime.config.limits.sso_seconds
    url = sso_service.link_to(zimbra, account, request.zimbra_server, seconds)
    # What shuts the service or the mailbox ends the sessions of before: this may have come after.
    _open(form, request, runtime)
    return url


def _open(form: Form, request: Request, runtime: Runtime) -> Entry:
    """The mailbox, if it may be opened now.

    Raises:
        Refused: it is locked.
    """
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    attrs = ("zimbraAccountStatus", "zimbraMailHost")
    account = scope.mailbox(zimbra, request, stamped, form.target, attrs)
    if account.one("zimbraAccountStatus") != "active":
        raise Refused("Only a mailbox that works can be opened: unlock it first.")
    return account
