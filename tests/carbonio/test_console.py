"""Where Carbonio's console is: not where Zimbra's is, and only its version tells them apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..conftest import Command, Hook

CONSOLE = "https://127.0.0.1:6071/carbonioAdmin"


def console(command: Command) -> list[dict[str, Any]]:
    """What `puq-zimbra doctor` says of the console."""
    told = json.loads(command("doctor", "--json").stdout)
    return [one for one in told["findings"] if one["check"] == "console"]


def test_doctor_asks_for_the_consoles_address(hook: Hook, command: Command, settings: str) -> None:
    """Without it every link to the console is a dead one."""
    hook("create")
    (told,) = console(command)
    line = told["next"][0].partition(": ")[2]
    Path(settings).write_text(Path(settings).read_text() + line + "\n")

    assert told["level"] == "warning"
    assert "/zimbraAdmin/" in told["sentence"]
    assert line == f'admin_url = "{CONSOLE}"'
    assert console(command) == []


def test_the_address_of_the_settings_is_given(hook: Hook) -> None:
    """To staff, and in the welcome mail."""
    answers = [hook(event, server={"admin_url": CONSOLE}) for event in ("sso_admin", "create")]

    assert answers[0].value["data"]["url"] == CONSOLE
    assert answers[1].value["data"]["admin_url"] == CONSOLE
