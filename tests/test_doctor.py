"""`puq-zimbra doctor`: each defect made for real, and what it is then told to do."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import shlex
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from sqlalchemy.engine import URL, make_url

from puq_zimbra.cli.doctor import command_line, dos_filter
from puq_zimbra.cli.doctor.findings import Check, Finding, examine
from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.http import secret_file
from puq_zimbra.simulator import Simulator, TlsFiles, make_tls
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.zimbra.client import Zimbra

from . import databases
from .conftest import Command, Hook
from .test_cli import COMMAND

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="files are given to another user")
WRONG = "Canary-Wrong-1"
NOBODY = 65534


@pytest.fixture
def compiled() -> None:
    """Nothing of others stands in the store's folder, which these tests list and give away."""


@dataclasses.dataclass
class Told:
    """What the command said."""

    status: int
    findings: list[Finding]

    def levels(self, check: str) -> list[str]:
        """The levels of a check's findings."""
        return [one.level for one in self.findings if one.check == check]

    def one(self, check: str, level: str) -> Finding:
        """The one finding of a check that has a level."""
        (found,) = (one for one in self.findings if (one.check, one.level) == (check, level))
        return found

    @property
    def amiss(self) -> list[Finding]:
        """Everything that is not well."""
        return [one for one in self.findings if one.level != "ok"]


Doctor = Callable[..., Told]


@pytest.fixture
def doctor(command: Command, settings: str) -> Doctor:
    """Run the command; whatever it finds, it says what to do and tells no secret."""

    def shorter(line: str) -> str:
        return line.replace(f"puq-zimbra --config {settings} ", "puq-zimbra ")

    def run(*arguments: str) -> Told:
        done = command("doctor", "--json", *arguments)
        for secret in ("test123", WRONG, "Pass-1"):
            assert secret not in done.stdout + done.stderr
        whole = json.loads(done.stdout)
        findings = [
            Finding(**{**one, "next": tuple(map(shorter, one["next"]))})
            for one in whole["findings"]
        ]
        assert all(one.next for one in findings if one.level != "ok")
        assert whole["ok"] == (not any(one.level == "error" for one in findings))
        return Told(done.status, findings)

    return run


@pytest.fixture
def in_use(hook: Hook, runtime: Runtime) -> None:
    """A store that something was done with, and that nobody has open."""
    hook("create")
    runtime.close()


def rewrite(settings: str, *changes: tuple[str, str]) -> None:
    """Change the settings file."""
    text = Path(settings).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    Path(settings).write_text(text)


def ca_line(tls: TlsFiles) -> str:
    """How the settings trust the simulated server."""
    return f'ca_file = "{tls.ca_file}"'


def pin_line(tls: TlsFiles) -> str:
    """How the settings pin a certificate."""
    return f'fingerprint = "{tls.fingerprint}"'


def bare(fingerprint: str) -> str:
    """A fingerprint as the product writes it."""
    return fingerprint.replace(":", "").lower().replace("sha256", "sha256:")


# -- a healthy set-up ----------------------------------------------------------------------------


@pytest.mark.both_databases
def test_all_is_well(doctor: Doctor, in_use: None, settings: str, simulator: Simulator) -> None:
    """Every check has looked, and none has anything to say."""
    Path(settings).chmod(0o600)
    rewrite(settings, ("[servers.mail1]", '[usage]\ncos_slots = ["business"]\n[servers.mail1]'))
    told = doctor()

    assert told.amiss == []
    assert told.status == 0
    checks = {one.check for one in told.findings}
    assert checks >= {"configuration", "permissions", "space", "store", "bridge"}
    assert checks >= {"tls", "clock", "log-in", "rights", "dos-filter", "cos"}


def test_nothing_is_written(
    doctor: Doctor, in_use: None, config: Config, simulator: Simulator
) -> None:
    """To Zimbra or the store; and no file stays that was not there."""
    directory = config.store_directory()

    def state() -> dict[str, bytes]:
        return {one.name: one.read_bytes() for one in directory.iterdir() if one.is_file()}

    before = state()
    simulator.reset_log()
    doctor()

    assert state() == before
    assert [call.name for call in simulator.writes()] == []
    assert [call.name for call in simulator.log][-1] == "EndSessionRequest"


def test_a_store_in_use_is_looked_at_too(doctor: Doctor, config: Config, in_use: None) -> None:
    """Hooks go on meanwhile: what stands in the log alone counts, and stays there."""
    database = config.store_directory() / "store.db"
    log = database.with_name("store.db-wal")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE schema SET version = version - 1")
        connection.commit()
        before = log.read_bytes()
        told = doctor()

        assert before
        assert log.read_bytes() == before
    assert "older version" in told.one("store", "warning").sentence


def test_people_read_it_too(command: Command, settings: str) -> None:
    """A line for each finding, what to do below it, and the sums."""
    rewrite(settings, ("[servers.mail1]", '[usage]\ncos_slots = ["busines"]\n[servers.mail1]'))
    done = command("doctor")

    assert "warning  cos mail1: [usage] cos_slots names busines" in done.stdout
    assert "         -> zmprov gac\n" in done.stdout
    assert "warning: 1, error: 0" in done.stderr


# -- configuration and files ---------------------------------------------------------------------


@pytest.mark.parametrize("settings_text", ["[limit]\n", "not toml", "\xff"])
def test_settings_that_cannot_be_read(doctor: Doctor, settings: str, settings_text: str) -> None:
    """Then nothing else can be looked at: exit status 78."""
    Path(settings).write_text(settings_text, encoding="latin-1")
    told = doctor()

    assert told.status == 78
    assert [(one.check, one.level) for one in told.findings] == [("configuration", "error")]
    assert told.findings[0].next == (f"editor {settings}",)


def test_an_unknown_server(command: Command) -> None:
    """Nothing is looked at in its place."""
    done = command("doctor", "--server", "mail7")

    assert done.status == 78
    assert "mail1" in done.stderr


def test_settings_of_the_working_directory(settings: str, tmp_path: Path) -> None:
    """cron and the web server have another one."""
    environment = {key: value for key, value in os.environ.items() if key != "PUQ_ZIMBRA_CONFIG"}
    done = subprocess.run(
        [str(COMMAND), "doctor", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    (found,) = (one for one in json.loads(done.stdout)["findings"] if one["level"] == "warning")

    assert found["check"] == "configuration"
    assert found["next"] == [f"puq-zimbra --config {settings} doctor"]


def test_no_server_in_the_settings(doctor: Doctor, settings: str, store_settings: Any) -> None:
    """Hooks may do without; the sync has nothing to read."""
    Path(settings).write_text(f'[store]\ndir = "{store_settings["dir"]}"\n')

    assert "add [servers.NAME]" in doctor().one("configuration", "warning").next[0]


def test_settings_that_everybody_may_change(doctor: Doctor, settings: str) -> None:
    """Whoever changes the address gets the password."""
    Path(settings).chmod(0o666)

    assert doctor().one("configuration", "error").next == (f"chmod o-w {settings}",)


def test_a_database_password_for_everybody(doctor: Doctor, settings: str, tmp_path: Path) -> None:
    """A file of its own is better; and a database that does not answer stops nothing."""
    closed = f'url = "postgresql://puqz:{WRONG}@127.0.0.1:1/puqz"'
    rewrite(settings, ("[limits]", closed + "\n[limits]"))
    Path(settings).chmod(0o644)
    told = doctor()

    assert told.one("configuration", "error").next == (f"chmod o= {settings}",)
    assert told.one("store", "error").next == ("pg_isready -h 127.0.0.1 -p 1",)
    assert told.levels("log-in") == ["ok"]


def test_a_password_file_for_everybody(doctor: Doctor, tmp_path: Path) -> None:
    """The one secret at rest."""
    (tmp_path / "password").chmod(0o644)
    told = doctor()

    assert told.status == 1
    found = told.one("permissions", "error")
    assert (found.server, found.next) == ("mail1", (f"chmod 600 {tmp_path}/password",))
    assert told.levels("tls") == []  # its settings cannot be used, which is said, too
    assert told.one("configuration", "error").server == "mail1"


def test_a_password_file_that_is_missing(doctor: Doctor, tmp_path: Path) -> None:
    """A new one is nobody else's from its first moment on."""
    (tmp_path / "password").unlink()
    found = doctor().one("permissions", "error")

    assert found.next[0].startswith("install -m 600 -o ")
    assert found.next[1] == f"editor {tmp_path}/password"


@pytest.mark.parametrize(("mode", "level"), [(0o755, "error"), (0o750, "warning")])
def test_a_state_directory_that_is_open(
    doctor: Doctor, in_use: None, config: Config, mode: int, level: str
) -> None:
    """Its files hold who asked for what."""
    directory = config.store_directory()
    directory.chmod(mode)

    assert doctor().one("permissions", level).next == (f"chmod 700 {directory}",)


def test_no_state_directory_yet(doctor: Doctor, config: Config) -> None:
    """It is not made by looking, or it would be the wrong user's."""
    told = doctor()

    assert told.one("permissions", "note").next[0].startswith("install -d -m 700 -o ")
    assert told.one("store", "note").next == ("puq-zimbra operations",)
    assert told.status == 0
    assert not config.store_directory().exists()


@only_root
def test_a_state_directory_of_another_user(doctor: Doctor, in_use: None, config: Config) -> None:
    """Root sees more than the hooks' user: look again as him; nothing is left in his way."""
    directory = config.store_directory()
    for one in [directory, *directory.rglob("*")]:
        os.chown(one, NOBODY, NOBODY)
    before = sorted(directory.rglob("*"))
    found = doctor().one("permissions", "warning")

    assert found.next == (
        "runuser -u nobody -- puq-zimbra doctor",
        f"or, if that user is root: chown -R root: {directory}",
    )
    assert sorted(directory.rglob("*")) == before


@only_root
def test_files_of_another_user(doctor: Doctor, in_use: None, config: Config) -> None:
    """Somebody ran a command as root once, and since then hooks fail."""
    directory = config.store_directory()
    os.chown(directory / "key", NOBODY, NOBODY)
    found = doctor().one("permissions", "error")

    assert "nobody" in found.sentence
    assert found.next == (f"chown -R root: {directory}",)


# -- the store -----------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_services_whose_host_says_nothing_of_their_ending(doctor: Doctor, hook: Hook) -> None:
    """They were deleted at once before; the provider should say what is meant."""
    unsaid = {"plan": {"terminate": None}}
    hook("create", service={"id": "7", "domain": "a.example", **unsaid})
    hook("create", service={"id": "8", "domain": "b.example"})
    hook("create", service={"id": "9", "domain": "c.example"})
    hook("change_package", service={"id": "9", "domain": "c.example", "plan": {
        "mailboxes": 30, "terminate": {"mode": "grace", "grace_days": None}}})  # fmt: skip
    hook("suspend", service={"id": "8", "domain": "b.example", **unsaid})
    found = doctor().one("endings", "note")
    hook("terminate", service={"id": "7", "domain": "a.example"})
    later = doctor().one("endings", "note")

    assert "days later: crm.example 9, crm.example 7." in found.sentence
    assert "days later: crm.example 9." in later.sentence


@pytest.mark.both_databases
def test_a_missing_key(doctor: Doctor, in_use: None, config: Config) -> None:
    """It comes back with the backup alone."""
    (config.store_directory() / "key").unlink()

    found = doctor().one("store", "error")
    assert found.next == ("puq-zimbra store restore --replace BACKUP",)
    assert "key" in found.sentence


def test_a_damaged_key(doctor: Doctor, in_use: None, config: Config) -> None:
    """Cut short by a full disk, for example."""
    key = config.store_directory() / "key"
    key.write_bytes(b"short")

    assert doctor().one("store", "error").next[0] == f"ls -l {key}"


def test_a_key_for_others(doctor: Doctor, in_use: None, config: Config) -> None:
    """It seals the audit trail."""
    key = config.store_directory() / "key"
    key.chmod(0o640)

    assert doctor().one("store", "error").next == (f"chmod 600 {key}",)


@pytest.mark.parametrize("where", [0, 8192])
def test_a_damaged_store(doctor: Doctor, in_use: None, config: Config, where: int) -> None:
    """Its head, or a page somewhere."""
    database = config.store_directory() / "store.db"
    content = bytearray(database.read_bytes())
    content[where : where + 4096] = b"\xa5" * 4096
    database.write_bytes(content)
    told = doctor()

    found = told.one("store", "error")
    assert found.next == ("puq-zimbra store restore --replace BACKUP",)
    assert told.status == 1


@pytest.mark.parametrize(
    ("change", "level", "wanted"),
    [
        ("version = version - 1", "warning", "puq-zimbra store migrate"),
        ("version = version + 1", "error", "pip install --upgrade puq_zimbra"),
    ],
)
def test_a_store_of_another_version(
    doctor: Doctor, in_use: None, config: Config, change: str, level: str, wanted: str
) -> None:
    """Older: the next hook changes it. Newer: this program is too old."""
    with closing(sqlite3.connect(config.store_directory() / "store.db")) as connection:
        connection.execute(f"UPDATE schema SET {change}")
        connection.commit()

    assert doctor().one("store", level).next[-1] == wanted


@pytest.mark.parametrize("store_settings", ["postgresql"], indirect=True)
def test_a_database_that_cannot_be_written(
    doctor: Doctor, in_use: None, settings: str, config: Config
) -> None:
    """The tables are another role's: with the line that is proposed, they can be."""
    assert config.store.url is not None
    url = make_url(config.store.url.get_secret_value())
    role = "reader_" + secrets.token_hex(4)
    schema = str(url.query["options"]).rpartition("=")[2]
    databases.execute(
        config,
        f"CREATE ROLE {role} LOGIN PASSWORD '{WRONG}'",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
    )
    theirs = url.set(username=role, password=WRONG)
    rewrite(settings, (config.store.url.get_secret_value(), written(theirs)))
    Path(settings).chmod(0o600)
    (grant,) = doctor().one("store", "error").next
    databases.execute(config, shlex.split(grant)[2])
    granted = doctor()
    standby = {"options": f"-csearch_path={schema} -cdefault_transaction_read_only=on"}
    rewrite(settings, (written(theirs), written(theirs.update_query_dict(standby))))
    found = doctor().one("store", "error")
    databases.execute(config, f"DROP OWNED BY {role}", f"DROP ROLE {role}")

    assert granted.levels("store") == ["ok", "ok"]
    assert found.next == ("psql -c 'SELECT pg_is_in_recovery()'",)


def written(url: URL) -> str:
    """An address of a database with its password."""
    return url.render_as_string(hide_password=False)


# -- a server: TLS and clock ---------------------------------------------------------------------


def test_an_untrusted_certificate(
    doctor: Doctor, running: Any, simulator: Simulator, settings: str, tls: TlsFiles, tmp_path: Path
) -> None:
    """Nothing is sent; with the line that it proposes all is well."""
    other = make_tls("mail.example.test", tmp_path / "other")
    with running.presenting(other):
        told = doctor()
        found = told.one("tls", "error")
        seen = list(simulator.log)
        rewrite(settings, (ca_line(tls), found.next[1].partition(": ")[2]))
        after = doctor()

    assert (told.status, seen) == (1, [])
    assert found.next[1].endswith(f'fingerprint = "{bare(other.fingerprint)}"')
    assert "openssl s_client" in found.next[0]
    assert told.one("log-in", "note").next == ("puq-zimbra doctor --server mail1",)
    assert after.levels("tls") == ["ok"]
    assert after.status == 0


def test_another_certificate_than_the_pinned_one(
    doctor: Doctor, running: Any, settings: str, tls: TlsFiles, tmp_path: Path
) -> None:
    """It was renewed, or somebody is in between."""
    rewrite(settings, (ca_line(tls), pin_line(tls)))
    with running.presenting(make_tls("mail.example.test", tmp_path / "other")):
        found = doctor().one("tls", "error")

    assert "another fingerprint than the given one" in found.sentence


def certificate(directory: Path, ends: datetime) -> TlsFiles:
    """A certificate that ends at a time."""
    directory.mkdir()
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    leaf = authority.issue_cert(
        "127.0.0.1",
        "localhost",
        not_before=ends - timedelta(days=90),
        not_after=ends,
        key_type=trustme.KeyType.ECDSA,
    )
    authority.cert_pem.write_to_path(directory / "ca.pem")
    (directory / "cert.pem").write_bytes(b"".join(one.bytes() for one in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(directory / "key.pem")
    return make_tls("mail.example.test", directory)


@pytest.mark.parametrize(
    ("days", "trust", "level", "words"),
    [
        (-3, ca_line, "error", "renew it"),
        (-3, pin_line, "warning", "has ended"),
        (10, ca_line, "warning", "zmcertmgr"),
        (10, pin_line, "warning", "another fingerprint"),
        (40, ca_line, "ok", "ends on"),
        (40, pin_line, "ok", "ends on"),
    ],
)
def test_the_end_of_a_certificate(  # noqa: PLR0913, PLR0917 - five fixtures and four values
    doctor: Doctor,
    running: Any,
    settings: str,
    tls: TlsFiles,
    tmp_path: Path,
    days: int,
    trust: Callable[[TlsFiles], str],
    level: str,
    words: str,
) -> None:
    """Told in time; a pinned one goes on being accepted, and changes its fingerprint then."""
    shown = certificate(tmp_path / "shown", datetime.now(UTC) + timedelta(days=days))
    rewrite(settings, (ca_line(tls), trust(shown)))
    with running.presenting(shown):
        told = doctor()

    found = told.one("tls", level)
    assert words in " ".join([found.sentence, *found.next])
    if trust is pin_line and level == "warning":
        assert f'["{bare(shown.fingerprint)}", "sha256:NEW"]' in found.next[1]


@pytest.mark.parametrize(
    ("seconds", "level"), [(120, "warning"), (-120, "warning"), (900, "error")]
)
def test_a_clock_that_is_wrong(
    doctor: Doctor, simulator: Simulator, seconds: int, level: str
) -> None:
    """30 seconds are fine; from 300 on signatures are refused."""
    simulator.state.clock = lambda: time.time() + seconds

    assert doctor().one("clock", level).next[0] == "timedatectl"


def test_a_server_that_does_not_listen(doctor: Doctor, running: Any) -> None:
    """The address, the port or the firewall."""
    with running.refusing():
        told = doctor()

    assert told.one("tls", "error").next[0].startswith("nc -vz 127.0.0.1 ")
    assert told.levels("bridge") == ["ok"]


def test_a_port_without_tls(doctor: Doctor, simulator: Simulator) -> None:
    """A load balancer without a backend takes the connection, and hangs up."""
    simulator.chaos.add(Plan(name="*", kind="refuse", times=99))
    found = doctor().one("tls", "error")

    assert "No TLS connection" in found.sentence
    assert found.next[0].startswith("openssl s_client -connect 127.0.0.1:")


def test_a_server_that_leaves_us_waiting(doctor: Doctor, running: Any) -> None:
    """It ends all the same."""
    with running.unreachable():
        told = doctor()

    assert told.one("tls", "error").server == "mail1"


def test_something_else_than_a_zimbra(doctor: Doctor, simulator: Simulator) -> None:
    """A proxy's page, most often: no password is sent there."""
    simulator.http_next("GetVersionInfoRequest", status=404)
    told = doctor()

    assert "not from a Zimbra admin service" in told.one("tls", "error").sentence
    assert simulator.calls("AuthRequest") == []


def test_one_server_does_not_hide_another(
    doctor: Doctor, running: Any, settings: str, tls: TlsFiles
) -> None:
    """The first one has a wrong file; the second is looked at."""
    text = Path(settings).read_text()
    broken = text[text.index("[servers.mail1]") :].replace("mail1", "mail0")
    Path(settings).write_text(text + broken.replace("/password", "/none"))
    told = doctor()

    assert told.one("configuration", "error").server == "mail0"
    assert told.one("log-in", "ok").server == "mail1"
    assert {one.server for one in doctor("--server", "mail1").findings} == {"", "mail0", "mail1"}


# -- a server: log-in and rights -----------------------------------------------------------------


def test_a_wrong_password(
    doctor: Doctor, in_use: None, simulator: Simulator, tmp_path: Path
) -> None:
    """However often it is looked: two log-ins, as ten would shut out the whole machine."""
    (tmp_path / "password").write_text(WRONG)
    simulator.reset_log()
    told = [doctor() for _ in range(4)]

    assert len(simulator.calls("AuthRequest")) == 2
    for each in told:
        found = each.one("log-in", "error")
        assert found.next == (
            "zmprov ga admin@example.test zimbraAccountStatus",
            f"editor {tmp_path}/password",
            "puq-zimbra doctor --server mail1",
        )
        assert each.status == 1
        assert each.levels("rights") == []  # nothing more is asked


def test_no_credentials(doctor: Doctor, settings: str, tmp_path: Path) -> None:
    """Hooks bring theirs; cron jobs have none."""
    rewrite(settings, (f'password_file = "{tmp_path}/password"\n', ""))

    assert "password_file" in doctor().one("log-in", "warning").next[0]


@pytest.fixture
def lesser(simulator: Simulator, settings: str) -> str:
    """The settings name a delegated administrator with a few rights in his own domain."""
    name = "lesser@firma.example"
    simulator.create_domain("firma.example")
    simulator.create_account(name, "test123", zimbraIsDelegatedAdminAccount="TRUE")
    rewrite(settings, ("admin@example.test", name))
    return name


def test_a_delegated_administrator(
    doctor: Doctor, lesser: str, simulator: Simulator, zimbra: Zimbra
) -> None:
    """He does not do; and what the sync lacks of him is told apart."""
    domain, account = simulator.domain("firma.example"), simulator.account(lesser)
    zimbra.grant_right(domain.id, account.id, "domainAdminRights")
    told = doctor()
    zimbra.grant_right(domain.id, account.id, "getDomainQuotaUsage")
    after = doctor()

    assert told.status == after.status == 1
    assert told.one("rights", "error").next == (
        f"zmprov ma {lesser} zimbraIsAdminAccount TRUE zimbraIsDelegatedAdminAccount FALSE",
    )
    degraded, missing = (one for one in told.findings if one.level == "warning")
    assert "no service is created" in degraded.sentence
    assert missing.next == (f"zmprov grr domain firma.example usr {lesser} getDomainQuotaUsage",)
    assert after.one("rights", "warning").sentence == degraded.sentence


def test_a_delegated_administrator_without_any_right(doctor: Doctor, lesser: str) -> None:
    """He may not even look at himself."""
    told = doctor()

    assert told.one("rights", "error").next[0].startswith("zmprov ma ")
    assert told.levels("dos-filter") == ["ok"]


def test_rights_that_are_too_many(
    doctor: Doctor, lesser: str, simulator: Simulator, zimbra: Zimbra
) -> None:
    """What he was granted before he became a global administrator would count again after."""
    domain, account = simulator.domain("firma.example"), simulator.account(lesser)
    zimbra.grant_right(domain.id, account.id, "domainAdminRights")
    zimbra.modify_account(account.id, {"zimbraIsAdminAccount": "TRUE"})
    told = doctor()

    assert told.status == 0
    notes = [one for one in told.findings if one.level == "note"]
    flag, grants = (one for one in notes if one.check == "rights")
    assert flag.next == (f"zmprov ma {lesser} zimbraIsDelegatedAdminAccount FALSE",)
    assert grants.next == (f"zmprov rvr domain firma.example usr {lesser} domainAdminRights",)


@pytest.mark.parametrize(
    ("code", "sentence", "mend"),
    [
        ("service.PERM_DENIED", "whole address", "zmprov ga admin@example.test"),
        ("account.MAINTENANCE_MODE", "nor in maintenance", "zmprov ga admin@example.test"),
        ("account.TWO_FACTOR_SETUP_REQUIRED", "second factor", "zmprov ma admin@example.test"),
    ],
)
def test_why_a_log_in_is_refused(
    doctor: Doctor, simulator: Simulator, code: str, sentence: str, mend: str
) -> None:
    """Only a wrong password is a wrong password."""
    simulator.fail_next("AuthRequest", code, times=3)
    found = doctor().one("log-in", "error")

    assert sentence in found.sentence
    assert "password" not in found.sentence
    assert found.next[0].startswith(mend)


def test_a_password_that_runs_out(doctor: Doctor, simulator: Simulator, zimbra: Zimbra) -> None:
    """Set by the class of service, as a rule: told before that day and on it."""
    account = simulator.account("admin@example.test")
    zimbra.set_password(account.id, "test123")
    simulator.state.directory.coses["default"].attrs["zimbraPasswordMaxAge"] = ["90"]
    before = doctor()
    simulator.state.clock = lambda: time.time() + 91 * 86400
    then = doctor()

    mend = "zmprov ma admin@example.test zimbraPasswordMaxAge 0"
    assert before.one("rights", "warning").next == (mend,)
    assert then.one("log-in", "error").next == (mend + " zimbraPasswordMustChange FALSE",)


def test_an_unknown_class_of_service(doctor: Doctor, settings: str) -> None:
    """Its figure would stay 0, and nobody would be billed."""
    slots = '[usage]\ncos_slots = ["busines", "starter"]\n'
    rewrite(settings, ("[servers.mail1]", slots + "[servers.mail1]"))
    told = doctor()

    found = told.one("cos", "warning")
    assert "did you mean business" in found.sentence
    assert found.next == ("zmprov gac",)
    assert told.levels("cos") == ["warning", "ok"]


@pytest.mark.parametrize(
    ("missing", "rate", "level"),
    [([], 25, "ok"), (["mail.example"], 25, "note"), (["mail.example"], 0, "warning")],
)
def test_the_filter_against_floods(missing: list[str], rate: int, level: str) -> None:
    """It matters to those who ask fast; loopback, where the tests are, it lets pass."""
    found = dos_filter.finding("mail1", missing, rate, "192.0.2.7")

    assert found.level == level
    assert not missing or found.next[0] == "zmprov mcf +zimbraHttpThrottleSafeIPs 192.0.2.7"


# -- the bridge, and the doctor itself -----------------------------------------------------------


def test_a_hook_command_that_does_not_answer(tmp_path: Path) -> None:
    """The command is shown as it was started."""
    (found,) = command_line.check_command(tmp_path / "none.toml")

    assert found.level == "error"
    assert found.next[0].startswith(str(Path(sys.executable).parent))
    assert found.next[0].endswith("hook plain describe </dev/null")


@contextmanager
def serving(settings: str, tmp_path: Path, listen: str, *more: str) -> Iterator[None]:
    """`puq-zimbra serve` as a process of its own, with those settings."""
    Path(settings).write_text(
        Path(settings).read_text() + f'[http]\nlisten = "{listen}"\n' + "".join(more)
    )
    subprocess.run([str(COMMAND), "--config", settings, "secret"], check=True, capture_output=True)
    with (tmp_path / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [str(COMMAND), "--config", settings, "serve"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=60)


def free_port() -> int:
    """A port on which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@pytest.mark.parametrize("kind", ["unix", "loopback", "tls"])
def test_the_door_over_http(
    doctor: Doctor, settings: str, tmp_path: Path, tls: TlsFiles, kind: str
) -> None:
    """Signed both ways, and every character comes back."""
    listen = {
        "unix": f"unix:{tmp_path}/hook.sock",
        "loopback": f"127.0.0.1:{free_port()}",
        "tls": f"0.0.0.0:{free_port()}",
    }[kind]
    files = (f'certificate = "{tls.cert_file}"\n', f'key = "{tls.key_file}"\n')
    with serving(settings, tmp_path, listen, *(files if kind == "tls" else ())):
        told = doctor()

    assert told.levels("door") == ["ok"]
    assert "signed" in told.one("door", "ok").sentence


def test_a_secret_for_every_installation_is_a_warning(
    doctor: Doctor, settings: str, tmp_path: Path, command: Command
) -> None:
    """Whoever knows it reaches all services; with one for each platform it can be revoked."""
    with serving(settings, tmp_path, f"unix:{tmp_path}/hook.sock"):
        before = doctor()
        command("secret", "--installation", "crm.example")
        command("secret", "--revoke")
        after = doctor()

    assert before.one("secrets", "warning").next[-1] == "puq-zimbra secret --revoke"
    assert before.status == 0
    assert after.levels("secrets") == []
    assert after.levels("door") == ["ok"]


def test_a_secret_for_every_installation_is_a_warning_while_the_door_is_shut(
    doctor: Doctor, command: Command, config: Config
) -> None:
    """Doctor is run before the service is started, too; it may listen where --listen says."""
    command("secret")
    before = doctor()
    (config.store_directory() / "http-secret").chmod(0o644)
    open_to_all = doctor()

    assert before.one("secrets", "warning").next[-1] == "puq-zimbra secret --revoke"
    assert open_to_all.levels("door") == ["ok", "error"]


def test_a_door_that_is_not_running(doctor: Doctor, settings: str, tmp_path: Path) -> None:
    """Only where it is in the settings does anybody need it."""
    before = doctor()
    with Path(settings).open("a") as file:
        file.write(f'[http]\nlisten = "unix:{tmp_path}/hook.sock"\n')
    after = doctor()

    assert before.levels("door") == ["ok"]
    assert after.one("door", "warning").next[0] == "systemctl start puq-zimbra"
    assert after.status == 0


def test_a_door_whose_secret_cannot_be_used(
    doctor: Doctor, settings: str, tmp_path: Path, config: Config
) -> None:
    """Everybody may read it, or it is another one than the settings now name."""
    secret = config.store_directory() / "http-secret"
    with serving(settings, tmp_path, f"unix:{tmp_path}/hook.sock"):
        secret.chmod(0o644)
        open_to_all = doctor().one("door", "error")
        secret.chmod(0o600)
        other = tmp_path / "other"
        secret_file.new(other)
        with Path(settings).open("a") as file:
            file.write(f'secret_file = "{other}"\n')
        another = doctor().one("door", "error")

    assert open_to_all.next[0] == f"ls -l {secret}"
    assert another.next[-1] == "systemctl restart puq-zimbra"


def test_something_else_where_the_door_should_be(
    doctor: Doctor, settings: str, tmp_path: Path, config: Config
) -> None:
    """What answers without a signature is not believed."""
    secret_file.new(config.store_directory() / "http-secret")

    class Stranger(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with Path(settings).open("a") as file:
            file.write(f'[http]\nlisten = "127.0.0.1:{server.server_address[1]}"\n')
        found = doctor().one("door", "error")
        server.shutdown()

    assert "does not sign" in found.sentence


def test_a_check_that_breaks_stops_no_other() -> None:
    """What it had found counts; what it held when it broke is not told."""

    def breaks() -> Iterator[Finding]:
        yield Finding("a", "ok", "So far so good.")
        raise KeyError("a secret")

    def hangs() -> Iterator[Finding]:
        yield Finding("b", "ok", "So far so good.")
        never.wait(60)

    never = threading.Event()
    try:
        found = examine(
            [Check("a", breaks), Check("b", hangs, "mail1"), Check("c", lambda: iter(()))], 0.01
        )
    finally:
        never.set()

    assert [(one.check, one.level) for one in found] == [
        ("a", "ok"),
        ("a", "error"),
        ("b", "ok"),
        ("b", "error"),
    ]
    assert "KeyError" in found[1].sentence
    assert "secret" not in found[1].sentence
    assert found[3].next == ("puq-zimbra doctor --server mail1",)
