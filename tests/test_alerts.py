"""The alerts and the dashboard in `deploy/prometheus` ask for metrics that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.http import metrics, server_metrics
from puq_zimbra.zimbra import rate_limit

from .conftest import Hook, Params

FOLDER = Path(__file__).parent.parent / "deploy/prometheus"
_NAME = re.compile(r"\bpuq_zimbra_\w+")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Debian's package prometheus has it")
def test_each_alert_fires_when_it_should() -> None:
    """And none of them in a quiet hour."""
    done = subprocess.run(
        ["promtool", "test", "rules", "alerts_test.yml"],
        cwd=FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", ["alerts.yml", "grafana.json"])
def test_every_metric_that_is_asked_for_exists(file: str, runtime: Runtime, hook: Hook) -> None:
    """A name that is spelt wrongly would be silent for ever."""
    hook("create")
    text = metrics.Metrics(runtime).text().decode()
    there = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    asked = {one.removesuffix("_bucket") for one in _NAME.findall((FOLDER / file).read_text())}

    assert asked - there - {"puq_zimbra_build_info"} == set()
    assert len(asked) > 8


def test_every_alert_says_what_to_do() -> None:
    """Whoever is woken up knows where to begin."""
    text = (FOLDER / "alerts.yml").read_text()

    assert text.count("- alert:") == text.count("what_to_do:") == text.count("severity:")


def test_the_dashboard_is_json_with_panels_of_their_own() -> None:
    """Grafana takes it as it is."""
    panels = json.loads((FOLDER / "grafana.json").read_text())["panels"]

    assert len({one["id"] for one in panels}) == len({one["title"] for one in panels}) > 5


def test_the_end_of_a_certificate_is_looked_up(runtime: Runtime, settings: str) -> None:
    """Under the server's name in the settings."""
    runtime.settings = Path(settings)
    server_metrics.look_at_certificates(runtime)
    found: dict[str, Metric] = {
        one.name: one
        for one in server_metrics.of_servers(
            server_metrics.names(server_metrics.configured(runtime))
        )
    }

    samples = found["puq_zimbra_server_certificate_end_seconds"].samples
    assert "mail1" in {one.labels["server"] for one in samples}


def figures(told: metrics.Metrics) -> dict[str, float]:
    """Each series with its value."""
    lines = (line.rsplit(" ", 1) for line in told.text().decode().splitlines() if line[0] != "#")
    return {series: float(value) for series, value in lines}


def test_every_server_has_its_figures_from_the_start(
    runtime: Runtime, settings: str, params: Params
) -> None:
    """An alert that asks for an increase, or for a server that is silent, must not wait."""
    path = Path(settings)
    text = path.read_text().replace("requests_per_second = 0", "requests_per_second = 25")
    url = params["server"]["url"]
    place = url.split("/")[2]
    closed = url.replace(place, "127.0.0.1:9")
    more = f'[servers.silent]\nurl = "{closed}"\nfingerprint = "sha256:{"AB" * 32}"\n'
    path.write_text(text + more)
    runtime.settings = path
    told = metrics.Metrics(runtime)
    first = figures(told)
    server_metrics.look_at_certificates(runtime)
    limits = runtime.config.limits
    limit = rate_limit.RateLimit(rate_limit.shared_folder(runtime.state_directory()), place, limits)
    with limit.slot(), limit.slot():
        used = figures(metrics.Metrics(runtime))

    of = '{server="mail1"}'
    assert first[f"puq_zimbra_usage_age_seconds{of}"] < 60
    assert {f"puq_zimbra_server_up{of}", 'puq_zimbra_server_up{server="silent"}'} <= {*first}
    assert first['puq_zimbra_server_requests_total{outcome="unanswered",server="mail1"}'] >= 0
    assert first[f"puq_zimbra_login_shut{of}"] == 0
    assert first[f"puq_zimbra_login_tries_left{of}"] == 2
    budget = 'puq_zimbra_server_budget{limit="requests_per_second",server="mail1"}'
    assert (first[budget], used[budget]) == (25, 23)
    assert first[budget.replace("budget", "budget_limit")] == 25
    assert first['puq_zimbra_requests_turned_away_total{reason="401"}'] == 0
    hook = 'puq_zimbra_hooks_total{code="misconfigured",event="CreateAccount",host="whmcs"}'
    assert first[hook] == 0
    assert used['puq_zimbra_server_up{server="silent"}'] == 0


def test_the_readme_names_metrics_that_there_are(runtime: Runtime) -> None:
    """All of a row, without the prefix."""
    readme = (FOLDER.parent / "README.md").read_text()
    _, _, table = readme.partition("| `puq_zimbra_…` |")
    rows = table.partition("\n\n")[0].splitlines()[2:]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    text = metrics.Metrics(runtime).text().decode()
    there = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}

    assert {f"puq_zimbra_{name}" for name in named} <= there | {"puq_zimbra_build_info"}
    assert len(named) > 15
