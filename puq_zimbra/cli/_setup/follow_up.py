"""The end of `puq-zimbra setup`: the secret, the checks, and what a person does next."""

from __future__ import annotations

import json
import shlex
from typing import Any

import click

from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli._setup import paste
from puq_zimbra.cli._setup.asked import Wanted
from puq_zimbra.cli._setup.plan import Maker, Plan, Step
from puq_zimbra.config import load
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.http_settings import HttpSettings

_TIMERS = ("work", "usage", "purge", "backup")


def finish(maker: Maker, wanted: Wanted) -> dict[str, Any]:
    """Make the secret, run the checks as the hooks' user; what to start and to paste."""
    plan = maker.plan
    told: dict[str, Any] = {"problems": [], "start": _start(plan), "paste": {}, "platforms": {}}
    if wanted.installation is not None:
        engine = _engine(plan)
        told["paste"] = {"engine": engine, "installation": wanted.installation}
        if maker.dry_run:
            maker.steps.append(Step("made", f"secret of {wanted.installation}"))
        else:
            done = maker.as_user("secret", "--installation", wanted.installation)
            if done.returncode:
                told["problems"].append(done.stderr.strip())
            else:
                told["paste"]["secret"] = done.stdout.strip()
        secret = told["paste"].get("secret")
        told["platforms"] = paste.platforms(plan, wanted, engine, secret)
    if wanted.server is not None and not maker.dry_run:
        told["problems"] += _check(maker, wanted.server.name)
    told["then"] = _then(plan, wanted)
    return told


def _check(maker: Maker, server: str) -> list[str]:
    """What the doctor finds wrong with the server, and with the files on this machine."""
    with waiting("setup") as say:
        say(f"testing the log-in at {server}")
        done = maker.as_user("doctor", "--server", server, "--json")
    try:
        found = json.loads(done.stdout)["findings"]
    except (ValueError, KeyError):
        return [done.stderr.strip() or "puq-zimbra doctor gave no answer"]
    # The service is not started yet.
    wrong = [one for one in found if one["level"] == "error" and one["check"] != "door"]
    maker.steps.append(
        Step("tested", f"log-in at {server}: {'see below' if wrong else 'it works'}")
    )
    return [" -> ".join([one["sentence"], *one["next"]]) for one in wrong]


def _engine(plan: Plan) -> str:
    """Where `serve` will listen: settings that were there before say it, else what was asked."""
    try:
        http = load(plan.config).http
    except PuqZimbraError:  # not written yet, or wrong: the doctor tells
        http = HttpSettings(listen=plan.listen)
    if http.listen.startswith("unix:"):
        return http.listen
    return f"{'https' if http.certificate else 'http'}://{http.listen}"


def _start(plan: Plan) -> list[str]:
    """The commands that start it."""
    serve = shlex.join(
        ["runuser", "-u", plan.user, "--", str(plan.program), "--config", str(plan.config), "serve"]
    )
    if plan.route == "systemd":
        timers = " ".join(f"puq-zimbra-{one}.timer" for one in _TIMERS)
        return ["systemctl daemon-reload", f"systemctl enable --now puq-zimbra.service {timers}"]
    if plan.route == "cron":
        return [f"{serve}  # the HTTP door, under a supervisor of yours; cron runs the jobs"]
    return [serve]


def _then(plan: Plan, wanted: Wanted) -> list[str]:
    """What comes after it is started."""
    program, config = str(plan.program), str(plan.config)
    ours = ["runuser", "-u", plan.user, "--", program, "--config", config]
    steps = [shlex.join([*ours, "doctor"])]
    if wanted.installation is None:
        steps.append(shlex.join([*ours, "secret", "--installation", "NAME"]))
        steps.append(f"{shlex.quote(program)} setup --installation NAME  # what to paste where")
    return steps


def show(told: dict[str, Any]) -> None:
    """Print it for a person."""
    for problem in told["problems"]:
        click.echo(f"problem: {problem}", err=True)
    click.echo("\nStart it:")
    for line in told["start"]:
        click.echo(f"  {line}")
    click.echo("Then:")
    for line in told["then"]:
        click.echo(f"  {line}")
    for platform in told["platforms"].values():
        click.echo(f"\n{click.style(platform['title'], bold=True)}")
        for number, step in enumerate(platform["steps"], 1):
            click.echo(f"  {number}. {step}")
        for where, lines in platform["paste"].items():
            click.echo(f"  {where}:")
            for line in lines:
                click.echo(f"    {line}")
