"""Check of `puq-zimbra doctor`: every mailbox server gives usage figures.

Source: `service/admin/GetQuotaUsage.java`.
"""

from __future__ import annotations

import shlex

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import Fault, PermissionDenied, Unavailable, shown
from puq_zimbra.zimbra import listings


def check(server: CheckedServer) -> Findings:
    """Check that each mailbox server of the directory gives usage figures."""
    name, zimbra = server.name, server.zimbra
    # For one domain, as a sync asks: all accounts of a server would take Zimbra too long.
    domain = (zimbra.server.username or "").rpartition("@")[2]
    try:
        servers = zimbra.get_all_servers("mailbox")
    except PermissionDenied:  # the check `rights` reports it
        return
    silent = []
    for mailbox_server in servers:
        try:
            for _ in listings.storage(zimbra, domain=domain or None, server_id=mailbox_server.id):
                pass
        except (Unavailable, Fault):
            silent.append(mailbox_server.name)
    for host in silent:
        yield Finding(
            "mailbox-server",
            "warning",
            f"The mailbox server {shown(host)} gives no figures: mailboxes on it are not measured,"
            " and Zimbra does not enforce domain quotas without it.",
            (f"zmprov ds {shlex.quote(host)}  # if it is retired and empty",),
            name,
        )
    if not silent:
        yield Finding("mailbox-server", "ok", "Every mailbox server gives figures.", (), name)
