"""WHMCS's file for phones: it answers without a log-in, and each address once."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import html

from tests.processes import wait_for
from tests.selfservice.conftest import HOST as FORM
from tests.selfservice.conftest import Customer
from tests.whmcs.php import PHP, command, configured

pytestmark = pytest.mark.skipif(PHP is None, reason="needs php")


@pytest.fixture
def site(settings: str, tmp_path: Path) -> Iterator[str]:
    """The module's folder behind PHP's own web server."""
    program = command(Path(settings), tmp_path / "engine")
    folder = configured(
        tmp_path / "puqzimbra", engine="command", program=str(program), installation="crm.example"
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert PHP
    served = subprocess.Popen(
        [PHP, "-S", f"127.0.0.1:{port}", "-t", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(port))
        yield f"http://127.0.0.1:{port}/profile.php"
    finally:
        served.terminate()
        served.wait()


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_a_phone_gets_the_profile_once(customer: Customer, site: str) -> None:
    """Its head may be looked at; a second time, and for a guess, there is nothing."""
    form = {**FORM, "profile_url": "https://billing.example/profile.php?token="}
    page = customer.ask("client_area", form=form, page="devices", query={}).value["html"]
    found: Any = html.fromstring(page).xpath("//a[contains(@href, 'token=')]/@href")
    token = {"token": str(found[0]).partition("=")[2]}
    looked = requests.head(site, params=token, timeout=30)
    first = requests.get(site, params=token, timeout=30)
    second = requests.get(site, params=token, timeout=30)
    guessed = requests.get(site, params={"token": "x" * 40}, timeout=30)
    nonsense = requests.get(site, params={"token[]": "<b>"}, timeout=30)

    assert (looked.status_code, looked.content) == (405, b"")
    assert first.status_code == 200, first.text
    assert first.headers["Content-Type"] == "application/x-apple-aspen-config"
    assert first.headers["Cache-Control"] == "no-store"
    assert first.content.startswith(b"<?xml")
    assert (second.status_code, guessed.status_code, nonsense.status_code) == (410, 410, 404)
    assert "used already" in second.text
