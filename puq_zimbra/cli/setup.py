"""`puq-zimbra setup`: from an installed package to a running service, step by step.

Source: deploy/README.md, whose steps it takes.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from puq_zimbra.cli import _options, completion, manual
from puq_zimbra.cli._setup import asked, files, follow_up
from puq_zimbra.cli._setup.plan import Maker, Plan, folders, require_possible

_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--route", type=click.Choice(["systemd", "cron", "none"]), default="systemd",
              show_default=True, help="What starts the jobs.")  # fmt: skip
@click.option("--user", default="puq-zimbra", show_default=True, help="Whose the hooks are.")
@click.option("--group", default="www-data", show_default=True, help="The web server's group.")
@click.option("--listen", default="127.0.0.1:7410", show_default=True, help="[http] listen.")
@click.option("--config-file", type=_PATH, default=Path("/etc/puq-zimbra/config.toml"),
              show_default=True, help="The settings; they stay if they are there.")  # fmt: skip
@click.option("--state-dir", type=_PATH, default=Path("/var/lib/puq-zimbra"), show_default=True)
@click.option("--backup-dir", type=_PATH, default=Path("/var/backups/puq-zimbra"),
              show_default=True)  # fmt: skip
@click.option("--unit-dir", type=_PATH, default=Path("/etc/systemd/system"), show_default=True)
@click.option("--cron-file", type=_PATH, default=Path("/etc/cron.d/puq-zimbra"), show_default=True)
@click.option("--link", type=_PATH, default=Path("/usr/local/bin/puq-zimbra"), show_default=True,
              help="Put the program on PATH; '' = no.")  # fmt: skip
@click.option("--share-dir", type=_PATH, default=Path("/usr/local/share"), show_default=True,
              help="Put completions and manual pages here; '' = no.")  # fmt: skip
@click.option("--server", "name", help="A name of yours for the Zimbra, such as mail1.")
@click.option("--url", help="Its admin service, https://HOST:7071.")
@click.option("--admin", help="Its administrator for this service, NAME@DOMAIN.")
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A file with his password, which is copied; - = standard input.")  # fmt: skip
@click.option("--fingerprint", help="sha256:… of its certificate, if no authority signed it.")
@click.option("--ca-file", help="PEM file of the authority that signed it.")
@click.option("--installation", help="The billing platform's name, such as whmcs.")
@click.option("--no-input", is_flag=True, help="Ask nothing: what no option says is left out.")
@_options.dry_run
@_options.as_json
@click.pass_context
def setup(
    context: click.Context, /, dry_run: bool, as_json: bool, no_input: bool, **given: Any
) -> None:
    """Set up user, folders, settings, secret and jobs, and test the log-in.

    Asks for what no option says, if there is a terminal. Safe to run twice: what is there stays,
    and a second --server or --installation is added. Prints what to start, and for WHMCS,
    FOSSBilling and a platform of your own what to do there and what to paste. Exit status 1 if the
    log-in or another check fails.

    \b
    Examples:
      puq-zimbra setup --dry-run
      puq-zimbra setup
      puq-zimbra setup --no-input --route cron --server mail1 --url https://mail.example:7071 \\
        --admin puq-zimbra@mail.example --password-file pw --installation whmcs
    """
    plan = _plan(given)
    require_possible(plan)
    asks = not no_input and sys.stdin.isatty()
    wanted = asked.answers(given, asks=asks)
    maker = Maker(plan, dry_run=dry_run)
    maker.user()
    for path, owned in folders(plan):
        maker.folder(path, owned=owned)
    _settings(maker, wanted)
    _jobs(maker)
    maker.link()
    _shell(maker)
    told = follow_up.finish(maker, wanted)
    if as_json:
        steps = [vars(step) for step in maker.steps]
        click.echo(json.dumps({"dry_run": dry_run, "steps": steps, **told}, ensure_ascii=False))
    else:
        for step in maker.steps:
            click.echo(f"{'would be ' if dry_run else ''}{step.result:<10} {step.what}")
        follow_up.show(told)
    context.exit(1 if told["problems"] else 0)


def _plan(given: dict[str, Any]) -> Plan:
    """Where everything goes."""
    link, share = given["link"], given["share_dir"]
    program = Path(sys.argv[0]).absolute()
    if program.name != "puq-zimbra" or not program.is_file():
        program = Path(sys.executable).with_name("puq-zimbra")
    return Plan(
        user=given["user"],
        group=given["group"],
        route=given["route"],
        config=given["config_file"].absolute(),
        state=given["state_dir"].absolute(),
        backups=given["backup_dir"].absolute(),
        units=given["unit_dir"],
        cron=given["cron_file"],
        link=link if link != Path() and _can_make(link.parent) else None,
        share=share if share != Path() and _can_make(share) else None,
        program=program.resolve() if program.is_symlink() else program,
        listen=given["listen"],
    )


def _can_make(folder: Path) -> bool:
    """Whether we may write into a folder, which need not be there yet."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return os.access(there, os.W_OK)


def _shell(maker: Maker) -> None:
    """What helps to type the commands, and to read about them."""
    share = maker.plan.share
    if share is None:
        return
    maker.files(f"completions for bash, zsh and fish in {share}", {
        share / "bash-completion/completions/puq-zimbra": completion.script("bash"),
        share / "zsh/site-functions/_puq-zimbra": completion.script("zsh"),
        share / "fish/vendor_completions.d/puq-zimbra.fish": completion.script("fish"),
    })  # fmt: skip
    pages = manual.pages()
    maker.files(
        f"{len(pages)} manual pages in {share}/man/man1",
        {share / "man/man1" / name: text for name, text in pages.items()},
    )


def _settings(maker: Maker, wanted: asked.Wanted) -> None:
    """Write the settings, add a server that they lack, and write its password."""
    plan, server = maker.plan, wanted.server
    there = plan.config.read_text("utf-8") if plan.config.exists() else None
    text = files.settings(plan, server)
    if there is not None:
        has = server is None or f"[servers.{server.name}]" in there
        text = there if has or server is None else there + files.section(plan, server)
    maker.file(plan.config, text, mode=0o600, owned=True)
    if server is not None and wanted.password is not None:
        maker.file(server.password_file(plan), wanted.password, mode=0o600, owned=True)


def _jobs(maker: Maker) -> None:
    plan = maker.plan
    if plan.route == "systemd":
        maker.folder(plan.units, owned=False)
        for name, text in files.units(plan).items():
            maker.file(plan.units / name, text, mode=0o644, owned=False)
    elif plan.route == "cron":
        maker.folder(plan.cron.parent, owned=False)
        maker.file(plan.cron, files.cron(plan), mode=0o644, owned=False)
