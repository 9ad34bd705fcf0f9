"""The host ``whmcs``: fields, settings and options as people fill them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from puq_zimbra.billing import plain, whmcs
from puq_zimbra.billing.whmcs_options import OPTIONS
from puq_zimbra.config import Config, WhmcsSettings
from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry import hook_of
from puq_zimbra.simulator import Simulator
from puq_zimbra.units import GB, MB

from .conftest import Params
from .zimbra_state import days_until_deletion, status

Press = Callable[..., Answer]


@pytest.fixture
def press(whmcs_params: Params, runtime: Runtime) -> Press:
    """Call a function of the module; keyword arguments take the place of parameters."""

    def call(event: str, **changes: Any) -> Answer:
        return dispatch("whmcs", event, {**whmcs_params, **changes}, runtime)

    return call


@pytest.fixture
def sold(press: Press) -> Press:
    """The same, with a service that is there."""
    assert press("CreateAccount").value == "success"
    return press


def limits(simulator: Simulator) -> tuple[str, str, str]:
    """Mailboxes, mailbox quota and domain quota of the domain, as Zimbra holds them."""
    attrs = simulator.domain("firma.example").attrs
    names = ("zimbraDomainMaxAccounts", "zimbraMailDomainQuota", "zimbraDomainAggregateQuota")
    mailboxes, mailbox_quota, domain_quota = (attrs.get(name, [""])[0] for name in names)
    return mailboxes, mailbox_quota, domain_quota


def test_a_server_record_as_people_fill_it_in(press: Press, whmcs_params: Params) -> None:
    """Names and ports are pasted with blanks, from a browser, or both into one field."""
    host, port = whmcs_params["serverhostname"], whmcs_params["serverport"]
    for given in (
        {"serverport": f" {port}\t"},
        {"serverhostname": f"\u00a0{host} "},
        {"serverhostname": f"{host}:{port}", "serverport": ""},
        {"serverhostname": f"{host}:{port}"},
        {"serverhostname": f"https://{host}/"},
        {"serverhostname": f"HTTPS://{host}:{port}/zimbraAdmin/", "serverport": ""},
        {"serverhostname": "", "serverip": f" {host} "},
        {"serverusername": " admin@example.test "},
    ):
        assert press("TestConnection", **given).value == {"success": True, "error": ""}, given


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"serverhostname": "Mail.Example:7071"}, "mail.example:7071"),
        ({"serverhostname": "mail.example", "serverport": " 8443 "}, "mail.example:8443"),
        ({"serverhostname": "::1"}, "[::1]:7071"),
        ({"serverhostname": "[2001:DB8::0001]"}, "[2001:db8::1]:7071"),
        ({"serverhostname": "[::1]:8443", "serverport": ""}, "[::1]:8443"),
        ({"serverhostname": "https://[::1]:8443/"}, "[::1]:8443"),
        ({"serverip": "2001:db8::1", "serverport": 7071}, "[2001:db8::1]:7071"),
        ({"serverhostname": "pocztą.example"}, "pocztą.example:7071"),
    ],
)
def test_the_zimbra_that_is_asked_is_the_one_whose_turn_is_waited_for(
    typed: Params, place: str
) -> None:
    """Calls for one Zimbra share a limit, however its record is written."""
    call = whmcs.read("TestConnection", hook_of("test_connection"), typed, WhmcsSettings())

    assert whmcs.host_port(typed) == place
    assert plain.host_port({"server": {"url": call.zimbra_server.url}}) == place


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"serverhostname": "http://mail.example"}, "Hostname"),
        ({"serverhostname": "https://mail.example/webmail/"}, "Hostname"),
        ({"serverhostname": "mail.example/"}, "Hostname"),
        ({"serverhostname": "admin@mail.example"}, "Hostname"),
        ({"serverhostname": "mail example"}, "Hostname"),
        ({"serverhostname": "mail.example:port"}, "Hostname"),
        ({"serverhostname": "[::1"}, "Hostname"),
        ({"serverhostname": "fe80::1%eth0"}, "Hostname"),
        ({"serverhostname": "mail.example:8443", "serverport": "7071"}, "Hostname"),
        ({"serverhostname": "", "serverip": "192.0.2.1/24"}, "IP Address"),
        ({"serverport": "70 71"}, "Port"),
        ({"serverport": "0"}, "Port"),
        ({"serverport": "70711"}, "Port"),
        ({"serverport": "٧٠٧١"}, "Port"),
        ({"serverusername": "ad\u0007min"}, "Username of the server"),
    ],
)
def test_a_wrong_server_record_is_named_by_whmcs_field(
    press: Press, simulator: Simulator, typed: Params, field: str
) -> None:
    """Staff find the field, and nothing was sent anywhere."""
    answer = press("TestConnection", **typed)

    assert answer.code == "invalid"
    assert answer.value["error"].startswith(f"{field} ")
    assert simulator.log == []


def test_an_access_hash_as_people_keep_it(press: Press, whmcs_params: Params) -> None:
    """Comments, capitals, blanks, and the mark that Windows puts before a text."""
    line = whmcs_params["serveraccesshash"]
    path = line.partition("=")[2]
    for text in (
        f"# Zimbra 1\n\n{line}\n",
        f"\ufeff{line}\r\n; until 2030\r\n",
        f"  CA_File =\u00a0{path} \n",
        f"{line}\n\t\n",
    ):
        assert press("TestConnection", serveraccesshash=text).value["success"], text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tls=off", "Line 1 of the server's Access Hash is not known: a line is one of secret, "),
        ("# one\n\nverify=off", "Line 3 of the server's Access Hash is not known"),
        ("ca_file=/a\njust text", "Line 2 of the server's Access Hash is not known"),
        ("\nfingerprint=sha256:12", "Line 2 of the server's Access Hash: fingerprint is not"),
        ("webmail_url=http://w.example", "Line 1 of the server's Access Hash: webmail_url is not"),
    ],
)
def test_a_wrong_access_hash_is_named_by_its_line(press: Press, text: str, words: str) -> None:
    """There may be many, and a secret among them, so none is repeated."""
    answer = press("TestConnection", serveraccesshash=text)

    assert answer.value["error"].startswith(words)
    assert "off" not in answer.value["error"]


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        ({"Mailboxes": "Unlimited"}, ("", None, None)),
        ({"Mailboxes": "-1"}, ("", None, None)),
        ({"Liczba skrzynek": "50"}, ("50", None, None)),
        ({"  mailboxes ": "50"}, ("50", None, None)),
        ({"Mailboxes|Mailboxes for you": "50|Fifty mailboxes"}, ("50", None, None)),
        ({"Mailbox quota (MB)": "10,5"}, (None, str(21 * MB // 2), None)),
        ({"Mailbox quota (MB)": "1 TB"}, (None, str(1024 * GB), None)),
        ({"Mailbox quota (GB)": "10"}, (None, str(10 * GB), None)),
        ({"Mailbox quota in GB": "10,5"}, (None, str(21 * GB // 2), None)),
        ({"Pojemność skrzynki (MB)": "10240"}, (None, str(10 * GB), None)),
        ({"POJEMNOS\u0301C\u0301 SKRZYNKI": "10 GB"}, (None, str(10 * GB), None)),
        ({"Domain quota (MB)": "5.120,00"}, (None, None, str(5120 * MB))),
        ({"Domain quota (MB)": "Bez limitu"}, (None, None, "0")),
        ({"Extra support": ""}, (None, None, None)),
    ],
)
def test_bought_options_are_understood(
    sold: Press, simulator: Simulator, bought: Params, expected: tuple[str | None, ...]
) -> None:
    """They are paid for: in a language, a unit and a spelling of the provider's choice."""
    before = limits(simulator)
    answer = sold("ChangePackage", configoptions=bought)

    assert answer.value == "success"
    wanted = [new if new is not None else old for new, old in zip(expected, before, strict=True)]
    assert list(limits(simulator)) == wanted


@pytest.mark.parametrize(
    ("bought", "name", "value"),
    [
        ({"Mailbox quota (MB)": "5.120"}, "Mailbox quota (MB)", "5.120"),
        ({"Mailboxes": "1,024"}, "Mailboxes", "1,024"),
        ({"Mailboxes": "25.5"}, "Mailboxes", "25.5"),
        ({"Pojemność skrzynki": "5"}, "Pojemność skrzynki", "5"),
        ({"Liczba skrzynek": "dużo"}, "Liczba skrzynek", "dużo"),
        ({"Suspend mode": "Mail is eaten"}, "Suspend mode", "Mail is eaten"),
        ({"Number of goats": "5"}, "Number of goats", "other_options"),
        ({"Mailboxes (GB)": "5"}, "Mailboxes (GB)", "means nothing"),
        ({"Name": "5"}, "Name", "means nothing"),
        ({"Mailboxes": "5", "Liczba skrzynek": "50"}, "Mailboxes", "Liczba skrzynek"),
        ({"Domain quota (GB)": "0"}, "Domain quota (GB)", "is 0"),
    ],
)
@pytest.mark.parametrize("event", ["CreateAccount", "ChangePackage", "Check", "Repair"])
def test_options_that_are_not_understood_are_refused(
    press: Press, simulator: Simulator, event: str, bought: Params, name: str, value: str
) -> None:
    """The customer paid for them: success with nothing written would be a lie."""
    answer = press(event, configoptions=bought)

    assert answer.code == "invalid"
    assert name in answer.value
    assert value in answer.value
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "event", ["SuspendAccount", "UnsuspendAccount", "Renew", "ClientArea", "TerminateAccount"]
)
def test_an_unknown_option_stops_nothing_that_it_has_no_part_in(sold: Press, event: str) -> None:
    """An unpaid service is suspended, whatever was sold with it."""
    answer = sold(event, configoptions={"Number of goats": "5"}, configoption11="some")

    if event == "TerminateAccount":  # needs the days, not the goats
        assert "Grace days" in answer.value
        answer = sold(event, configoptions={"Number of goats": "5"})
    assert answer.code in ("updated", "unchanged")


@pytest.fixture
def goatherd(config: Config) -> Iterator[Runtime]:
    """A runtime whose settings name an option that is not for the mail."""
    runtime = Runtime(
        config.model_copy(update={"whmcs": WhmcsSettings(other_options=["Number of goats"])})
    )
    yield runtime
    runtime.close()


def test_an_option_that_the_settings_name_is_passed_over(
    whmcs_params: Params, goatherd: Runtime
) -> None:
    """A provider sells other things along with the mail."""
    bought = {"configoptions": {"number  of GOATS|Goats": "5"}}

    assert dispatch("whmcs", "CreateAccount", whmcs_params | bought, goatherd).value == "success"


def test_no_two_options_have_one_name() -> None:
    """The later one would silently take the other's place."""
    names = [name for option in OPTIONS for name in (option.name, *option.also)]

    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize("setting", ["Unlimited", "-1", "bez limitu", "0", ""])
def test_unlimited_in_a_products_settings(sold: Press, simulator: Simulator, setting: str) -> None:
    """As staff write it in the settings of other modules."""
    assert sold("ChangePackage", configoption3=setting).value == "success"
    assert limits(simulator)[0] == ""


@pytest.mark.parametrize(
    ("settings", "days"),
    [
        ({"configoption10": ""}, 14),
        ({"configoption10": "grace", "configoption11": "0"}, 14),
        ({"configoption10": "grace", "configoption11": ""}, 14),
        ({"configoption10": "Lock now, delete after the grace days", "configoption11": "3"}, 3),
        ({"configoption10": "", "configoption11": "30"}, 30),
    ],
)
def test_a_product_that_says_nothing_deletes_nothing_now(
    sold: Press, simulator: Simulator, settings: Params, days: int
) -> None:
    """Products stored with the old defaults, no mode and 0 days, follow at once."""
    assert sold("TerminateAccount", **settings).value == "success"
    assert days_until_deletion(simulator) == days


@pytest.mark.parametrize(
    "changes",
    [
        {"configoption10": "erase"},
        {"configoptions": {"On termination": "Delete never"}},
        {"configoption11": "two weeks"},
    ],
)
def test_an_ending_that_is_not_known_is_refused(
    sold: Press, simulator: Simulator, changes: Params
) -> None:
    """What nobody understands must not delete; a suspension has nothing to do with it."""
    answer = sold("TerminateAccount", **changes)

    assert answer.code == "invalid"
    assert status(simulator) == "active"
    assert sold("SuspendAccount", **changes).value == "success"


@pytest.mark.parametrize("language", ["english", "Polish", "pl"])
@pytest.mark.parametrize(
    ("event", "changes", "field"),
    [
        ("CreateAccount", {"password": ""}, "Password"),
        ("ChangePassword", {"password": ""}, "Password"),
        ("CreateAccount", {"domain": ""}, "Domain"),
        ("CreateAccount", {"domain": "192.0.2.7"}, "Domain"),
        ("CreateAccount", {"configoption12": "ad min"}, "Administrator"),
        ("CreateAccount", {"configoption3": str(2**40)}, "Mailboxes"),
        ("CreateAccount", {"configoption11": "99999"}, "Grace days"),
        ("SuspendAccount", {"serviceid": "4:2"}, "Service ID"),
        ("SuspendAccount", {"serviceid": ""}, "Service ID"),
        ("SuspendAccount", {"serverhostname": "", "serverip": ""}, "Hostname"),
        ("SuspendAccount", {"serveraccesshash": "ca_file=/none"}, "Access Hash"),
    ],
)
def test_messages_speak_of_whmcs_fields(
    press: Press, event: str, changes: Params, field: str, language: str
) -> None:
    """Staff find what they have to mend; our own keys are on no page of theirs."""
    answer = press(event, **changes, clientsdetails={"language": language})

    assert answer.value != "success"
    assert field in answer.value
    assert not [key for key in ("service.", "server.", "plan.", "_password") if key in answer.value]


def test_a_missing_field_is_said_in_the_readers_language(press: Press) -> None:
    """Also when the call could not be read so far as to know its language."""
    assert press(
        "CreateAccount", password="", clientsdetails={"language": "polish-utf8"}
    ).value.startswith("Brakuje pola Password: uzupełnij je w systemie rozliczeń. (")
    assert press(
        "CreateAccount", domain="x", clientsdetails={"language": "Polish"}
    ).value.startswith("Domain is")


def test_names_of_hosts_are_not_taken_for_keys() -> None:
    """A Zimbra may be called server.example."""
    from puq_zimbra.billing.whmcs_words import in_whmcs_words

    words = "server.example.test:7071 and mail.server.url cannot be reached."

    assert in_whmcs_words(words) == words


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("https://firma.example/", ": leave out https:// and all behind the name"),
        ("jan@firma.example", ": leave out the @ and all before it"),
        ("firma.example.", ": leave out the dot at its end"),
        ("firma example", ""),
    ],
)
def test_what_is_pasted_along_with_a_domain_is_named(
    press: Press, simulator: Simulator, typed: str, advice: str
) -> None:
    """An order with a web or mail address as its domain must be put right without guessing."""
    answer = press("CreateAccount", domain=typed)

    assert answer.value.startswith(f"Domain is not a domain name{advice}.")
    assert simulator.domain("firma.example") is None


def test_wrong_grace_days_are_answered_with_days(sold: Press, simulator: Simulator) -> None:
    """Nobody must be told to write Unlimited where that is refused, too."""
    for typed in ("soon", "Unlimited", "2 weeks"):
        answer = sold("TerminateAccount", configoption11=typed)

        assert answer.value.startswith(
            f"Grace days is {typed}, which is not a whole number of days: write one such as 14;"
        )
    assert status(simulator, "firma.example") == "active"
