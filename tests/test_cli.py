"""The command line: standard input and output, exit statuses, what is loaded, help."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from puq_zimbra.cli import cli
from puq_zimbra.cli._folder import Folder
from puq_zimbra.config import load
from puq_zimbra.reply import CODES
from puq_zimbra.simulator import Simulator

from .conftest import Command, Params

COMMAND = Path(sys.executable).with_name("puq-zimbra")


def run(
    *arguments: str, given: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a billing host does, with a store of the test's own."""
    if cwd is not None and not (cwd / "puq-zimbra.toml").exists():
        (cwd / "puq-zimbra.toml").write_text(f'[store]\ndir = "{cwd}/state"\n')
    return subprocess.run(
        [str(COMMAND), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=60,
    )


def test_a_hook_is_a_process(params: Params, simulator: Simulator, tmp_path: Path) -> None:
    """Twice in a row, over real TLS: the second answer says so, and Zimbra saw one of each."""
    first = run("hook", "plain", "create", given=json.dumps(params), cwd=tmp_path)
    second = run("hook", "plain", "create", given=json.dumps(params), cwd=tmp_path)

    assert (first.returncode, json.loads(first.stdout)["code"]) == (0, "created")
    assert (second.returncode, json.loads(second.stdout)["code"]) == (0, "already_exists")
    assert len(simulator.calls("CreateDomainRequest")) == 1
    assert len(simulator.calls("CreateAccountRequest")) == 1
    assert "test123" not in first.stderr + first.stdout
    assert "First-Pass-1" not in first.stderr + first.stdout


def test_each_process_logs_off(params: Params, simulator: Simulator, tmp_path: Path) -> None:
    """A token left behind stays good for hours and in the directory as long."""
    run("hook", "plain", "test_connection", given=json.dumps(params), cwd=tmp_path)

    assert [call.name for call in simulator.log][-1] == "EndSessionRequest"


@pytest.mark.parametrize(
    ("arguments", "given", "status"),
    [
        (["hook", "plain", "explode"], "{}", 64),
        (["hook", "nobody", "create"], "{}", 64),
        (["nonsense"], "", 64),
        (["hook", "plain", "create"], "{", 65),
        (["hook", "plain", "create"], "[]", 65),
        (["hook", "plain", "describe"], '{"locale": "pl", "locale": "en"}', 65),
        (["hook", "plain", "create"], '{"a": 1}', 65),
        (["hook", "whmcs", "CreateAccount"], "", 65),
        (["hook", "plain", "describe"], "", 0),
        (["hook", "whmcs", "ConfigOptions"], "[]", 0),
        (["usage", "sync"], "", 78),
        (["--config", "missing.toml", "usage", "sync"], "", 78),
        (["--config", "missing.toml", "hook", "whmcs", "ClientArea"], "{}", 78),
        (["--config", "missing.toml", "hook", "plain", "create"], "{}", 78),
        (["--version"], "", 0),
    ],
)
def test_exit_statuses(arguments: list[str], given: str, status: int, tmp_path: Path) -> None:
    """Hosts act on the status, not on the words."""
    done = run(*arguments, given=given, cwd=tmp_path)

    assert done.returncode == status
    assert "Traceback" not in done.stderr
    if "hook" in arguments and status != 64:
        json.loads(done.stdout)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[limit]\n", "limit is not a known key; did you mean limits"),
        ("[servers.a]\nurl = 3\n", "servers.a.url is not a text"),
        ("[servers.a]\n", "servers.a.url is missing"),
        ("not toml", "cannot be read as TOML"),
        ('[servers.a]\nurl = "http://x.example"\n', "url is not an https://"),
        ('[servers.a]\nurl = "https://x.example"\npassword_file = "/none"\n', "password file"),
    ],
)
def test_wrong_settings_are_named(settings: str, words: str, tmp_path: Path) -> None:
    """File and key, so that the provider knows what to mend."""
    store = f'[store]\ndir = "{tmp_path}/state"\n'
    (tmp_path / "puq-zimbra.toml").write_text(store + settings)
    done = run("usage", "sync", cwd=tmp_path)

    assert done.returncode == 78
    assert words in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone becomes another user")
def test_a_folder_that_the_user_cannot_enter_holds_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator runs a command as the hooks' user, and is still in root's home."""
    tmp_path.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "puq-zimbra.toml").write_text("[limits]\nbin_days = 7\n")
    assert load().limits.bin_days == 7
    os.seteuid(65534)
    try:
        assert load().limits.bin_days == 30
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("event", ["client_area", "create"])
def test_settings_that_cannot_be_read_are_no_bug(tmp_path: Path, event: str) -> None:
    """The page has nothing to show yet but that sentence, and the log must not speak of a fault."""
    done = run("--config", str(tmp_path / "none.toml"), "hook", "plain", event, given="{}")
    answer = json.loads(done.stdout)

    assert (answer["code"], done.returncode) == ("misconfigured", 78)
    assert "unexpected" not in done.stderr
    assert event == "create" or answer["message"] in answer["html"]


def test_a_password_file_that_everybody_reads_is_refused(tmp_path: Path) -> None:
    """The one secret at rest must not lie open."""
    secret = tmp_path / "pw"
    secret.write_text("canary-7")
    secret.chmod(0o644)
    settings = f'[servers.a]\nurl = "https://x.example"\nusername="a"\npassword_file = "{secret}"\n'
    store = f'[store]\ndir = "{tmp_path}/state"\n'
    (tmp_path / "puq-zimbra.toml").write_text(store + settings)
    done = run("usage", "sync", cwd=tmp_path)

    assert done.returncode == 78
    assert "chmod 600" in done.stderr
    assert "canary-7" not in done.stderr


def test_describe_gives_the_form_back(tmp_path: Path) -> None:
    """Whoever builds a way to the door sees whether it carries every character."""
    form = {"text": "&<>\"'#%+ż &amp; \\ \n🙂"}
    done = run("hook", "plain", "describe", given=json.dumps({"form": form}), cwd=tmp_path)

    assert json.loads(done.stdout)["data"]["form"] == form
    assert "form" not in described()

    # JSON can name half a surrogate pair, UTF-8 cannot.
    done = run("hook", "plain", "describe", given='{"form": {"x": "\\ud800!"}}', cwd=tmp_path)
    assert json.loads(done.stdout)["data"]["form"] == {"x": "?!"}


@pytest.mark.parametrize("arguments", ["secret", "audit", "usage export", "store backup x.tar"])
def test_a_folder_that_cannot_be_made_is_named(arguments: str, tmp_path: Path) -> None:
    """A state directory below a file, or on a disk that only reads."""
    (tmp_path / "file").write_text("")
    (tmp_path / "puq-zimbra.toml").write_text(f'[store]\ndir = "{tmp_path}/file/state"\n')
    done = run(*arguments.split(), cwd=tmp_path)

    assert done.returncode == 78
    assert "Traceback" not in done.stderr
    assert re.search("file/state|Not a directory", done.stderr)


def test_an_error_of_our_own_is_told_without_a_traceback(
    command: Command, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text may hold what nobody should read in a mail of cron's."""

    def breaking(*given: Any, **more: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(socket, "getaddrinfo", breaking)
    done = command("service", "show", "crm.example", "42")

    assert done.status == 70
    assert re.match("Error: .* error of its own .RuntimeError in tests.test_cli:", done.stderr)
    assert "a secret" not in done.stderr


@pytest.mark.parametrize(("host", "event"), [("plain", "describe"), ("whmcs", "MetaData")])
def test_what_needs_no_server_loads_nothing_heavy(host: str, event: str) -> None:
    """WHMCS asks for the metadata on every page of its administration."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(COMMAND), "hook", host, event],
        input="{}",
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}

    assert "puq_zimbra.engine.dispatch" in loaded
    heavy = {"fastapi", "sqlalchemy", "babel", "zeep", "requests", "lxml", "jinja2"}
    assert not {name.partition(".")[0] for name in loaded} & heavy


def test_a_hook_that_writes_nothing_does_not_load_the_store(params: Params, tmp_path: Path) -> None:
    """The store takes a third of a process's start."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(COMMAND), "hook", "plain", "sso_admin"],
        input=json.dumps(params),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    assert not re.search(r"\b(sqlalchemy|babel|jinja2)\b", done.stderr)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command's path."""
    found: list[tuple[str, ...]] = [path]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
        else:
            found.append((*path, name))
    return found


@pytest.mark.parametrize("path", commands(cli), ids=" ".join)
def test_help_has_examples(path: tuple[str, ...]) -> None:
    """People copy the example before they read the options."""
    done = CliRunner().invoke(cli, [*path, "--help"])

    assert done.exit_code == 0
    assert "Examples:" in done.output


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a process of the command imports."""
    text = (
        "import sys, puq_zimbra.cli\n"
        "try: puq_zimbra.cli.main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("group", [(), ("usage",), ("store",)], ids=" ".join)
def test_a_groups_help_imports_none_of_its_commands(group: tuple[str, ...]) -> None:
    """Else each new command would slow down every hook process."""
    loaded = loaded_by(*group, "--help")

    package = ".".join(("puq_zimbra", "cli", *group))
    files = {name for name in loaded if name.startswith("puq_zimbra.cli")}
    assert files == {"puq_zimbra.cli", "puq_zimbra.cli._folder", package}
    assert not {name.partition(".")[0] for name in loaded} & {"sqlalchemy", "pydantic", "lxml"}


@pytest.mark.parametrize("path", [one for one in commands(cli) if one], ids=" ".join)
def test_a_group_lists_each_command_with_its_first_line(path: tuple[str, ...]) -> None:
    """The list reads it from the source; it must be what the command itself says."""
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        group, command = command, command.get_command(click.Context(command), name) or cli
    formatter = click.HelpFormatter(width=1000)
    group.format_commands(click.Context(group), formatter)

    line = (command.help or "").splitlines()[0].removesuffix(".")
    assert len(line) > 10
    assert re.search(rf"^ *{path[-1]} +{re.escape(line)}$", formatter.getvalue(), re.MULTILINE)


def test_a_command_is_added_by_adding_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No list elsewhere names the commands."""
    folder = tmp_path / "toy_commands"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "_shared.py").write_text("")
    (folder / "greet.py").write_text(
        'import click\n\n\n@click.command()\ndef greet() -> None:\n    """Say hello."""\n'
        '    click.echo("hello")\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    group = Folder("toy", package="toy_commands")

    assert group.list_commands(click.Context(group)) == ["greet"]
    assert CliRunner().invoke(group, ["greet"]).output == "hello\n"
    assert "Say hello" in CliRunner().invoke(group, ["--help"]).output
    assert CliRunner().invoke(group, ["_shared"]).exit_code == 2


def described() -> Any:
    """What describe prints."""
    return json.loads(run("hook", "plain", "describe").stdout)["data"]


def test_every_hook_and_code_is_in_the_docs() -> None:
    """A hook that nobody reads of does not exist."""
    docs = Path(__file__).parent.parent / "docs"
    text = (docs / "hooks.md").read_text("utf-8") + (docs / "codes.md").read_text("utf-8")

    data = described()
    assert [event for event in data["events"] if f"| `{event}` |" not in text] == []
    rows = (f"| `{code}` | {CODES[code][1]} | {CODES[code][2]} |" for code in data["codes"])
    assert [row for row in rows if row not in text] == []


@pytest.mark.parametrize("locale", ["en", "pl"])
def test_a_creation_loads_nothing_of_usage_or_the_customers_page(
    params: Params, tmp_path: Path, locale: str
) -> None:
    """A hook's process pays for each file that it reads."""
    config = tmp_path / "puq-zimbra.toml"
    config.write_text(f'[store]\ndir = "{tmp_path}/state"\n')
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(COMMAND), "--config", str(config),
         "hook", "plain", "create"],
        input=json.dumps({**params, "locale": locale}),
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}

    assert json.loads(done.stdout)["code"] == "created"
    assert "puq_zimbra.products.domain" in loaded
    rooms = ("puq_zimbra.usage", "puq_zimbra.clientarea")
    assert {one for one in loaded if one.startswith(rooms)} == set()
