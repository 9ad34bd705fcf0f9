"""What `puq-zimbra doctor` says of services whose plan has no termination mode.

Before version 5 of the store such a termination deleted at once; now it waits.
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.request import GRACE_DAYS

#: installation and id of such services, by their last request that names a plan, newest first
UNSAID = (
    "SELECT installation, service_id FROM operation AS one WHERE ending = 'unsaid' AND number ="
    " (SELECT max(number) FROM operation AS other WHERE other.installation = one.installation"
    " AND other.service_id = one.service_id"
    " AND other.event IN ('create', 'change_package', 'terminate')) ORDER BY number DESC"
)
#: how many services a finding names
_NAMED = 5


def unsaid(services: Sequence[Sequence[str]]) -> Findings:
    """Name these services, if there are any."""
    if not services:
        return
    named = ", ".join(f"{installation} {service}" for installation, service in services[:_NAMED])
    more = f" and {len(services) - _NAMED} more" if len(services) > _NAMED else ""
    words = (
        "The last requests of these services named no termination mode, so a termination locks"
        f" them and deletes them {GRACE_DAYS} days later: {named}{more}."
    )
    commands = (
        "set On termination in the product (WHMCS), terminate (FOSSBilling), or"
        " service.plan.terminate.mode of the request: grace, keep or delete",
    )
    yield Finding("endings", "note", words, commands)
