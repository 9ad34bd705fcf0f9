"""Both ways to the engine: what is believed, what is refused, and the sentence that is left."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra import __version__
from puq_zimbra.simulator import TlsFiles

from .conftest import Start
from .door import SECRET, Answer, Request, Response, opened, signed
from .php import Module, Told


@pytest.fixture
def module(start: Start) -> Module:
    """The module without a config.php of any use."""
    return start()


def asked(module: Module, engine: str, event: str = "Renew", **more: Any) -> Told:
    """Ask the bridge itself."""
    lines = f"secret={SECRET}\n{engine if '=' in engine else f'engine={engine}'}"
    return module.call(f"engine {event}", {"serveraccesshash": lines}, **more)


def test_a_request_is_signed_and_names_its_event(module: Module) -> None:
    """Standard Webhooks, over the very bytes that are sent."""
    with opened() as door:
        first = module.call("Renew", {"serveraccesshash": door.access_hash, "domain": "ż&amp;"})
        second = module.call("Renew", {"serveraccesshash": door.access_hash})
    one, two = door.seen

    assert (first.value, second.value) == ("success", "success")
    assert one.path == "/v1/hook/whmcs/Renew"
    assert one.signed
    assert two.signed
    assert one.id != two.id
    assert re.fullmatch(r"msg_[0-9a-f]{32}", one.id)
    said = {"event": "Renew", "request_id": one.id, "actor": {"kind": "automatic"}}
    assert one.params["_puq"] == {**said, "module_version": __version__}
    assert one.params["domain"] == "ż&"
    assert one.headers["content-type"] == "application/json"


def test_a_large_request_asks_no_leave(module: Module) -> None:
    """Left to itself curl waits a second for a 100 Continue."""
    with opened() as door:
        lines = {"serveraccesshash": door.access_hash}
        told = module.call("engine Renew", {**lines, "domain": "x" * 2_000_000})

    assert told.value == "success"
    assert "expect" not in door.seen[0].headers


@pytest.mark.parametrize("where", ["loopback", "tls", "unix"])
def test_each_place_is_reached(module: Module, tls: TlsFiles, tmp_path: Path, where: str) -> None:
    """A socket for one machine, verified TLS between two."""
    how: dict[str, Any] = {"tls": tls} if where == "tls" else {}
    if where == "unix":
        how["unix"] = tmp_path / "hook.sock"
    with opened(**how) as door:
        lines = door.access_hash + f"engine_ca_file={tls.ca_file}"
        told = module.call("Renew", {"serveraccesshash": lines})
        assert told.value == "success"
        if where == "tls":
            told = module.call("Renew", {"serveraccesshash": door.access_hash})
            assert "is not trusted" in told.value
            assert len(door.seen) == 1


def _reflected(request: Request) -> Response:
    headers = {name: value for name, value in request.headers.items() if name.startswith("webhook")}
    return Response(200, headers, request.body)


def _unsigned(status: int, **headers: str) -> Answer:
    return lambda request: Response(status, headers, b'"success"')


def _changed(request: Request) -> Response:
    given = signed(request, "Success")
    return Response(200, given.headers, given.body.replace(b"S", b"s"))


def _misnamed(request: Request) -> Response:
    given = signed(request)
    return Response(200, {**given.headers, "webhook-id": "msg_of_another"}, given.body)


def _prefixed(request: Request) -> Response:
    given = signed(request)
    headers = {**given.headers, "webhook-signature": given.headers["webhook-signature"][3:]}
    return Response(200, headers, given.body)


NOT_BELIEVED = {
    "without a signature": (_unsigned(200), "without a signature (HTTP 200)"),
    "another key": (lambda one: signed(one, key=b"k" * 32), "not signed with our secret"),
    "another id": (lambda one: signed(one, id_="msg_of_another"), "not signed with our secret"),
    "named for another": (_misnamed, "not signed with our secret"),
    "an hour ago": (lambda one: signed(one, when=int(time.time()) - 3600), "the clocks"),
    "an hour from now": (lambda one: signed(one, when=int(time.time()) + 3600), "the clocks"),
    "changed on the way": (_changed, "not signed with our secret"),
    "a bare digest": (_prefixed, "not signed with our secret"),
    "our own request": (_reflected, "Our own request came back"),
    "a redirect": (_unsigned(302, Location="http://127.0.0.1:9/"), "A redirect came from"),
    "401": (_unsigned(401), "compare the secret"),
    "404": (_unsigned(404), "does not know this function"),
    "408": (_unsigned(408), "safe to retry"),
    "413": (_unsigned(413), "larger than the mail engine accepts"),
    "500": (_unsigned(500), "without a signature (HTTP 500)"),
    "503": (_unsigned(503), "busy or about to stop"),
    "cut": (lambda one: signed(one, then={"sent": 3}), "ended before its answer was whole"),
    "no JSON": (lambda one: _raw(one, b"<html>"), "is no JSON"),
}


def _raw(request: Request, body: bytes) -> Response:
    from .door import signature

    when = int(time.time())
    headers = {
        "webhook-id": request.id,
        "webhook-timestamp": str(when),
        "webhook-signature": signature(request.id, when, body),
    }
    return Response(200, headers, body)


@pytest.mark.parametrize("case", NOT_BELIEVED)
def test_what_is_not_the_engines_answer_is_refused(module: Module, case: str) -> None:
    """Only a signed answer to this very request counts, whatever its status says."""
    answer, sentence = NOT_BELIEVED[case]
    with opened(answer) as door:
        told = asked(module, door.engine)

    assert sentence in told.thrown
    assert told.type.endswith("EngineError")


def test_one_of_two_signatures_is_enough(module: Module) -> None:
    """While a secret is changed the engine signs with both."""

    def both(request: Request) -> Response:
        new, old = signed(request, key=b"n" * 32), signed(request)
        both = f"{new.headers['webhook-signature']} {old.headers['webhook-signature']}"
        return Response(200, {**old.headers, "webhook-signature": both}, old.body)

    with opened(both) as door:
        assert asked(module, door.engine).value == "success"


def test_no_proxy_is_asked(start: Start) -> None:
    """An environment's proxy would see the customers' passwords."""
    folder = start().folder
    dead = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://127.0.0.1:9")
    module = Module(folder, environment={**os.environ, **dead})
    with opened() as door:
        told = asked(module, door.engine)
    module.close()

    assert told.value == "success"


def test_a_signed_refusal_is_an_answer(module: Module) -> None:
    """The status is the engine's word for machines; the body is what the function returns."""
    with opened(lambda one: signed(one, "The plan is too small.", status=409)) as door:
        assert asked(module, door.engine).value == "The plan is too small."


def test_a_large_answer_is_not_read(module: Module) -> None:
    """Memory is the web server's."""
    with opened(lambda one: signed(one, "x" * 50_000_000)) as door:
        told = asked(module, door.engine, largest=4096)

        assert "larger than 4096 bytes" in told.thrown
        assert door.hung_up.wait(30)


def test_a_slow_engine_is_given_up(module: Module) -> None:
    """PHP's own limit does not count time spent waiting."""
    over = threading.Event()

    def slow(request: Request) -> Response:
        over.wait(10)
        return signed(request)

    with opened(slow) as door:
        told = asked(module, door.engine, seconds=0.3)
        over.set()

    assert "no answer in time" in told.thrown
    assert "safe to retry" in told.thrown


def test_an_engine_that_is_down_is_said_so(module: Module, tmp_path: Path) -> None:
    """With the address that was tried: curl would speak of a port 80 that nobody named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        engine = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert f"does not answer at {engine}:" in asked(module, engine).thrown
    gone = f"unix:{tmp_path}/none.sock"
    assert f"does not answer at {gone}:" in asked(module, gone).thrown


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("engine=http://192.0.2.1:7410", "none of unix:"),
        ("engine=http://127.999.1.1:80", "none of unix:"),
        ("engine=http://127.0.0.1.evil.example:80", "none of unix:"),
        ("engine=http://127.0.0.1@evil.example", "none of unix:"),
        ("engine=https://user:x@mail.example", "none of unix:"),
        ("engine=https://mail.example/path", "none of unix:"),
        ("engine=file:///etc/passwd", "none of unix:"),
        ("engine=/bin/sh", "none of unix:"),
        ("encoding=latin1", "neither html nor raw"),
        ("secret=", "No secret is set"),
        ("secret=whsec_c2hvcnQ=", "24 to 64 bytes"),
        ("secret=hunter2", "24 to 64 bytes"),
    ],
)
def test_settings_that_cannot_be_used_are_named(module: Module, lines: str, sentence: str) -> None:
    """Without TLS nothing leaves the machine; an address is an address and no more."""
    told = asked(module, lines)

    assert sentence in told.thrown
    assert "hunter2" not in told.thrown


def test_loopback_by_name_is_loopback(module: Module) -> None:
    """What administrators type; the resolver is not asked what it means."""
    with opened() as door:
        engine = door.engine.replace("127.0.0.1", "localhost")
        assert asked(module, engine).value == "success"


def test_the_access_hash_wins_over_the_file(start: Start) -> None:
    """A file for all servers, a line for the one that differs."""
    with opened() as door:
        module = start(engine=door.engine, secret=SECRET, installation="crm.example")
        for lines in ("", "installation=other.example\n"):
            assert module.call("Renew", {"serveraccesshash": lines}).value == "success"
    named = [one.params["_puq"]["installation"] for one in door.seen]

    assert named == ["crm.example", "other.example"]
    assert "serveraccesshash" not in door.seen[1].params


def test_our_lines_do_not_reach_the_engine(module: Module) -> None:
    """It refuses lines that it does not know, and the secret is none of its body's business."""
    with opened() as door:
        lines = f"fingerprint=sha256:AB\r\n{door.access_hash}webmail_url=https://mail.example\r\n"
        module.call("Renew", {"serveraccesshash": lines})
    (seen,) = door.seen

    assert seen.params["serveraccesshash"].split() == [
        "fingerprint=sha256:AB",
        "webmail_url=https://mail.example",
    ]
    assert SECRET[6:].encode() not in seen.body


def test_no_program_can_be_named_in_whmcs(module: Module, tmp_path: Path) -> None:
    """An administrator of WHMCS must not run what he likes on its machine."""
    done = tmp_path / "done"
    told = module.call(
        "Renew", {"serveraccesshash": f"engine=command\nprogram=/usr/bin/touch {done}"}
    )

    assert "/opt/puq-zimbra/bin/puq-zimbra cannot be run" in told.value
    assert not done.exists()


def program(folder: Path, script: str) -> str:
    """An executable."""
    path = folder / "engine"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 127", "cannot be run"),
        ("exit 64", "does not know this function"),
        ("exit 70", "ended with status 70 and said nothing"),
        ("kill -9 $$", "ended with status 137 and said nothing"),
        ("echo '<html>'", "is no JSON"),
        ("yes 123456789", "larger than 4096 bytes"),
        ("exec sleep 60", "no answer in time and was stopped"),
        ("exec >&- 2>&- <&-; exec sleep 60", "did not end in time"),
    ],
)
def test_a_command_that_fails_leaves_a_sentence(
    start: Start, tmp_path: Path, script: str, sentence: str
) -> None:
    """Whatever the process does, PHP neither hangs nor believes it."""
    module = start(engine="command", program=program(tmp_path, script))
    seconds = 0.5 if "sleep" in script else 30
    told = module.call("engine Renew", {}, seconds=seconds, largest=4096)

    assert sentence in told.thrown


def test_the_file_makes_every_call_shorter(start: Start, tmp_path: Path) -> None:
    """Where PHP or the web server would end the request earlier than the module does."""
    program_ = program(tmp_path, "exec sleep 60")
    told = start(engine="command", program=program_, seconds="0.5").call("Renew", {})

    assert "no answer in time" in told.value


@pytest.mark.parametrize("seconds", ["0", "-1", "1e3", "soon", "1000", "5 "])
def test_seconds_are_a_number(start: Start, seconds: str) -> None:
    """What cannot be meant is not guessed."""
    assert (
        "no number of seconds" in start(engine="command", seconds=seconds).call("Renew", {}).value
    )


def test_full_pipes_do_not_hang(start: Start, tmp_path: Path) -> None:
    """A megabyte of log before the input is read would stop who reads one pipe after the other."""
    log = "head -c 1000000 /dev/zero >&2"
    script = f"{log}; dd bs=10000 count=1 of=/dev/null 2>/dev/null; {log}; wc -c; {log}"
    module = start(engine="command", program=program(tmp_path, script))
    told = module.call("engine Renew", {"domain": "x" * 1_000_000})

    assert told.value > 900_000


def test_nothing_of_the_call_is_in_arguments_or_environment(start: Start, tmp_path: Path) -> None:
    """Every user of the machine can read those."""
    script = (
        "tr '\\0' '\\n' </proc/$$/environ >$0.env; printf '%s\\n' \"$@\" >$0.args; cat >$0.in; pwd"
    )
    module = start(engine="command", program=program(tmp_path, script))
    params = {
        "password": "Canary-1",
        "serverpassword": "Canary-2",
        "serveraccesshash": f"secret={SECRET}",
    }
    module.call("CreateAccount", params)

    def written(kind: str) -> str:
        return (tmp_path / f"engine.{kind}").read_text()

    names = {line.partition("=")[0] for line in written("env").splitlines()}
    assert names <= {"LC_ALL", "PATH", "HOME"}
    assert written("args") == "hook\nwhmcs\nCreateAccount\n"
    assert json.loads(written("in"))["password"] == "Canary-1"


@pytest.mark.parametrize("disabled", ["proc_open", "curl_exec"])
def test_what_a_host_disabled_is_named(start: Start, disabled: str) -> None:
    """Shared hosting disables the one or the other."""
    folder = start(engine="command" if disabled == "proc_open" else "", secret=SECRET).folder
    if disabled == "curl_exec":
        (folder / "config.php").unlink()
    module = Module(folder, options=("-d", f"disable_functions={disabled}"))
    told = module.call("Renew", {"serveraccesshash": f"secret={SECRET}"})
    module.close()

    assert {"proc_open": "proc_open is disabled", "curl_exec": "curl extension"}[
        disabled
    ] in told.value


def test_the_key_is_what_base64_says(module: Module) -> None:
    """A secret of the engine's own making, with every kind of base64 sign in it."""
    with opened() as door:
        told = asked(
            module,
            f"engine={door.engine}\nsecret=whsec_" + base64.b64encode(b"\xfb\xff" * 16).decode(),
        )

        assert "not signed with our secret" in told.thrown
        assert not door.seen[0].signed
