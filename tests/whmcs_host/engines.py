"""The engine in both ways a host reaches it: as a command, and as a service over HTTP.

A host is told of either by the server's Access Hash and the module's config.php. Whoever waits for
a moment in the engine's work can end it there, as a crash would.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import requests

from tests.conftest import NO_LIMITS
from tests.processes import COMMAND

#: the figure of hooks that are carried out or wait
AT_WORK = "puq_zimbra_hooks_at_work"


class Engine(Protocol):
    """One way to the engine."""

    #: of the module's config.php
    settings: dict[str, str]
    #: seconds after which a host in a hurry gives up; most calls take less
    short: str

    @property
    def access_hash(self) -> str:
        """Lines of the server's Access Hash."""

    def start(self) -> None:
        """Be there for the host."""

    def stop(self) -> None:
        """Be gone, after what is being worked on."""

    def kill(self) -> None:
        """End by SIGKILL whatever is at work."""


class CommandLine:
    """A process for each call; nothing is there in between."""

    short = "3"

    def __init__(self, folder: Path, config: Path) -> None:
        self._pid = folder / "engine.pid"
        self._log = folder / "engine.log"
        program = folder / "puq-zimbra"
        # The host starts the program without an environment of its own choice.
        program.write_text(
            f'#!/bin/sh\necho $$ >"{self._pid}"\n'
            f'exec "{COMMAND}" --config "{config}" "$@" 2>>"{self._log}"\n'
        )
        program.chmod(0o700)
        self.access_hash = ""
        self.settings = {"engine": "command", "program": str(program)}

    def start(self) -> None:
        """Nothing has to be there."""

    def stop(self) -> None:
        """Nothing is there."""

    def kill(self) -> None:
        """End the last command, which is at work; its host hears of it by the closed pipes."""
        os.kill(int(self._pid.read_text()), signal.SIGKILL)


class Service:
    """`puq-zimbra serve` on loopback."""

    short = "1"

    def __init__(self, folder: Path, config: Path) -> None:
        self._command = [str(COMMAND), "--config", str(config)]
        self._log = folder / "engine.log"
        self._listen = _address()
        self._process: subprocess.Popen[str] | None = None
        printed = subprocess.run(
            [*self._command, "secret"], check=True, capture_output=True, text=True
        )
        self._secret = printed.stdout.strip()
        self.settings: dict[str, str] = {}

    @property
    def access_hash(self) -> str:
        """Where it listens, and what signs."""
        return f"engine=http://{self._listen}\nsecret={self._secret}\n"

    def start(self) -> None:
        """Serve; always at the same address."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "serve", "--listen", self._listen],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        ready, _, address = self._process.stdout.readline().strip().partition(" ")
        if ready != "ready":
            self._gone()
            raise AssertionError(self._log.read_text())
        self._listen = address.removeprefix("http://")

    def stop(self) -> None:
        """Let it finish what it does."""
        if self._process is not None:
            self._process.terminate()
            self._gone()

    def kill(self) -> None:
        """End it in the middle of its work."""
        assert self._process is not None
        self._process.kill()
        self._gone()

    def at_work(self) -> int:
        """How many hooks it carries out."""
        figures = requests.get(f"http://{self._listen}/metrics", timeout=60).text
        return int(float(figures.partition(f"\n{AT_WORK} ")[2].partition("\n")[0]))

    def _gone(self) -> None:
        assert self._process is not None
        self._process.communicate(timeout=60)
        self._process = None


def _address() -> str:
    """An address that stays free between two starts.

    Connections to loopback leave from 127.0.0.1, so that none of them is given this address's port,
    and no two tests that run at once are given the same address.
    """
    while True:
        host = ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])
        with suppress(OSError), socket.create_server((host, 0)) as listening:
            return f"{host}:{listening.getsockname()[1]}"


def config_file(folder: Path, more: str = "") -> Path:
    """The engine's settings: a store of its own, everything read anew."""
    path = folder / "puq-zimbra.toml"
    limits = "".join(f"{key} = {value}\n" for key, value in NO_LIMITS.items())
    path.write_text(
        f'[store]\ndir = "{folder}/state"\n[limits]\n{limits}[usage]\nmax_age = 0\n'
        f'[whmcs]\ninstallation = "crm.example"\n{more}'
    )
    return path
