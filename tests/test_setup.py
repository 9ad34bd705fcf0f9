"""`puq-zimbra setup`: from nothing to settings, secret, units and a tested log-in; twice is once.

`deploy/try-install` does the same in a clean Debian.
"""

from __future__ import annotations

import getpass
import grp
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.config import load
from puq_zimbra.simulator.tls import TlsFiles

from .conftest import Command, Params
from .test_cli import COMMAND


@pytest.fixture
def options(params: Params, tls: TlsFiles, tmp_path: Path) -> list[str]:
    """All that can be asked, for the user who runs this and folders of his."""
    secret = tmp_path / "pw"
    secret.write_text("test123\n")
    made = tmp_path / "machine"
    return [
        "setup", "--no-input", "--json",
        "--user", getpass.getuser(), "--group", grp.getgrgid(os.getgid()).gr_name,
        "--config-file", f"{made}/etc/config.toml", "--state-dir", f"{made}/state",
        "--backup-dir", f"{made}/backups", "--unit-dir", f"{made}/units",
        "--cron-file", f"{made}/cron.d/puq-zimbra", "--link", f"{made}/bin/puq-zimbra",
        "--share-dir", f"{made}/share",
        "--server", "mail1", "--url", params["server"]["url"], "--admin", "admin@example.test",
        "--password-file", str(secret), "--ca-file", str(tls.ca_file),
        "--installation", "crm.example",
    ]  # fmt: skip


def told(command: Command, options: list[str], status: int = 0) -> dict[str, Any]:
    """What the command prints as JSON."""
    done = command(*options)
    assert done.status == status, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_everything_is_made_and_the_second_time_nothing(
    command: Command, options: list[str], tmp_path: Path
) -> None:
    """A dry run writes nothing and names the same things."""
    machine = tmp_path / "machine"
    tried = told(command, [*options, "--dry-run"])
    assert not machine.exists()
    first, again = told(command, options), told(command, options)

    assert {one["what"] for one in tried["steps"]} <= {
        *(one["what"] for one in first["steps"]), "secret of crm.example"
    }  # fmt: skip
    assert {one["result"] for one in again["steps"]} == {"unchanged", "tested"}
    assert first["problems"] == again["problems"] == []
    assert first["paste"] == again["paste"]
    assert first["paste"]["secret"].startswith("whsec_")
    config = load(machine / "etc/config.toml")
    assert config.server("mail1").username == "admin@example.test"
    assert (machine / "etc/config.toml").stat().st_mode & 0o777 == 0o600
    assert (machine / "etc/mail1.password").stat().st_mode & 0o777 == 0o600


def test_the_units_are_of_this_machine(
    command: Command, options: list[str], tmp_path: Path
) -> None:
    """Program, settings, user and folders are those that were asked for."""
    told(command, options)
    unit = (tmp_path / "machine/units/puq-zimbra.service").read_text()

    assert f"ExecStart={COMMAND.resolve().parent}" in unit or f"ExecStart={COMMAND}" in unit
    assert f"--config {tmp_path}/machine/etc/config.toml serve" in unit
    assert f"User={getpass.getuser()}\n" in unit
    assert f"ReadWritePaths={tmp_path}/machine/state\n" in unit
    assert "/opt/puq-zimbra" not in unit


def test_cron_instead(command: Command, options: list[str], tmp_path: Path) -> None:
    """Each job as the asked user, with the asked settings."""
    told(command, [*options, "--route", "cron"])
    text = (tmp_path / "machine/cron.d/puq-zimbra").read_text()
    jobs = [line.split() for line in text.splitlines() if line and line[0] in "*0123456789"]

    assert len(jobs) == 4
    assert {job[5] for job in jobs} == {getpass.getuser()}
    assert f"PUQ_ZIMBRA_CONFIG={tmp_path}/machine/etc/config.toml\n" in text
    assert not (tmp_path / "machine/units").exists()


def test_a_second_server_is_added_and_settings_of_a_person_stay(
    command: Command, options: list[str], tmp_path: Path
) -> None:
    """Nothing in the file is changed, and no password is written over."""
    told(command, options)
    file = tmp_path / "machine/etc/config.toml"
    before = file.read_text() + "[limits]\nhook_seconds = 30.0\n"
    file.write_text(before)
    told(command, ["mail2" if one == "mail1" else one for one in options])

    assert file.read_text().startswith(before)
    assert list(load(file).servers) == ["mail1", "mail2"]


def test_a_log_in_that_fails_is_told(command: Command, options: list[str], tmp_path: Path) -> None:
    """Everything is there, and the status says that it does not work yet."""
    (tmp_path / "pw").write_text("wrong\n")
    found = told(command, options, status=1)

    assert any("mail1" in one or "log" in one.lower() for one in found["problems"])
    assert "wrong" not in json.dumps(found["problems"]).split()


def test_an_unknown_certificate_needs_a_person(
    command: Command, options: list[str], tmp_path: Path
) -> None:
    """Its fingerprint is shown, with how to compare it; nothing was made."""
    at = options.index("--ca-file")
    done = command(*options[:at], *options[at + 2 :])

    assert done.status == 64
    assert "--fingerprint sha256:" in done.stderr
    assert "openssl x509" in done.stderr
    assert not (tmp_path / "machine").exists()


def test_another_user_needs_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    """Said before anything is made."""
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    done = command("setup", "--no-input", "--config-file", f"{tmp_path}/x/config.toml")

    assert (done.status, "sudo" in done.stderr) == (78, True)
    assert not (tmp_path / "x").exists()


def test_a_secret_without_a_state_directory(tmp_path: Path) -> None:
    """The first hour's third command: the directory is made, or one sentence names it."""
    settings = tmp_path / "config.toml"
    settings.write_text(f'[store]\ndir = "{tmp_path}/deep/er/state"\n')
    done = subprocess.run(
        [str(COMMAND), "--config", str(settings), "secret", "--installation", "crm.example"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.startswith("whsec_")


def test_what_to_paste_where(command: Command, options: list[str], tmp_path: Path) -> None:
    """For each platform; where settings say that the service listens elsewhere, that."""
    found = told(command, options)
    secret = found["paste"]["secret"]
    pasted = {name: [*one["paste"].values()] for name, one in found["platforms"].items()}

    assert pasted["whmcs"] == [["installation=crm.example", f"secret={secret}"]]
    assert pasted["fossbilling"] == [[f"installation=crm.example secret={secret}"]]
    body = json.loads(pasted["json"][0][0])
    assert body["installation"] == "crm.example"
    assert plain.validate(body)
    assert any("host install whmcs" in one for one in found["platforms"]["whmcs"]["steps"])

    file = tmp_path / "machine/etc/config.toml"
    file.write_text(file.read_text().replace('"127.0.0.1:7410"', '"unix:/run/x.sock"'))
    again = told(command, options)["platforms"]["whmcs"]["paste"]["Access Hash"]
    assert again[0] == "engine=unix:/run/x.sock"
    words = command(*[one for one in options if one != "--json"]).stdout
    assert f"    secret={secret}\n" in words


def test_shells_and_man_find_what_is_theirs(
    command: Command, options: list[str], tmp_path: Path
) -> None:
    """Completions and a manual page of each command."""
    told(command, options)
    share = tmp_path / "machine/share"
    done = subprocess.run(
        ["bash", "-n", share / "bash-completion/completions/puq-zimbra"], check=False
    )

    assert done.returncode == 0
    assert (share / "man/man1/puq-zimbra-usage-sync.1").read_text().startswith(".TH")
    assert "#compdef" in (share / "zsh/site-functions/_puq-zimbra").read_text()
    assert (share / "fish/vendor_completions.d/puq-zimbra.fish").is_file()
