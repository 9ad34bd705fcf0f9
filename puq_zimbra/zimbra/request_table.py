"""Every request that is sent to Zimbra: what it does, and when it is repeated.

    what happened                     ALWAYS (a read)   UNSENT (a write)                    NEVER
    nothing was sent                  repeat            repeat                              fail
    sent, no usable answer            repeat            outcome unknown: look, then decide  fail
    HTTP 429 or 503                   repeat, slower    outcome unknown: look, then decide  fail
    service.FAILURE                   repeat            outcome unknown: look, then decide  fail
    HTTP 503 after rejected log-ins   fail              outcome unknown: look, then decide  fail
    time used up, TLS, other faults   fail              fail                                fail

Looking is the hook's work: it begins by reading, so `puq_zimbra.engine.unknown_outcome` runs it
again. That run goes on where the write was carried out and repeats it where it was not. `shown_by`
names the reads that decide. A rejected token is no failure: `login` renews it.

Source: `soap/SoapEngine.java` (what is refused before it is carried out); `service/admin/*.java`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

_ADMIN, _ACCOUNT, _MAIL = "urn:zimbraAdmin", "urn:zimbraAccount", "urn:zimbraMail"
_ENVELOPE = "urn:zimbra"


class Repeat(Enum):
    """When a request that failed is sent again."""

    ALWAYS = auto()
    #: only when Zimbra saw nothing of it
    UNSENT = auto()
    NEVER = auto()


class Token(Enum):
    """Whose token a request carries."""

    ADMIN = auto()
    #: the one that the caller passes
    CALLERS = auto()
    NONE = auto()


@dataclass(frozen=True)
class ZimbraRequest:
    """One request of Zimbra's SOAP services."""

    #: Zimbra's name without "Request"
    name: str
    #: it changes what Zimbra holds for a service: the write journal notes it before it is sent
    writes: bool = False
    repeat: Repeat = Repeat.ALWAYS
    #: of a write: the reads that show whether it was carried out; () = none does, and the hook
    #: sends it again with the same values
    shown_by: tuple[str, ...] = ()
    namespace: str = _ADMIN
    token: Token = Token.ADMIN


def _read(name: str, repeat: Repeat = Repeat.ALWAYS, token: Token = Token.ADMIN) -> ZimbraRequest:
    return ZimbraRequest(name, repeat=repeat, token=token)


def _write(name: str, *shown_by: str) -> ZimbraRequest:
    return ZimbraRequest(name, writes=True, repeat=Repeat.UNSENT, shown_by=shown_by)


REQUESTS = (
    # log-ins
    _read("Auth", token=Token.NONE),
    # Ends only our own token: nothing of a service changes, and unsent the token expires in hours.
    ZimbraRequest("EndSession", repeat=Repeat.NEVER, namespace=_ACCOUNT, token=Token.CALLERS),
    _read("DelegateAuth"),
    # servers; a Zimbra without a logger host answers FAILURE to the last two: not worth a wait
    _read("GetVersionInfo"),
    _read("GetAllServers"),
    _read("GetServiceStatus", Repeat.NEVER),
    _read("GetLoggerStats", Repeat.NEVER),
    # server settings
    _read("GetAllConfig"),
    _read("GetAttributeInfo"),
    _write("ModifyConfig", "GetAllConfig"),
    _write("ModifyServer", "GetAllServers"),
    _write("ModifyCos", "GetAllCos"),
    # queues and health; a Zimbra without its SSH key fails at each try: not worth a wait
    _read("CheckHealth"),
    _read("DumpSessions"),
    _read("GetMailQueueInfo", Repeat.NEVER),
    _read("GetMailQueue", Repeat.NEVER),
    # Held twice, it is held; what was delivered or deleted meanwhile is left out by Postfix.
    _write("MailQueueAction"),
    # domains
    _read("GetDomain"),
    _write("CreateDomain", "GetDomain", "SearchDirectory"),
    _write("ModifyDomain", "GetDomain", "SearchDirectory"),
    _write("DeleteDomain", "GetDomain", "SearchDirectory"),
    # accounts
    _read("GetAccount"),
    _write("CreateAccount", "GetAccount", "SearchDirectory"),
    _write("ModifyAccount", "GetAccount", "SearchDirectory"),
    _write("DeleteAccount", "GetAccount", "SearchDirectory"),
    _write("RenameAccount", "GetAccount"),
    _write("AddAccountAlias", "GetAccount"),
    _write("RemoveAccountAlias", "GetAccount"),
    _write("SetPassword"),
    _read("CheckPasswordStrength"),
    _read("GetShareInfo"),
    replace(_write("FolderAction", "GetShareInfo"), namespace=_MAIL, token=Token.CALLERS),
    # Several writes in one HTTP request, carried out one after the other: a refused one stops none.
    replace(_write("Batch", "SearchDirectory"), namespace=_ENVELOPE),
    # messages of a mailbox, read by the administrator and changed as its user
    replace(_read("Search"), namespace=_MAIL),
    replace(_write("ItemAction", "Search"), namespace=_MAIL, token=Token.CALLERS),
    # lists, resources, classes of service
    _write("CreateDistributionList", "GetDistributionList"),
    _read("GetDistributionList"),
    _read("GetAllDistributionLists"),
    _read("GetDistributionListMembership"),
    _write("ModifyDistributionList", "GetDistributionList"),
    _write("RenameDistributionList", "GetDistributionList"),
    _write("AddDistributionListMember", "GetDistributionList"),
    _write("RemoveDistributionListMember", "GetDistributionList"),
    _write("DeleteDistributionList", "SearchDirectory", "GetDistributionList"),
    _write("CreateCalendarResource", "GetCalendarResource"),
    _read("GetCalendarResource"),
    _write("ModifyCalendarResource", "GetCalendarResource"),
    _write("RenameCalendarResource", "GetCalendarResource"),
    _write("DeleteCalendarResource", "SearchDirectory", "GetCalendarResource"),
    _read("GetMailbox"),
    _read("GetCos"),
    _read("GetAllCos"),
    # directory and usage
    _read("SearchDirectory"),
    _read("GetQuotaUsage"),
    # It sums up what Zimbra holds: sent twice it gives the same sums.
    _read("ComputeAggregateQuotaUsage"),
    # rights
    _write("GrantRight", "GetGrants"),
    _write("RevokeRight", "GetGrants"),
    _read("GetGrants"),
    _read("CheckRight"),
)
TABLE = {one.name: one for one in REQUESTS}
#: Asks whether a Zimbra answers at all. It needs no log-in: a refusal is an answer, too.
PROBE = _read("GetVersionInfo", Repeat.NEVER, Token.NONE)
#: Several reads at once. The request of this name in the table above holds writes.
BATCH_OF_READS = replace(_read("Batch"), namespace=_ENVELOPE)


def row(name: str) -> ZimbraRequest:
    """The row of a request.

    Raises:
        LookupError: it has none, so it cannot be sent.
    """
    try:
        return TABLE[name]
    except KeyError:
        raise LookupError(
            f"{name} is not in puq_zimbra/zimbra/request_table.py: add its row before it is sent."
        ) from None
