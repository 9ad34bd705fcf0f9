"""What a provider copies from `deploy/` names what there is, and its readers accept it."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from puq_zimbra.cli import cli
from puq_zimbra.config import Config, Limits, load

from .test_cli import COMMAND

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*"))
SERVICES = [one for one in UNITS if one.suffix == ".service"]
JOBS = {"work", "usage sync", "purge --due", "store backup /var/backups/puq-zimbra"}
PROGRAM = "/opt/puq-zimbra/bin/puq-zimbra"


def directives(unit: Path) -> list[tuple[str, str]]:
    """The lines of a unit file: name and value."""
    lines = unit.read_text().splitlines()
    return [
        (n, v) for n, _, v in (one.partition("=") for one in lines if "=" in one and one[0] != "#")
    ]


def value(unit: Path, name: str) -> str:
    """The one value of a directive."""
    (found,) = (v for n, v in directives(unit) if n == name)
    return found


def started(unit: Path) -> str:
    """What a unit starts, without the program and its settings."""
    return value(unit, "ExecStart").removeprefix(f"{PROGRAM} --config /etc/puq-zimbra/config.toml ")


def cron_lines() -> list[list[str]]:
    """The jobs of the cron file: five fields of time, the user, the command."""
    lines = (DEPLOY / "cron/puq-zimbra").read_text().splitlines()
    return [one.split(None, 6) for one in lines if re.match(r"[*\d]", one)]


def cron_job(command: str) -> str:
    """What a cron line starts, without the program and what comes after it."""
    return re.split(r" >/dev/null", command)[0].removeprefix("puq-zimbra ")


def parse(arguments: list[str]) -> click.Command:
    """The command that some arguments name; its own arguments and options are right, too."""
    context = click.Context(cli)
    command: click.Command = cli
    while isinstance(command, click.Group):
        name, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command, context = found, click.Context(found, context, info_name=name)
    command.make_context("", arguments, context.parent)
    return command


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: str(unit.name))
def test_units_start_commands_that_exist(unit: Path) -> None:
    """With options that they have."""
    parse(shlex.split(started(unit)))


def test_jobs_are_the_same_everywhere() -> None:
    """In the timers and in the cron file; and what they are called for exists."""
    timers = [one.with_suffix(".service") for one in UNITS if one.suffix == ".timer"]
    by_cron = {cron_job(line[6]) for line in cron_lines()}

    assert {started(one) for one in timers} == by_cron == JOBS
    for job in by_cron:
        parse(shlex.split(job))
    assert {line[5] for line in cron_lines()} == {value(one, "User") for one in SERVICES}


def test_the_command_is_refused_when_it_is_wrong() -> None:
    """Else the tests above would tell nothing."""
    for wrong in ("serf", "usage sing", "work --due", "store backup"):
        with pytest.raises(click.UsageError):
            parse(shlex.split(wrong))


def hardening(unit: Path) -> list[tuple[str, str]]:
    """Who a unit is and what it may do."""
    lines = directives(unit)
    names = [name for name, _ in lines]
    end = names.index("WantedBy") if "WantedBy" in names else None
    return lines[names.index("User") : end]


def test_all_units_may_do_the_same() -> None:
    """They share the state directory, and one of them would be the weakest."""
    (same,) = {tuple(hardening(unit)) for unit in SERVICES}
    held = dict(same)

    assert held["NoNewPrivileges"] == "yes"
    assert held["ProtectSystem"] == "strict"
    assert held["CapabilityBoundingSet"] == ""
    assert held["StateDirectory"] == "puq-zimbra"
    # Without these two a process could not tell whether another one lives.
    assert not {"ProcSubset", "PrivatePIDs"} & held.keys()


def test_the_service_is_given_time_to_drain() -> None:
    """A hook that is cut off leaves its operation to be carried on."""
    unit = DEPLOY / "systemd/puq-zimbra.service"
    seconds = float(value(unit, "TimeoutStopSec").removesuffix("s"))

    assert seconds > Limits().hook_seconds
    assert value(unit, "KillSignal") == "SIGTERM"
    assert value(unit, "RuntimeDirectory") == "puq-zimbra"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """Unknown directives, wrong times, programs that are not there."""
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, str(COMMAND)))
    files = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_hadolint_accepts_the_dockerfile() -> None:
    """Nobody built it here: it is at least well-formed and by the book."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), str(DEPLOY / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (0, "")


# -- the settings --------------------------------------------------------------------------------

SAMPLE = DEPLOY / "config.toml"


def switched_on() -> dict[str, Any]:
    """The sample with every line that is switched off switched on."""
    return tomllib.loads(re.sub(r"(?m)^#(?=\[|[a-z_]+ = )", "", SAMPLE.read_text()))


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting by its path, with its default."""
    for name, one in model.model_fields.items():
        inner = [m for m in (one.annotation, *get_args(one.annotation)) if is_model(m)]
        if inner:
            part = {"servers": ".mail1", "packages": ".mail-10"}.get(name, "")
            yield from keys(inner[0], f"{prefix}{name}{part}.")
        else:
            yield prefix + name, one.default


def is_model(annotation: object) -> bool:
    """Whether a setting is a section."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def flat(given: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by its path."""
    for name, one in given.items():
        if isinstance(one, dict):
            yield from flat(one, f"{prefix}{name}.")
        else:
            yield prefix + name, one


def test_the_sample_loads_as_it_is() -> None:
    """And says where the store is, for the user of the units has no home."""
    config = load(SAMPLE)

    assert config == Config.model_validate({"store": {"dir": "/var/lib/puq-zimbra"}})
    assert str(config.store_directory()) == "/var/lib/puq-zimbra"


def test_the_sample_is_complete() -> None:
    """Every setting that there is and none that there is not; the defaults are the real ones."""
    given = switched_on()
    Config.model_validate(given)
    shown, real = dict(flat(given)), dict(keys(Config))

    assert shown.keys() == real.keys()
    for path, default in real.items():
        if default is not None and default is not PydanticUndefined:
            assert shown[path] == default, path


def test_every_setting_is_explained() -> None:
    """Each group of settings has a comment above it."""
    for before, line in itertools.pairwise(SAMPLE.read_text().splitlines()):
        if re.match(r"#?[a-z_]+ = ", line):
            assert before.startswith("#"), line
