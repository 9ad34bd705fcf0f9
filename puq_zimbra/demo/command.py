"""`puq-zimbra demo`: start a simulated Zimbra, live a mail domain's life, show the page.

Nothing is written outside the demo's folder and nothing leaves 127.0.0.1.
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from puq_zimbra.config import Config
from puq_zimbra.demo import host, life, name_server, states, walk
from puq_zimbra.demo.step import Step
from puq_zimbra.demo.view import Mode
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator, make_tls


def main(*, check: bool, as_json: bool, port: int, directory: Path) -> int:
    """Run the demonstration; return the exit status."""
    shutil.rmtree(directory / "store", ignore_errors=True)  # each run tells its own story
    directory.mkdir(parents=True, exist_ok=True)
    # No limit on requests: this Zimbra is a simulated one, and the reader is waiting.
    limits = {"requests_per_second": 0, "concurrent_requests": 0}
    simulator = Simulator(domain="example.test", admin_password="test123")
    simulator.seed("demo")
    tls = make_tls("mail.example.test", directory)
    with (
        name_server.running() as dns,
        simulator.serve(tls, admin_port=0, user_port=0) as running,
    ):
        settings = {
            "store": {"dir": str(directory.absolute() / "store")},
            "limits": limits,
            "dns": {"resolvers": [dns.address]},
        }
        runtime = Runtime(Config.model_validate(settings))
        try:
            tell = _say_nothing if as_json else _say
            story = life.Life(simulator, running, runtime, assets_url=host.ASSETS_URL, tell=tell)
            if not as_json:
                click.echo(f"A simulated Zimbra on {running.admin_url}, its certificate pinned")
            life.until_the_page(story)
            if check or as_json:
                walk.through(story, dns)
                life.end(story)
            else:
                _show(story, port, dns)
        finally:
            runtime.close()
    return _summary(story, as_json=as_json)


def _say(step: Step) -> None:
    step = step.told("en")
    mark = click.style("✔", fg="green") if step.ok else click.style("✘", fg="red")
    click.echo(f" {mark} {step.title:<42} {step.detail}")


def _say_nothing(step: Step) -> None:
    """With --json the steps come all at once."""


def _show(story: life.Life, port: int, dns: name_server.NameServer) -> None:
    """Serve the customer's page until the reader has seen enough."""
    shown = states.States(story)

    def fragment(
        locale: str,
        mode: Mode,
        page: str,
        form: Mapping[str, str],
        query: Mapping[str, str],
    ) -> str:
        asked = {"locale": locale, "mode": mode, "page": page, "form": dict(form)}
        asked |= {"query": dict(query), "actor": life.CUSTOMER}
        html = str(story.hook("client_area", **asked, **shown.order).get("html", ""))
        if page == "alias_domain_new":  # the reader has no DNS of his own here
            dns.set_as_told(html)
        return html

    def act(form: Mapping[str, str], locale: str, mode: Mode) -> host.Acted:
        asked = {"locale": locale, "mode": mode, "form": dict(form), "query": {}}
        reply = story.hook("client_action", actor=life.CUSTOMER, **asked, **shown.order)
        following = str(reply.get("data", {}).get("next", ""))
        return host.Acted(reply["ok"], reply["message"], following, reply.get("html", ""))

    def sso(target: str) -> str:
        return str(story.hook("sso_service", target=target).get("data", {}).get("url", ""))

    actions = host.HostActions(
        fragment,
        act,
        sso,
        timeline=lambda: story.steps,
        states=lambda: (shown.name, states.STATES),
        enter=shown.enter,
    )
    with host.serve(actions, port) as page, suppress(KeyboardInterrupt):
        click.echo(f"\n  The customer's page: {page.url}   (Ctrl-C ends the demo)")
        own = urlsplit(page.url).port
        click.echo(f"  From another machine: ssh -L {own}:127.0.0.1:{own} {socket.gethostname()}")
        page.wait()


def _summary(story: life.Life, *, as_json: bool) -> int:
    failed = [step for step in story.steps if not step.ok]
    if as_json:
        steps: list[dict[str, Any]] = [
            {"title": step.title, "detail": step.detail, "ok": step.ok}
            for step in (one.told("en") for one in story.steps)
        ]
        click.echo(json.dumps({"ok": not failed, "steps": steps}, ensure_ascii=False))
    else:
        click.echo(f"\n{len(story.steps)} steps, {len(failed)} failed")
    return 1 if failed else 0
