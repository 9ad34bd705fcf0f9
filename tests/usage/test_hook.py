"""The usage hook: what the billing host is told, from stored figures or a reading of its own."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from tests.conftest import Hook, Params

MB = 2**20

pytestmark = pytest.mark.both_databases


def test_the_usage_hook_prefers_fresh_stored_figures(
    hook: Hook, sold: Simulator, configured: Config, store: Store
) -> None:
    """A host that asks often must not make Zimbra compute often."""
    first = hook("usage", service=None)
    sold.add_mail("anna@firma.example", 5 * MB)
    sold.reset_log()
    second = hook("usage", service=None)

    assert first.value["data"]["rows"] == second.value["data"]["rows"]
    assert first.value["data"]["rows"][0]["disk_used_mb"] == 30
    assert first.value["data"]["metrics"]["firma.example"]["mailboxes"] == 2
    assert sold.log == []


def test_the_usage_hook_of_an_unreachable_zimbra_has_no_rows(hook: Hook, sold: Simulator) -> None:
    """A row of zeros would be billed."""
    sold.drop_next("SearchDirectoryRequest", times=3)
    answer = hook("usage", service=None)

    assert answer.value["code"] == "unavailable"
    assert "data" not in answer.value


def test_figures_of_a_former_domain_are_not_shown(hook: Hook, sold: Simulator) -> None:
    """The same name again is another domain, and so is another name."""
    assert hook("usage").value["data"]["rows"][0]["disk_used_mb"] == 30
    hook("terminate")
    hook("create")

    assert hook("usage").value["data"]["rows"][0]["disk_used_mb"] == 0


def test_a_new_quota_is_billed_at_once(hook: Hook, sold: Simulator) -> None:
    """The customer has just paid for it."""
    hook("usage")
    hook("change_package", service={"plan": {"domain_quota": 100 * 2**30}})

    assert hook("usage").value["data"]["rows"][0]["disk_limit_mb"] == 100 * 1024


GARBLED = (
    '{"used": -5, "limit": 0}', '{"used": true, "limit": 0}', '{"used": 1e999, "limit": 0}',
    '{"used": 99999999999999999999999, "limit": 0}', '{"used": "x", "limit": 0}', '{"limit": 0}',
)  # fmt: skip


@pytest.mark.parametrize("figures", GARBLED)
@pytest.mark.parametrize("header", ['{"context": {}}', "[1]", '{"context": "x"}'])
def test_garbled_figures_are_no_figures(
    hook: Hook, sold: Simulator, figures: str, header: str
) -> None:
    """Whatever stands in the answer, it must not be billed, and must not break us."""
    row = '{"name": "anna@firma.example", "id": "1", ' + figures[1:]
    body = (
        f'{{"Header": {header}, "Body": {{"GetQuotaUsageResponse": {{"account": [{row}],'
        ' "searchTotal": 1}}}'
    )
    sold.http_next(
        "GetQuotaUsageRequest", status=200, body=body.encode(), content_type="text/javascript",
        times=3,
    )  # fmt: skip
    answer = hook("usage")

    assert answer.value["code"] == "unavailable"
    assert "inside the mail module" not in answer.value["message"]


def test_without_a_domain_quota_the_mailboxes_limits_count(
    hook: Hook, simulator: Simulator
) -> None:
    """The page and the billing host must name the same total."""
    hook("create", service={"plan": {"domain_quota": 0}})
    row = hook("usage").value["data"]["rows"][0]

    assert row["disk_limit_mb"] == 5 * 1024


def test_first_pages_of_a_new_service_at_once(
    params: Params, hook: Hook, config: Config, simulator: Simulator
) -> None:
    """Browsers load twice, and the store is new."""
    hook("create")
    pages: list[str] = []

    def draw() -> None:
        runtime = Runtime(config)
        pages.append(dispatch("plain", "client_area", params, runtime).value["code"])
        runtime.close()

    threads = [threading.Thread(target=draw) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert pages == ["unchanged"] * 6


@pytest.mark.parametrize(
    ("service", "told", "complete"), [({}, [2030], True), (None, [], False)], ids=["one", "all"]
)
def test_a_collapse_is_not_handed_to_the_host(
    hook: Hook, sold: Simulator, runtime: Runtime, service: object, told: list[int], complete: bool
) -> None:
    """The hook that reads by itself must be as careful as the sync."""
    sold.add_mail("anna@firma.example", 2000 * MB)
    hook("usage", service=service)
    sold.add_mail("anna@firma.example", -2015 * MB)
    sold.add_mail("admin@firma.example", -10 * MB)
    runtime.now = lambda: (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
    data = hook("usage", service=service).value["data"]

    assert [row["disk_used_mb"] for row in data["rows"]] == told
    assert data["complete"] is complete
