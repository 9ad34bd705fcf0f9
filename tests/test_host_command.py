"""The PHP side is put into a platform's folder, compared and upgraded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra import __version__, host_modules
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime

from .conftest import Command, Hook, Params


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


# -- the version that a module's calls name -------------------------------------------------------


def test_a_module_of_another_version_is_told(
    command: Command, hook: Hook, runtime: Runtime, whmcs_params: Params
) -> None:
    """At Test Connection, on the staff's page of a service and by the doctor."""
    hook("create")

    def told(event: str, version: str | None) -> Any:
        beside = {"installation": "crm.example", "module_version": version}
        given = {**whmcs_params, "_puq": {k: v for k, v in beside.items() if v}}
        return dispatch("whmcs", event, given, runtime).value

    def found() -> list[tuple[str, str]]:
        findings = json.loads(command("doctor", "--json").stdout)["findings"]
        return [(one["level"], one["sentence"]) for one in findings if one["check"] == "modules"]

    assert told("TestConnection", None) == {"success": True, "error": ""}
    assert found() == []
    assert told("TestConnection", __version__) == {"success": True, "error": ""}
    assert told("AdminServicesTabFields", __version__)["Versions"] == (
        f"engine {__version__}, module {__version__}"
    )
    assert [level for level, _ in found()] == ["ok"]
    other = told("TestConnection", "0.0.9")
    assert (other["success"], other["error"]) == (True, "")
    assert "of version 0.0.9" in other["notice"]
    assert __version__ in other["notice"]
    assert "bring the module" in told("AdminServicesTabFields", "0.0.9")["Versions"]
    ((level, sentence),) = found()
    assert level == "warning"
    assert "The module of crm.example (whmcs) is of version 0.0.9" in sentence


def test_a_version_that_is_none_is_refused(runtime: Runtime, params: Params) -> None:
    """It is shown to people and stands in a file."""
    answer = dispatch("plain", "test_connection", {**params, "module_version": "1\n<b>"}, runtime)

    assert answer.code == "invalid"


def test_fossbilling_names_the_module_s_version() -> None:
    """Staff see it among the extensions."""
    manifest = host_modules.contents("fossbilling")["modules/Servicezimbra/manifest.json"]

    assert json.loads(manifest)["version"] == __version__
