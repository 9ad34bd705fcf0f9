"""Check of `puq-zimbra doctor`: accounts named like Zimbra's own that are billed as mailboxes.

Source: Zimbra's installer (its own accounts' names); `puq_zimbra.usage.lookalikes`.
"""

from __future__ import annotations

import shlex

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import shown
from puq_zimbra.usage import lookalikes

#: how many addresses a finding names
_NAMED = 5


def check(server: CheckedServer) -> Findings:
    """Find accounts that are named like Zimbra's own and lack its mark."""
    found = lookalikes.find(server.zimbra)
    if not found:
        return
    named = ", ".join(shown(one) for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    yield Finding(
        "system-accounts",
        "note",
        f"These accounts are named like Zimbra's own and are billed as mailboxes: {named}{more}.",
        tuple(
            f"zmprov ma {shlex.quote(one)} zimbraIsSystemAccount TRUE  # if it is Zimbra's"
            for one in found[:_NAMED]
        ),
        server.name,
    )
