"""The examples of docs/http-api.md: each signs a request as it is, and believes signed answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import Params

from .serving import Service, a_secret

EXAMPLES = Path(__file__).parent.parent.parent / "docs" / "examples"
PROGRAMS = {"call.sh": "sh", "call.py": sys.executable, "call.php": "php"}


def test_each_example_calls_a_hook(
    service: Service, secret: str, params: Params, tmp_path: Path
) -> None:
    """It is what the writer of a host begins with; PHP is tried where there is one."""
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text(secret + "\n")
    wrong.write_text(a_secret() + "\n")
    event, server = "test_connection", {"url": params["server"]["url"]}
    body = json.dumps({"event": event, "installation": "crm.example", "server": server})
    for name, program in PROGRAMS.items():
        if shutil.which(program) is None:
            continue
        command = [program, str(EXAMPLES / name), service.address]
        for file, told in ((right, '"ok":true'), (wrong, "")):
            done = subprocess.run(
                [*command, str(file), event],
                input=body,
                capture_output=True,
                text=True,
                check=False,
            )
            assert told in done.stdout, (name, done.stderr)
            assert ('"ok":true' in done.stdout) == (file is right), name
            assert done.returncode == 0 or file is wrong, (name, done.stderr)
