"""Disturbances of the connection itself: silence, resets, drips, stalls, another certificate."""

from __future__ import annotations

import select
import socket
import ssl
from typing import Any

import pytest
import requests
from lxml import etree

from puq_zimbra.simulator import make_tls
from puq_zimbra.simulator.chaos import Plan

CREATE = '<CreateDomainRequest xmlns="urn:zimbraAdmin" name="new.test"/>'


@pytest.mark.parametrize("applied", [True, False])
def test_silence_lasts_until_the_client_goes(
    zimbra: Any, running: Any, sim: Any, applied: bool
) -> None:
    """A time-out, with the work done or not."""
    zimbra.token  # noqa: B018
    sim.chaos.add(Plan("CreateDomainRequest", "silence", applied))
    with pytest.raises(requests.ReadTimeout):
        zimbra.session.post(
            running.admin_url, data=zimbra.envelope(CREATE, zimbra.token), timeout=(5, 0.1)
        )

    assert (sim.domain("new.test") is not None) is applied
    assert zimbra.admin("Ping") is not None


@pytest.mark.parametrize("when", ["before", "middle"])
@pytest.mark.parametrize("how", ["", "reset"])
def test_a_drop_can_be_a_reset(running: Any, zimbra: Any, sim: Any, when: Any, how: str) -> None:
    """For TCP an end and an error are two things; TLS makes both look like an end."""
    sim.chaos.add(Plan("CheckHealthRequest", "drop", True, when=when, how=how))
    body = zimbra.envelope('<CheckHealthRequest xmlns="urn:zimbraAdmin"/>', None).encode()
    port = int(running.admin_url.split(":")[2].partition("/")[0])
    trust = ssl.create_default_context(cafile=running.ca_file)
    with (
        socket.create_connection(("127.0.0.1", port)) as raw,
        trust.wrap_socket(raw, server_hostname="127.0.0.1") as connection,
    ):
        head = f"POST /service/admin/soap HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
        connection.sendall(head.encode() + b"\r\n\r\n" + body)
        gone = select.poll()
        gone.register(connection, select.POLLRDHUP)
        ((_, event),) = gone.poll(5000)

    assert bool(event & select.POLLERR) is (how == "reset")


def test_a_cut_answer_of_no_said_length_looks_whole(zimbra: Any, sim: Any) -> None:
    """HTTP 200 and no error: only the reader of the XML notices."""
    zimbra.token  # noqa: B018
    sim.chaos.add(Plan("PingRequest", "drop", True, when="middle", how="unsaid"))
    with pytest.raises(etree.XMLSyntaxError):
        zimbra.admin("Ping")

    assert zimbra.admin("Ping") is not None


def test_a_head_can_drip(zimbra: Any, sim: Any) -> None:
    """A time-out for each piece is none for all of them."""
    zimbra.token  # noqa: B018
    sim.chaos.add(Plan("PingRequest", "drip", True, seconds=0.02, how="head"))

    assert zimbra.admin("Ping") is not None


def test_a_stalled_connection_never_speaks_tls(zimbra: Any, running: Any, sim: Any) -> None:
    """It is open, and nothing comes."""
    zimbra.admin("Ping")
    sim.reset_log()
    sim.chaos.add(Plan("*", "stall"))
    ping = zimbra.envelope('<PingRequest xmlns="urn:zimbraAdmin"/>', zimbra.token)
    with pytest.raises(requests.Timeout):
        zimbra.session.post(running.admin_url, data=ping, timeout=0.1)
    assert sim.log == []

    assert zimbra.admin("Ping") is not None


def test_nobody_can_be_reached(zimbra: Any, running: Any, sim: Any) -> None:
    """The system drops what would open a connection: there is not even a refusal."""
    zimbra.admin("Ping")
    with running.unreachable():
        port = int(running.admin_url.split(":")[2].partition("/")[0])
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", port), timeout=0.1)

    assert zimbra.admin("Ping") is not None


def test_another_certificate(zimbra: Any, running: Any, tmp_path: Any) -> None:
    """A server that is suddenly somebody else."""
    zimbra.admin("Ping")
    with (
        running.presenting(make_tls("mail.example.test", tmp_path)),
        pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"),
    ):
        zimbra.admin("Ping")

    assert zimbra.admin("Ping") is not None
