"""What stands in a web server's environment changes neither whom we trust nor who reads along."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from puq_zimbra.simulator import TlsFiles
from puq_zimbra.zimbra import transport, trust

from .conftest import Hook


@pytest.fixture(autouse=True)
def started_anew() -> Iterator[None]:
    """As in a process that was just started: what is trusted is read once in each."""
    transport._verified.cache_clear()
    yield
    transport._verified.cache_clear()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_the_environment_makes_nobody_trusted(
    hook: Hook, tls: TlsFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    """The system's authorities are the system's, not those of whoever started the process."""
    shutil.copy(tls.ca_file, tmp_path / "ca.pem")
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True)
    given = {"SSL_CERT_FILE": tmp_path / "ca.pem", "SSL_CERT_DIR": tmp_path}[variable]
    monkeypatch.setenv(variable, str(given))
    answer = hook("test_connection", server={"tls": {"ca_file": None}})

    assert answer.value["code"] == "misconfigured"
    assert "certificate" in answer.value["message"]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_the_environment_takes_no_trust_away(
    hook: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    """What the settings trust stays trusted."""
    monkeypatch.setenv(variable, str(tmp_path / "missing"))

    assert hook("test_connection").value["ok"]


def test_the_systems_authorities_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the distribution keeps: with no variable at all the same ones are found."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    theirs = ssl.create_default_context()
    ours = trust.context(None)

    assert ours.cert_store_stats() == theirs.cert_store_stats()
    assert ours.verify_mode == theirs.verify_mode
    assert ours.check_hostname


@pytest.mark.parametrize("pinned", [False, True])
def test_no_keys_are_written_for_whoever_listens_on_the_way(
    hook: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, running: object, pinned: bool
) -> None:
    """With SSLKEYLOGFILE he would read the administrator's password."""
    keys = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    fingerprint = getattr(running, "fingerprint", "")
    tls = {"ca_file": None, "fingerprint": fingerprint} if pinned else {}

    assert hook("test_connection", server={"tls": tls}).value["ok"]
    assert not keys.exists()
