"""The settings of a running service: proved at its start, read anew at SIGHUP; and its log."""

from __future__ import annotations

import json
import logging
import os
import signal
from pathlib import Path

import pytest

from puq_zimbra import logs
from puq_zimbra.config import Config, load
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Misconfigured
from puq_zimbra.http import settings as service_settings
from puq_zimbra.settings_lines import line_of
from tests.conftest import Command, Hook, Params
from tests.processes import wait_for

from .serving import Caller, Service


def broken(file: Path, wrong: str) -> Path:
    """The settings with a line of [servers.mail1] that is wrong."""
    key = wrong.partition(" ")[0]
    lines = [one for one in file.read_text().splitlines() if not one.startswith(f"{key} =")]
    at = lines.index("[servers.mail1]") + 1
    file.write_text("\n".join([*lines[:at], wrong, *lines[at:]]) + "\n")
    return file


@pytest.mark.parametrize(("wrong", "named"), [
    ('fingerprint = "sha256:AB:CD"', "64 hexadecimal"),
    ('url = "http://mail.example"', "https://"),
    ('password_file = "/nowhere/password"', "/nowhere/password"),
    ('ca_file = "/nowhere/ca.pem"', "/nowhere/ca.pem"),
])  # fmt: skip
def test_settings_that_no_hook_can_work_with(
    http_settings: Path, command: Command, wrong: str, named: str
) -> None:
    """The service does not start, and the line is named."""
    command("secret")
    broken(http_settings, wrong)
    line = http_settings.read_text().splitlines().index(wrong) + 1
    done = command("serve")

    assert done.status == 78
    assert f"{http_settings}, line {line}: " in done.stderr
    assert named in done.stderr


def test_one_wrong_server_among_others(
    http_settings: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The hooks of the others must not wait for its correction."""
    more = '[servers.mail2]\nurl = "https://mail2.example"\nfingerprint = "sha256:AB"\n'
    http_settings.write_text(http_settings.read_text() + more)
    service_settings.prove(load(http_settings), http_settings)
    (record,) = caplog.records

    assert vars(record)["fields"]["server"] == "mail2"
    assert "line " in vars(record)["fields"]["message"]


def test_no_server_where_only_configured_ones_count(tmp_path: Path) -> None:
    """Every hook would be refused."""
    with pytest.raises(Misconfigured, match="no server is configured"):
        service_settings.prove(Config(only_configured_servers=True), tmp_path / "none.toml")


def test_sighup_reads_the_settings_anew(
    http_settings: Path, service: Service, caller: Caller, params: Params
) -> None:
    """Good ones count from then on, wrong ones change nothing, and it never ends the service."""
    good = http_settings.read_text()
    http_settings.write_text(good + "nonsense = 1\n")
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "settings not reloaded" in service.said())
    assert caller.call("test_connection", params).status == 200

    http_settings.write_text("only_configured_servers = true\n" + good.replace("mail1", "mail9"))
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "settings reloaded" in service.said())
    elsewhere = {**params, "server": {**params["server"], "url": "https://other.example:7071"}}
    assert caller.call("test_connection", elsewhere).status == 422
    assert caller.call("test_connection", params).status == 200


def test_what_waits_for_the_next_start_is_told(
    runtime: Runtime, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """The address cannot change under callers."""
    caplog.set_level(logging.INFO)
    http = config.http.model_copy(update={"workers": 7})
    changed = config.model_copy(update={"http": http})
    assert runtime.config is config
    service_settings.Reloading(runtime, None, lambda: changed).reload()

    assert vars(caplog.records[-1])["fields"]["from_the_next_start"] == "[http]"
    assert runtime.config is changed


# -- the log --------------------------------------------------------------------------------------


def test_a_misconfigured_hook_is_a_warning(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    """With what somebody needs to find out why."""
    caplog.set_level(logging.INFO)
    hook("create", server={"password": "wrong"})
    (record,) = [one for one in caplog.records if one.getMessage() == "hook"]
    fields = vars(record)["fields"]

    assert record.levelno == logging.WARNING
    assert {"code", "message", "installation", "server", "seconds", "reference"} <= {*fields}
    assert fields["code"] == "misconfigured"
    assert "wrong" not in fields["message"]


def test_a_refused_signature_says_why_and_from_where(service: Service, caller: Caller) -> None:
    """An old clock is another matter than an old secret."""
    heard = caller.send(
        "/v1/hook/plain/describe", b"{}", {"webhook-id": "a", "webhook-timestamp": "1"}
    )
    line = json.loads(service.stop().splitlines()[-1])

    assert heard.status == 401
    assert (line["peer"], line["status"], line["host"]) == ("127.0.0.1", 401, "plain")
    assert line["reason"].endswith(" s old")


def test_every_line_of_a_request_has_its_reference(caplog: pytest.LogCaptureFixture) -> None:
    """So that the lines of one can be found among those of others."""
    form = logs._Line(as_json=True, to_journal=True)
    record = logging.LogRecord("puq_zimbra", logging.WARNING, "", 0, "fault", None, None)
    with logs.about(reference="op-1", request_id="msg_1"):
        line = form.format(record)
    after = form.format(record)

    assert line.startswith("<4>")
    assert json.loads(line[3:])["reference"] == "op-1"
    assert "op-1" not in after


def test_a_value_is_one_word_in_text() -> None:
    """A host's name or id must not look like a field, or begin a line."""
    form = logs._Line(as_json=False, to_journal=False)
    record = logging.LogRecord("puq_zimbra", logging.INFO, "", 0, "hook", None, None)
    record.fields = {"service": "7\nlevel=error code=created", "code": "refused"}
    line = form.format(record)

    assert "\n" not in line
    assert line.endswith('service="7\\nlevel=error code=created" code=refused')


def test_the_journal_is_known_by_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A priority before each line would be in the way anywhere else."""
    with (tmp_path / "log").open("w") as file:
        monkeypatch.setattr("sys.stderr", file)
        about = os.fstat(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{about.st_dev}:{about.st_ino}")
        assert logs.is_journal()
        monkeypatch.setenv("JOURNAL_STREAM", "1:1")
        assert not logs.is_journal()


@pytest.mark.parametrize(("keys", "line"), [
    (("servers", "mail1", "url"), 4),
    (("servers", "mail.2", "fingerprint"), 7),
    (("servers", "mail1", "nothing"), 3),
    (("store", "dir"), 2),
    (("nothing",), 1),
])  # fmt: skip
def test_the_line_of_a_key(keys: tuple[str, ...], line: int) -> None:
    """In a table, dotted, quoted; or the table that lacks it."""
    text = 'a=1\nstore.dir="x"\n[servers.mail1]\n url = "u"\n\n[ servers."mail.2" ]\nfingerprint=""'

    assert line_of(text, *keys) == line
