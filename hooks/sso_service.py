"""Single sign-on for the customer: a short log-in as the service's administrator or mailbox.

The link works once; the session it opens ends after ``[limits] sso_seconds``, and no suspension
ends it sooner, so that is how long a suspended customer can still be inside. Zimbra's admin panel
takes no such log-in: for target ``admin`` the plain address is given.

Source: `service/admin/DelegateAuth.java`, `cs/service/PreAuthServlet.java` (a token in the link is
taken once and swapped for one with the same end).
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, urlsplit

from puq_zimbra.call import Call, Server
from puq_zimbra.errors import Refused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import domains, objects, ownership
from puq_zimbra.provisioning.kinds import status_of
from puq_zimbra.zimbra.answers import Entry

from . import sso_admin
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Give a link that opens the administrator's mailbox, or the one that was sold."""
    zimbra = runtime.zimbra(call)
    bearer = objects.get_ours(zimbra, call)
    if status_of(bearer) != "active" or ownership.was(bearer) is not None:
        raise Refused("The service %(name)s is suspended.", name=call.shown_name)
    if call.target == "admin":
        return _admin_panel(call, runtime)
    account = objects.log_in_account(zimbra, call, bearer)
    domain = domains.find(zimbra, call.domain) if bearer.kind == "account" else bearer
    if status_of(account) != "active" or domain is None or status_of(domain) != "active":
        raise Refused("The mailbox %(address)s is locked in Zimbra.", address=call.shown_address)
    seconds = runtime.config.limits.sso_seconds
    token = zimbra.delegate_auth(account.id, seconds)
    expires = runtime.now() + timedelta(seconds=seconds)
    url = f"{_origin(call.given_server, account)}/service/preauth"
    url += f"?authtoken={quote(token.value, safe='')}&isredirect=1&adminPreAuth=1"
    return Reply(
        "unchanged",
        "The link opens the mailbox %(address)s once.",
        {"address": call.shown_address},
        data={"url": url, "expires_at": expires.isoformat()},
    )


def _admin_panel(call: Call, runtime: Runtime) -> Reply:
    if call.sold.model == "mailbox":
        raise Refused("A mailbox that is sold by itself has no administration panel.")
    return sso_admin.run(call, runtime)


def _origin(server: Server, account: Entry) -> str:
    """Where webmail answers: as configured, else the server that holds the mailbox."""
    if server.webmail_url:
        return f"https://{urlsplit(server.webmail_url).netloc}"
    return f"https://{account.one('zimbraMailHost') or server.mail_host}"
