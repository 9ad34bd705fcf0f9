"""One PHP process with the module loaded, and what it answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from deploy import packages

from ..processes import COMMAND

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).parent / "driver.php"
#: Debian's php-cli with php-curl, php-sqlite3 and php-mbstring
EXTENSIONS = {"curl", "pdo_sqlite", "mbstring"}


def _php() -> str | None:
    found = shutil.which("php")
    if found is None:
        return None
    listed = subprocess.run([found, "-m"], capture_output=True, text=True, check=True).stdout
    return found if set(listed.split()) >= EXTENSIONS else None


#: None where there is no PHP that could run the module
PHP = _php()


@dataclass(frozen=True)
class Told:
    """What a function of the module returned, and logged."""

    value: Any
    #: PHP's name for its type
    type: str
    #: arguments of logModuleCall
    log: list[list[Any]]
    activity: list[str]
    #: command and values of localAPI, as far as they write
    api: list[list[Any]] = field(default_factory=list)
    #: message of what it threw
    thrown: str = ""


@dataclass
class Module:
    """The module in a folder of its own, with its settings, in a PHP process."""

    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    options: tuple[str, ...] = ()
    driver: Path = DRIVER

    def __post_init__(self) -> None:
        """Start PHP."""
        assert PHP
        self.process = subprocess.Popen(
            [PHP, *self.options, str(self.driver), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == b"ready\n"

    def call(self, function: str, params: Any, **more: Any) -> Told:
        """Call a function; ``more`` is what tests/whmcs/driver.php knows besides."""
        assert self.process.stdin
        assert self.process.stdout
        line = json.dumps({"function": function, "params": params, **more}) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        return Told(**{"value": None, **told})

    def close(self) -> None:
        """End PHP."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def encoded(text: str) -> str:
    """A text as WHMCS hands it over: htmlspecialchars with ENT_QUOTES."""
    return escape(text, quote=False).replace('"', "&quot;").replace("'", "&#039;")


def configured(folder: Path, **settings: str) -> Path:
    """Write the module as its package has it, with a config.php."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unpacked:
        packages.unpacked("whmcs", Path(unpacked))
        Path(unpacked, packages.MODULES["whmcs"]).rename(folder)
    items = "".join(f"{json.dumps(key)} => {_quoted(value)},\n" for key, value in settings.items())
    # As config.example.php begins.
    guard = "if (!defined('WHMCS')) { die('This file cannot be accessed directly'); }"
    (folder / "config.php").write_text(f"<?php {guard} return [{items}];")
    return folder


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def command(settings: Path, path: Path) -> Path:
    """A program that runs `puq-zimbra` with settings, as the module's command takes no options."""
    path.write_text(f'#!/bin/sh\nPUQ_ZIMBRA_CONFIG={settings} exec {COMMAND} "$@"\n')
    path.chmod(0o755)
    return path
