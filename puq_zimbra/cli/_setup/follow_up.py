"""The end of `puq-zimbra setup`: the secret, the checks, and what a person does next."""

from __future__ import annotations

import json
import shlex
from typing import Any

import click

from puq_zimbra.cli._setup.asked import Wanted
from puq_zimbra.cli._setup.plan import Maker, Plan, Step

_TIMERS = ("work", "usage", "purge", "backup")


def finish(maker: Maker, wanted: Wanted) -> dict[str, Any]:
    """Make the secret, run the checks as the hooks' user; what to start and to paste."""
    plan = maker.plan
    told: dict[str, Any] = {"problems": [], "start": _start(plan), "paste": {}}
    if wanted.installation is not None:
        told["paste"] = {"engine": _engine(plan), "installation": wanted.installation}
        if maker.dry_run:
            maker.steps.append(Step("made", f"secret of {wanted.installation}"))
        else:
            done = maker.as_user("secret", "--installation", wanted.installation)
            if done.returncode:
                told["problems"].append(done.stderr.strip())
            else:
                told["paste"]["secret"] = done.stdout.strip()
    if wanted.server is not None and not maker.dry_run:
        told["problems"] += _check(maker, wanted.server.name)
    told["then"] = _then(plan, wanted)
    return told


def _check(maker: Maker, server: str) -> list[str]:
    """What the doctor finds wrong with the server, and with the files on this machine."""
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
    return plan.listen if plan.listen.startswith("unix:") else f"http://{plan.listen}"


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
    return [*steps, f"{shlex.quote(program)} host install whmcs /path/of/whmcs"]


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
    if told["paste"]:
        click.echo("Paste into the billing platform:")
        for name, value in told["paste"].items():
            click.echo(f"  {name:<13} {value}")
