"""The page while the engine is away: the last figures that WHMCS has, within the page's time."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Params
from . import shop
from .conftest import Start
from .door import opened, signed
from .shop import SERVICE

MEASURED = {"diskusage": 5120, "disklimit": 10240, "lastupdate": "2026-01-06 03:00:07"}
AWAY = "The mail server gives no answer just now; please try again later."


@pytest.mark.parametrize(
    ("row", "language", "words"),
    [
        (MEASURED, "english", [AWAY, "Storage used, as of 2026-01-06 03:00: 5120 MB / 10240 MB."]),
        (MEASURED | {"disklimit": 0}, "english", [AWAY, ": 5120 MB."]),
        (MEASURED, "polish", ["Wykorzystana przestrzeń (stan na 2026-01-06 03:00): 5120 MB / "]),
        ({}, "english", [AWAY]),
        (None, "english", [AWAY]),
    ],
)
def test_the_last_figures_stand_where_the_page_would(
    start: Start,
    whmcs_params: Params,
    tmp_path: Path,
    row: dict[str, Any] | None,
    language: str,
    words: list[str],
) -> None:
    """With the time of their measurement; zeros that nobody measured are no figures."""
    whmcs_params["serveraccesshash"] = "engine=http://127.0.0.1:1\nsecret=whsec_AAAA"
    whmcs_params["clientsdetails"] = {"language": language}
    with shop.opened(tmp_path / "whmcs.sqlite", whmcs_params) as tables:
        if row is None:
            tables.drop("tblhosting")
        elif row:
            tables.change("tblhosting", SERVICE, **row)
        told = start().call("ClientArea", whmcs_params, stub=tables.stub())
    page = told.value["templateVariables"]["puqFragment"]

    assert [one for one in words if one not in page] == []
    assert ("MB" in page) == bool(row)


def test_a_hanging_engine_keeps_no_page_waiting(
    start: Start, whmcs_params: Params, tmp_path: Path
) -> None:
    """WHMCS draws nothing until its module has answered."""
    go_on = threading.Event()

    def hang(request: Any) -> Any:
        go_on.wait(20)
        return signed(request)

    with (
        opened(hang) as door,
        shop.opened(tmp_path / "whmcs.sqlite", whmcs_params) as tables,
    ):
        tables.change("tblhosting", SERVICE, **MEASURED)
        whmcs_params["serveraccesshash"] += door.access_hash
        module = start()
        began = time.monotonic()
        told = module.call("ClientArea", whmcs_params, stub=tables.stub())
        took = time.monotonic() - began
        go_on.set()

    assert "5120 MB" in told.value["templateVariables"]["puqFragment"]
    assert took < 3.5
