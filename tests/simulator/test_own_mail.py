"""Filters, signatures, identities, and mail that was deleted.

Source: `FilterUtil`, `Signature`, `Identity`, `Mailbox.recover`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.storage import load, save

ANNA = "anna@firma.test"
ME = f'<account by="name">{ANNA}</account>'
KEEP = "<filterActions><actionKeep/></filterActions>"


@pytest.fixture
def anna(session_of: Any) -> Any:
    """Send a command of anna's."""
    return session_of(ANNA)


def rule(tests: str, actions: str = KEEP, name: str = "r", condition: str = "anyof") -> str:
    """One rule as a request has it."""
    return (
        f'<filterRule name="{name}" active="1"><filterTests condition="{condition}">{tests}'
        f"</filterTests>{actions}</filterRule>"
    )


SUBJECT = '<headerTest header="subject" stringComparison="contains" value="news"/>'


def test_rules_are_kept_as_a_script(anna: Any, zimbra: Any) -> None:
    """The user reads his rules, and the mailbox holds Sieve.

    An unknown test is dropped without a fault.
    """
    odd = "<noSuchTest/>"
    file_ = '<filterActions><actionFileInto folderPath="/News"/></filterActions>'
    rules = rule(SUBJECT + odd, file_, "News")
    anna("ModifyFilterRules", f"<filterRules>{rules}</filterRules>", space="Mail")
    shown = anna("GetFilterRules", space="Mail")
    script = zimbra.account(ANNA)["zimbraMailSieveScript"][0]

    assert [e.get("value") for e in shown.iterfind(".//{*}filterTests/*")] == ["news"]
    assert shown.find(".//{*}actionFileInto").get("copy") == "0"
    assert 'if anyof (header :contains ["subject"] "news") {\n    fileinto "/News";\n}' in script


@pytest.mark.parametrize(
    ("bad", "refusal"),
    [
        (rule(SUBJECT, "<filterActions/>"), "service.INVALID_REQUEST"),
        (rule(SUBJECT, condition="some"), "service.PARSE_ERROR"),
    ],
)
def test_rules_that_are_refused(code_of: Any, anna: Any, bad: str, refusal: str) -> None:
    """One bad rule refuses all of them."""
    inner = f"<filterRules>{rule(SUBJECT)}{bad}</filterRules>"
    code = code_of(anna, "ModifyFilterRules", inner, space="Mail")

    assert code == refusal
    assert anna("GetFilterRules", space="Mail").find(".//{*}filterRule") is None


def test_a_script_by_hand_is_no_rule(anna: Any, zimbra: Any, sim: Any) -> None:
    """Rules that a script replaced are not shown as if they still ran."""
    anna("ModifyFilterRules", f"<filterRules>{rule(SUBJECT)}</filterRules>", space="Mail")
    hand = '<a n="zimbraMailSieveScript">keep;</a>'
    zimbra.admin("ModifyAccount", f"<id>{sim.account(ANNA).id}</id>{hand}")

    assert anna("GetFilterRules", space="Mail").find(".//{*}filterRule") is None


def signature(name: str, text: str = "Anna") -> str:
    """A signature as a request has it."""
    return f'<signature name="{name}"><content type="text/plain">{text}</content></signature>'


def test_signatures_live(code_of: Any, anna: Any, sim: Any) -> None:
    """The first is the default, a name stands once whatever its case, length has a limit."""
    made = anna("CreateSignature", signature("Work"))[0]
    again = code_of(anna, "CreateSignature", signature("WORK"))
    long = code_of(anna, "CreateSignature", signature("Long", "a" * 10_241))
    default = sim.account(ANNA).first("zimbraPrefDefaultSignatureId")
    renamed = f'<signature id="{made.get("id")}" name="Job"/>'
    anna("ModifySignature", renamed)
    shown = anna("GetSignatures")[0]
    anna("DeleteSignature", '<signature name="job"/>')

    assert (again, long) == ("account.SIGNATURE_EXISTS", "service.INVALID_REQUEST")
    assert default == made.get("id")
    assert (shown.get("name"), shown[0].text) == ("Job", "Anna")
    assert "zimbraPrefDefaultSignatureId" not in sim.account(ANNA).attrs
    gone = code_of(anna, "DeleteSignature", '<signature name="job"/>')
    assert gone == "account.NO_SUCH_SIGNATURE"


def test_the_default_identity_is_the_account(
    code_of: Any, anna: Any, zimbra: Any, sim: Any
) -> None:
    """It follows a rename of the account; the others keep the address they were given."""
    shop = f'<identity name="Shop"><a name="zimbraPrefFromAddress">{ANNA}</a></identity>'
    anna("CreateIdentity", shop)
    twice = code_of(anna, "CreateIdentity", shop)
    display = '<identity name="DEFAULT"><a name="zimbraPrefFromDisplay">A.</a></identity>'
    anna("ModifyIdentity", display)
    zimbra.admin("RenameAccount", id=sim.account(ANNA).id, newName="ann@firma.test")
    shown = {e.get("name"): {a.get("name"): a.text for a in e} for e in anna("GetIdentities")}

    assert twice == "account.IDENTITY_EXISTS"
    assert code_of(anna, "DeleteIdentity", '<identity name="default"/>').endswith("REQUEST")
    assert shown["DEFAULT"]["zimbraPrefFromDisplay"] == "A."
    assert shown["DEFAULT"]["zimbraPrefFromAddress"] == "ann@firma.test"
    assert shown["Shop"]["zimbraPrefFromAddress"] == ANNA


@pytest.fixture
def box(anna: Any, sim: Any) -> Callable[..., Any]:
    """Act on messages of a mailbox with a dumpster; answers their number in it."""
    sim.account(ANNA).put("zimbraDumpsterEnabled", "TRUE")
    for number in (1, 2):
        text = f"From: x@ext.test\nSubject: msg {number}\n\nbody\n"
        content = f'<m l="2"><content>{text}</content></m>'
        anna("AddMsg", content, space="Mail")

    def act(op: str = "", ids: str = "257", folder: str = "", **options: Any) -> list[str]:
        target = f' l="{folder}"' if folder else ""
        if op:
            action = f'<action op="{op}" id="{ids}"{target}/>'
            anna("ItemAction", action, space="Mail", **options)
        asked = 'types="message" inDumpster="1" sortBy="nameAsc"'
        query = "<query>subject:msg</query>"
        found = anna("Search", query, space="Mail", attrs=asked)
        return [each.get("id") for each in found]

    return act


def test_deleted_mail_is_in_the_dumpster(box: Any, anna: Any, sim: Any) -> None:
    """The trash is not the dumpster; what comes back is a new message of the same size."""
    used = sim.state.used(sim.account(ANNA))
    trashed = box("trash")
    deleted = box("delete", "257,258")
    freed = sim.state.used(sim.account(ANNA))
    left = box("recover", "257", "2")
    inbox = anna("Search", "<query>in:inbox</query>", space="Mail", attrs='types="message"')

    assert (trashed, deleted, left) == ([], ["257", "258"], ["258"])
    assert (freed, sim.state.used(sim.account(ANNA))) == (0, used // 2)
    assert [each.get("id") for each in inbox] == ["259"]


@pytest.mark.parametrize(
    ("op", "ids", "folder", "refusal"),
    [
        ("recover", "257", "", "service.INVALID_REQUEST"),
        ("recover", "258", "2", "mail.NO_SUCH_ITEM"),
        ("recover", "257", "999", "mail.NO_SUCH_FOLDER"),
        ("dumpsterdelete", "257", "", "service.PERM_DENIED"),
        ("frob", "257", "", "service.INVALID_REQUEST"),
    ],
)
def test_what_a_user_may_not(
    code_of: Any, box: Any, op: str, ids: str, folder: str, refusal: str
) -> None:
    """Nothing leaves the dumpster for good but by the administrator."""
    box("delete")

    assert code_of(box, op, ids, folder) == refusal
    assert box() == ["257"]


def test_the_administrator_empties_it(code_of: Any, box: Any, anna: Any) -> None:
    """His own token with the mailbox in the context does what a delegated session may not."""
    box("delete", "257,258")
    own = code_of(anna, "EmptyDumpster", space="Mail")
    one = box("dumpsterdelete", "257", token="admin", context=ME)
    anna("EmptyDumpster", space="Mail", token="admin", context=ME)

    assert own == "service.PERM_DENIED"
    assert (one, box()) == (["258"], [])


def test_without_a_dumpster_it_is_gone(code_of: Any, box: Any, sim: Any) -> None:
    """Mail deleted while the dumpster was off does not come back with it."""
    sim.account(ANNA).put("zimbraDumpsterEnabled", "FALSE")
    box("delete")
    sim.account(ANNA).put("zimbraDumpsterEnabled", "TRUE")

    assert box() == []
    assert code_of(box, "recover", "257", "2") == "mail.NO_SUCH_ITEM"


def test_what_is_owned_outlives_a_restart(box: Any, anna: Any, sim: Any, tmp_path: Any) -> None:
    """Rules, signatures, identities and deleted mail are in the state's file."""
    box("delete")
    anna("ModifyFilterRules", f"<filterRules>{rule(SUBJECT)}</filterRules>", space="Mail")
    anna("CreateSignature", signature("Work"))
    anna("CreateIdentity", '<identity name="Shop"/>')
    save(sim.state, tmp_path / "state")
    again = Simulator()
    load(again.state, tmp_path / "state")
    account = again.account(ANNA)

    assert account is not None
    assert again.state.user_settings(account) == sim.state.user_settings(sim.account(ANNA))
    assert again.state.mailbox(account) == sim.state.mailbox(sim.account(ANNA))
    assert [i.id for i in again.state.mailbox(account).mail().dumped.values()] == [257]


def test_a_shared_folder_is_opened_by_the_one_it_is_shared_with(
    code_of: Any, session_of: Any, anna: Any
) -> None:
    """And is in the list of shares, once there is a mailbox to look from."""
    bert = session_of("bert@firma.test")
    annas = {"space": "Mail", "context": f'<account by="name">{ANNA}</account>'}
    grant = '<action op="grant" id="2"><grant d="bert@firma.test" gt="usr" perm="r"/></action>'
    before = code_of(bert, "GetFolder", '<folder l="2"/>', **annas)
    anna("FolderAction", grant, space="Mail")
    without = code_of(bert, "GetShareInfo")
    folder = bert("GetFolder", '<folder l="2"/>', **annas)
    bert("GetFolder", space="Mail")
    shares = bert("GetShareInfo", f'<owner by="name">{ANNA}</owner>')

    assert (before, without) == ("service.PERM_DENIED", "service.FAILURE")
    assert folder[0].get("absFolderPath") == "/Inbox"
    assert [(one.get("ownerEmail"), one.get("folderId")) for one in shares] == [(ANNA, "2")]
    assert [one.get("ownerEmail") for one in bert("GetShareInfo")] == [ANNA]
    assert code_of(bert, "GetFolder", '<folder l="3"/>', **annas) == "service.PERM_DENIED"
