"""Test connection: reach Zimbra, log in, and say which one it is."""

from __future__ import annotations

from puq_zimbra.model import Call, Reply

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """See that hooks of this server can work."""
    assert call.server is not None
    zimbra = runtime.zimbra(call)
    info = zimbra.get_version_info()
    assert call.server.username is not None
    account = zimbra.get_account(call.server.username, "name", ("zimbraIsAdminAccount",))
    administrator = "global" if account.one("zimbraIsAdminAccount") == "TRUE" else "delegated"
    return Reply(
        "unchanged",
        "Zimbra %(version)s answers.",
        {"version": info.get("version", "?")},
        data={
            "version": info.get("version", ""),
            "host": info.get("host", ""),
            "administrator": administrator,
        },
    )
