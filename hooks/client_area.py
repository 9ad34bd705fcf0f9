"""Client area: the customer's page about his service.

Storage figures come from the last sync when they are young enough, else from Zimbra; when it cannot
be asked, the page shows the last figures with their age and says so.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.clientarea.compiled import own_folder
from puq_zimbra.errors import N_, NotFound, PuqZimbraError
from puq_zimbra.model import Machines, Reply, ServiceState
from puq_zimbra.provisioning import objects, ownership
from puq_zimbra.provisioning.kinds import status_of
from puq_zimbra.zimbra.answers import Entry

from . import reading
from .runtime import Runtime

#: what the customer reads when Zimbra gives no answer; the provider finds more in the log
UNREACHED = N_("The mail server gives no answer just now; please try again later.")


#: what an account's status means to its owner, in a domain's words
_SHOWN = {"lockout": "locked", "pending": "closed"}


def run(call: Call, runtime: Runtime) -> Reply:
    """Draw the page."""
    from puq_zimbra.clientarea.i18n import translate
    from puq_zimbra.clientarea.render import fragment

    problem = None
    state = None
    usage = reading.last(call, runtime, domain=call.domain)
    try:
        bearer = objects.get_ours(runtime.zimbra(call), call)
        state = state_of(call, bearer)
        usage = reading.fresh(call, runtime, bearer, usage)
    except NotFound as error:
        problem = translate(error.message, error.places, call.locale)
        usage = None
    except PuqZimbraError as error:
        if error.code not in ("unavailable", "misconfigured"):
            raise
        problem = translate(UNREACHED, {}, call.locale)
    html = fragment(
        call,
        state,
        reading.with_mailboxes(usage, runtime) if usage else None,
        reading.history(usage, runtime) if usage else (),
        growth=reading.growth(usage, runtime) if usage else (),
        machines=reading.machines_of(call, runtime) if problem is None else Machines(),
        problem=problem,
        notice=None,
        now=runtime.now(),
        compiled=own_folder(runtime.config.store_directory() / "templates"),
    )
    return Reply("unchanged", "The page was drawn.", html=html)


def state_of(call: Call, bearer: Entry) -> ServiceState:
    """How the service stands."""
    return ServiceState(
        status=_SHOWN.get(status_of(bearer), status_of(bearer)),
        suspended=ownership.was(bearer) is not None,
        purge_at=ownership.purge_at(bearer),
        admin_address=call.address,
    )
