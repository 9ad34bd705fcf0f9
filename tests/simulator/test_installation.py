"""The server as a process: certificate, ports, state, several mailbox servers, size."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator, make_tls

RUN = "from puq_zimbra.simulator.command import main; main(0, 0, state_dir={!r}, seed='demo')"


def test_certificate_fits_fingerprint_and_names(running: Any, tls: Any) -> None:
    """Clients may pin the fingerprint or trust the authority, by address or by name."""
    port = int(running.admin_url.split(":")[2].partition("/")[0])
    der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    import hashlib

    digest = hashlib.sha256(der).hexdigest().upper()
    shown = running.fingerprint.removeprefix("sha256:").replace(":", "")
    assert digest == shown
    assert make_tls("mail.example.test", tls.cert_file.parent) == tls


def start(state: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Start the simulator as a process and read its one line."""
    code = RUN.format(str(state))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    word, *fields = process.stdout.readline().split()
    assert word == "ready"
    return process, dict(field.split("=", 1) for field in fields)


def test_state_outlives_a_clean_stop(client_of: Any, tmp_path: Path) -> None:
    """SIGTERM saves; the next start goes on with the same certificate and entries."""
    from puq_zimbra.simulator.running import Running

    def session(body: Any) -> dict[str, str]:
        process, fields = start(tmp_path)
        ca_file = Path(fields["ca_file"])
        client = client_of(
            Running(fields["admin"], fields["user"], ca_file, fields["fingerprint"], {})
        )
        try:
            body(client)
        finally:
            client.session.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert process.stdout is not None
            assert process.stdout.read() == ""
            process.stdout.close()
        return fields

    def make(client: Any) -> None:
        client.admin("CreateDomain", name="kept.test")
        client.admin("CreateAccount", name="anna@kept.test", password="Anna-Pass-1")
        client.admin("CreateDistributionList", name="l@kept.test")

    def look(client: Any) -> None:
        client.log_in("anna@kept.test", "Anna-Pass-1", "user")
        names = [each.get("name") for each in client.admin("GetAllCos")]
        assert {"business", "starter"} <= set(names)

    assert session(make)["fingerprint"] == session(look)["fingerprint"]


def test_several_mailbox_servers(client_of: Any, tls: Any) -> None:
    """Usage without allServers is that of the answering server; accounts are spread."""
    sim = Simulator(servers=2)
    sim.create_domain("firma.test")
    sim.seed_accounts("firma.test", 10)
    with sim.serve(tls) as running:
        client = client_of(running)
        servers = [each.get("name") for each in client.admin("GetAllServers", service="mailbox")]

        def total(**options: str) -> int:
            answer = client.admin("GetQuotaUsage", domain="firma.test", **options)
            return int(answer.get("searchTotal"))

        assert (total(), total(allServers="1")) == (5, 10)
        second = sim.state.directory.servers[servers[1]].id
        usage = '<GetQuotaUsageRequest xmlns="urn:zimbraAdmin"/>'
        routed = client(usage, context=f"<targetServer>{second}</targetServer>")
        assert int(routed.get("searchTotal")) >= 5
        here = client.admin("GetAllAccounts", f'<server by="name">{servers[1]}</server>')
        assert len(here) >= 5
        client.session.close()
    assert list(running.admin_urls) == servers


def test_unknown_target_server(zimbra: Any) -> None:
    """A targetServer that does not exist is NO_SUCH_SERVER."""
    with pytest.raises(Exception, match=r"account\.NO_SUCH_SERVER"):
        zimbra('<PingRequest xmlns="urn:zimbraAdmin"/>', context="<targetServer>x</targetServer>")


def test_a_hundred_thousand_accounts(zimbra: Any, sim: Any) -> None:
    """All of them in one answer; benchmarks/simulator_size.py says how fast."""
    sim.create_domain("big.test")
    sim.seed_accounts("big.test", 100_000, quota=5 << 30, used=lambda index: index)
    answer = zimbra.post(
        zimbra.envelope('<GetQuotaUsageRequest xmlns="urn:zimbraAdmin"/>', zimbra.token)
    )

    assert answer.content.count(b"<account ") == 100_003


def test_addresses_that_no_filter_slows_are_the_servers_too(zimbra: Any) -> None:
    """Set for all with `zmprov mcf`; a fresh Zimbra has none."""

    def shown() -> list[str]:
        answer = zimbra.admin("GetAllServers", service="mailbox", applyConfig="1")
        return [a.text for a in answer.iter("{*}a") if a.get("n") == "zimbraHttpThrottleSafeIPs"]

    before = shown()
    zimbra.admin("ModifyConfig", '<a n="zimbraHttpThrottleSafeIPs">192.0.2.7</a>')

    assert (before, shown()) == ([], ["192.0.2.7"])
