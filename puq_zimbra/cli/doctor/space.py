"""Check of `puq-zimbra doctor`: free space for the state directory."""

from __future__ import annotations

import os
import shlex
import shutil

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.units import MB

#: bytes free, below which there is a warning and an error
_LITTLE, _TOO_LITTLE = 1024 * MB, 100 * MB


def check(machine: Machine) -> Findings:
    """Check the free space on the state directory's disk."""
    directory = machine.config.store_directory()
    there = next(
        one for one in (directory, *directory.absolute().parents) if os.access(one, os.F_OK)
    )
    free = shutil.disk_usage(there).free
    shown = f"{free // MB} MB are free for the state directory {directory}"
    command = f"df -h {shlex.quote(str(there))}"
    if free < _TOO_LITTLE:
        yield Finding(
            "space", "error", f"{shown}: nothing can be stored when it is full.", (command,)
        )
    elif free < _LITTLE:
        yield Finding("space", "warning", f"{shown}.", (command,))
    else:
        yield Finding("space", "ok", f"{shown}.")
