"""Check of `puq-zimbra doctor`: the classes of service of [usage] cos_slots exist.

Source: `service/admin/GetCos.java`.
"""

from __future__ import annotations

import difflib

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import NoSuchCos, shown


def check(server: CheckedServer) -> Findings:
    """Check each class of service whose mailboxes are counted separately."""
    name, zimbra = server.name, server.zimbra
    for slot, cos in enumerate(server.config.usage.cos_slots, 1):
        try:
            zimbra.get_cos(cos, ("zimbraId",))
        except NoSuchCos:
            known = [one.name for one in zimbra.get_all_cos()]
            near = difflib.get_close_matches(cos, known, n=1)
            hint = f"; did you mean {shown(near[0])}" if near else ""
            words = (
                f"[usage] cos_slots names {shown(cos)}, which this Zimbra does not have, so"
                f" cos_{slot} stays 0{hint}."
            )
            yield Finding("cos", "warning", words, ("zmprov gac",), name)
        else:
            words = f"The class of service {shown(cos)}, counted as cos_{slot}, exists."
            yield Finding("cos", "ok", words, (), name)
