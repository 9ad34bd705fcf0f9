"""Everything that can go wrong, as one tree.

    PuqZimbraError
    ├── Invalid                 the caller's input is wrong
    ├── Misconfigured           credentials, certificate, rights, class of service
    │   ├── CertificateNotTrusted
    │   ├── CosUnknown
    │   └── StoreUnusable       the state directory, as it is configured
    │       └── AnotherUsers    root in another user's state directory
    ├── Refused                 a rule says no
    ├── Conflict                Zimbra holds something that a person must sort out
    ├── NotOurs                 the object bears no stamp, or another service's
    ├── NotFound                there is nothing to act on
    ├── Busy                    another operation of the service runs
    │   └── Pending             the work goes on beyond this call
    ├── Waits                   an open operation that only the host's retry can finish
    ├── Unexpected              a bug in this module, named by its kind and location
    ├── Held                    an old operation that deletes: a person must confirm it
    ├── Unavailable             no usable answer from Zimbra
    │   ├── StoreAway           the store cannot be used just now
    │   ├── NotSent             refused, unknown host, connect timeout: Zimbra saw nothing
    │   │   ├── NoTls           the TLS handshake failed
    │   │   ├── NotLoggedIn     the log-in before it got no answer
    │   │   └── TimeUsedUp      the hook's deadline has passed
    │   └── NoAnswer            sent, but cut, late or not SOAP
    │       └── Overloaded      429 or 503: Zimbra or a proxy limits requests
    │           └── AddressBlocked  503 after rejected log-ins: Zimbra blocks this address
    └── Fault                   Zimbra said no, with a code
        ├── TokenRejected       log in again, then repeat: nothing was carried out
        ├── CredentialsRejected the administrator's name or password
        │   ├── AdministratorNotAdmitted  unknown, none, locked out, in maintenance
        │   ├── PasswordRunOut
        │   └── SecondFactorWanted
        ├── MailboxInactive     the mailbox asked about is in maintenance
        ├── PermissionDenied
        │   └── DomainSuspended  by an administrator: Zimbra changes nothing in it
        ├── NoSuch              NoSuchDomain, NoSuchAccount, NoSuchCos, NoSuchList, ...
        ├── Exists              DomainExists, AddressExists, CosExists
        ├── DomainNotEmpty
        ├── LimitReached        zimbraDomainMaxAccounts and the like
        ├── LicenceUsedUp       Zimbra's own, not the plan's
        ├── PasswordRefused
        ├── RequestRefused      a bug in this module, or an unusual Zimbra
        └── Transient           worth another try later

Each class has the code of the reply that it becomes (`puq_zimbra.reply.CODES` has the exit
statuses). A message is one English sentence with %(name)s values: `puq_zimbra.i18n` translates the
sentence, then the values are filled in. The value ``server`` (host and port) is put before a
sentence that does not use it, so that every problem with a Zimbra names the Zimbra.

Source: com.zimbra.common.service.ServiceException, com.zimbra.cs.account.AccountServiceException.
"""

from __future__ import annotations

from puq_zimbra.errors.base import (
    N_,
    AddressBlocked,
    AnotherUsers,
    Busy,
    CertificateNotTrusted,
    Conflict,
    CosUnknown,
    Fault,
    Held,
    Invalid,
    Misconfigured,
    NoAnswer,
    NotFound,
    NotLoggedIn,
    NoTls,
    NotOurs,
    NotSent,
    Overloaded,
    Pending,
    PuqZimbraError,
    Refused,
    StoreAway,
    StoreUnusable,
    TimeUsedUp,
    Unavailable,
    Unexpected,
    Waits,
    filled_in,
    location_of,
    plain_words,
    shown,
)
from puq_zimbra.errors.codes import (
    fault,
    log_in_refusal,
)
from puq_zimbra.errors.faults import (
    AddressExists,
    DomainExists,
    DomainNotEmpty,
    DomainSuspended,
    Exists,
    LicenceUsedUp,
    LimitReached,
    MailboxInactive,
    NoSuch,
    NoSuchAccount,
    NoSuchCos,
    NoSuchDomain,
    NoSuchList,
    NoSuchResource,
    PasswordRefused,
    PermissionDenied,
    RequestRefused,
    Transient,
)
from puq_zimbra.errors.log_in import (
    AdministratorNotAdmitted,
    CredentialsRejected,
    PasswordRunOut,
    SecondFactorWanted,
    TokenRejected,
)

__all__ = [
    "N_",
    "AddressBlocked",
    "AddressExists",
    "AdministratorNotAdmitted",
    "AnotherUsers",
    "Busy",
    "CertificateNotTrusted",
    "Conflict",
    "CosUnknown",
    "CredentialsRejected",
    "DomainExists",
    "DomainNotEmpty",
    "DomainSuspended",
    "Exists",
    "Fault",
    "Held",
    "Invalid",
    "LicenceUsedUp",
    "LimitReached",
    "MailboxInactive",
    "Misconfigured",
    "NoAnswer",
    "NoSuch",
    "NoSuchAccount",
    "NoSuchCos",
    "NoSuchDomain",
    "NoSuchList",
    "NoSuchResource",
    "NoTls",
    "NotFound",
    "NotLoggedIn",
    "NotOurs",
    "NotSent",
    "Overloaded",
    "PasswordRefused",
    "PasswordRunOut",
    "Pending",
    "PermissionDenied",
    "PuqZimbraError",
    "Refused",
    "RequestRefused",
    "SecondFactorWanted",
    "StoreAway",
    "StoreUnusable",
    "TimeUsedUp",
    "TokenRejected",
    "Transient",
    "Unavailable",
    "Unexpected",
    "Waits",
    "fault",
    "filled_in",
    "location_of",
    "log_in_refusal",
    "plain_words",
    "shown",
]
