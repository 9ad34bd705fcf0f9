"""The checks of `puq-zimbra doctor`, in the order in which their findings are printed.

Each is a name, which the findings of a check that breaks off bear, and a function that yields
findings. A check of a server runs when the server is reached and accepts our log-in
(`puq_zimbra.cli.doctor.servers`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from puq_zimbra.cli.doctor import (
    command_line,
    configuration,
    cos,
    customer_rights,
    dns,
    dos_filter,
    http_service,
    mailbox_servers,
    modules,
    permissions,
    rights,
    settings_rights,
    space,
    store,
    system_accounts,
)
from puq_zimbra.cli.doctor.findings import Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer, Machine

MACHINE_CHECKS: Sequence[tuple[str, Callable[[Machine], Findings]]] = (
    ("configuration", configuration.check),
    ("permissions", permissions.check),
    ("space", space.check),
    ("store", store.check),
    ("bridge", command_line.check),
    ("door", http_service.check),
    ("modules", modules.check),
    ("dns", dns.check),
)
SERVER_CHECKS: Sequence[tuple[str, Callable[[CheckedServer], Findings]]] = (
    ("rights", rights.check),
    ("customers", customer_rights.check),
    ("server-settings", settings_rights.check),
    ("cos", cos.check),
    ("mailbox-server", mailbox_servers.check),
    ("system-accounts", system_accounts.check),
    ("dos-filter", dos_filter.check),
)
