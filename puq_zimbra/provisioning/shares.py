"""Delete an account although a folder of it is shared with everybody.

Carbonio trips over such a share (`AclService`: a grantee without an id), leaves the account in
maintenance and says so each time. Any user can make one. The share is ended as the user, whose
mailbox opens only while the account is active, and then the account is deleted.

Source: carbonio-mailbox `AclService.java`, `FolderAction.java`; the way was tried on Carbonio 4.23.
"""

from __future__ import annotations

from puq_zimbra.errors import Fault, PuqZimbraError
from puq_zimbra.zimbra.client import Zimbra

#: how Carbonio wraps what it trips over
_WRAPPED = "has an error:"
_SECONDS = 60
#: the mailbox takes no mail meanwhile
_OPEN = {"zimbraAccountStatus": "active", "zimbraMailStatus": "disabled"}
_SHUT = {"zimbraAccountStatus": "closed", "zimbraMailStatus": "disabled"}


def delete_account(zimbra: Zimbra, identity: str) -> None:
    """Delete an account, if need be without its shares with everybody.

    Raises:
        Fault: Zimbra did not delete it.
    """
    try:
        zimbra.delete_account(identity)
    except Fault as error:
        stumbled = error.zimbra_code == "service.FAILURE" and _WRAPPED in error.text
        if not stumbled or not _end_shares(zimbra, identity):
            raise
        zimbra.delete_account(identity)


def _end_shares(zimbra: Zimbra, identity: str) -> bool:
    """End what an account shares with everybody; whether there was something, and it is ended."""
    folders = [one.folder for one in zimbra.get_share_info(identity) if one.kind == "all"]
    if not folders:
        return False
    zimbra.modify_account(identity, _OPEN)
    try:
        token = zimbra.delegate_auth(identity, _SECONDS).value
        for folder in folders:
            zimbra.unshare_with_all(token, folder)
    except PuqZimbraError as error:
        zimbra.modify_account(identity, _SHUT)
        if isinstance(error, Fault):
            return False
        raise
    return True
