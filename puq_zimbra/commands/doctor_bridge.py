"""`puq-zimbra doctor`: whether the hook door carries every character, as the billing host uses it.

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

from puq_zimbra.commands.doctor_findings import Finding, Findings

TRICKY = "&<>\"'#%+ż &amp; \\ \U0001f642"
#: seconds in which a hook that asks nobody must have answered
_PATIENCE = 15.0


def command_line(settings: Path | None) -> Findings:
    """Whether `puq-zimbra hook`, started as a web server does, gives back what it is given."""
    command = [str(Path(sys.executable).with_name("puq-zimbra"))]
    if settings is not None:
        command += ["--config", str(settings.absolute())]
    command += ["hook", "plain", "describe"]
    shown = shlex.join(command) + " </dev/null"
    given = json.dumps({"form": {"text": TRICKY}}).encode()
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            cwd="/",
            # As PHP has it: no language, so no help for what is not ASCII.
            env={**_without_languages(), "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or f"no answer in {_PATIENCE:g} seconds"
        yield Finding("bridge", "error", f"The hook command does not start: {reason}.", (shown,))
        return
    if form_text(done.stdout) == TRICKY:
        yield Finding("bridge", "ok", "The hook command gives every character back unchanged.")
    else:
        words = f"The hook command ended with {done.returncode} and not with what it was given."
        yield Finding("bridge", "error", words, (shown,))


def _without_languages() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("LANG", "LC_CTYPE")}


def form_text(answer: bytes) -> Any:
    """What came back of the form; None if the answer is no such answer."""
    try:
        return json.loads(answer)["data"]["form"]["text"]
    except (ValueError, KeyError, TypeError):
        return None
