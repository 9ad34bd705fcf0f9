"""A customer runs his rooms and equipment on his page."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from .conftest import Customer
from .people import HOSTILE, Buyer, another, writes, wrong

HALL = "hall@firma.example"
NEW = {"kind": "Location", "display_name": "Hall", "name": "hall", "answer": "free"}


def make(simulator: Simulator, address: str = HALL, **attrs: str) -> str:
    """Make a room in Zimbra; its id."""
    found = simulator.create_resource(address, **attrs)
    simulator.reset_log()
    return found.id


def test_a_room_is_made(customer: Customer, simulator: Simulator) -> None:
    """Without a password: people invite it, and nobody logs in."""
    more = {"place": "2nd floor", "seats": "012"}
    answer = customer.does("create_room", "room_new", {}, **NEW, **more)
    data = answer.value["data"]

    assert (answer.code, data["page"]) == ("created", "room")
    made = simulator.account(HALL)
    assert (made.kind, made.password) == ("resource", None)
    wanted = {
        "displayName": "Hall", "zimbraCalResType": "Location", "zimbraCalResCapacity": "12",
        "zimbraCalResLocationDisplayName": "2nd floor", "zimbraCalResAutoAcceptDecline": "TRUE",
        "zimbraCalResAutoDeclineIfBusy": "TRUE",
    }  # fmt: skip
    assert {name: made.attrs[name] for name in wanted} == {k: [v] for k, v in wanted.items()}
    page = customer.open("room", id=data["query"]["id"], notice=data["notice"])
    assert "hall@firma.example is ready: invite it to a meeting to book it." in page.text
    row = customer.open("rooms").tree.xpath("//tbody/tr")[0]
    assert [" ".join(one.text_content().split()) for one in row] == [
        "Hallhall@firma.example", "Room, 2nd floor", "12", "accepts when it is free",
    ]  # fmt: skip


def test_a_room_whose_answer_was_lost_is_made_once(
    customer: Customer, simulator: Simulator
) -> None:
    """The operation looks and finds its own."""
    form = customer.open("room_new").form("create_room")
    simulator.drop_next("CreateCalendarResourceRequest", applied=True)
    first = customer.send(form, **NEW)
    again = customer.send(form, **NEW)

    assert (first.code, again.code) == ("created", "created")
    assert len(simulator.calls("CreateCalendarResourceRequest")) == 1


def test_rooms_take_places_of_mailboxes(hook: Hook, simulator: Simulator) -> None:
    """They hold mail, so a plan of three mailboxes has three of both; the numbers are said."""
    assert hook("create").code == "created"
    buyer = Buyer(hook, mailboxes=3)
    simulator.create_account("galsync@firma.example", zimbraIsSystemAccount="TRUE")
    room, box = (
        buyer.open(page).form(action)
        for page, action in (("room_new", "create_room"), ("mailbox_new", "create_mailbox"))
    )
    assert "1 of 3 are taken" in buyer.open("room_new").text
    simulator.create_account("anna@firma.example")
    make(simulator)
    answers = [buyer.send(room, **NEW | {"name": "other"}), buyer.send(box, name="b", limit="1")]

    for answer in answers:
        assert answer.code == "refused"
        assert "allows 3 mailboxes and 3 are there" in answer.value["message"]
    assert writes(simulator) == []
    for page in (buyer.open("rooms"), buyer.open("room_new")):
        assert "rooms and equipment take places of mailboxes: all are taken" in page.text
        assert "create_room" not in str(page.forms())
    assert "Hall" not in buyer.open("mailboxes").text
    assert hook("usage").value["ok"]
    assert "Your plan allows 3 mailboxes, and all are taken." in buyer.open("mailboxes").text


@pytest.mark.parametrize("name", ["mailbox", "alias", "list", "room"])
def test_a_taken_name(customer: Customer, simulator: Simulator, name: str) -> None:
    """For a new one and for one that is renamed."""
    boss = simulator.create_account("mailbox@firma.example")
    simulator.create_list("list@firma.example")
    simulator.create_resource("room@firma.example")
    customer.does("add_alias", "mailbox", {"id": boss.id}, name="alias")
    hall = make(simulator)
    made = customer.does("create_room", "room_new", {}, **NEW | {"name": name})
    renamed = customer.does("edit_room", "room", {"id": hall}, name=name)

    for answer in (made, renamed):
        assert wrong(answer)["name"].startswith("This address is taken")
    assert simulator.account(HALL).id == hall


def test_what_is_wrong_is_said_before_anything_is_written(
    customer: Customer, simulator: Simulator
) -> None:
    """Zimbra itself takes a capacity below nothing."""
    form = customer.open("room_new").form("create_room")
    simulator.reset_log()
    bad = {"kind": "Car", "display_name": "", "name": "a b", "answer": "other"}
    assert wrong(customer.send(form, **bad)).keys() == {"kind", "display_name", "name", "answer"}
    for seats in ("-1", "many", "1.5", "9999999", "٣"):
        form = customer.open("room_new").form("create_room")
        assert wrong(customer.send(form, **NEW, seats=seats)) == {
            "seats": "Type a number from 0 to 100000."
        }
    assert writes(simulator) == []


def test_a_room_is_changed(customer: Customer, simulator: Simulator) -> None:
    """What is typed is what Zimbra has; the same again is as it was."""
    hall = make(simulator, zimbraCalResCapacity="-1")
    typed = {"kind": "Equipment", "display_name": "Projector", "name": "Projector",
             "place": "store", "seats": "", "answer": "always"}  # fmt: skip
    answer = customer.does("edit_room", "room", {"id": hall}, **typed)

    assert answer.value["message"] == "projector@firma.example was changed."
    made = simulator.account("projector@firma.example")
    assert made.attrs["zimbraCalResType"] == ["Equipment"]
    assert made.attrs["displayName"] == ["Projector"]
    assert made.attrs["zimbraCalResAutoDeclineIfBusy"] == ["FALSE"]
    assert "zimbraCalResCapacity" not in made.attrs
    simulator.reset_log()
    assert customer.does("edit_room", "room", {"id": hall}).code == "unchanged"
    assert writes(simulator) == []


def test_how_it_answers_in_zimbra_stays(customer: Customer, simulator: Simulator) -> None:
    """What the form cannot say is told as it is, and ended by another choice alone."""
    hall = make(simulator, zimbraCalResAutoAcceptDecline="FALSE")
    plain = make(simulator, "plain@firma.example")
    page = customer.open("room", id=hall)
    assert page.form("edit_room")["answer"] == "other"
    customer.does("edit_room", "room", {"id": hall}, display_name="Hall")
    assert simulator.account(HALL).attrs["zimbraCalResAutoAcceptDecline"] == ["FALSE"]
    customer.does("edit_room", "room", {"id": hall}, answer="free")
    assert simulator.account(HALL).attrs["zimbraCalResAutoAcceptDecline"] == ["TRUE"]
    after = customer.open("room", id=plain)
    assert after.form("edit_room")["answer"] == "free"
    assert "As it was set" not in after.text
    answer = customer.send(after.form("edit_room"), answer="other")

    assert wrong(answer) == {"answer": "Choose one of the values offered."}


def test_its_space_is_shown(customer: Customer, simulator: Simulator) -> None:
    """No reading has it, so Zimbra is asked; where it does not say, the page comes all the same."""
    hall = make(simulator)
    simulator.add_mail(HALL, 3 * 2**30)
    text = customer.open("room", id=hall).text
    assert "3 GB" in text.replace("\N{NO-BREAK SPACE}", " "), text
    simulator.fail_next("GetMailboxRequest", "service.FAILURE", times=9)

    assert "no data" in customer.open("room", id=hall).text


def test_a_room_is_deleted_once_its_address_is_typed(
    customer: Customer, simulator: Simulator
) -> None:
    """There is no bin: the page says so."""
    hall = make(simulator)
    page = customer.open("room_delete", id=hall)
    assert "rooms and equipment have no bin" in page.text
    assert "typed" in wrong(customer.send(page.form("delete_room"), typed="hall@b.example"))
    form = customer.open("room_delete", id=hall).form("delete_room")
    simulator.drop_next("DeleteCalendarResourceRequest", applied=True)

    assert customer.send(form, typed="Hall@firma.example").value["ok"]
    assert simulator.account(HALL) is None
    assert "There is no room or equipment yet" in customer.open("rooms").text


@pytest.mark.parametrize("action", ["edit_room", "delete_room"])
@pytest.mark.parametrize("kind", ["another's", "system", "mailbox"])
def test_what_is_not_his(customer: Customer, simulator: Simulator, action: str, kind: str) -> None:
    """Its page shows nothing, and a form that was made for it writes nothing."""
    another(simulator)
    mine = make(simulator)
    if kind == "another's":
        theirs = simulator.create_resource("room@inna.example")
    elif kind == "system":
        theirs = simulator.create_resource("sys@firma.example", zimbraIsSystemResource="TRUE")
    else:
        theirs = simulator.account("admin@firma.example")
    page = "room" if action == "edit_room" else "room_delete"
    typed = {"display_name": "Mine"} if action == "edit_room" else {"typed": theirs.name}
    form = customer.open(page, id=mine).form(action)
    simulator.reset_log()

    assert "not there any more" in customer.open(page, id=theirs.id).text
    assert customer.send({**form, "puqz_object": theirs.id}, **typed).code == "refused"
    assert theirs.name not in customer.open("rooms").text
    simulator.state.directory.by_id[mine] = theirs
    customer.send(form, **typed)
    assert writes(simulator) == []
    assert simulator.account(theirs.name) is theirs


def test_hostile_values_are_drawn_as_text(customer: Customer, simulator: Simulator) -> None:
    """Whatever was written in Zimbra or typed here."""
    hall = make(
        simulator, displayName=HOSTILE, zimbraCalResLocationDisplayName=HOSTILE,
        zimbraCalResCapacity="-7",
    )  # fmt: skip
    typed = customer.does(
        "edit_room", "room", {"id": hall}, display_name=HOSTILE, seats=HOSTILE[:7]
    )
    drawn = [typed.value["html"], *(customer.open(one, id=hall).answer["html"]
                                    for one in ("room", "rooms", "room_delete"))]  # fmt: skip
    for html in drawn:
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "{" not in html


def test_without_the_capability(hook: Hook, simulator: Simulator) -> None:
    """No page, no link, no form."""
    assert hook("create").code == "created"
    buyer = Buyer(hook, "full")
    form = buyer.open("room_new").form("create_room")
    buyer.capabilities = ("standard",)
    simulator.reset_log()

    assert buyer.send(form, **NEW).code == "refused"
    assert writes(simulator) == []
    assert "Rooms and equipment" not in buyer.open("rooms").text


def test_many_rooms_have_pages(customer: Customer, simulator: Simulator) -> None:
    """A hotel has hundreds."""
    for number in range(101):
        simulator.create_resource(f"r{number:03}@firma.example", displayName=f"Room {number}")
    first, second = customer.open("rooms"), customer.open("rooms", p="2")

    assert "Rooms and equipment 101" in first.text
    assert [len(one.tree.xpath("//tbody/tr")) for one in (first, second)] == [100, 1]
    assert "r100@firma.example" in second.text
