"""Single sign-on for the customer: a short session as the service's administrator or mailbox.

The link works once; its session ends after ``[limits] sso_seconds``, or with a suspension
(`puq_zimbra.provisioning.sessions`). Zimbra's admin panel accepts no such log-in: for target
``admin`` the answer is its plain address.

Source: `service/admin/DelegateAuth.java`, `cs/service/PreAuthServlet.java` (a token in the link is
taken once and swapped for one with the same end).
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, urlsplit

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Refused
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.entries import shown_name, status_of
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server

from . import sso_admin

HOOK = Hook(
    needs=SERVICE,
    keeps_answer=False,
    audience="both",
    whmcs=("ServiceSingleSignOn",),
    wait="click",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Give a link that opens the administrator's mailbox, or the one that was sold."""
    zimbra = runtime.zimbra(request)
    stamped = products.get(zimbra, request)
    request = products.as_found(request, stamped)
    _require_open(request, stamped)
    if request.target == "admin":
        return _admin_panel(request, runtime)
    account = products.log_in_account(zimbra, request, stamped)
    domain = products.of(request).domain_around(zimbra, stamped)
    if status_of(account) != "active" or domain is None or status_of(domain) != "active":
        raise Refused("The mailbox %(address)s is locked in Zimbra.", address=shown_name(account))
    seconds = runtime.config.limits.sso_seconds
    url = link_to(zimbra, account, request.zimbra_server, seconds)
    # A suspension ends the tokens that were made before it: this one may have come after it.
    _require_open(request, ownership.again(zimbra, request, stamped))
    expires = runtime.now() + timedelta(seconds=seconds)
    return Reply(
        "unchanged",
        "The link opens the mailbox %(address)s once.",
        {"address": shown_name(account)},
        data={"url": url, "expires_at": expires.isoformat()},
    )


def link_to(zimbra: Zimbra, account: Entry, server: Server, seconds: int) -> str:
    """An address that opens a mailbox once, for a session of so many seconds.

    The caller sees to it that the service is still open once the address is made.
    """
    token = zimbra.delegate_auth(account.id, seconds)
    url = f"{_origin(server, account)}/service/preauth"
    return f"{url}?authtoken={quote(token.value, safe='')}&isredirect=1&adminPreAuth=1"


def _require_open(request: Request, stamped: Entry) -> None:
    """Refuse a service that is shut.

    Raises:
        Refused: the host suspended it, or an administrator shut it.
    """
    name, reason = request.shown_name, request.reason or ownership.reason(stamped)
    if ownership.was(stamped) is not None:
        if reason:
            raise Refused(
                "The service %(name)s is suspended (%(reason)s).", name=name, reason=reason
            )
        raise Refused("The service %(name)s is suspended.", name=name)
    if status_of(stamped) != "active":
        raise Refused(
            "An administrator has shut %(name)s in Zimbra (%(status)s): he must open it there.",
            name=name,
            status=status_of(stamped),
        )


def _admin_panel(request: Request, runtime: Runtime) -> Reply:
    if not products.of(request).HAS_ADMINISTRATOR:
        raise Refused("A mailbox that is sold by itself has no administration panel.")
    return sso_admin.run(request, runtime)


def _origin(server: Server, account: Entry) -> str:
    """Where webmail answers: as configured, else the server that holds the mailbox."""
    if server.webmail_url:
        return f"https://{urlsplit(server.webmail_url).netloc}"
    return f"https://{account.one('zimbraMailHost') or server.mail_host}"
