"""Keys of signatures: made, published, handed to Zimbra, replaced."""

from __future__ import annotations

import pytest

from puq_zimbra.config import Config
from puq_zimbra.dns.dkim import PublicKey, of_zimbra
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from tests import databases
from tests.conftest import Hook
from tests.selfservice.conftest import Customer, Page

from .conftest import DOMAIN, looked_up, records, right_ones
from .nameserver import NameServer


def key_in_zimbra(simulator: Simulator, name: str = DOMAIN) -> PublicKey | None:
    """The key that Zimbra would sign with."""
    domain = simulator.domain(name)
    assert domain is not None
    held = {one: (domain.attrs.get(one) or [None])[0] for one in ("DKIMSelector", "DKIMPublicKey")}
    return of_zimbra(held["DKIMSelector"], held["DKIMPublicKey"])


def test_a_key_is_made_published_and_used(
    customer: Customer, right: NameServer, runtime: Runtime, simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Zimbra gets it only once its record is in DNS; the private half is shown to nobody."""
    caplog.set_level("DEBUG")
    customer.open("dns")
    looked_up(runtime)
    answer = customer.send(customer.open("dns").form("make_dkim_key"))
    assert answer.code == "created", answer
    looked_up(runtime)
    (waiting,) = runtime.store().dkim.of(runtime.store().dns.last()[0].key)
    page = customer.open("dns")
    assert waiting.public in page.text
    assert records(page)["DKIM"] == "Missing"
    assert not page_has(page, "use_dkim_key")

    key = PublicKey(waiting.selector, waiting.public)
    right.text(key.name_in(DOMAIN), key.record)
    look_again(runtime)
    page = customer.open("dns")
    assert "Zimbra does not sign with this key yet." in page.text
    del right.records[key.name_in(DOMAIN), "TXT"]
    early = customer.send(page.form("use_dkim_key"))
    assert (early.code, key_in_zimbra(simulator)) == ("refused", None)
    right.text(key.name_in(DOMAIN), key.record)
    done = customer.send(customer.open("dns").form("use_dkim_key"))
    assert done.code == "updated", done
    used = key_in_zimbra(simulator)
    assert used is not None
    assert used.public == waiting.public
    looked_up(runtime)
    page = customer.open("dns")
    assert "DKIM" in right_ones(page)
    private = simulator.domain(DOMAIN).attrs["DKIMKey"][0]
    body = private.splitlines()[-4]  # the first lines hold the public half, too
    assert "BEGIN RSA PRIVATE KEY" in private
    shown = [page.answer["html"], caplog.text, repr(done), repr(answer), *_dump(runtime)]
    assert [one for one in shown if body in one] == []


def _dump(runtime: Runtime) -> list[str]:
    """All that the store holds."""
    path = runtime.config.store_directory()
    return [one.read_bytes().decode("latin-1") for one in path.glob("store.db*")]


def test_the_record_found_in_the_background_is_used(
    customer: Customer, right: NameServer, worker: Runtime, runtime: Runtime,
    simulator: Simulator, settings: str,
) -> None:  # fmt: skip
    """Where the settings know the server, nobody has to click."""
    assert settings
    customer.send(customer.open("dns").form("make_dkim_key"))
    waiting = runtime.store().dkim.waiting(runtime.store().dns.wanted()[0].key)
    assert waiting is not None
    key = PublicKey(waiting.selector, waiting.public)
    right.text(key.name_in(DOMAIN), key.record)
    assert isinstance(worker.config, Config)
    worker.settings = worker.config.model_copy(update={"dns": runtime.config.dns})

    assert looked_up(worker) == 1
    used = key_in_zimbra(simulator)
    assert used is not None
    assert used.selector == waiting.selector


def test_a_key_is_replaced_and_the_old_record_may_go(
    customer: Customer, right: NameServer, runtime: Runtime, simulator: Simulator
) -> None:
    """The old one signs until the new record is there, and its record stays for a week."""
    domain = simulator.domain(DOMAIN)
    old = PublicKey("k2024", "A" * 392, in_use=True)
    domain.attrs.update(
        objectClass=[*domain.attrs.get("objectClass", []), "DKIM"], DKIMSelector=["k2024"],
        DKIMPublicKey=[f'k2024._domainkey IN TXT ( "v=DKIM1; k=rsa; " "p={old.public}" )'],
        DKIMKey=["-----BEGIN RSA PRIVATE KEY-----\ncanary-7\n-----END RSA PRIVATE KEY-----"],
    )  # fmt: skip
    right.text(old.name_in(DOMAIN), old.record)
    customer.open("dns")
    looked_up(runtime)
    page = customer.open("dns")
    assert right_ones(page) == ["MX", "SPF", "DKIM", "DMARC"]
    assert "canary-7" not in page.answer["html"]
    customer.send(page.form("make_dkim_key"))
    looked_up(runtime)
    assert "All records that mail needs are right." in customer.open("dns").text
    key = runtime.store().dkim.waiting(runtime.store().dns.last()[0].key)
    assert key is not None
    new = PublicKey(key.selector, key.public)
    right.text(new.name_in(DOMAIN), new.record)
    look_again(runtime)
    done = customer.send(customer.open("dns").form("use_dkim_key"))
    assert done.code == "updated", done
    used = key_in_zimbra(simulator)
    assert used is not None
    assert used.selector == key.selector
    page = customer.open("dns")
    assert "k2024._domainkey" in page.text
    assert "Still needed until" in page.text


def look_again(runtime: Runtime) -> None:
    """Somebody waits for the records again, and they are looked up."""
    databases.execute(runtime.config, "UPDATE dns_check SET wanted_at = 1")
    looked_up(runtime)


def page_has(page: Page, action: str) -> bool:
    """Whether a page has the form of an action."""
    return any(form.get("puqz_action") == action for form in page.forms())


def test_a_provider_may_make_the_keys_himself(
    hook: Hook, right: NameServer, runtime: Runtime
) -> None:
    """Then the customer has no form for it, and a forged one is refused."""
    assert hook("create").code == "created"
    customer = Customer(hook, ("look",))
    form = customer.open("dns").form("make_dkim_key")
    config = runtime.config
    dns = config.dns.model_copy(update={"make_keys": False})
    runtime.settings = config.model_copy(update={"dns": dns})

    assert not page_has(customer.open("dns"), "make_dkim_key")
    assert customer.send(form).code == "refused"


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_leaves_one_key(
    customer: Customer, right: NameServer, runtime: Runtime, simulator: Simulator, applied: bool
) -> None:
    """Whether Zimbra had written it or not, the same click ends with the key in use."""
    customer.send(customer.open("dns").form("make_dkim_key"))
    known = runtime.store().dns.wanted()[0].key
    waiting = runtime.store().dkim.waiting(known)
    assert waiting is not None
    key = PublicKey(waiting.selector, waiting.public)
    right.text(key.name_in(DOMAIN), key.record)
    looked_up(runtime)
    simulator.drop_next("ModifyDomainRequest", applied=applied)
    done = customer.send(customer.open("dns").form("use_dkim_key"))

    used = key_in_zimbra(simulator)
    assert done.code == "updated", done
    assert used is not None
    assert used.selector == waiting.selector
    (held,) = runtime.store().dkim.of(known)
    assert held.used_at is not None
    assert runtime.store().dkim.private(known, waiting.selector) is None


def test_a_key_that_cannot_be_read_makes_room_for_a_new_one(
    customer: Customer, right: NameServer, runtime: Runtime, config: Config
) -> None:
    """As after a restore beside another key file."""
    customer.send(customer.open("dns").form("make_dkim_key"))
    known = runtime.store().dns.wanted()[0].key
    waiting = runtime.store().dkim.waiting(known)
    assert waiting is not None
    key = PublicKey(waiting.selector, waiting.public)
    right.text(key.name_in(DOMAIN), key.record)
    looked_up(runtime)
    databases.execute(config, "update dkim_key set private = zeroblob(80)")
    refused = customer.send(customer.open("dns").form("use_dkim_key"))

    assert refused.code == "conflict"
    assert "make a new one" in refused.value["message"]
    assert customer.send(customer.open("dns").form("make_dkim_key")).code == "created"
    renewed = runtime.store().dkim.waiting(known)
    assert renewed is not None
    assert renewed.selector != waiting.selector
