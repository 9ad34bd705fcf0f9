"""Check of `puq-zimbra doctor`: the hook command carries every character.

Source: the characters that PHP, JSON, HTML and shells have damaged in passwords.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from puq_zimbra.cli.doctor.configuration import settings_file
from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine

TRICKY = "&<>\"'#%+ż &amp; \\ \U0001f642"
#: seconds in which a hook that sends no request must answer
_PATIENCE = 15.0


def check(machine: Machine) -> Findings:
    """Start `puq-zimbra hook` as a web server does, and compare its answer with its input."""
    yield from check_command(settings_file(machine))


def check_command(settings: Path | None) -> Findings:
    """Start the hook command with a settings file."""
    command = [str(Path(sys.executable).with_name("puq-zimbra"))]
    if settings is not None:
        command += ["--config", str(settings.absolute())]
    command += ["hook", "plain", "describe"]
    shown = shlex.join(command) + " </dev/null"
    body = json.dumps({"form": {"text": TRICKY}}).encode()
    try:
        done = subprocess.run(
            command,
            input=body,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            cwd="/",
            # As under PHP: no locale, so characters beyond ASCII have no help.
            env={**_without_locale(), "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or f"no answer in {_PATIENCE:g} seconds"
        yield Finding("bridge", "error", f"The hook command does not start: {reason}.", (shown,))
        return
    if form_text(done.stdout) == TRICKY:
        yield Finding("bridge", "ok", "The hook command gives every character back unchanged.")
    else:
        words = f"The hook command ended with {done.returncode} and does not give back its input."
        yield Finding("bridge", "error", words, (shown,))


def _without_locale() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("LANG", "LC_CTYPE")}


def form_text(answer: bytes) -> Any:
    """The form's text in the answer of ``describe``; None if there is none."""
    try:
        return json.loads(answer)["data"]["form"]["text"]
    except (ValueError, KeyError, TypeError):
        return None
