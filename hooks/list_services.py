"""List services: every domain and mailbox in Zimbra that bears a stamp of this installation.

WHMCS's Server Sync terminates what such a list leaves out, so a list that could not be read whole
is an error and never a short list.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import ownership, stamped
from puq_zimbra.provisioning.kinds import domain_of, shown_name, status_of
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Give every service of the installation on the server.

    Raises:
        Conflict: of some object it is not clear whose it is.
    """
    zimbra = runtime.zimbra(call)
    found = stamped.find_all(zimbra, call.owner)
    if found.unclear:
        raise Conflict(
            "These services have no clear place in Zimbra: %(stamps)s. An administrator must put"
            " their stamps right.",
            stamps=", ".join(sorted(found.unclear)[:10]),
        )
    names = {cos.id: cos.name for cos in zimbra.get_all_cos()}
    services = [_service(stamp, bearer, names) for stamp, bearer in sorted(found.services.items())]
    return Reply(
        "unchanged",
        "There are %(count)s services.",
        {"count": len(services)},
        data={"complete": True, "services": services},
    )


def _service(stamp: str, bearer: Entry, cos_names: dict[str, str]) -> dict[str, Any]:
    created = (bearer.one("zimbraCreateTimestamp") or "")[:14]
    purge = ownership.purge_at(bearer)
    cos = bearer.one("zimbraCOSId" if bearer.kind == "account" else "zimbraDomainDefaultCOSId")
    return {
        "service_id": stamp.rpartition(":")[2],
        "model": ownership.model_of(bearer),
        "domain": shown_domain(domain_of(bearer)),
        "mailbox": shown_name(bearer) if bearer.kind == "account" else "",
        "status": status_of(bearer),
        "suspended": ownership.was(bearer) is not None,
        "purge_at": str(purge) if purge else None,
        "cos": cos_names.get(cos or "", ""),
        "created": (
            f"{created[:4]}-{created[4:6]}-{created[6:8]}"
            f" {created[8:10]}:{created[10:12]}:{created[12:14]}"
            if len(created) == 14
            else ""
        ),
    }
