"""List services: every domain and mailbox in Zimbra that bears a stamp of this installation.

WHMCS's Server Sync terminates what such a list leaves out, so a list that could not be read whole
is an error and never a short list.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import ownership, stamp_search
from puq_zimbra.provisioning.entries import domain_of, kind_of, sold_address, status_of
from puq_zimbra.registry.hook import INSTALLATION, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry

HOOK = Hook(
    needs=INSTALLATION,
    whmcs=("ListAccounts",),
    wait="server",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Give every service of the installation on the server.

    Raises:
        Conflict: of some object it is not clear which service it is.
    """
    zimbra = runtime.zimbra(request)
    found = stamp_search.find_all(zimbra, request.installation_id)
    if found.unclear:
        raise Conflict(
            "These services have no clear place in Zimbra: %(stamps)s. An administrator must put"
            " their stamps right.",
            stamps=", ".join(sorted(found.unclear)[:10]),
        )
    names = {cos.id: cos.name for cos in zimbra.get_all_cos()}
    services = [
        _service(stamp, stamped, names) for stamp, stamped in sorted(found.services.items())
    ]
    return Reply(
        "unchanged",
        "There are %(count)s services.",
        {"count": len(services)},
        data={"complete": True, "services": services},
    )


def _service(stamp: str, stamped: Entry, cos_names: dict[str, str]) -> dict[str, Any]:
    created = (stamped.one("zimbraCreateTimestamp") or "")[:14]
    purge, customer = ownership.purge_at(stamped), ownership.customer(stamped)
    cos = stamped.one(kind_of(stamped).cos)
    return {
        "service_id": stamp.rpartition(":")[2],
        "model": ownership.model_of(stamped),
        "domain": shown_domain(domain_of(stamped)),
        "mailbox": shown_address(sold_address(stamped)),
        "status": status_of(stamped),
        "suspended": ownership.was(stamped) is not None,
        "purge_at": str(purge) if purge else None,
        "cos": cos_names.get(cos or "", ""),
        "created": (
            f"{created[:4]}-{created[4:6]}-{created[6:8]}"
            f" {created[8:10]}:{created[10:12]}:{created[12:14]}"
            if len(created) == 14
            else ""
        ),
        **({"customer_id": customer} if customer else {}),
    }
