"""The host ``whmcs``: inputs that people really make, each kind in a table.

Each is understood, or refused in words that name WHMCS's field and what to write instead; none is
passed over, and a refused one writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra import i18n, languages
from puq_zimbra.billing.whmcs_names import NOUNS, plain, without_unit
from puq_zimbra.billing.whmcs_options import OPTIONS
from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.units import GB, MB

from .conftest import Params

Press = Callable[..., Answer]
#: of the product: mailboxes, mailbox quota in MB, domain quota in MB, aliases, lists
SETTINGS = {
    "configoption3": "25", "configoption4": "1024", "configoption5": "51200",
    "configoption6": "50", "configoption7": "5",
}  # fmt: skip
SPACE = 51200 * MB


@pytest.fixture
def press(whmcs_params: Params, runtime: Runtime) -> Press:
    """Call a function of the module; keyword arguments take the place of parameters."""

    def call(event: str, addons: object = (), **changes: Any) -> Answer:
        extra = {**whmcs_params["_puq"], "addons": list(addons)}  # type: ignore[call-overload]
        return dispatch("whmcs", event, {**whmcs_params, **changes, "_puq": extra}, runtime)

    return call


def held(simulator: Simulator) -> tuple[str, str, str]:
    """Mailboxes, mailbox quota and domain quota of the domain, as Zimbra holds them."""
    attrs = simulator.domain("firma.example").attrs
    names = ("zimbraDomainMaxAccounts", "zimbraMailDomainQuota", "zimbraDomainAggregateQuota")
    mailboxes, mailbox_quota, domain_quota = (attrs.get(name, [""])[0] for name in names)
    return mailboxes, mailbox_quota, domain_quota


#: bought -> mailboxes, bytes of a mailbox, bytes of the domain; None = as the product says
UNDERSTOOD: list[tuple[Params, tuple[int | None, ...]]] = [
    ({"Liczba skrzynek": "50"}, (50, None, None)),
    ({"mailboxes": "50"}, (50, None, None)),
    ({"Mailboxes|Liczba skrzynek": "50|Pięćdziesiąt"}, (50, None, None)),
    ({"mailbox_quota": "10 GB"}, (None, 10 * GB, None)),
    ({"mailbox_quota_gb": "10"}, (None, 10 * GB, None)),
    ({"service.plan.domain_quota": "100 GB"}, (None, None, 100 * GB)),
    ({"Mailbox quota (GB)": "10,5"}, (None, 21 * GB // 2, None)),
    ({"Mailboxes": "1 024"}, (1024, None, None)),
    ({"Mailboxes": "1\u00a0024"}, (1024, None, None)),
    ({"Extra mailboxes": "10"}, (35, None, None)),
    ({"Extra mailboxes": 0}, (25, None, None)),
    ({"Mailboxes": "+10"}, (35, None, None)),
    ({"Mailboxes": "+10 mailboxes"}, (35, None, None)),
    ({"Liczba skrzynek": "+ 10 skrzynek|Dziesięć więcej"}, (35, None, None)),
    ({"+10 mailboxes": "1"}, (35, None, None)),
    ({"+10 mailboxes": 3}, (55, None, None)),
    ({"+10 Postfächer": "ja", "Zusätzliche Postfächer": "5"}, (40, None, None)),
    ({"Anzahl Postfächer": "50"}, (50, None, None)),
    ({"Zusätzlicher Speicherplatz (GB)": "5"}, (None, None, SPACE + 5 * GB)),
    ({"+10 mailboxes": "on", "Mailboxes": "5"}, (15, None, None)),
    ({"Dodatkowe skrzynki": "5", "+10 skrzynek": "Tak"}, (40, None, None)),
    ({"+10 mailboxes": "No", "Extra mailboxes": "none"}, (25, None, None)),
    ({"+5 GB": 2}, (None, None, SPACE + 10 * GB)),
    ({"+5 GB na skrzynkę": 1}, (None, 6 * GB, None)),
    ({"Extra space (GB)": "5"}, (None, None, SPACE + 5 * GB)),
    ({"Dodatkowe miejsce": "10,5 GB"}, (None, None, SPACE + 21 * GB // 2)),
    ({"Mailbox quota (GB)": "+5"}, (None, 6 * GB, None)),
    ({"Domain quota (MB)": "+1024"}, (None, None, SPACE + GB)),
    ({"+domain_quota_gb|More space": 5}, (None, None, SPACE + 5 * GB)),
]
#: bought -> what the answer says
REFUSED: list[tuple[Params, tuple[str, ...]]] = [
    ({"Number of goats": "5"}, ("Number of goats", "means nothing")),
    ({"Extra goats": "5"}, ("Extra goats", "means nothing")),
    ({"+10": "1"}, ("+10", "means nothing")),
    ({"+10 goats": "1"}, ("+10 goats", "means nothing")),
    ({"name": "x"}, ("name", "means nothing")),
    ({"Extra suspend mode": "1"}, ("Extra suspend mode", "means nothing")),
    ({"+5 GB mailboxes": "1"}, ("+5 GB mailboxes", "means nothing")),
    ({"Mailboxes (GB)": "5"}, ("Mailboxes (GB)", "means nothing")),
    ({"Mailboxes": "dużo"}, ("Mailboxes is dużo",)),
    ({"Mailboxes": "1,024"}, ("Mailboxes is 1,024", "two ways")),
    ({"Mailboxes": "10.5"}, ("Mailboxes is 10.5",)),
    ({"Mailboxes": "+5 GB"}, ("Mailboxes is +5 GB", "such as")),
    ({"Mailboxes": "+10 aliases"}, ("Mailboxes is +10 aliases", "such as +10")),
    ({"Mailboxes": "+dużo"}, ("Mailboxes is dużo",)),
    ({"Extra mailboxes": "Unlimited"}, ("Extra mailboxes is Unlimited", "adds nothing")),
    ({"Extra mailboxes": "-5"}, ("Extra mailboxes is -5",)),
    ({"+10 mailboxes": "maybe"}, ("+10 mailboxes is maybe",)),
    ({"Extra space": "5"}, ("Extra space is 5", "MB or GB")),
    ({"mailbox_quota": "5"}, ("mailbox_quota is 5", "MB or GB")),
    ({"Extra domain aliases": "5"}, ("Extra domain aliases adds to", "unlimited")),
    ({"Mailboxes": "5", "liczba_skrzynek": "6"}, ("Mailboxes and liczba_skrzynek",)),
    ({"Suspend mode": "+1"}, ("Suspend mode is +1", "adds nothing")),
]


def test_bought_options_are_understood(press: Press, simulator: Simulator) -> None:
    """By our key, a name in any language, or as an addition; in a unit of the provider's choice."""
    assert press("CreateAccount", **SETTINGS).value == "success"
    assert press("ChangePackage", **SETTINGS).value == "success"
    before = held(simulator)
    for bought, expected in UNDERSTOOD:
        answer = press("ChangePackage", **SETTINGS, configoptions=bought)
        wanted = [
            old if new is None else str(new) for new, old in zip(expected, before, strict=True)
        ]
        assert (answer.value, list(held(simulator))) == ("success", wanted), bought


def test_options_that_are_not_understood_are_refused_by_name(
    press: Press, simulator: Simulator
) -> None:
    """They were paid for."""
    for bought, words in REFUSED:
        answer = press("CreateAccount", **SETTINGS, configoptions=bought)
        assert answer.code == "invalid", bought
        assert [word for word in words if word not in answer.value] == [], answer.value
    assert simulator.writes() == []


def test_product_addons_add_to_the_service(press: Press, simulator: Simulator) -> None:
    """Those that name what they add; one of another module's is none of our business."""
    press("CreateAccount", **SETTINGS)
    addons: list[dict[str, Any]] = [
        {"name": "+10 mailboxes", "quantity": 2},
        {"name": "+5 GB", "quantity": "1", "module": "1"},
        {"name": "Daily backup", "quantity": 1},
    ]
    assert press("ChangePackage", addons, **SETTINGS).value == "success"
    assert held(simulator)[::2] == ("45", str(SPACE + 5 * GB))
    assert press("Check", addons, **SETTINGS).value == "success"
    assert "limits" in press("Check", **SETTINGS).value

    addons[2]["module"] = "1"
    refused = press("ChangePackage", addons, **SETTINGS)
    assert "The product addon Daily backup means nothing" in refused.value
    beside = {"Suspend mode": "closed", "Mailboxes": "+5 GB", "+10 domain aliases": "1"}
    assert press("SuspendAccount", addons, **SETTINGS, configoptions=beside).value == "success"


#: setting of the mailbox quota -> bytes
SIZES = {
    "10 GB": 10 * GB, "10GB": 10 * GB, "10 gb": 10 * GB, "10 GiB": 10 * GB, "10G": 10 * GB,
    "10,5": 21 * MB // 2, "10.5": 21 * MB // 2, "10,5 GB": 21 * GB // 2, "1 024": GB,
    "1\u00a0024": GB, "1\u202f024 MB": GB, "5.120,00": 5120 * MB, "1,024.00": GB,
    "1'024": GB, "0.5 TB": 512 * GB, " 2048 ": 2 * GB, "1048576 KB": GB, "2048.00": 2 * GB,
}  # fmt: skip
WRONG_SIZES = [
    "5.120", "1,024", "10 giga", "ten", "10 GB 5", "GB", "-5", "1 02", "1,02,4", "10 PB",
    "10 GB!", "٥", "0x10", "1e3", "10 megabytes per mailbox", "10/20",
]  # fmt: skip


def test_sizes_are_read_or_refused_by_their_field(press: Press, simulator: Simulator) -> None:
    """A wrong guess would be a thousand times too much, or too little."""
    press("CreateAccount", **SETTINGS)
    for typed, expected in SIZES.items():
        answer = press("ChangePackage", **{**SETTINGS, "configoption4": typed})
        assert (answer.value, held(simulator)[1]) == ("success", str(expected)), typed
    before = held(simulator)
    for typed in WRONG_SIZES:
        answer = press("ChangePackage", **{**SETTINGS, "configoption4": typed})
        assert answer.value.startswith("Mailbox quota (MB) is "), (typed, answer.value)
        assert held(simulator) == before


#: what is typed as the domain -> the advice
DOMAINS = {
    "www.firma.example": "order the mail domain firma.example",
    "WWW.Firma.example": "order the mail domain firma.example",
    "https://firma.example": "leave out https://",
    "http://www.firma.example/": "leave out https://",
    "jan@firma.example": "leave out the @",
    "firma.example.": "leave out the dot at its end",
    ".firma.example": "Domain is not a domain name",
    "": "Domain is missing",
    "   ": "Domain is missing",
    "firma": "Domain is not a domain name",
    "firma,example": "Domain is not a domain name",
    "firma..example": "Domain is not a domain name",
    "firma example": "Domain is not a domain name",
    "-firma.example": "Domain is not a domain name",
    "firma_x.example": "Domain is not a domain name",
    "*.firma.example": "Domain is not a domain name",
    "firma.example/poczta": "Domain is not a domain name",
    "192.0.2.7": "Domain is an IP address",
    "xn--zzzzzz.example": "Domain is not a domain name",
    f"{'a' * 64}.example": "Domain is not a domain name",
    "firma.example, druga.example": "Domain is not a domain name",
}


def test_what_is_no_domain_is_refused_with_advice(press: Press, simulator: Simulator) -> None:
    """Nothing is made of it by guessing."""
    for typed, advice in DOMAINS.items():
        answer = press("CreateAccount", domain=typed)
        assert answer.code in ("invalid", "refused", "missing_parameter"), (typed, answer.value)
        assert advice in answer.value, (typed, answer.value)
        assert "service." not in answer.value
    assert simulator.writes() == []


def test_a_domain_is_taken_as_people_write_it(press: Press, simulator: Simulator) -> None:
    """Capitals, blanks and letters of any alphabet are no mistake."""
    for number, typed in enumerate((" Firma.Example ", "żółw.example", "XN--W-UGA1V8H.example")):
        answer = press("CreateAccount", domain=typed, serviceid=str(number + 1))
        assert answer.value == ("success" if number < 2 else answer.value), typed
    assert simulator.domain("firma.example") is not None


def test_a_server_user_without_a_domain_is_told_so(press: Press) -> None:
    """Zimbra lets it in by its own domain, and then knows no such mailbox."""
    told = press("TestConnection", serverusername="admin").value

    assert told["success"] is False
    assert "admin is no whole address: write it with its domain" in told["error"]


#: name of the custom field that holds the mailbox
FIELDS = (
    "Mailbox", "mailbox", "MAILBOX ADDRESS", "Adres skrzynki", "adres  skrzynki", "Skrzynka",
    "Nazwa skrzynki", "E-mail", "E-mail address", "Email address", "Adres e-mail",
    "mailbox|Adres Twojej skrzynki", "Mailbox name", "Skrzynka pocztowa", "Postfach",
    "E-Mail-Adresse",
)  # fmt: skip


def test_the_mailbox_is_found_under_the_names_that_people_give_the_field(
    press: Press, simulator: Simulator
) -> None:
    """The field is made by the provider, in the customers' language."""
    simulator.create_domain("skrzynki.example")
    for number, name in enumerate(FIELDS):
        answer = press(
            "CreateAccount",
            configoption1="mailbox",
            serviceid=str(100 + number),
            domain="skrzynki.example",
            customfields={"NIP": "1234567890", name: f"jan{number}"},
        )
        assert answer.value == "success", (name, answer.value)
        assert simulator.account(f"jan{number}@skrzynki.example") is not None
    refused = press("CreateAccount", configoption1="mailbox", customfields={"Konto": "jan"})
    assert "a custom field named Mailbox" in refused.value


#: WHMCS's language of the client -> whether the answer is Polish
LANGUAGES = {
    "polish": True, "Polish": True, "pl": True, "PL": True, "pl_PL": True, "pl-PL": True,
    "pl_PL.UTF-8": True, "polish-utf8": True, "POLISH_utf8": True, " polish ": True,
    "english": False, "en": False, "en_GB": False, "": False, "klingon": False, "p": False,
    "plx": False, "polishh": False, "../pl": False,
}  # fmt: skip


def test_a_language_is_known_by_code_and_by_name(press: Press) -> None:
    """WHMCS names languages in English; other people's modules and files use codes."""
    for name, is_polish in LANGUAGES.items():
        told = press("CreateAccount", password="", clientsdetails={"language": name}).value
        assert told.startswith("Brakuje pola Password") is is_polish, (name, told)


def test_no_two_names_mean_different_settings() -> None:
    """Ours, those of the catalogues and the nouns: the later would take the other's place."""
    meant: dict[str, str] = {}
    for option in OPTIONS:
        translated = [i18n.translate(option.name, {}, tag) for tag in languages.translated()]
        nouns = NOUNS.get(option.key, ())
        for name in (option.name, option.key, *option.also, *nouns, *translated):
            assert meant.setdefault(without_unit(plain(name))[0], option.key) == option.key, name
