"""The PHP side is put into a platform's folder, compared and upgraded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from puq_zimbra import __version__, host_modules

from .conftest import Command


@pytest.fixture(params=["whmcs", "fossbilling"])
def platform(request: pytest.FixtureRequest) -> str:
    """Each platform."""
    return str(request.param)


@pytest.fixture
def folder(platform: str, tmp_path: Path) -> Path:
    """A platform's folder with what it is known by."""
    made = tmp_path / "www"
    made.mkdir()
    (made / host_modules.KNOWN_BY[platform][0]).write_text("<?php\n")
    return made


def files(folder: Path) -> set[str]:
    """What is in a folder."""
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}


def test_it_is_installed_and_once_more_nothing_is_to_do(
    command: Command, platform: str, folder: Path
) -> None:
    """A dry run writes nothing and lists the same files."""
    before = files(folder)
    tried = json.loads(
        command("host", "install", platform, str(folder), "--dry-run", "--json").stdout
    )
    assert files(folder) == before
    done = json.loads(command("host", "install", platform, str(folder), "--json").stdout)
    again = json.loads(command("host", "install", platform, str(folder), "--json").stdout)

    assert tried["files"] == done["files"]
    assert files(folder) - before == {*host_modules.contents(platform)}
    assert (again["result"], again["files"]) == ("nothing to do", {})
    assert command("host", "check", platform, str(folder)).status == 0


def test_an_older_module_is_upgraded_and_its_settings_stay(
    command: Command, platform: str, folder: Path
) -> None:
    """Install does not touch it; check tells both versions."""
    command("host", "install", platform, str(folder))
    module = folder / host_modules.MODULES[platform]
    (module / host_modules.VERSION).write_text("0.1.0\n")
    (module / "config.php").write_text("<?php return [];")
    refused = command("host", "install", platform, str(folder))
    told = command("host", "check", platform, str(folder))
    done = command("host", "upgrade", platform, str(folder))

    assert (refused.status, "host upgrade" in refused.stderr) == (1, True)
    assert told.status == 1
    assert f"version 0.1.0, the engine is {__version__}" in told.stdout
    assert "upgraded from 0.1.0" in done.stdout
    assert (module / "config.php").read_text() == "<?php return [];"
    assert command("host", "check", platform, str(folder)).status == 0


def test_what_broke_off_is_finished(command: Command, platform: str, folder: Path) -> None:
    """The version is written last, and a missing file is put back."""
    command("host", "install", platform, str(folder))
    lost = next(iter(host_modules.contents(platform)))
    (folder / lost).unlink()
    assert command("host", "check", platform, str(folder)).status == 1
    command("host", "install", platform, str(folder))

    assert (folder / lost).exists()


def test_another_folder_is_refused(command: Command, platform: str, tmp_path: Path) -> None:
    """Nobody unpacks a module into his home by mistake."""
    done = command("host", "install", platform, str(tmp_path))

    assert (done.status, "is no folder of" in done.stderr) == (1, True)
    assert not (tmp_path / "modules").exists()


def test_a_module_that_is_not_there(command: Command, platform: str, folder: Path) -> None:
    """Check says so, upgrade refuses."""
    assert "not installed" in command("host", "check", platform, str(folder)).stdout
    assert command("host", "upgrade", platform, str(folder)).status == 1
