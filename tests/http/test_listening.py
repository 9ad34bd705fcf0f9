"""Where the service listens, what it turns away, and how it stops."""

from __future__ import annotations

import gc
import http.client
import json
import select
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from puq_zimbra.http import app
from puq_zimbra.simulator import Simulator, TlsFiles
from tests.conftest import Command, Params
from tests.processes import wait_for

from .serving import Caller, Service, listen, signed


def test_a_unix_socket(http_settings: Path, secret: str, tmp_path: Path) -> None:
    """For the service's group; a dead one's place is taken, a living one's not."""
    path = tmp_path / "hook.sock"
    option = ("--listen", f"unix:{path}")
    with Service(http_settings, *option) as one:
        caller = Caller(one.address, secret)
        assert caller.call("describe", {}).status == 200
        assert path.stat().st_mode & 0o777 == 0o660
        with pytest.raises(AssertionError, match="in use"):
            Service(http_settings, *option)
        assert caller.call("describe", {}).status == 200
        one.stop(signal.SIGKILL)
    assert path.exists()
    with Service(http_settings, *option) as other:
        assert Caller(other.address, secret).call("describe", {}).status == 200


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('listen = "0.0.0.0:7410"', "not loopback"),
        ('listen = "[::]:7410"', "not loopback"),
        ('listen = "192.0.2.10:7410"', "not loopback"),
        ('listen = "mail.example.test:7410"', "not loopback"),
        ('listen = "7410"', "neither HOST:PORT"),
        ('listen = "127.0.0.1:70000"', "neither HOST:PORT"),
        ('listen = "unix:hook.sock"', "from the root on"),
        ('listen = "127.0.0.1:0"\ncertificate = "x.pem"', "belong together"),
    ],
)
def test_an_address_that_is_not_safe_is_refused(
    text: str, reason: str, http_settings: Path, command: Command
) -> None:
    """Hooks carry passwords: beyond loopback only with TLS."""
    listen(http_settings, text)
    done = command("serve")
    assert (done.status, reason in done.stderr) == (78, True)


def test_an_address_that_is_taken_is_said(http_settings: Path, command: Command) -> None:
    """With the system's own words."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command("serve", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
        gc.collect()  # a socket that was left open would be warned of
    assert (done.status, "in use" in done.stderr) == (78, True)


def test_tls(http_settings: Path, secret: str, tls: TlsFiles) -> None:
    """With a certificate it may listen anywhere."""
    text = f'listen = "0.0.0.0:0"\ncertificate = "{tls.cert_file}"\nkey = "{tls.key_file}"'
    with Service(listen(http_settings, text)) as service:
        address = service.address.replace("0.0.0.0", "127.0.0.1")
        assert address.startswith("https://")
        caller = Caller(address, secret, ca_file=tls.ca_file)
        assert caller.call("describe", {}).status == 200


def test_a_body_that_is_too_large_is_turned_away(caller: Caller) -> None:
    """Four megabytes, as on the command line, said in advance or not."""
    body = b'{"x": "' + b"x" * app.LARGEST_BODY + b'"}'
    headers = signed(caller.secret, body)
    with suppress(BrokenPipeError, ConnectionResetError):  # told while it was still sending
        assert caller.send("/v1/hook/plain/describe", body, headers).status == 413
    assert caller.call("describe", {}).status == 200


def test_a_body_that_does_not_come_is_turned_away(http_settings: Path, secret: str) -> None:
    """Nobody holds a place by sending slowly."""
    listen(http_settings, 'body_seconds = 0.2\nlisten = "127.0.0.1:0"')
    with Service(http_settings) as service:
        connection = Caller(service.address, secret).connection()
        connection.putrequest("POST", "/v1/hook/plain/describe")
        for name, value in {**signed(secret, b"{}"), "content-length": "2"}.items():
            connection.putheader(name, value)
        connection.endheaders(b"{")
        assert connection.getresponse().status == 408
        connection.close()


@pytest.mark.parametrize("said", [b"", b"POST /v1/hook/plain/describe HTTP/1.1\r\nHost: x\r\n"])
def test_who_says_no_whole_request_is_hung_up_on(
    said: bytes, http_settings: Path, secret: str
) -> None:
    """Also on a connection that has had an answer, and also if it was turned away."""
    listen(http_settings, 'body_seconds = 0.2\nlisten = "127.0.0.1:0"')
    turned_away = b"POST /v1/hook/plain/describe HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    with Service(http_settings) as service:
        for before in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", turned_away):
            if not said and before.startswith(b"GET"):
                continue  # that is an idle connection, as one may be
            with plain_connection(service) as connection:
                connection.sendall(before + said)
                assert heard_until_the_end(connection).count(b"HTTP/1.1") == bool(before)
        assert Caller(service.address, secret).call("describe", {}).status == 200


def test_a_head_that_is_too_large_is_hung_up_on(service: Service, caller: Caller) -> None:
    """In its address, in one field, in many, and in what trails behind a chunked body."""
    first = b"POST /v1/hook/plain/describe HTTP/1.1\r\nHost: x\r\n"
    large = b"x" * 2**20
    for said in (
        b"GET /" + large,
        first + b"A: " + large,
        first + b"A: b\r\n" * 2**18,
        first + b"Transfer-Encoding: chunked\r\n\r\n0\r\nA: " + large,
    ):
        with plain_connection(service) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(said)
            heard_until_the_end(connection)
    assert caller.call("describe", {}).status == 200


def test_large_bodies_share_their_room(service: Service, caller: Caller) -> None:
    """Who cannot sign gets no more memory than that, and no small request out of the way."""
    with ExitStack() as many:
        connections = [many.enter_context(plain_connection(service)) for _ in range(9)]
        for connection in connections:
            connection.sendall(unsigned(app.LARGEST_BODY))
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"x" * (app.LARGEST_BODY - 1))
        first, _, _ = select.select(connections, [], [], 30)
        # Nothing, where the end of the connection overtook it.
        assert heard_until_the_end(first[0])[9:12] in (b"503", b"")
        assert caller.call("describe", {}).status == 200
    body = b'{"locale": "%s"}' % (b"x" * 2**20)
    headers = signed(caller.secret, body)
    wait_for(lambda: caller.send("/v1/hook/plain/describe", body, headers).status == 400)


def test_who_hangs_up_is_no_error(service: Service, caller: Caller) -> None:
    """The log is for what somebody must look at."""
    with plain_connection(service) as connection:
        connection.sendall(unsigned(9))
    wait_for(lambda: b'turned_away_total{reason="408"} 1.0' in caller.get("/metrics").body)
    assert service.stop() == ""


def unsigned(length: int) -> bytes:
    """The head of a request that has everything but a right signature."""
    return (
        "POST /v1/hook/plain/describe HTTP/1.1\r\nHost: x\r\nwebhook-id: msg_1\r\n"
        f"webhook-timestamp: {int(time.time())}\r\nwebhook-signature: v1,x\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def test_idle_connections_make_room(
    http_settings: Path, secret: str, params: Params, simulator: Simulator
) -> None:
    """Somebody who opens connections and says nothing keeps nobody out, and ends no hook."""
    listen(http_settings, 'workers = 2\nwaiting = 0\nlisten = "127.0.0.1:0"')
    simulator.delay_next("GetDomainRequest", 2)
    with Service(http_settings) as service, ThreadPoolExecutor() as pool, ExitStack() as idle:
        caller = Caller(service.address, secret)
        first = pool.submit(caller.call, "create", params)
        wait_for(lambda: simulator.log or simulator.calls("AuthRequest"))
        connections = [idle.enter_context(plain_connection(service)) for _ in range(20)]

        assert caller.call("describe", {}).status == 200
        assert heard_until_the_end(connections[0]) == b""
        assert first.result().value["code"] == "created"


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_who_does_not_agree_on_tls_takes_no_files(
    http_settings: Path, secret: str, tls: TlsFiles, said: bytes
) -> None:
    """Hundreds who begin no handshake, or half of one, keep no hook away and fill no log."""
    text = f'listen = "127.0.0.1:0"\ncertificate = "{tls.cert_file}"\nkey = "{tls.key_file}"\n'
    few = "workers = 4\nwaiting = 4\n"  # a quarter of twice as many places: four
    with Service(listen(http_settings, text + few)) as service, ExitStack() as silent:
        caller = Caller(service.address, secret, ca_file=tls.ca_file)
        assert caller.call("describe", {}).status == 200
        before, most = files_of(service), 0
        place = ("127.0.0.1", int(service.address.rpartition(":")[2]))
        connections = [
            silent.enter_context(socket.create_connection(place, timeout=30)) for _ in range(200)
        ]
        for connection in connections:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(said)
            most = max(most, files_of(service))

        assert caller.call("describe", {}).status == 200
        for connection in connections[:-4]:
            heard_until_the_end(connection)
        assert most <= before + 6
        assert_only_hooks(service.stop())


def test_who_does_not_agree_on_tls_in_time_is_hung_up_on(
    http_settings: Path, secret: str, tls: TlsFiles
) -> None:
    """Also when nobody else wants in."""
    text = f'listen = "127.0.0.1:0"\ncertificate = "{tls.cert_file}"\nkey = "{tls.key_file}"\n'
    with Service(listen(http_settings, f"{text}body_seconds = 0.2")) as service:
        place = ("127.0.0.1", int(service.address.rpartition(":")[2]))
        with socket.create_connection(place, timeout=30) as connection:
            assert heard_until_the_end(connection) == b""
        caller = Caller(service.address, secret, ca_file=tls.ca_file)
        assert caller.call("describe", {}).status == 200
        assert_only_hooks(service.stop())


def assert_only_hooks(log: str) -> None:
    """The log holds a line for each hook and nothing else."""
    for line in log.splitlines():
        assert json.loads(line)["event"] == "hook"


def files_of(service: Service) -> int:
    """How many files the process has open."""
    return len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))


def plain_connection(service: Service) -> socket.socket:
    """A connection to a service on loopback."""
    host, port = service.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def heard_until_the_end(connection: socket.socket) -> bytes:
    """What comes until the service hangs up."""
    heard = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            heard += part
    return heard


def test_it_stops_after_what_it_is_at(
    http_settings: Path, secret: str, params: Params, simulator: Simulator
) -> None:
    """SIGTERM: the hook at work is answered, signed, and nothing new is taken."""
    simulator.delay_next("CreateDomainRequest", 2)
    with Service(http_settings) as service, ThreadPoolExecutor() as pool:
        caller = Caller(service.address, secret)
        heard = pool.submit(caller.call, "create", params)
        wait_for(lambda: simulator.calls("GetDomainRequest"))
        service.process.send_signal(signal.SIGTERM)

        assert heard.result().value["code"] == "created"
        _, log = service.ended()
    assert "Traceback" not in log
    with pytest.raises(ConnectionRefusedError):
        caller.get("/healthz")
    assert simulator.domain("firma.example") is not None


def test_what_a_killed_one_left_behind_is_carried_on(
    http_settings: Path, secret: str, params: Params, simulator: Simulator
) -> None:
    """The next service finishes it without anybody asking."""
    listen(http_settings, 'work_every = 1\nlisten = "127.0.0.1:0"')
    with Service(http_settings) as service:
        Caller(service.address, secret).call("create", params)
        simulator.reset_log()
        simulator.delay_next("ModifyDomainRequest", 60)
        caller = Caller(service.address, secret)
        with ThreadPoolExecutor() as pool:
            lost = pool.submit(caller.call, "suspend", params)
            wait_for(lambda: simulator.calls("GetDomainRequest"))
            service.stop(signal.SIGKILL)
            assert isinstance(lost.exception(), (http.client.HTTPException, OSError))
    with Service(http_settings):
        wait_for(lambda: _status(simulator) == "locked")


def _status(simulator: Simulator) -> str | None:
    domain = simulator.domain("firma.example")
    assert domain is not None
    return domain.attrs["zimbraDomainStatus"][0]


def test_an_idle_connection_serves_several_requests(caller: Caller) -> None:
    """A host with much to ask need not connect each time."""
    connection = caller.connection()
    for _ in range(3):
        body = b"{}"
        connection.request("POST", "/v1/hook/plain/describe", body, signed(caller.secret, body))
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()
