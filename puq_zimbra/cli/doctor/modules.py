"""Check of `puq-zimbra doctor`: the billing platforms' modules are of this version.

Source: `puq_zimbra.engine.module_versions`; a module that names none in its calls is not known.
"""

from __future__ import annotations

from puq_zimbra import __version__, host_modules
from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.engine import module_versions


def check(machine: Machine) -> Findings:
    """Compare the version that each installation's last call named with ours."""
    for installation, module in module_versions.kept(machine.config).items():
        whose = f"The module of {installation} ({module.host})"
        if module.version == __version__:
            yield Finding("modules", "ok", f"{whose} is of this version, {__version__}.")
            continue
        words = f"{whose} is of version {module.version}, and this is {__version__}."
        command = "make the module and this package the same version"
        if module.host in host_modules.MODULES:
            command = f"puq-zimbra host upgrade {module.host} /path/of/{module.host}"
        yield Finding("modules", "warning", words, (command,))
