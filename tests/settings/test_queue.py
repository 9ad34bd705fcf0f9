"""The page of the queue and of health."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from puq_zimbra.engine.dns import look_up_wanted
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..selfservice.conftest import Page
from .conftest import Owner

REASON = "connect to mx.else.test[192.0.2.9]:25: <b>timed out</b>"


@pytest.fixture
def waiting(owner: Owner, simulator: Simulator) -> Owner:
    """Two messages wait, and one is held."""
    simulator.queue_message("3F1A2B", **{"from": "anna@firma.example", "to": "a@else.test"},
                            reason=REASON)  # fmt: skip
    simulator.queue_message("3F1A2C", **{"from": "", "to": "b@other.test"}, reason="greylisted")
    simulator.queue_message("4D1A2D", "hold", **{"from": "x@firma.example", "to": "c@else.test"})
    simulator.reset_log()
    return owner


def queued(simulator: Simulator, queue: str) -> list[str]:
    """The ids in a queue."""
    return [one["id"] for one in simulator.state.queues[simulator.state.hostname, queue]]


def test_what_waits_is_listed(waiting: Owner, simulator: Simulator) -> None:
    """By queue and domain; what strangers wrote is text."""
    simulator.traffic.arrivals.clear()
    page = waiting.open("queue")

    assert len(simulator.traffic.arrivals) <= 4
    assert "Waiting for another try (2)" in page.text
    assert "Held (1)" in page.text
    assert "else.test 1, other.test 1" in page.text
    assert REASON in page.text
    assert "<b>" not in page.answer["html"]
    assert "Zimbra says that it is well" in page.text
    assert "valid until" in page.text


@pytest.mark.parametrize(
    ("queue", "op", "to"),
    [
        ("deferred", "hold", "hold"),
        ("deferred", "requeue", "incoming"),
        ("deferred", "delete", None),
        ("hold", "release", "deferred"),
    ],
)
def test_a_message_is_acted_on(
    waiting: Owner, simulator: Simulator, queue: str, op: str, to: str | None
) -> None:
    """It goes where Postfix puts it, and the others stay."""
    before = queued(simulator, queue)
    target = f"{queue}:{before[0]}:{simulator.state.hostname}"
    form = waiting.open("queue", queue=queue).form("act_on_queue", target)
    answer = waiting.send(form, op=op)
    again = waiting.send(form, op=op)  # the first result, and no second deed

    assert (answer.code, answer.value["data"]["page"]) == ("updated", "queue")
    assert (again.code, again.value["message"]) == (answer.code, answer.value["message"])
    assert queued(simulator, queue) == before[1:]
    assert to is None or before[0] in queued(simulator, to)
    assert len(simulator.calls("MailQueueActionRequest")) == 1


@pytest.mark.parametrize(
    "target", ["deferred:ALL:{0}", "deferred:3F1A2B:other.test", "x:3F1A2B:{0}"]
)
def test_a_made_up_message_is_refused(waiting: Owner, simulator: Simulator, target: str) -> None:
    """The token is for another object; and no id stands for all messages."""
    form = waiting.open("queue").form("act_on_queue")
    answer = waiting.send(form, op="delete", puqz_object=target.format(simulator.state.hostname))

    assert answer.code == "refused"
    assert simulator.calls("MailQueueActionRequest") == []


def test_a_message_that_left_meanwhile_is_told(waiting: Owner, simulator: Simulator) -> None:
    """It was delivered: nothing is done."""
    form = waiting.open("queue").form("act_on_queue")
    simulator.state.queues.clear()
    answer = waiting.send(form, op="delete")

    assert answer.code == "unchanged"
    assert simulator.calls("MailQueueActionRequest") == []


def test_a_zimbra_without_its_key_is_told_in_words(owner: Owner) -> None:
    """Never an empty list that looks like an empty queue."""
    page = owner.open("queue")

    assert "does not let its queues be looked into" in page.text
    assert "No message waits here" not in page.text
    assert page.tree.xpath("//table") == []


def test_messages_that_cannot_be_listed_are_not_told_as_none(
    waiting: Owner, simulator: Simulator
) -> None:
    """The counts came, the messages did not."""
    simulator.fail_next("GetMailQueueRequest", "service.FAILURE", times=3)
    page = waiting.open("queue")

    assert "Waiting for another try (2)" in page.text
    assert "could not be listed just now" in page.text
    assert "No message waits here" not in page.text


def test_messages_are_shown_by_domain_and_by_page(owner: Owner, simulator: Simulator) -> None:
    """Zimbra finds no more than its limit, so a second page of a domain asks for more."""
    for number in range(120):
        to = f"user{number}@{'else.test' if number % 2 else 'Other.test,b@else.test'}"
        simulator.queue_message(f"3F1A{number:04}", to=to)

    def ids(page: Page) -> list[str]:
        rows = page.tree.xpath("//input[@name='puqz_object']/@value")
        return list(dict.fromkeys(one.split(":")[1] for one in rows))

    def follow(page: Page, name: str) -> Page:
        (href,) = page.tree.xpath(f"//a[normalize-space()='{name}']/@href")
        query = dict(parse_qsl(urlsplit(href).query))
        asked = {key.removeprefix("puqz_"): one for key, one in query.items() if "puqz_" in key}
        return owner.open("queue", **asked)

    first = owner.open("queue")
    assert "1 to 50 of 120" in first.text
    second = follow(first, "Next")
    third = follow(second, "Next")
    assert [len(ids(one)) for one in (first, second, third)] == [50, 50, 20]
    assert ids(follow(third, "Previous")) == ids(second)

    some = follow(first, "other.test")
    rest = follow(some, "Next")
    assert "Only messages to other.test are shown." in some.text
    assert [len(ids(one)) for one in (some, rest)] == [50, 10]
    assert not set(ids(some)) & set(ids(rest))
    assert "Next" not in rest.text
    assert len(ids(follow(rest, "Show all of this queue"))) == 50
    last = rest.form("act_on_queue")
    assert owner.send(last, op="delete").code == "updated"
    assert last["puqz_object"].split(":")[1] not in queued(simulator, "deferred")
    for nonsense in ({"start": "-1"}, {"domain": "<b>"}, {"start": "9" * 9}):
        assert len(ids(owner.open("queue", **nonsense))) == 50
    assert "No message waits here." in owner.open("queue", domain="nobody.test").text


def test_a_queue_that_cannot_be_reached_any_more_is_told(
    waiting: Owner, simulator: Simulator
) -> None:
    """Zimbra's SSH broke after the page was drawn: nothing is done, and a sentence says so."""
    form = waiting.open("queue").form("act_on_queue")
    simulator.fail_next("GetMailQueueRequest", "service.FAILURE")
    answer = waiting.send(form, op="delete")

    assert answer.code == "refused"
    assert "cannot look into its queues just now, so nothing was done" in answer.value["message"]
    assert simulator.calls("MailQueueActionRequest") == []


def test_certificates_that_users_see_are_read_beside_the_pages(
    owner: Owner, runtime: Runtime
) -> None:
    """No page waits for a port; one that nobody answers on is told as such."""
    assert owner.open("queue").text.count("It is being read") == 3
    look_up_wanted(runtime)
    page = owner.open("queue")
    facts = dict(zip(*(page.tree.xpath(f"//dl//{tag}") for tag in ("dt", "dd")), strict=True))
    told = {name.text: text.text_content() for name, text in facts.items()}

    assert told["Certificate of webmail"].startswith("valid until")
    assert told["Certificate of incoming mail (IMAP)"] == "It could not be read just now."
    assert told["Certificate of outgoing mail (SMTP)"] == "It could not be read just now."
    assert runtime.store().dns.wanted() == []
    assert runtime.store().dns.last() == []


def test_another_customer_is_refused(waiting: Owner, simulator: Simulator) -> None:
    """His token is not good for anybody else."""
    form = waiting.open("queue").form("act_on_queue")
    waiting.id = "8"
    assert waiting.send(form, op="delete").code == "refused"
    assert simulator.calls("MailQueueActionRequest") == []


def test_the_queue_of_a_shared_zimbra_is_nobodys(tenant: Owner) -> None:
    """A domain's customer has no such page, whatever his product grants."""
    page = tenant.open("queue")
    assert "Queue and health" not in page.nav
    assert "What waits for delivery" not in page.text


@pytest.mark.parametrize("operation", ["frob", "release"])
def test_what_a_queue_does_not_know_is_refused(
    waiting: Owner, simulator: Simulator, operation: str
) -> None:
    """A message that is not held cannot be released."""
    answer = waiting.send(waiting.open("queue").form("act_on_queue"), op=operation)

    assert answer.code in ("invalid", "refused")
    assert simulator.calls("MailQueueActionRequest") == []
