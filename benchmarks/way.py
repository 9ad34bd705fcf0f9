"""How many of our files a request passes through, and how deep it goes.

Counts the files whose functions run, and the deepest stack of them, once for a `create` of the host
plain and once for a `usage sync` of the same server, over the simulator. Files of the simulator do
not count.

Source: `sys.setprofile`.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import puq_zimbra
from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator, make_tls

PACKAGE = Path(puq_zimbra.__file__).parent
#: both folders of the package, with their last slash
OURS = (f"{PACKAGE}/", f"{PACKAGE.parent}/hooks/")
ADMIN = {"password": "Bench-Pass-1"}
SIMULATOR = f"{PACKAGE}/simulator/"


class Way:
    """What one call passes through."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.depth = 0

    def of(self, work: Callable[[], object]) -> None:
        """Do the work and look on, in its threads too."""
        threading.setprofile(self._see)
        sys.setprofile(self._see)
        try:
            work()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or not is_ours(frame):
            return
        self.files.add(frame.f_code.co_filename)
        depth, above = 1, frame.f_back
        while above is not None:
            depth, above = depth + is_ours(above), above.f_back
        self.depth = max(self.depth, depth)


def is_ours(frame: FrameType) -> bool:
    """Whether a function of ours runs; one that is run at import does not count."""
    name = frame.f_code.co_filename
    is_function = frame.f_code.co_name != "<module>"
    return is_function and name.startswith(OURS) and not name.startswith(SIMULATOR)


def sync(settings: Path) -> None:
    """`puq-zimbra usage sync`."""
    from puq_zimbra.cli import cli

    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        cli.main(["--config", str(settings), "usage", "sync", "--json"], prog_name="puq-zimbra")


def main() -> int:
    """Measure and print; every file on a line with an argument."""
    with tempfile.TemporaryDirectory() as directory:
        simulator = Simulator(domain="example.test", admin_password="test123")
        tls = make_tls("mail.example.test", Path(directory))
        with simulator.serve(tls, admin_port=0, user_port=0) as running:
            server = {"url": running.admin_url, "username": "admin@example.test"}
            ways = measure(Path(directory), server, running.fingerprint)
    for name, way in ways.items():
        print(f"{name:<12} {len(way.files):>3} files, depth {way.depth}")
        for file in sorted(way.files) if len(sys.argv) > 1 else ():
            print(f"    {Path(file).relative_to(PACKAGE.parent)}")
    return 0


def measure(directory: Path, server: dict[str, Any], fingerprint: str) -> dict[str, Way]:
    """The ways of a create and of a sync."""
    secret, settings = directory / "password", directory / "puq-zimbra.toml"
    secret.write_text("test123")
    secret.chmod(0o600)
    settings.write_text(
        f'[store]\ndir = "{directory}/state"\n[servers.mail]\nurl = "{server["url"]}"\n'
        f'username = "{server["username"]}"\npassword_file = "{secret}"\n'
        f'fingerprint = "{fingerprint}"\n'
    )
    order = {
        "installation": "bench.example",
        "server": {**server, "password": "test123", "tls": {"fingerprint": fingerprint}},
    }
    runtime = Runtime(Config.model_validate({"store": {"dir": f"{directory}/state"}}))
    for number in "12":  # the first time is for imports
        ways = {"create": Way(), "usage sync": Way()}
        service = {"id": number, "domain": f"bench{number}.example", "admin": ADMIN}
        asked = {**order, "service": service}
        ways["create"].of(partial(dispatch, "plain", "create", asked, runtime))
        ways["usage sync"].of(partial(sync, settings))
    runtime.close()
    return ways


if __name__ == "__main__":
    sys.exit(main())
