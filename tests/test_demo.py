"""The demonstration ends by itself, says what it did, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from lxml.html import fromstring

from puq_zimbra.config import Config
from puq_zimbra.demo import life, states
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator, make_tls

TITLES = {
    "ok": "Mail works",
    "near_box": "Mail works, but one mailbox is running out of space",
    "over_box": "One mailbox accepts no mail",
    "near_whole": "Mail works, but the space is running out",
    "over_whole": "No space left: sending and receiving are stopped",
    "suspended": "The service is suspended",
    "ending": "The service will be deleted on",
    "unknown": "We cannot check just now whether mail works",
    "new": "The server is ready",
}
COMMAND = Path(sys.executable).with_name("puq-zimbra")


def test_the_demo_checks_itself(tmp_path: Path) -> None:
    """A stranger's first command."""
    done = subprocess.run(
        [str(COMMAND), "demo", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path / "home")},
        check=False,
        timeout=120,
    )
    result = json.loads(done.stdout)

    assert [step for step in result["steps"] if not step["ok"]] == []
    assert done.returncode == 0
    assert len(result["steps"]) > 25
    assert [path.name for path in tmp_path.iterdir()] == [".demo"]


def test_the_states_to_click_are_the_states_of_the_page(tmp_path: Path) -> None:
    """Each by what causes it, one after the other and back; the page says which one it is."""
    config = Config.model_validate(
        {
            "store": {"dir": str(tmp_path / "store")},
            "limits": {"requests_per_second": 0, "concurrent_requests": 0},
        }
    )
    simulator = Simulator(domain="example.test", admin_password="test123")
    simulator.seed("demo")
    runtime = Runtime(config)
    tls = make_tls("mail.example.test", tmp_path)
    told = {}
    with simulator.serve(tls, admin_port=0, user_port=0) as running:
        story = life.Life(simulator, running, runtime, assets_url="/assets")
        life.sell(story)
        life.use(story)
        shown = states.States(story)
        for name in (*states.STATES[1:], states.STATES[0]):
            shown.enter(name)
            html = story.hook("client_area", locale="en", **shown.order)["html"]
            told[name] = str(fromstring(html).xpath("string(.//*[contains(@id, '-state')])"))
    runtime.close()

    told["ending"] = told["ending"].partition(" on ")[0] + " on"  # and the day
    assert told == TITLES
