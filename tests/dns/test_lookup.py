"""What is found in DNS, and that no answer can do harm."""

from __future__ import annotations

import time
from typing import Any

import pytest

from puq_zimbra.dns import verdict
from puq_zimbra.dns.dkim import PublicKey, make_pair
from puq_zimbra.dns.lookup import LONGEST, MOST, Resolver, look_up
from puq_zimbra.dns.records import Setup
from puq_zimbra.dns.verdict import Judged
from puq_zimbra.dns_settings import DnsSettings

from . import nameserver as servers
from .conftest import DOMAIN, HOST
from .nameserver import NameServer

SETUP = Setup(DOMAIN, HOST, (HOST,), f"admin@{DOMAIN}")


def judged(setup: Setup, settings: DnsSettings) -> dict[str, Judged]:
    """The state of each kind of record."""
    return {one.record.kind: one for one in verdict.judge(setup, look_up(setup, settings))}


def states(setup: Setup, settings: DnsSettings, *kinds: str) -> list[str]:
    """The states of some kinds."""
    found = judged(setup, settings)
    return [found[kind].state for kind in kinds]


def test_what_is_right_is_said_to_be_right(right: NameServer, dns_settings: DnsSettings) -> None:
    """The rest is missing, which is not the same as unknown."""
    found = judged(SETUP, dns_settings)

    assert {kind: one.state for kind, one in found.items()} == {
        "mx": "right", "spf": "right", "dkim": "missing", "dmarc": "right",
        "autodiscover": "missing", "imaps": "missing", "submissions": "missing",
        "caldavs": "missing", "carddavs": "missing", "mta_sts": "missing", "tls_rpt": "missing",
    }  # fmt: skip
    assert found["spf"].found == ("v=spf1 mx ~all",)


@pytest.mark.parametrize(
    "behaviour", [servers.silent, servers.lying, servers.garbled, servers.failing]
)
def test_without_an_answer_nothing_is_known(
    right: NameServer, dns_settings: DnsSettings, behaviour: servers.Behaviour
) -> None:
    """Nobody is told that a record is missing which could not be asked for."""
    right.behaviour = behaviour
    began = time.monotonic()
    found = judged(SETUP, dns_settings)

    assert {one.state for kind, one in found.items() if kind != "dkim"} == {"unknown"}
    assert time.monotonic() - began < 5


def test_an_answer_too_long_for_udp_comes_over_tcp(
    right: NameServer, dns_settings: DnsSettings
) -> None:
    """As it must for a key of 4096 bits."""
    right.behaviour = servers.truncated

    assert states(SETUP, dns_settings, "mx", "spf", "dmarc") == ["right"] * 3


def test_thousands_of_records_are_cut_short(
    nameserver: NameServer, dns_settings: DnsSettings
) -> None:
    """As many as one message can hold."""
    nameserver.text(DOMAIN, *(f"{number:04}" for number in range(1500)))
    nameserver.put(DOMAIN, "MX", *(f"10 m{number}.example." for number in range(300)))
    patient = dns_settings.model_copy(update={"seconds": 8})  # they take long to read
    found = look_up(SETUP, patient)

    assert len(found[f"TXT {DOMAIN}"] or ()) == MOST
    assert len(found[f"MX {DOMAIN}"] or ()) == MOST


def test_the_spf_record_is_found_among_thousands(
    nameserver: NameServer, dns_settings: DnsSettings
) -> None:
    """Others prove their ownership in the same place."""
    nameserver.text(DOMAIN, *(f"{number:04}" for number in range(1000)), "v=spf1 mx -all")
    patient = dns_settings.model_copy(update={"seconds": 8})

    assert states(SETUP, patient, "spf") == ["right"]


def test_hostile_bytes_become_plain_text(nameserver: NameServer, dns_settings: DnsSettings) -> None:
    """Whatever stands in a record: NUL, control characters, other writing, much of it."""
    nameserver.text(DOMAIN, b"v=spf1 \x00\x1b[31m\r\n<script>\xff\xe2\x80\xae" + b"x" * 5000)
    (text,) = Resolver(dns_settings).ask("TXT", DOMAIN) or ()

    assert text.startswith("v=spf1 ??[31m??<script>????")
    assert len(text) == LONGEST
    assert text.isascii()
    assert text.isprintable()


@pytest.mark.parametrize(
    ("records", "state", "note"),
    [
        ([], "missing", ""),
        (["10 mail.example.test."], "right", ""),
        (["10 MAIL.example.TEST."], "right", ""),
        (["10 mx.other.example."], "wrong", "elsewhere"),
        (["10 mail.example.test.", "20 mx.other.example."], "wrong", "others"),
        (["0 ."], "wrong", "elsewhere"),
        (["10 192.0.2.10."], "wrong", "elsewhere"),
    ],
)
def test_mail_must_come_to_this_server_alone(
    nameserver: NameServer, dns_settings: DnsSettings, records: list[str], state: str, note: str
) -> None:
    """Whatever the letters' case; an address is no host."""
    nameserver.put(DOMAIN, "A", "192.0.2.1")
    nameserver.put(DOMAIN, "MX", *records)
    found = judged(SETUP, dns_settings)["mx"]

    assert (found.state, found.note) == (state, note)


def test_a_second_exchanger_that_is_missing_is_said(
    nameserver: NameServer, dns_settings: DnsSettings
) -> None:
    """Mail arrives, but not when the first one fails."""
    nameserver.put(DOMAIN, "MX", "10 a.example.")
    found = judged(Setup(DOMAIN, HOST, ("a.example", "b.example")), dns_settings)["mx"]

    assert (found.state, found.note) == ("wrong", "fewer")
    assert found.values == ("10 a.example.", "20 b.example.")


@pytest.mark.parametrize(
    ("texts", "state", "note"),
    [
        (["v=spf1 a:mail.example.test -all"], "right", ""),
        (["v=spf1 ip4:192.0.2.0/24 -all"], "right", ""),
        (["v=spf1 a:same.example ~all"], "right", ""),
        (["v=spf1 include:ours.example -all"], "right", ""),
        (["v=spf1 redirect=ours.example"], "right", ""),
        (["V=SPF1 MX ~ALL"], "right", ""),
        (["v=spf1 include:other.example -all"], "wrong", "not_named"),
        (["v=spf1 -mx -all"], "wrong", "not_named"),
        (["v=spf1 mx +all"], "wrong", "anybody"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "wrong", "several"),
        (["v=spf1 include:loop.example -all"], "wrong", "too_many"),
        (["v=spf1 mxx -all"], "wrong", "unreadable"),
        (["v=spf1 exists:%{i}.example -all"], "unknown", ""),
        (["v=spf10 mx -all"], "missing", ""),
        (["v=spf1"], "wrong", "not_named"),
    ],
)
def test_who_may_send(
    right: NameServer, dns_settings: DnsSettings, texts: list[str], state: str, note: str
) -> None:
    """A record counts by what it allows, not by how it is written."""
    right.text("ours.example", "v=spf1 a:mail.example.test ~all")
    right.text("other.example", "v=spf1 ip4:203.0.113.0/24 ~all")
    right.text("loop.example", "v=spf1 include:loop.example ~all")
    right.put("same.example", "A", "192.0.2.10")
    right.text(DOMAIN, *texts)
    found = judged(SETUP, dns_settings)["spf"]

    assert (found.state, found.note) == (state, note)


def test_a_record_that_allows_others_is_completed(
    right: NameServer, dns_settings: DnsSettings
) -> None:
    """Who copies the value must not stop his newsletter."""
    right.text(DOMAIN, "v=spf1 include:other.example -all")

    assert judged(SETUP, dns_settings)["spf"].values == ("v=spf1 mx include:other.example -all",)


def test_keys_are_compared_by_what_they_publish(
    nameserver: NameServer, dns_settings: DnsSettings
) -> None:
    """Cut into strings, with blanks, in another order; a revoked or another key is wrong."""
    key = make_pair().public
    setup = Setup(DOMAIN, HOST, (HOST,), "", (key,))
    name = key.name_in(DOMAIN)

    def state(*texts: str) -> str:
        nameserver.text(name, *texts)
        return states(setup, dns_settings, "dkim")[0]

    assert len(key.record) > 255
    assert state(key.record) == "right"
    assert state(f"p={key.public[:100]} {key.public[100:]}; k=rsa; v=DKIM1") == "right"
    assert state("v=DKIM1; k=rsa; p=") == "wrong"
    assert state(f"v=DKIM1; p=A{key.public[1:]}") == "wrong"
    assert state(key.record, "v=DKIM1; p=AAAA") == "wrong"
    nameserver.records.clear()
    assert states(setup, dns_settings, "dkim") == ["missing"]


@pytest.mark.parametrize(
    ("kind", "text", "state"),
    [
        ("dmarc", "v=DMARC1; p=none", "right"),
        ("dmarc", "v=DMARC1;p=REJECT; rua=mailto:a@b.example", "right"),
        ("dmarc", "v=DMARC1; p=maybe", "wrong"),
        ("dmarc", "v=DMARC1", "wrong"),
        ("dmarc", "dmarc", "wrong"),
        ("tls_rpt", "v=TLSRPTv1; rua=mailto:a@b.example", "right"),
        ("tls_rpt", "v=TLSRPTv1", "wrong"),
        ("mta_sts", "v=STSv1; id=20260101", "right"),
        ("mta_sts", "v=STSv1; id=", "wrong"),
    ],
)
def test_policies_are_read(
    nameserver: NameServer, dns_settings: DnsSettings, kind: str, text: str, state: str
) -> None:
    """A stricter word than ours is as right."""
    names = {"dmarc": "_dmarc", "tls_rpt": "_smtp._tls", "mta_sts": "_mta-sts"}
    nameserver.text(f"{names[kind]}.{DOMAIN}", text)

    assert states(SETUP, dns_settings, kind) == [state]


def test_services_are_found(nameserver: NameServer, dns_settings: DnsSettings) -> None:
    """By their host and port; autodiscover by an alias, too."""
    nameserver.put(f"_imaps._tcp.{DOMAIN}", "SRV", f"5 0 993 {HOST}.")
    nameserver.put(f"_submissions._tcp.{DOMAIN}", "SRV", "0 0 465 other.example.")
    nameserver.put(f"autodiscover.{DOMAIN}", "CNAME", f"{HOST}.")

    assert states(SETUP, dns_settings, "imaps", "submissions", "autodiscover") == [
        "right", "wrong", "right",
    ]  # fmt: skip


def test_without_a_name_no_exchanger_is_told(
    nameserver: NameServer, dns_settings: DnsSettings
) -> None:
    """A server named by its address alone."""
    nameserver.put(DOMAIN, "MX", "10 mx.example.")
    found = judged(Setup(DOMAIN), dns_settings)

    assert (found["mx"].state, found["mx"].values) == ("unknown", ())
    assert "imaps" not in found


def test_zimbras_own_words_for_a_key_are_read() -> None:
    """As `zmdkimkeyutil` leaves them, and no others."""
    from puq_zimbra.dns.dkim import of_zimbra, zone_line

    public = make_pair().public
    pasted = (
        f'{public.selector}._domainkey\tIN\tTXT\t( "v=DKIM1; k=rsa; "\n'
        f'\t  "p={public.public[:200]}"\n'
        f'\t  "{public.public[200:]}" )  ; ----- DKIM key {public.selector} for {DOMAIN}\n'
    )
    found: list[Any] = [of_zimbra(public.selector, one) for one in (pasted, zone_line(public))]

    assert found == [PublicKey(public.selector, public.public, in_use=True)] * 2
    assert of_zimbra("<b>", zone_line(public)) is None
    assert of_zimbra("k1", "v=DKIM1; p=<script>") is None
    assert of_zimbra(None, None) is None
