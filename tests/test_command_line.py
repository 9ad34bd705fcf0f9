"""What an operator types by mistake, pipes and pastes: a sentence, and nothing breaks."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from puq_zimbra import file_owner
from puq_zimbra.cli import _progress, cli
from puq_zimbra.config import Config, StoreSettings
from puq_zimbra.errors import AnotherUsers
from puq_zimbra.store.database import Store

from .conftest import Command, Hook
from .processes import wait_for
from .test_cli import COMMAND, run

NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="files are given to another user")


@pytest.fixture
def compiled() -> None:
    """Nothing of others stands in the store's folder, which these tests list and give away."""


@pytest.mark.parametrize("month", ["banana", "2026-13", "2026-1", "2026", "11-2026", "２０２６-11"])
def test_a_month_that_is_none_is_refused(command: Command, month: str) -> None:
    """A script that bills must not take an empty ledger for an idle month."""
    done = command("usage", "ledger", "--month", month)

    assert (done.status, done.stdout) == (64, "")
    assert month in done.stderr


@pytest.mark.parametrize("arguments", [
    ["simulator", "--admin-port", "65536"],
    ["simulator", "--user-port", "-1"],
    ["demo", "--port", "99999"],
    ["serve", "--listen", "127.0.0.1:65536"],
])  # fmt: skip
def test_a_port_that_is_none(
    command: Command, config: Config, tmp_path: Path, arguments: list[str]
) -> None:
    """Said in a sentence, before anything is begun."""
    command("secret")
    done = command(*arguments)

    assert done.status in (64, 78)
    assert "65535" in done.stderr or "HOST:PORT" in done.stderr


def test_an_address_in_use_is_named(tmp_path: Path) -> None:
    """Nobody has to guess which of two ports it was."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        run("secret", cwd=tmp_path)
        served = run("serve", "--listen", address, cwd=tmp_path)
        port = address.partition(":")[2]
        simulated = run("simulator", "--admin-port", port, "--user-port", "0")

    assert (served.returncode, address in served.stderr) == (78, True)
    assert (simulated.returncode, address in simulated.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [["audit"], ["hook", "plain", "describe"]])
def test_a_reader_that_goes_away_or_a_full_disk(
    tmp_path: Path, hook: Hook, settings: str, arguments: list[str]
) -> None:
    """As with `| head -1`: no traceback."""
    hook("create")
    one = shlex.join([str(COMMAND), "--config", settings, *arguments])
    done = subprocess.run(
        [
            "sh",
            "-c",
            "".join(f"{one} {to} < /dev/null\n" for to in ("| true", "> /dev/full", ">&-")),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert "No space left on device" in done.stderr
    for word in ("Traceback", "roken pipe", "BrokenPipe", "Exception ignored", "of its own"):
        assert word not in done.stderr


def test_the_audit_trail_is_filtered(hook: Hook, command: Command) -> None:
    """By service, event, code and time; all of it is checked whatever is shown."""
    hook("create")
    hook("suspend")
    hook("create", service={"id": "43", "domain": "druga.example"})

    def shown(*options: str) -> list[str]:
        done = command("audit", "--json", *options)
        assert done.stderr.startswith("3 lines")
        return [json.loads(line)["event"] for line in done.stdout.splitlines()]

    assert shown() == ["create", "suspend", "create"]
    assert shown("--installation", "crm.example", "--service", "42") == ["create", "suspend"]
    assert shown("--event", "suspend", "--event", "terminate") == ["suspend"]
    assert shown("--code", "refused") == []
    assert shown("--since", "2099-01-01") == []
    assert len(shown("--until", "2099-01-01T10:00")) == 3


def test_operations_are_filtered(hook: Hook, command: Command) -> None:
    """By the same options."""
    hook("create")
    hook("create", service={"id": "43", "domain": "druga.example"})
    found = command("operations", "--json", "--service", "43").stdout

    assert json.loads(found)["service"] == "crm.example:43"
    assert command("operations", "--since", "2099-01-01").stdout == ""


@pytest.mark.parametrize("name", ["audit", "operations"])
@pytest.mark.parametrize("option", ["--event", "--code", "--since"])
def test_a_filter_that_fits_nothing_is_a_mistake(command: Command, name: str, option: str) -> None:
    """A name that is spelt wrongly must not look like silence."""
    done = command(name, option, "banana")

    assert (done.status, "banana" in done.stderr) == (64, True)


def _commands(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            below = context.command.get_command(context, name)
            assert below is not None
            yield from _commands(click.Context(below, parent=context, info_name=name))


def test_every_command_has_a_summary_and_examples() -> None:
    """The examples begin with the command itself, as one would type it."""
    for context in _commands(click.Context(cli, info_name="puq-zimbra")):
        text = context.command.help or ""
        summary = text.partition("\n")[0]
        assert summary.endswith("."), context.command_path
        _, found, examples = text.partition("Examples:\n")
        assert found, context.command_path
        assert "puq-zimbra " in examples, context.command_path


def test_every_command_speaks_json() -> None:
    """A hook speaks nothing else, and needs no option for it."""
    for context in _commands(click.Context(cli, info_name="puq-zimbra")):
        if isinstance(context.command, click.Group) and not context.command.invoke_without_command:
            continue
        options = {name for one in context.command.params for name in one.opts}

        assert "--json" in options or context.command_path == "puq-zimbra hook"


class Terminal(io.StringIO):
    """A standard error that a person sees."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_what_takes_long_says_so_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And takes the line back, so that the result stands alone."""
    monkeypatch.setattr(_progress, "_SOON", 0.0)
    with _progress.waiting("doctor"):
        pass
    assert capsys.readouterr().err == ""

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", seen := Terminal())
    with _progress.waiting("doctor") as say:
        say("3 of 7 checks are through")
        wait_for(lambda: "doctor: 3 of 7 checks are through, " in seen.getvalue())
    assert seen.getvalue().endswith("\r\x1b[2K")


def test_colours_stay_on_the_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or a mail gets none."""
    monkeypatch.setenv("TERM", "xterm-256color")
    done = command("doctor")

    assert "ok " in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_the_manual_has_a_page_for_each_command(command: Command, tmp_path: Path) -> None:
    """And groff has nothing to say against it."""
    done = command("manual", str(tmp_path))
    pages = sorted(tmp_path.glob("*.1"))
    count = sum(1 for _ in _commands(click.Context(cli, info_name="puq-zimbra")))

    assert (done.status, len(pages)) == (0, count)
    page = (tmp_path / "puq-zimbra-usage-sync.1").read_text()
    assert ".SH EXAMPLES" in page
    assert "\\-\\-resume" in page
    if shutil.which("groff"):
        checked = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-z", *map(str, pages)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_our_commands(command: Command, shell: str) -> None:
    """By the variable that click looks at."""
    assert "_PUQ_ZIMBRA_COMPLETE" in command("completion", shell).stdout


def test_a_completion_finds_commands_and_options(tmp_path: Path) -> None:
    """As bash asks for it."""
    words = {"COMP_WORDS": "puq-zimbra usa", "COMP_CWORD": "1"}
    words["_PUQ_ZIMBRA_COMPLETE"] = "bash_complete"
    done = subprocess.run(
        [str(COMMAND)], env={**os.environ, **words}, capture_output=True, text=True, check=False
    )

    assert done.stdout == "plain,usage\n"


# -- root, and the hooks' user --------------------------------------------------------------------


def _given_away(*paths: Path) -> None:
    for one in paths:
        os.chown(one, NOBODY, NOBODY)


@only_root
@pytest.mark.parametrize("arguments", [
    ["secret"],
    ["secret", "--rotate"],
    ["audit"],
    ["operations"],
    ["work"],
    ["purge", "--due"],
    ["usage", "sync"],
    ["usage", "export"],
    ["serve"],
    ["store", "migrate", "--dry-run"],
    ["store", "backup", "elsewhere.tar"],
    ["store", "prune"],
])  # fmt: skip
def test_root_leaves_nothing_in_another_users_store(
    hook: Hook, command: Command, tmp_path: Path, arguments: list[str]
) -> None:
    """Every command refuses that would."""
    hook("create")
    state = tmp_path / "state"
    files = [state, *state.rglob("*")]
    _given_away(*files)
    done = command(*arguments)

    assert (done.status, "run this as that user" in done.stderr) == (78, True)
    assert sorted([state, *state.rglob("*")]) == sorted(files)


@only_root
def test_root_is_told_what_to_paste(settings: str, tmp_path: Path) -> None:
    """The command as that user, with program and settings."""
    (tmp_path / "state").mkdir()
    _given_away(tmp_path / "state")
    done = run("--config", settings, "usage", "sync", "--json")

    line = shlex.join([str(COMMAND), "--config", settings, "usage", "sync", "--json"])
    assert f"-> runuser -u nobody -- {line}" in done.stderr.splitlines()


@only_root
def test_a_hook_of_roots_is_misconfigured_there(hook: Hook, tmp_path: Path) -> None:
    """The host is answered in its own words."""
    hook("describe")
    (tmp_path / "state").mkdir(exist_ok=True)
    _given_away(tmp_path / "state")

    assert hook("create").value["code"] == "misconfigured"
    assert hook("describe").value["code"] == "unchanged"
    assert list((tmp_path / "state").rglob("*")) == []


@only_root
def test_root_makes_no_store_that_is_to_be_another_users(command: Command, tmp_path: Path) -> None:
    """Before the first hook the password file says who works here."""
    _given_away(tmp_path / "password")
    done = command("secret")

    assert (done.status, "user nobody" in done.stderr) == (78, True)
    assert not (tmp_path / "state").exists()


def test_nobody_else_is_asked_whose_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another user's permissions say no by themselves."""
    config = Config(store=StoreSettings(dir=str(tmp_path)))
    if os.geteuid() == 0:
        os.chown(tmp_path, NOBODY, NOBODY)
        with pytest.raises(AnotherUsers):
            Store.open(config)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    file_owner.require_ours(config)


def test_a_printed_command_can_be_pasted(tmp_path: Path) -> None:
    """It has the path of a program that is not in PATH, and the settings."""
    done = run("serve", cwd=tmp_path)
    (command,) = [one for one in done.stderr.partition("yet: ")[2].split(" makes one") if one][:1]

    settings = tmp_path / "puq-zimbra.toml"
    wanted = [str(COMMAND), "--config", str(settings), "secret", "--installation", "NAME"]
    assert shlex.split(command) == wanted
