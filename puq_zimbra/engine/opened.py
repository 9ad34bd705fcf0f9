"""End the sessions of mailboxes that a customer opened from his page, when his service is shut.

The operations say which he opened; only those that may still last are looked at. The service is
shut first: a link is given out only if the service was still open after its token was made.

Source: recorded sessions of a genuine server (a token of DelegateAuth outlives ``locked``).
"""

from __future__ import annotations

import logging
from contextlib import suppress

from puq_zimbra import products
from puq_zimbra.errors import Busy, NoSuchAccount, StoreAway, StoreUnusable
from puq_zimbra.provisioning import sessions
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry

from .runtime import Runtime

log = logging.getLogger("puq_zimbra")


def end(request: Request, runtime: Runtime, stamped: Entry) -> None:
    """End what was opened of the service; while our store is away, sessions end by themselves."""
    since = int(runtime.now().timestamp()) - runtime.config.limits.sso_seconds
    try:
        activity = runtime.store().activity
        opened = activity.objects(
            request.installation_id, request.purchase.id, "open_mailbox", since
        )
    except (StoreUnusable, StoreAway, Busy):
        log.warning("opened mailboxes not known")
        return
    if not opened:
        return
    zimbra = runtime.zimbra(request)
    domains = {domain_of(one) for one in products.everything(zimbra, request, stamped)}
    for identity in opened:
        with suppress(NoSuchAccount):
            account = zimbra.get_account(identity, "id", ("zimbraAuthTokenValidityValue",))
            if domain_of(account) in domains:
                zimbra.modify_account(account.id, sessions.raised(account))
