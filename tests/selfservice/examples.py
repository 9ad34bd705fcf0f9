"""An example of each action, for the tests that every action passes (`test_every_action`).

A new file in hooks/actions needs a line in `EXAMPLES`: what is there before (a function that gives
the object's id), and what is typed into the form on the action's page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from puq_zimbra.dns.dkim import PublicKey
from puq_zimbra.engine.actions import declared
from puq_zimbra.engine.dns import look_up_wanted
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..dns.nameserver import NameServer
from .conftest import Customer, as_read
from .people import add_domain, deleted, prove

DOMAIN = "firma.example"
PASSWORD = "Alpha-bravo-7"
TABLE = "address;name\nanna;Anna\n"
FOUND = {"what": "lock", "q": "a"}
SETTING = {"set_logo_link": "https://firma.example/"}


@dataclass(frozen=True)
class Stage:
    """A customer with his service, whose domain is `DOMAIN`."""

    customer: Customer
    simulator: Simulator
    runtime: Runtime
    nameserver: NameServer


def nothing(_: Stage) -> str:
    """The form makes something new, or is about the service."""
    return ""


def domain(_: Stage) -> str:
    """The form is about the domain."""
    return DOMAIN


def mailbox(stage: Stage) -> str:
    """A mailbox, with an alias."""
    made = stage.simulator.create_account(f"anna@{DOMAIN}", "Old-password-1", displayName="Anna")
    stage.simulator.create_account(f"jan@{DOMAIN}", "Old-password-1")
    form = stage.customer.open("mailbox", id=made.id).form("add_alias", made.id)
    assert stage.customer.send(form, name="biuro").code == "updated"
    return str(made.id)


def locked(stage: Stage) -> str:
    """A mailbox that is locked."""
    made = stage.simulator.create_account(f"anna@{DOMAIN}", zimbraAccountStatus="locked")
    return str(made.id)


def binned(stage: Stage) -> str:
    """A mailbox in the bin."""
    identity = mailbox(stage)
    answer = stage.customer.does("bin_mailbox", "mailbox_delete", {"id": identity})
    assert answer.code == "updated", answer
    return identity


def mailing_list(stage: Stage) -> str:
    """A mailing list."""
    return str(stage.simulator.create_list(f"team@{DOMAIN}", members=[f"admin@{DOMAIN}"]).id)


def alias_domain(stage: Stage) -> str:
    """A domain alias."""
    answer = add_domain(stage.customer, stage.nameserver, "firma.test")
    assert answer.code == "created", answer
    found = stage.simulator.domain("firma.test")
    assert found is not None
    return str(found.id)


def proven(stage: Stage) -> str:
    """A domain whose record is in DNS."""
    prove(stage.customer, stage.nameserver, "firma.test")
    return ""


def switched_off(stage: Stage) -> str:
    """A mailing list that receives nothing."""
    return str(stage.simulator.create_list(f"team@{DOMAIN}", zimbraMailStatus="disabled").id)


def room(stage: Stage) -> str:
    """A room."""
    return str(stage.simulator.create_resource(f"hall@{DOMAIN}").id)


def with_deleted(stage: Stage) -> str:
    """A mailbox with a message that was deleted."""
    identity = stage.simulator.create_account(f"anna@{DOMAIN}").id
    deleted(stage.simulator, f"anna@{DOMAIN}")
    return str(identity)


def upload(stage: Stage) -> str:
    """A table of mailboxes that was read."""
    answer = stage.customer.does("preview_import", "import", {}, text=TABLE)
    return str(answer.value["data"]["query"]["id"])


def imported(stage: Stage) -> str:
    """An import that made a password."""
    identity = upload(stage)
    answer = stage.customer.does("start_import", "import_preview", {"id": identity})
    assert answer.value["ok"], answer
    return identity


def stopped(stage: Stage) -> str:
    """An import that stopped on its way."""
    stage.customer.plan["domain_quota"] = 0  # which would be asked for by a batch, too
    stage.simulator.http_next("BatchRequest", 502, times=2)
    return imported(stage)


def plan(stage: Stage, typed: Mapping[str, str] = SETTING) -> dict[str, str]:
    """The form by which a change of settings is agreed to."""
    form = stage.customer.open("settings").form("preview_settings")
    answer = stage.customer.send(form, **typed)
    return as_read(answer.value["html"]).form("change_settings")


def changed(stage: Stage) -> str:
    """Settings that were changed; the form of the undoing is about that operation."""
    assert stage.customer.send(plan(stage)).code == "updated"
    return ""


def looked_up(stage: Stage) -> str:
    """Records that were looked up."""
    stage.customer.open("dns")
    look_up_wanted(stage.runtime)
    return ""


def published(stage: Stage) -> str:
    """A key for signatures whose record is in DNS."""
    made = stage.customer.send(stage.customer.open("dns").form("make_dkim_key"))
    assert made.code == "created", made
    store = stage.runtime.store()
    kept = store.dkim.waiting(store.dns.wanted()[0].key)
    assert kept is not None
    key = PublicKey(kept.selector, kept.public)
    stage.nameserver.text(key.name_in(DOMAIN), key.record)
    look_up_wanted(stage.runtime)
    return ""


def ending(stage: Stage) -> str:
    """The service waits for its deletion."""
    stage.customer.plan["terminate"] = {"mode": "grace", "grace_days": 14}
    assert stage.customer.ask("terminate").code == "updated"
    return ""


def changing(stage: Stage) -> str:
    """A change of all found that stopped on its way."""
    mailbox(stage)
    page = stage.customer.open("mailboxes_found", **FOUND)
    stage.simulator.http_next("ModifyAccountRequest", 503, times=99)
    answer = stage.customer.send(page.form("change_found"))
    stage.simulator.chaos.clear()
    return str(answer.value["data"]["query"]["id"])


@dataclass(frozen=True)
class Example:
    """How a customer carries out an action."""

    #: makes what must be there, and gives the id that the form is about
    before: Callable[[Stage], str] = nothing
    typed: Mapping[str, str] = field(default_factory=dict)
    #: the page's own keys, ID for the object's; None = ``id``, where there is one
    query: Mapping[str, str] | None = None
    #: page that holds the form; "" = the one that the action names
    page: str = ""
    #: the form names no object, so another one changes nothing
    names_object: bool = True
    #: it writes something to Zimbra, not to our store alone
    writes: bool = True
    #: the form, where it comes with an answer and not with a page
    form: Callable[[Stage], dict[str, str]] | None = None
    #: what the customer's product grants
    rights: tuple[str, ...] = ("full",)


ROOM = {"kind": "Location", "display_name": "Hall", "name": "hall", "answer": "free"}
OWN = {"password_kind": "own", "password": PASSWORD}
EXAMPLES: dict[str, Example] = {
    "add_alias": Example(mailbox, {"name": "kontakt"}),
    "add_alias_domain": Example(proven, query={"new": "firma.test"}),
    "add_members": Example(mailing_list, {"members": "ewa@outside.example"}),
    "bin_mailbox": Example(mailbox),
    "call_off_deletion": Example(ending, names_object=False, rights=("call_off",)),
    "change_admin_password": Example(
        typed={"password": PASSWORD, "password_again": PASSWORD},
        names_object=False,
        rights=("look",),
    ),
    "change_found": Example(mailbox, query=FOUND, names_object=False),
    "change_mailboxes": Example(mailbox, query={"what": "lock", "box_ID": "1"}, names_object=False),
    "change_settings": Example(form=plan),
    "check_dns": Example(looked_up, writes=False),
    "continue_change": Example(changing),
    "continue_import": Example(stopped),
    "create_list": Example(typed={"name": "zespol", "members": "ewa@outside.example"}),
    "create_mailbox": Example(domain, {"name": "ewa", "limit": "1", **OWN}, query={}),
    "create_room": Example(typed=ROOM),
    "delete_list": Example(mailing_list, {"typed": f"team@{DOMAIN}"}),
    "delete_mailbox": Example(binned, {"typed": f"anna@{DOMAIN}"}),
    "delete_room": Example(room, {"typed": f"hall@{DOMAIN}"}),
    "edit_list": Example(mailing_list, {"display_name": "Zespół"}),
    "edit_mailbox": Example(mailbox, {"display_name": "Anna Nowak", "limit": "2"}),
    "edit_room": Example(room, {"display_name": "Sala"}),
    "export_mailboxes": Example(names_object=False, writes=False),
    "lock_mailbox": Example(mailbox),
    "make_dkim_key": Example(writes=False),
    "open_mailbox": Example(mailbox),
    "prepare_alias_domain": Example(typed={"domain": "firma.test"}, writes=False),
    "preview_import": Example(typed={"text": TABLE}, names_object=False, writes=False),
    "preview_settings": Example(typed=SETTING, writes=False),
    "recover_messages": Example(with_deleted, {"puqz_m257": "1"}),
    "remove_alias": Example(mailbox),
    "remove_alias_domain": Example(alias_domain),
    "remove_member": Example(mailing_list, {"member": f"admin@{DOMAIN}"}),
    "restore_mailbox": Example(binned, query={}),
    "set_allow_block": Example(mailbox, {"block": "spam.example"}),
    "set_catch_all": Example(typed={"catch": "deliver", "box": f"admin@{DOMAIN}"}),
    "set_forwarding": Example(mailbox, {"to": f"jan@{DOMAIN}", "keep_copy": "on"}),
    "set_mailbox_password": Example(mailbox, OWN),
    "set_out_of_office": Example(mailbox, {"on": "on", "text": "Wracam jutro."}),
    "sign_out_mailbox": Example(mailbox),
    "start_import": Example(upload),
    "switch_on_list": Example(switched_off),
    "take_import_passwords": Example(imported, writes=False),
    "undo_settings": Example(changed),
    "unlock_mailbox": Example(locked),
    "use_dkim_key": Example(published),
}
#: actions of models that the customer here does not have -> where their forms are tested
ELSEWHERE = {"act_on_queue": "tests/settings/test_queue.py"}


def example_of(name: str) -> Example:
    """The example of an action."""
    if name in ELSEWHERE:
        pytest.skip(f"tested in {ELSEWHERE[name]}")
    if name not in EXAMPLES:
        pytest.fail(
            f"hooks/actions/{name}.py has no example yet: add one to EXAMPLES in"
            " tests/selfservice/examples.py, so that forged and double forms are tested.",
            pytrace=False,
        )
    return EXAMPLES[name]


def form_of(name: str, stage: Stage) -> tuple[Example, dict[str, str]]:
    """The form of an action, filled in."""
    one = example_of(name)
    return one, filled(name, one, stage)


def filled(name: str, one: Example, stage: Stage) -> dict[str, str]:
    """The form of an action as an example fills it in."""
    stage.customer.capabilities = one.rights
    target = one.before(stage)
    if one.form is not None:
        form = one.form(stage)
        stage.simulator.reset_log()
        return {**form, **one.typed}
    query = one.query if one.query is not None else ({"id": target} if target else {})
    asked = {key.replace("ID", target): value for key, value in query.items()}
    page = stage.customer.open(one.page or declared(name).page, **asked)
    form = page.form(name, target if target and one.names_object else None)
    stage.simulator.reset_log()
    return {**form, **one.typed}
