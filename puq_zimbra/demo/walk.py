"""A customer runs his mail on his page: each form filled in as a browser would, and read back.

What Zimbra then has is read from the simulator, not from the page.

Source: HTML "form submission".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import html

from puq_zimbra.demo.life import ASCII_DOMAIN, CUSTOMER, Life
from puq_zimbra.demo.name_server import NameServer
from puq_zimbra.engine.actions import declared

#: what the host says of its own page
HOST = {"action": "/act", "page_url": "/?puqz_page=", "token": "demo"}
PARTNER = "partner.example"


def through(life: Life, dns: NameServer) -> None:
    """What a customer does, one after the other."""
    visit = Visit(life, dns)
    for one in (
        create, mistake, edit, password, alias, forwarding, out_of_office, mailing_list, members,
        domain_alias, bin_and_restore, delete_for_good,
    ):  # fmt: skip
        one(visit)
    activity(visit)


class Visit:
    """The customer's browser, and what Zimbra has."""

    def __init__(self, life: Life, dns: NameServer) -> None:
        self.life, self.dns = life, dns
        #: of the forms that were carried out; the same form again has the same one
        self.references: list[str] = []

    def open(self, page: str, **query: str) -> Any:
        """Open a page."""
        asked = {"form": HOST, "page": page, "query": query, "actor": CUSTOMER, "locale": "en"}
        return html.fromstring(f"<div>{self.life.hook('client_area', **asked)['html']}</div>")

    def send(self, page: Any, action: str, **typed: str | None) -> dict[str, Any]:
        """Fill in a form of a page and send it; None leaves a box without its tick."""
        forms = [one for one in page.forms if dict(one.fields).get("puqz_action") == action]
        if not forms:
            return {"ok": False, "message": f"the page has no form {action}"}
        sent = {**HOST, **dict(forms[0].fields), **typed}
        fields = {name: value for name, value in sent.items() if value is not None}
        asked = {"form": fields, "query": {}, "actor": CUSTOMER, "locale": "en"}
        reply = self.life.hook("client_action", **asked)
        if reply["ok"] and declared(action).writes:
            self.references.append(fields["puqz_token"])
        return reply

    def check(self, title: str, reply: dict[str, Any], holds: Callable[[], bool]) -> None:
        """Note whether the form was carried out, and Zimbra has what the customer wanted."""
        self.life.step(f"Customer: {title}", reply["message"], bool(reply["ok"] and holds()))

    def mailbox(self, name: str) -> Any:
        """A mailbox as Zimbra has it; None = there is none."""
        return self.life.simulator.account(f"{name}@{ASCII_DOMAIN}")


def create(visit: Visit) -> None:
    """A mailbox with a generated password, with which one can log in."""
    reply = visit.send(visit.open("mailbox_new"), "create_mailbox", name="anna", limit="1")
    password = str(reply.get("data", {}).get("password", ""))
    log_in = visit.life.simulator.verify_password
    visit.check("create a mailbox", reply, lambda: log_in(f"anna@{ASCII_DOMAIN}", password))


def mistake(visit: Visit) -> None:
    """A form with a mistake changes nothing and comes back with what was typed."""
    page = visit.open("mailbox_new")
    reply = visit.send(page, "create_mailbox", name="ola ola", limit="many")
    wrong = [one["field"] for one in reply.get("data", {}).get("errors", ())]
    came_back = "ola ola" in reply.get("html", "") and wrong == ["name", "limit"]
    visit.life.step(
        "Customer: send a form with two mistakes", f"wrong: {', '.join(wrong)}", came_back
    )


def edit(visit: Visit) -> None:
    """Another name and another limit."""
    made = visit.mailbox("anna")
    page = visit.open("mailbox", id=made.id)
    reply = visit.send(page, "edit_mailbox", display_name="Anna Nowak", limit="2")
    visit.check(
        "edit it",
        reply,
        lambda: (
            made.first("displayName") == "Anna Nowak"
            and made.first("zimbraMailQuota") == str(2 * 2**30)
        ),
    )


def password(visit: Visit) -> None:
    """A password of his own; a double click changes it once."""
    page = visit.open("mailbox", id=visit.mailbox("anna").id)
    own = {"password_kind": "own", "password": "Zielony-Most-7", "must_change": None}
    reply, again = (visit.send(page, "set_mailbox_password", **own) for _ in range(2))
    visit.check(
        "change its password by a double click",
        reply,
        lambda: (
            visit.life.simulator.verify_password(f"anna@{ASCII_DOMAIN}", "Zielony-Most-7")
            and again["message"] == reply["message"]
        ),
    )


def alias(visit: Visit) -> None:
    """A further address."""
    page = visit.open("mailbox", id=visit.mailbox("anna").id)
    reply = visit.send(page, "add_alias", name="a.nowak")
    visit.check("add an alias", reply, lambda: visit.mailbox("a.nowak") is not None)


def forwarding(visit: Visit) -> None:
    """Mail goes to a colleague as well."""
    made, to = visit.mailbox("anna"), f"biuro@{ASCII_DOMAIN}"
    page = visit.open("mailbox", id=made.id)
    reply = visit.send(page, "set_forwarding", to=to, keep_copy="1")
    visit.check(
        "forward its mail with a copy",
        reply,
        lambda: (
            made.first("zimbraPrefMailForwardingAddress") == to
            and made.first("zimbraPrefMailLocalDeliveryDisabled") != "TRUE"
        ),
    )


def out_of_office(visit: Visit) -> None:
    """A reply while she is away."""
    made = visit.mailbox("anna")
    page = visit.open("mailbox", id=made.id)
    reply = visit.send(page, "set_out_of_office", on="1", text="Wracam w poniedziałek.")
    visit.check(
        "set an out-of-office reply",
        reply,
        lambda: (
            made.first("zimbraPrefOutOfOfficeReplyEnabled") == "TRUE"
            and made.first("zimbraPrefOutOfOfficeReply") == "Wracam w poniedziałek."
        ),
    )


def mailing_list(visit: Visit) -> None:
    """A list."""
    reply = visit.send(visit.open("list_new"), "create_list", name="zespol")
    visit.check("create a list", reply, lambda: _list(visit) is not None)


def members(visit: Visit) -> None:
    """Somebody inside, and somebody outside."""
    made, wanted = _list(visit), {f"anna@{ASCII_DOMAIN}", f"ola@{PARTNER}"}
    page = visit.open("list", id=made.id if made is not None else "")
    reply = visit.send(page, "add_members", members="\n".join(wanted))
    visit.check("add two members", reply, lambda: set(made.members) == wanted)


def domain_alias(visit: Visit) -> None:
    """Another domain whose mail comes to the same mailboxes."""
    name = "firma-przyklad.example"
    asked = visit.send(visit.open("lists"), "prepare_alias_domain", domain=name)
    page = visit.open("alias_domain_new", **asked.get("data", {}).get("query", {}))
    early = visit.send(page, "add_alias_domain")
    refused = not early["ok"] and visit.life.simulator.domain(name) is None
    said = [one["message"] for one in early.get("data", {}).get("errors", ())]
    visit.life.step("Customer: add a domain before it is proven", "".join(said), refused)
    visit.dns.set_as_told(html.tostring(page, encoding="unicode"))
    reply = visit.send(page, "add_alias_domain")
    visit.check(
        "add it once its record is set",
        reply,
        lambda: visit.life.simulator.domain(name).first("zimbraDomainType") == "alias",
    )


def bin_and_restore(visit: Visit) -> None:
    """Into the bin, where nobody can log in, and back as it was."""
    made = visit.mailbox("anna")
    reply = visit.send(visit.open("mailbox_delete", id=made.id), "bin_mailbox")
    visit.check(
        "put the mailbox into the bin",
        reply,
        lambda: made.first("zimbraAccountStatus") == "pending",
    )
    reply = visit.send(visit.open("bin"), "restore_mailbox")
    visit.check("restore it", reply, lambda: made.first("zimbraAccountStatus") == "active")


def delete_for_good(visit: Visit) -> None:
    """From the bin, after its address was typed."""
    made = visit.mailbox("rekrutacja")
    visit.send(visit.open("mailbox_delete", id=made.id), "bin_mailbox")
    page = visit.open("mailbox_purge", id=made.id)
    reply = visit.send(page, "delete_mailbox", typed=f"rekrutacja@{ASCII_DOMAIN}")
    visit.check("delete one for good", reply, lambda: visit.mailbox("rekrutacja") is None)


def activity(visit: Visit) -> None:
    """All of it stands there under his name."""
    said = [one.text_content() for one in visit.open("activity").xpath("//td[@data-label='Who']")]
    mine = said.count("You")
    right = mine == len(set(visit.references))
    visit.life.step("Customer: read in the activity what he did", f"{mine} acts of his", right)


def _list(visit: Visit) -> Any:
    return visit.life.simulator.list(f"zespol@{ASCII_DOMAIN}")
