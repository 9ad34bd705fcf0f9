"""List services: every domain in Zimbra that bears a stamp of this installation.

WHMCS's Server Sync terminates what such a list leaves out, so a list that could not be read whole
is an error and never a short list.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import domains, ownership, stamped
from puq_zimbra.units import mail_domain, shown_domain
from puq_zimbra.zimbra.answers import Entry

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Give every service of the installation on the server.

    Raises:
        Conflict: of some domain it is not clear whose it is.
    """
    zimbra = runtime.zimbra(call)
    found = stamped.find_all(zimbra, call.owner)
    if found.unclear:
        raise Conflict(
            "These services have no clear domain in Zimbra: %(stamps)s. An administrator must put"
            " zimbraForeignName right.",
            stamps=", ".join(sorted(found.unclear)[:10]),
        )
    names = {cos.id: cos.name for cos in zimbra.get_all_cos()}
    services = [_service(stamp, domain, names) for stamp, domain in sorted(found.services.items())]
    return Reply(
        "unchanged",
        "There are %(count)s services.",
        {"count": len(services)},
        data={"complete": True, "services": services},
    )


def _service(stamp: str, domain: Entry, cos_names: dict[str, str]) -> dict[str, Any]:
    created = (domain.one("zimbraCreateTimestamp") or "")[:14]
    purge = ownership.purge_at(domain)
    return {
        "service_id": stamp.rpartition(":")[2],
        "domain": shown_domain(mail_domain(domain.name)),
        "status": domains.status_of(domain),
        "suspended": ownership.was(domain) is not None,
        "purge_at": str(purge) if purge else None,
        "cos": cos_names.get(domain.one("zimbraDomainDefaultCOSId") or "", ""),
        "created": (
            f"{created[:4]}-{created[4:6]}-{created[6:8]}"
            f" {created[8:10]}:{created[10:12]}:{created[12:14]}"
            if len(created) == 14
            else ""
        ),
    }
