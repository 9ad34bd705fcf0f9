"""Names that must not be sold by accident: refused with the reason, at the moment of a create."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator

from .conftest import NO_LIMITS, Hook

MAILBOX: dict[str, Any] = {"model": "mailbox", "domain": None, "plan": {"domain_quota": None}}


@pytest.fixture
def names() -> dict[str, Any]:
    """`[names]` of the settings; a test that parametrizes this sets them."""
    return {}


@pytest.fixture
def config(store_settings: dict[str, Any], names: dict[str, Any]) -> Config:
    """Settings with those of names."""
    given = {"store": store_settings, "limits": NO_LIMITS, "names": names}
    return Config.model_validate(given)


@pytest.fixture
def mailbox(hook: Hook, simulator: Simulator) -> Hook:
    """Call an event for the mailbox of an address in a domain that customers share."""
    simulator.create_domain("poczta.example")

    def call(event: str, address: str, **changes: Any) -> Any:
        service = {**MAILBOX, "id": address.partition("@")[0], "mailbox": {"address": address}}
        return hook(event, service=service, **changes)

    return call


def assert_refused(answer: Any, simulator: Simulator, *words: str) -> None:
    """Refused in words that name what was asked for, and nothing was written."""
    assert answer.value["code"] == "refused"
    assert not answer.value["retryable"]
    for word in words:
        assert word in answer.value["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "name", ["postmaster", "HostMaster", "webmaster", "admin", "administrator", "abuse", "ssladmin"]
)
def test_an_address_that_speaks_for_a_shared_domain_is_not_sold(
    mailbox: Hook, simulator: Simulator, name: str
) -> None:
    """Certificate authorities send their proofs there: its holder gets certificates of all."""
    simulator.reset_log()
    answer = mailbox("create", f"{name}@poczta.example")

    assert_refused(answer, simulator, f"{name.lower()}@poczta.example", "choose")
    assert mailbox("create", "jan.postmaster@poczta.example").value["code"] == "created"


@pytest.mark.parametrize(
    "names", [{"allow_local_parts": ["info"], "reserved_local_parts": ["Prezes"]}]
)
def test_the_settings_allow_and_reserve_local_parts(mailbox: Hook, simulator: Simulator) -> None:
    """A provider may sell info@, and keep names of his own."""
    sold = mailbox("create", "info@poczta.example")
    simulator.reset_log()

    assert sold.value["code"] == "created"
    assert_refused(mailbox("create", "prezes@poczta.example"), simulator)
    assert_refused(mailbox("create", "sales@poczta.example"), simulator)


@pytest.mark.parametrize(
    ("name", "shown", "why"),
    [
        ("gmail.com", "gmail.com", "public mail provider"),
        ("login.outlook.com", "login.outlook.com", "public mail provider"),
        ("WP.PL", "wp.pl", "public mail provider"),
        ("proton.me", "proton.me", "public mail provider"),
        ("com.pl", "com.pl", "public suffix"),
        ("github.io", "github.io", "public suffix"),
        ("公司.cn", "公司.cn", "public suffix"),
        ("mail.example.test", "mail.example.test", "mail server"),
        ("www.firma.example", "www.firma.example", "firma.example"),
        ("www.żółw.example", "www.żółw.example", "domain żółw.example"),
    ],
)
def test_a_domain_that_is_no_customers_own_is_not_sold(
    hook: Hook, simulator: Simulator, name: str, shown: str, why: str
) -> None:
    """Mail of all other customers to it would end in this one's mailboxes; a plan says it, too."""
    simulator.reset_log()

    for event, dry_run in (("create", False), ("create", True), ("plan", False)):
        answer = hook(event, service={"domain": name}, dry_run=dry_run)
        assert_refused(answer, simulator, shown, why, "order")
    assert hook("create", _host="plain", service={"domain": "firma.example"}).value["ok"]


def test_the_providers_domain_above_his_server_is_not_sold(
    hook: Hook, simulator: Simulator
) -> None:
    """Whose server is mail.provider.test, his mail for provider.test would stay on it."""
    server = simulator.state.directory.servers["mail.example.test"]
    server.put("zimbraServiceHostname", "mx1.hosting.provider.test")
    simulator.reset_log()

    for name in ("mx1.hosting.provider.test", "hosting.provider.test", "provider.test"):
        assert_refused(hook("create", service={"domain": name}), simulator, name, "mail server")
    assert hook("create", service={"domain": "firma.provider.test"}).value["code"] == "created"


@pytest.mark.parametrize("name", ["www.com.pl", "www.pl", "wwwfirma.example"])
def test_a_domain_of_somebodys_own_that_looks_like_a_web_site_is_sold(
    hook: Hook, name: str
) -> None:
    """Under a public suffix www is a name like any other."""
    assert hook("create", service={"domain": name}).value["code"] == "created"


@pytest.mark.parametrize(
    "names",
    [{"allow_domains": ["gmail.com", "mail.example.test"], "reserved_domains": ["Grupa.example"]}],
)
def test_the_settings_allow_and_reserve_domains(hook: Hook, simulator: Simulator) -> None:
    """Each with all under it; to allow wins."""
    sold = [
        hook("create", service={"id": str(number), "domain": name}).value["code"]
        for number, name in enumerate(("gmail.com", "www.gmail.com", "mail.example.test"))
    ]
    simulator.reset_log()

    assert sold == ["created"] * 3
    for name in ("grupa.example", "sklep.grupa.example"):
        answer = hook("create", service={"id": "50", "domain": name})
        assert_refused(answer, simulator, name, "reserved")
    assert hook("create", service={"id": "51", "domain": "mojagrupa.example"}).value["ok"]


@pytest.mark.parametrize("name", ["login.firma.example", "a.b.firma.example", "example"])
@pytest.mark.parametrize("installation", ["crm.example", "other.example"])
def test_nothing_above_or_below_another_customers_domain_is_sold(
    hook: Hook, simulator: Simulator, name: str, installation: str
) -> None:
    """login.firma.example is made for phishing the customer of firma.example."""
    first, second = ("firma.example", name) if "." in name else ("sklep.moja.example",
                                                                  "moja.example")  # fmt: skip
    hook("create", service={"domain": first, "customer_id": "1"})
    simulator.reset_log()
    ordered = {"id": "43", "domain": second, "customer_id": "1"}
    answer = hook("create", installation=installation, service=ordered)

    assert_refused(answer, simulator, second, "another customer", "allow_domains")
    assert first not in answer.value["message"].replace(second, "")


@pytest.mark.parametrize(("customer", "code"), [("1", "created"), ("2", "refused")])
def test_the_owners_own_sub_domain_is_sold_where_his_id_stands_beside_the_stamp(
    hook: Hook, simulator: Simulator, customer: str, code: str
) -> None:
    """Only then it is known who the customer is; an id of another installation is another's."""
    hook("create")
    held = simulator.domain("firma.example").attrs
    held["zimbraForeignName"] = [*held["zimbraForeignName"], "puq_zimbra.customer:1"]
    ordered = {"id": "43", "domain": "sklep.firma.example", "customer_id": customer}

    abroad = hook("create", installation="other.example", service=ordered)
    assert abroad.value["code"] == "refused"
    assert hook("create", service=ordered).value["code"] == code


def test_an_alias_domain_of_another_customer_counts_as_his(
    hook: Hook, simulator: Simulator, zimbra: Any
) -> None:
    """It bears no stamp of its own, but what it points to does."""
    hook("create")
    target = simulator.domain("firma.example").id
    alias = {"zimbraDomainType": "alias", "zimbraDomainAliasTargetId": target}
    zimbra.create_domain("skrot.example", alias)
    simulator.create_domain("niczyja.example")
    simulator.reset_log()

    under_alias = {"id": "43", "domain": "login.skrot.example"}
    assert_refused(hook("create", service=under_alias), simulator, "another customer")
    under_nobodys = {"id": "43", "domain": "login.niczyja.example"}
    assert hook("create", service=under_nobodys).value["code"] == "created"


@pytest.mark.parametrize("names", [{"allow_domains": ["firma.example"]}])
def test_the_settings_allow_sub_domains_of_a_customer(hook: Hook) -> None:
    """The provider alone can tell that it is the same one, or that he agreed."""
    hook("create")

    second = hook("create", service={"id": "43", "domain": "sklep.firma.example"})
    assert second.value["code"] == "created"


def test_what_is_sold_already_goes_on(hook: Hook, mailbox: Hook, simulator: Simulator) -> None:
    """Rules of names bind what is made anew: not a retry, a change, or what is adopted."""
    simulator.create_domain("www.stara.example")
    simulator.create_account("info@poczta.example", "Info-Pass-1")
    old = {"domain": "www.stara.example"}
    adopted = hook("adopt", service=old), mailbox("adopt", "info@poczta.example",
                                                  installation="other.example")  # fmt: skip
    events = ("create", "suspend", "unsuspend", "change_package", "create")
    codes = [hook(event, service=old).value["code"] for event in events]
    again = mailbox("create", "info@poczta.example", installation="other.example")

    assert [one.value["code"] for one in adopted] == ["updated"] * 2
    assert codes == ["created", "updated", "updated", "updated", "already_exists"]
    assert again.value["code"] == "already_exists"


def test_an_unfinished_creation_is_finished_whatever_its_name(
    hook: Hook, simulator: Simulator
) -> None:
    """It was begun before the rule; leaving it half done helps nobody."""
    hook("create", service={"domain": "firma.example"})
    domain = simulator.domain("firma.example").attrs
    domain["zimbraForeignName"] = [*domain["zimbraForeignName"], "puq_zimbra.creating"]
    simulator.create_domain("sub.firma.example", zimbraForeignName="puq_zimbra:crm.example:43")

    assert hook("create").value["code"] == "created"


@pytest.mark.parametrize("name", ["gmail.com", "mail.example.test", "com.pl"])
def test_a_private_server_is_called_as_its_customer_likes(hook: Hook, name: str) -> None:
    """Its first domain concerns nobody else; a www is a slip of the pen there, too."""
    server = {"model": "server", "plan": {"domain_quota": None}}
    www = hook("create", service={**server, "domain": "www.firma.example"})

    assert www.value["code"] == "refused"
    assert hook("create", service={**server, "domain": name}).value["code"] == "created"
