"""A customer runs his mailing lists on his page."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from .conftest import Customer
from .people import HOSTILE, Buyer, another, writes, wrong

TEAM = "team@firma.example"


def make(simulator: Simulator, name: str = TEAM, *members: str, **attrs: str) -> str:
    """Make a list in Zimbra; its id."""
    found = simulator.create_list(name, members, False, **attrs)
    simulator.reset_log()
    return found.id


def members(simulator: Simulator, name: str = TEAM) -> list[str]:
    """Who is on a list."""
    return sorted(simulator.list(name).members or ())


def senders(simulator: Simulator, right: str = "sendToDistList", name: str = TEAM) -> list[str]:
    """The grants of a right on a list: kind and whom."""
    held = simulator.list(name).attrs.get("zimbraACE", ())
    return sorted(" ".join(one.split()[1::-1]) for one in held if one.endswith(right))


def test_a_list_is_made_with_its_members(customer: Customer, simulator: Simulator) -> None:
    """People inside and outside; the next page says so and shows them."""
    simulator.create_account("anna@firma.example")
    answer = customer.does(
        "create_list", "list_new", {}, name="Team", display_name="Sales team",
        members="anna@firma.example\nAgent@Partner.example\nagent@partner.example",
    )  # fmt: skip
    data = answer.value["data"]

    assert (answer.code, data["page"]) == ("created", "list")
    assert members(simulator) == ["agent@partner.example", "anna@firma.example"]
    assert simulator.list(TEAM).attrs["displayName"] == ["Sales team"]
    page = customer.open("list", id=data["query"]["id"], notice=data["notice"])
    assert "The mailing list team@firma.example was created." in page.text
    assert "agent@partner.example outside the company" in page.text
    row = customer.open("lists").tree.xpath("//tbody/tr")[0]
    assert [" ".join(one.text_content().split()) for one in row] == [
        "team@firma.exampleSales team", "2 people, 1 of them outside the company", "everyone",
        "none",
    ]  # fmt: skip


def test_a_form_sent_twice_makes_one_list(customer: Customer, simulator: Simulator) -> None:
    """A double click gets the first answer again."""
    form = customer.open("list_new").form("create_list")
    first, again = (customer.send(form, name="team", members="a@b.example") for _ in range(2))

    assert first.value["data"] == again.value["data"]
    assert len(simulator.calls("CreateDistributionListRequest")) == 1


def test_a_list_whose_answer_was_lost_is_made_once(
    customer: Customer, simulator: Simulator
) -> None:
    """The operation looks, finds its own list and goes on with the members."""
    form = customer.open("list_new").form("create_list")
    simulator.drop_next("CreateDistributionListRequest", applied=True)
    answer = customer.send(form, name="team", members="a@b.example")

    assert answer.code == "created"
    assert members(simulator) == ["a@b.example"]


@pytest.mark.parametrize("held", [2, 3])
def test_the_plan_limits_lists(hook: Hook, simulator: Simulator, held: int) -> None:
    """The numbers are said, also where Zimbra's own console made one more."""
    assert hook("create").code == "created"
    buyer = Buyer(hook, lists=2)
    form = buyer.open("list_new").form("create_list")
    for number in range(held):
        make(simulator, f"l{number}@firma.example")
    answer = buyer.send(form, name="team")

    assert answer.code == "refused"
    assert f"allows 2 mailing lists and {held} are there" in answer.value["message"]
    assert writes(simulator) == []
    page = buyer.open("lists")
    assert f"{held} of 2" in page.text
    assert "Your plan allows no more." in page.text
    assert "Create a list" not in page.text


def test_no_list_in_the_plan(hook: Hook) -> None:
    """An empty page offers nothing that would be refused."""
    assert hook("create").code == "created"
    page = Buyer(hook, lists=0).open("lists")

    assert "There is no list yet" in page.text
    assert "Create a list" not in page.text


def test_an_empty_page_says_the_next_step(hook: Hook) -> None:
    """What a list is, how many the plan has, and one button."""
    assert hook("create").code == "created"
    page = Buyer(hook, lists=10).open("lists")

    assert "such as everyone@firma.example" in page.text
    assert "Your plan has 10 lists." in page.text
    assert "Create a list" in page.text


@pytest.mark.parametrize("name", ["mailbox", "alias", "list", "room", "dynamic"])
def test_a_taken_name_is_said_beside_the_field(
    customer: Customer, simulator: Simulator, name: str
) -> None:
    """Whatever holds it, for a new list and for one that is renamed."""
    simulator.create_account("mailbox@firma.example")
    simulator.create_list("list@firma.example")
    simulator.create_list("dynamic@firma.example", dynamic=True)
    simulator.create_resource("room@firma.example")
    boss = simulator.account("mailbox@firma.example")
    customer.does("add_alias", "mailbox", {"id": boss.id}, name="alias")
    team = make(simulator)
    made = customer.does("create_list", "list_new", {}, name=name, members="a@b.example")
    renamed = customer.does("edit_list", "list", {"id": team}, name=name)

    for answer in (made, renamed):
        assert wrong(answer)["name"].startswith("This address is taken")
    assert "a@b.example" in made.value["html"]
    assert simulator.list(TEAM).id == team


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Fill in this field."),
        ("ann lee", "Use only the letters"),
        ("zażółć", "Use only the letters"),
        ("a..b", "Use only the letters"),
    ],
)
def test_a_name_that_cannot_be(
    customer: Customer, simulator: Simulator, name: str, said: str
) -> None:
    """Said before anything is written."""
    form = customer.open("list_new").form("create_list")
    simulator.reset_log()

    assert wrong(customer.send(form, name=name))["name"].startswith(said)
    assert writes(simulator) == []


@pytest.mark.parametrize(
    "typed",
    [TEAM, "TEAM@Firma.example", "dyn@firma.example", "a@b.example, team@firma.example"],
)
def test_what_cannot_be_a_member(customer: Customer, simulator: Simulator, typed: str) -> None:
    """The list itself, and a dynamic list: nobody of the same form becomes one."""
    simulator.create_list("dyn@firma.example", dynamic=True)
    team = make(simulator)
    added = customer.does("add_members", "list", {"id": team}, members=typed)
    simulator.state.directory.remove(simulator.list(TEAM))
    made = customer.does("create_list", "list_new", {}, name="team", members=typed)

    assert "members" in wrong(added)
    assert "members" in wrong(made)
    assert simulator.list(TEAM) is None


def test_two_lists_do_not_hold_each_other(customer: Customer, simulator: Simulator) -> None:
    """Zimbra would take it, and mail would go round; a list in a list is fine."""
    outer = make(simulator, "outer@firma.example")
    middle = make(simulator, "middle@firma.example")
    team = make(simulator, TEAM, "anna@firma.example")
    for above, below in ((outer, "middle@firma.example"), (middle, TEAM)):
        assert customer.does("add_members", "list", {"id": above}, members=below).code == "updated"
    answer = customer.does("add_members", "list", {"id": team}, members="Outer@firma.example")

    assert wrong(answer)["members"].startswith("outer@firma.example holds this list already")
    assert members(simulator) == ["anna@firma.example"]


def test_members_come_and_go(customer: Customer, simulator: Simulator) -> None:
    """Those who are there stay once; whoever goes is named; domains are written in both ways."""
    team = make(simulator, TEAM, "anna@firma.example")
    answer = customer.does(
        "add_members", "list", {"id": team},
        members="ANNA@firma.example; Ola@Żółw.example,\r\n x@b.example x@b.example",
    )  # fmt: skip
    assert answer.value["message"] == "Added to the list team@firma.example: 2."
    assert members(simulator) == [
        "anna@firma.example", "ola@xn--w-uga1v8h.example", "x@b.example",
    ]  # fmt: skip
    page = customer.open("list", id=team)
    assert "ola@żółw.example" in page.text

    form = page.form("remove_member")
    gone = customer.send(form, member="ola@żółw.example")
    assert gone.value["message"] == (
        "ola@żółw.example is not on the list team@firma.example any more."
    )
    again = customer.does("remove_member", "list", {"id": team}, member="ola@żółw.example")
    assert (gone.code, again.code) == ("updated", "unchanged")
    assert members(simulator) == ["anna@firma.example", "x@b.example"]
    same = customer.does("add_members", "list", {"id": team}, members="x@b.example")
    assert same.code == "unchanged"


def test_a_strange_member_can_be_taken_off(customer: Customer, simulator: Simulator) -> None:
    """Zimbra takes nearly any text with an @: it is shown, and has its button."""
    odd = ['"a b"@ext.test', "@ext.test", "ann <a@x.test>", "a+b@localhost"]
    team = make(simulator, TEAM, *odd)
    page = customer.open("list", id=team)
    shown = page.tree.xpath("//button[@name='member']/@value")
    for one in shown:
        answer = customer.does("remove_member", "list", {"id": team}, member=one)
        assert answer.code == "updated", one

    assert len(shown) == len(odd)
    assert members(simulator) == []


def test_too_many_members(customer: Customer, simulator: Simulator) -> None:
    """Two thousand is the most; what is typed stays."""
    team = make(simulator, TEAM, *(f"m{number}@b.example" for number in range(1999)))
    page = customer.open("list", id=team)
    assert "1,999" in page.text
    assert "Page 1 of 10" in page.text
    last = customer.open("list", id=team, p="10")
    assert len(last.tree.xpath("//button[@name='member']")) == 199
    typed = "x@b.example y@b.example"

    assert wrong(customer.does("add_members", "list", {"id": team}, members=typed)) == {
        "members": "At most 2000 members."
    }
    assert customer.does("add_members", "list", {"id": team}, members="x@b.example").code == (
        "updated"
    )


def test_who_may_send(customer: Customer, simulator: Simulator) -> None:
    """Everyone, the company, the members, or chosen ones: each takes the other's place."""
    anna = simulator.create_account("anna@firma.example")
    domain = simulator.domain("firma.example")
    group = simulator.create_list("board@firma.example")
    team = make(simulator, TEAM, "anna@firma.example")

    def choose(who: str, **more: str) -> list[str]:
        answer = customer.does("edit_list", "list", {"id": team}, who=who, **more)
        assert answer.code == "updated", answer
        assert customer.open("list", id=team).form("edit_list")["who"] == who
        return senders(simulator)

    assert customer.open("list", id=team).form("edit_list")["who"] == "all"
    assert choose("domain") == [f"dom {domain.id}"]
    assert choose("members") == [f"grp {team}"]
    typed = "anna@firma.example\nboard@firma.example\nBoss@Partner.example"
    assert choose("chosen", senders=typed) == sorted(
        [f"usr {anna.id}", f"grp {group.id}", "gst boss@partner.example"]
    )
    fewer = "boss@partner.example"
    assert choose("chosen", senders=fewer) == ["gst boss@partner.example"]
    assert "boss@partner.example" in customer.open("list", id=team).form("edit_list")["senders"]
    assert choose("all") == []


def test_nobody_else_may_send_while_it_changes(customer: Customer, simulator: Simulator) -> None:
    """A list without any grant is open to everyone, so new grants come before old ones go."""
    anna = simulator.create_account("anna@firma.example")
    team = make(simulator)
    customer.does("edit_list", "list", {"id": team}, who="members")
    simulator.fail_next("RevokeRightRequest", "service.FAILURE")
    form = customer.open("list", id=team).form("edit_list")
    customer.send(form, who="chosen", senders="anna@firma.example")
    customer.send(form, who="chosen", senders="anna@firma.example")

    assert senders(simulator) == [f"usr {anna.id}"]
    order = [one for one in writes(simulator) if one.endswith("Right")]
    assert order.index("GrantRight") < order.index("RevokeRight")


@pytest.mark.parametrize(
    ("who", "typed", "said"),
    [
        ("chosen", "", "Type at least one address."),
        ("chosen", "ghost@firma.example", "ghost@firma.example is no mailbox or list of yours."),
        ("chosen", "galsync@firma.example", "galsync@firma.example is no mailbox or list"),
        ("chosen", "no address", "no is not an address."),
    ],
)
def test_senders_who_cannot_be(
    customer: Customer, simulator: Simulator, who: str, typed: str, said: str
) -> None:
    """Nothing of the form is written, and what was typed stays."""
    simulator.create_account("galsync@firma.example", zimbraIsSystemAccount="TRUE")
    team = make(simulator)
    form = customer.open("list", id=team).form("edit_list")
    simulator.reset_log()
    answer = customer.send(form, who=who, senders=typed, display_name="Changed", name="other")

    assert wrong(answer)["senders"].startswith(said)
    assert writes(simulator) == []
    assert "Changed" in answer.value["html"]


def test_what_was_set_in_zimbra_stays(customer: Customer, simulator: Simulator) -> None:
    """A denial is told as it is, kept by other changes, and ended by another choice alone."""
    anna = simulator.create_account("anna@firma.example")
    team = make(simulator)
    simulator.list(TEAM).put("zimbraACE", f"{anna.id} usr -sendToDistList")
    page = customer.open("list", id=team)
    assert page.form("edit_list")["who"] == "other"
    customer.does("edit_list", "list", {"id": team}, display_name="Team")
    assert simulator.list(TEAM).attrs["zimbraACE"] == [f"{anna.id} usr -sendToDistList"]
    customer.does("edit_list", "list", {"id": team}, who="members")

    assert senders(simulator) == [f"grp {team}"]
    after = customer.open("list", id=team)
    assert "As it was set in Zimbra" not in after.text
    answer = customer.send(after.form("edit_list"), who="other")
    assert wrong(answer) == {"who": "Choose one of the values offered."}


def test_owners(customer: Customer, simulator: Simulator) -> None:
    """Mailboxes of the company; one set in Zimbra, such as a list, stays till it is erased."""
    anna, ola = (simulator.create_account(f"{one}@firma.example") for one in ("anna", "ola"))
    group = simulator.create_list("board@firma.example")
    team = make(simulator)
    simulator.list(TEAM).put("zimbraACE", f"{group.id} grp ownDistList")
    page = customer.open("list", id=team)
    assert page.form("edit_list")["owners"].strip() == "board@firma.example"
    typed = "board@firma.example\nAnna@firma.example ola@firma.example"
    customer.does("edit_list", "list", {"id": team}, owners=typed)
    assert senders(simulator, "ownDistList") == sorted(
        [f"grp {group.id}", f"usr {anna.id}", f"usr {ola.id}"]
    )
    assert "anna, board, ola" in " ".join(customer.open("lists").text.split())
    customer.does("edit_list", "list", {"id": team}, owners="ola@firma.example")
    assert senders(simulator, "ownDistList") == [f"usr {ola.id}"]
    customer.does("edit_list", "list", {"id": team}, owners="")

    assert senders(simulator, "ownDistList") == []


@pytest.mark.parametrize("typed", ["boss@inna.example", "ghost@firma.example", "a@b.example"])
def test_no_stranger_becomes_an_owner(customer: Customer, simulator: Simulator, typed: str) -> None:
    """Another customer's mailbox is no mailbox of his."""
    another(simulator)
    simulator.create_account("boss@inna.example")
    team = make(simulator)
    answer = customer.does("edit_list", "list", {"id": team}, owners=typed)

    assert wrong(answer) == {"owners": f"{typed} is no mailbox of yours."}
    assert writes(simulator) == []


def test_a_renamed_list_keeps_everything(customer: Customer, simulator: Simulator) -> None:
    """Its members, its senders, and the lists that hold it."""
    team = make(simulator, TEAM, "anna@firma.example")
    make(simulator, "outer@firma.example", TEAM)
    customer.does("edit_list", "list", {"id": team}, who="members")
    answer = customer.does("edit_list", "list", {"id": team}, name="Crew@firma.example")

    assert answer.value["message"] == "The mailing list crew@firma.example was changed."
    assert members(simulator, "crew@firma.example") == ["anna@firma.example"]
    assert members(simulator, "outer@firma.example") == ["crew@firma.example"]
    assert senders(simulator, name="crew@firma.example") == [f"grp {team}"]


def test_settings_are_what_was_typed(customer: Customer, simulator: Simulator) -> None:
    """Name, replies, the address book; what is cleared is cleared, and the same again is as is."""
    team = make(simulator)
    on = {"display_name": "Team", "reply_to": "Boss@Partner.example", "hidden": "1"}
    assert customer.does("edit_list", "list", {"id": team}, **on).code == "updated"
    attrs = simulator.list(TEAM).attrs
    assert attrs["displayName"] == ["Team"]
    assert attrs["zimbraPrefReplyToEnabled"] == ["TRUE"]
    assert attrs["zimbraPrefReplyToAddress"] == ["boss@partner.example"]
    assert attrs["zimbraHideInGal"] == ["TRUE"]
    form = customer.open("list", id=team).form("edit_list")
    assert (form["display_name"], form["reply_to"]) == ("Team", "boss@partner.example")
    simulator.reset_log()
    assert customer.does("edit_list", "list", {"id": team}, hidden="1").code == "unchanged"
    assert writes(simulator) == []
    off = {"display_name": "", "reply_to": "", "hidden": None}
    customer.does("edit_list", "list", {"id": team}, **off)

    attrs = simulator.list(TEAM).attrs
    assert "displayName" not in attrs
    assert "zimbraPrefReplyToAddress" not in attrs
    assert attrs["zimbraPrefReplyToEnabled"] == ["FALSE"]
    assert attrs["zimbraHideInGal"] == ["FALSE"]


def test_a_list_of_a_name_that_we_would_not_make(customer: Customer, simulator: Simulator) -> None:
    """It can be changed, as long as its name stays or becomes a better one."""
    team = make(simulator, "r&d@firma.example")
    kept = customer.does("edit_list", "list", {"id": team}, display_name="R & D")
    worse = customer.does("edit_list", "list", {"id": team}, name="r&&d")
    better = customer.does("edit_list", "list", {"id": team}, name="rd")

    assert (kept.code, better.code) == ("updated", "updated")
    assert wrong(worse) == {"name": "This address cannot be used."}
    assert simulator.list("rd@firma.example").attrs["displayName"] == ["R & D"]


def test_a_list_that_an_owner_switched_off(customer: Customer, simulator: Simulator) -> None:
    """The page says what it means, and one button lets it receive again."""
    team = make(simulator, TEAM, zimbraMailStatus="disabled")
    page = customer.open("list", id=team)
    assert "Mail to it is returned to its sender." in page.text
    answer = customer.send(page.form("switch_on_list"))

    assert answer.value["message"] == "The mailing list team@firma.example receives mail."
    assert simulator.list(TEAM).attrs["zimbraMailStatus"] == ["enabled"]
    assert "switch_on_list" not in str(customer.open("list", id=team).forms())


def test_a_list_is_deleted_once_its_address_is_typed(
    customer: Customer, simulator: Simulator
) -> None:
    """There is no bin: the page says so and asks for the whole address."""
    simulator.create_account("anna@firma.example")
    team = make(simulator, TEAM, "anna@firma.example", "x@b.example")
    page = customer.open("list_delete", id=team)
    assert "A deleted list has no bin: it must be created anew." in page.text
    assert "It has 2 members." in page.text
    for typed in ("", "team", "team@firma.exampl", "other@firma.example"):
        assert "typed" in wrong(customer.send(page.form("delete_list"), typed=typed))
        page = customer.open("list_delete", id=team)
    assert simulator.list(TEAM) is not None
    form = page.form("delete_list")
    answer = customer.send(form, typed="Team@firma.example")

    assert answer.value["data"]["page"] == "lists"
    assert answer.value["message"] == "The mailing list team@firma.example was deleted."
    assert simulator.list(TEAM) is None
    assert simulator.account("anna@firma.example") is not None
    assert customer.send(form, typed="Team@firma.example").value["ok"]
    assert "not there any more" in customer.open("list_delete", id=team).text


def test_a_deletion_whose_answer_was_lost(customer: Customer, simulator: Simulator) -> None:
    """The operation looks and finds that it is done."""
    team = make(simulator)
    form = customer.open("list_delete", id=team).form("delete_list")
    simulator.drop_next("DeleteDistributionListRequest", applied=True)

    assert customer.send(form, typed=TEAM).value["ok"]
    assert simulator.list(TEAM) is None


FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "edit_list": ("list", {"name": "mine", "who": "all"}),
    "add_members": ("list", {"members": "a@b.example"}),
    "remove_member": ("list", {"member": "anna@inna.example"}),
    "switch_on_list": ("list", {}),
    "delete_list": ("list_delete", {"typed": "theirs@inna.example"}),
}


@pytest.mark.parametrize("action", FORMS)
@pytest.mark.parametrize("kind", ["another's", "dynamic", "administrators"])
def test_a_list_that_is_not_his(
    customer: Customer, simulator: Simulator, action: str, kind: str
) -> None:
    """Its page shows nothing, and a form that was made for it writes nothing."""
    another(simulator)
    made = {
        "another's": ("theirs@inna.example", False, {}),
        "dynamic": ("dyn@firma.example", True, {}),
        "administrators": ("admins@firma.example", False, {"zimbraIsAdminGroup": "TRUE"}),
    }
    name, dynamic, attrs = made[kind]
    mine = make(simulator, TEAM, "anna@firma.example", zimbraMailStatus="disabled")
    theirs = simulator.create_list(name, (), dynamic, **attrs)
    simulator.reset_log()
    page, typed = FORMS[action]
    form = customer.open(page, id=mine).form(action)

    assert "not there any more" in customer.open(page, id=theirs.id).text
    swapped = customer.send({**form, "puqz_object": theirs.id}, **typed)
    assert swapped.code == "refused"
    theirs_now, simulator.state.directory.by_id[mine] = theirs, theirs
    assert not customer.send(form, **typed).value["ok"]
    assert writes(simulator) == []
    assert simulator.list(name) is theirs_now
    assert name not in customer.open("lists").text


def test_without_the_capability(hook: Hook, simulator: Simulator) -> None:
    """No page, no link, no form."""
    assert hook("create").code == "created"
    team = make(simulator)
    buyer = Buyer(hook, "full")
    form = buyer.open("list", id=team).form("add_members")
    buyer.capabilities = ("mailboxes", "domain_aliases")
    simulator.reset_log()

    assert buyer.send(form, members="a@b.example").code == "refused"
    assert writes(simulator) == []
    page = buyer.open("lists")
    assert "Further domains" in page.text
    assert "Mailing lists" not in page.text
    assert TEAM not in buyer.open("list", id=team).text


def test_hostile_values_are_drawn_as_text(customer: Customer, simulator: Simulator) -> None:
    """Whatever was written in Zimbra or typed here."""
    team = make(
        simulator, TEAM, f'"{HOSTILE[:20]}"@ext.test', displayName=HOSTILE, description=HOSTILE
    )
    typed = customer.does("edit_list", "list", {"id": team}, senders=HOSTILE, who="chosen",
                          display_name=HOSTILE)  # fmt: skip
    drawn = [
        typed.value["html"],
        *(customer.open(name, id=team).answer["html"] for name in ("list", "lists", "list_delete")),
    ]
    for html in drawn:
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "{" not in html
        assert HOSTILE[:8] not in html


def test_a_suspended_service_changes_nothing(
    customer: Customer, hook: Hook, simulator: Simulator
) -> None:
    """A form of before the suspension is refused."""
    team = make(simulator)
    form = customer.open("list", id=team).form("add_members")
    assert hook("suspend").value["ok"]
    simulator.reset_log()

    assert customer.send(form, members="a@b.example").code == "refused"
    assert writes(simulator) == []


def test_all_that_is_wrong_is_told_at_once(customer: Customer, simulator: Simulator) -> None:
    """Senders and owners are looked up before anything is written."""
    team = make(simulator)
    typed = {"who": "chosen", "senders": "ghost@firma.example", "owners": "ghost@firma.example"}

    assert wrong(customer.does("edit_list", "list", {"id": team}, **typed)).keys() == {
        "senders", "owners",
    }  # fmt: skip


def test_the_overview_says_which_receive_nothing(customer: Customer, simulator: Simulator) -> None:
    """A list that is switched off is seen before it is opened."""
    make(simulator, TEAM, zimbraMailStatus="disabled")
    make(simulator, "board@firma.example")
    rows = customer.open("lists").tree.xpath("//tbody/tr")

    assert ["Receives no mail" in one.text_content() for one in rows] == [False, True]


def test_an_address_in_a_domain_alias_is_inside(customer: Customer, simulator: Simulator) -> None:
    """It is a mailbox of the company's under another name."""
    target = simulator.domain("firma.example").id
    simulator.create_domain(
        "wiecej.example", zimbraDomainType="alias", zimbraDomainAliasTargetId=target
    )
    team = make(simulator, TEAM, "anna@wiecej.example", "anna@firma.example")
    assert not customer.open("list", id=team).tree.xpath("//*[@class='puqz-tag']")
    customer.does("add_members", "list", {"id": team}, members="x@b.example")

    assert "x@b.example outside the company" in customer.open("list", id=team).text
    assert "3 people, 1 of them outside" in customer.open("lists").text
