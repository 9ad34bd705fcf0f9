"""The logger host: GetServiceStatus and GetLoggerStats.

Beyond "not configured" nothing of it was recorded.

Source: `GetServiceStatus.java`, `GetLoggerStats.java`, `zmrrdfetch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator, TlsFiles, measurements

NOW = 1_800_000_000
HOST = "mail.example.test"


@pytest.fixture
def sim() -> Simulator:
    """Two servers, of which the first collects, at a fixed time."""
    return Simulator(servers=2, logger=True, clock=lambda: NOW)


@pytest.fixture
def stats(zimbra: Any) -> Callable[..., Any]:
    """Ask for statistics."""

    def ask(*inner: str) -> Any:
        return zimbra.admin("GetLoggerStats", "".join(inner))

    return ask


@pytest.fixture
def plain(client_of: Any, tls: TlsFiles) -> Iterator[Any]:
    """A client of an installation without a logger, as installed by default."""
    with Simulator().serve(tls) as running:
        client = client_of(running)
        yield client
        client.session.close()


def of(host: str) -> str:
    """Write the choice of a host."""
    return f'<hostname hn="{host}"/>'


def group(name: str, *columns: str, **attributes: str) -> str:
    """Write the choice of a group and its columns."""
    wanted = "".join(f'<stat name="{column}"/>' for column in columns)
    others = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<stats name="{name}"{others}><values>{wanted}</values></stats>'


def between(start: str, end: str) -> str:
    """Write the choice of a period."""
    return f'<startTime time="{start}"/><endTime time="{end}"/>'


@pytest.mark.parametrize("command", ["GetServiceStatus", "GetLoggerStats"])
def test_without_a_logger_host(plain: Any, command: str) -> None:
    """The recorded refusal; a host that is no server is another one."""
    with pytest.raises(Exception, match="zimbraLogHostname is not configured"):
        plain.admin(command)
    plain.admin("ModifyConfig", '<a n="zimbraLogHostname">nowhere.test</a>')
    with pytest.raises(Exception, match="could not find zimbraLogHostname server: null"):
        plain.admin(command)


def test_logger_host_without_the_service(plain: Any) -> None:
    """A note instead of figures, and no status at all, but the time zone."""
    plain.admin("ModifyConfig", f'<a n="zimbraLogHostname">{HOST}</a>')
    note = plain.admin("GetLoggerStats")[0]
    status = plain.admin("GetServiceStatus")

    assert (note.tag, note.text) == ("{urn:zimbraAdmin}note", "Logger is not enabled")
    assert [dict(each.attrib) for each in status] == [
        {"id": "UTC", "displayName": "Coordinated Universal Time"}
    ]


def test_service_status(zimbra: Any, sim: Any) -> None:
    """Every enabled service of every server; what did not report is down as of now."""
    zimbra.admin("CreateServer", '<name>new.test</name><a n="zimbraServiceEnabled">mta</a>')
    sim.state.stopped.add((HOST, "mailbox"))
    found = zimbra.admin("GetServiceStatus").findall("{*}status")
    shown = {(each.get("server"), each.get("service")): each for each in found}

    assert shown[HOST, "mailbox"].text == "0"
    assert shown[HOST, "logger"].text == shown["mail2.example.test", "mailbox"].text == "1"
    assert (shown["new.test", "mta"].text, shown["new.test", "mta"].get("t")) == ("0", str(NOW))
    assert all(NOW - 120 < int(each.get("t")) <= NOW for each in found)


def test_delegated_administrators_see_no_service(zimbra: Any, sim: Any) -> None:
    """Servers without the right are left out; statistics are refused."""
    sim.create_domain("firma.test")
    sim.create_account("boss@firma.test", "Boss-Pass-1", zimbraIsDelegatedAdminAccount=True)
    token = zimbra.log_in("boss@firma.test", "Boss-Pass-1")

    assert not zimbra.admin("GetServiceStatus", token=token).findall("{*}status")
    with pytest.raises(Exception, match=r"service\.PERM_DENIED"):
        zimbra.admin("GetLoggerStats", token=token)


def test_hosts_groups_and_columns(stats: Any) -> None:
    """The three lists; an unknown host has no groups, an unknown group no columns."""
    assert [each.get("hn") for each in stats()] == [HOST, "mail2.example.test"]
    groups = [each.get("name") for each in stats(of(HOST))[0]]
    assert {"cpu.csv", "vm.csv", "df.csv", "zmmtastats"} <= set(groups)
    assert len(stats(of("nowhere.test"))[0]) == 0

    listed = stats(of(HOST), '<stats name="zmmtastats">1</stats>')[0][0][0]
    assert (listed[0].get("name"), listed[0].get("type")) == ("mta_count", "msgs")
    assert len(stats(of(HOST), '<stats name="x.csv">1</stats>')[0][0][0]) == 0


def test_figures_of_one_host(stats: Any) -> None:
    """Rows every 30 s, only what was asked for, and the same answer to the same question."""
    asked = of(HOST), group("df.csv", "/dev/sda1::disk_pct_used"), between("now-5min", "now")
    answer = stats(*asked)
    (box,) = answer
    rows = box[0].findall("{*}values")

    assert [int(row.get("t")) for row in rows] == list(range(NOW - 300, NOW + 1, 30))
    assert {stat.get("name") for row in rows for stat in row} == {"/dev/sda1::disk_pct_used"}
    assert all(0 < int(stat.get("value")) <= 100 for row in rows for stat in row)
    again = stats(*asked)
    assert [s.get("value") for s in again.iter()] == [s.get("value") for s in answer.iter()]


def test_figures_of_all_hosts_differ(stats: Any) -> None:
    """Without a host all of them answer; without columns all columns come."""
    first, second = stats(group("cpu.csv"), between(str(NOW - 60), str(NOW)))

    assert (first.get("hn"), second.get("hn")) == (HOST, "mail2.example.test")
    assert len(first[0][0]) == len(measurements.columns("cpu.csv"))
    assert first[0][0][0].get("value") != second[0][0][0].get("value")


def test_figures_add_up(stats: Any) -> None:
    """Shares of a processor make 100; used is less than there is; times to come have no row."""
    row = stats(of(HOST), group("cpu.csv"), between("now-30s", "now+1h"))[0][0].findall("*")[-1]
    cpu = {stat.get("name"): float(stat.get("value")) for stat in row}
    assert sum(cpu[f"cpu:{kind}"] for kind in ("user", "sys", "idle", "iowait")) == pytest.approx(
        100, abs=0.3
    )
    assert int(row.get("t")) <= NOW
    memory = stats(of(HOST), group("vm.csv", "MemTotal", "MemFree"), between("now-30s", "now"))
    figures = {stat.get("name"): float(stat.get("value")) for stat in memory[0][0][0]}
    assert 0 < figures["MemFree"] < figures["MemTotal"]


def test_limited_and_default_spans(stats: Any) -> None:
    """The last day by default; with a limit 500 rows or a few more."""
    column = group("vm.csv", "loadavg"), group("vm.csv", "loadavg", limit="true")
    whole, limited = (len(stats(of(HOST), each)[0][0]) for each in column)
    months = len(stats(of(HOST), column[1], between("now-60d", "now"))[0][0])

    assert (whole, limited) == (2881, 289)
    assert months <= 1500


def test_times_come_together(stats: Any) -> None:
    """One time alone, or one that says nothing, fails."""
    asked = of(HOST), group("cpu.csv")
    for only in ('<startTime time="now-1h"/>', '<endTime time="now"/>'):
        with pytest.raises(Exception, match="both start and end must be specified"):
            stats(*asked, only)
    with pytest.raises(Exception, match=r"service\.FAILURE"):
        stats(*asked, between("yesterday at noon", "now"))


def test_what_is_not_known_has_no_figures(stats: Any) -> None:
    """The collector says nothing of unknown hosts and groups, and that is the answer."""
    assert len(stats(of("nowhere.test"), group("cpu.csv"), between("now-1h", "now"))) == 0
    assert len(stats(of(HOST), group("x.csv"), between("now-1h", "now"))) == 0
