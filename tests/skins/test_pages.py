"""Every page of the customer's area: nothing hard to read, cut off or out of the window.

The pages are found from their declarations; a new one is looked at as soon as it is there. Each is
looked at in Bootstrap 5 at a desk and at its narrowest, and in one of the others on a telephone;
with `--faults=all` in all of them at each width.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from puq_zimbra.clientarea.page import declared
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..dns.nameserver import asked_alone
from ..models.conftest import SERVER
from ..selfservice import examples
from ..selfservice.conftest import Customer
from ..selfservice.examples import Stage
from ..selfservice.people import deleted
from . import site
from .look import DESK, NARROWEST, SCHEMES, TELEPHONE, Look
from .test_skins import FORM, asked

#: the skin in which every page is looked at
MAIN = "Bootstrap 5"
LONG = "dzial.obslugi.klienta.i.reklamacji.w.regionie.pomorskim"
NEW = "nowa-domena-z-dluga-nazwa-oddzialu.example"
TABLE = f"address;name;limit\n{LONG}.2;Dział obsługi klienta;1\nzofia;Zofia;\nadmin;;\nzle@;;x\n"
#: forms that come back with what is wrong: page -> action, and what is typed
WRONG: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "mailbox_new": ("create_mailbox", {"name": "ola ola", "limit": "many"}),
    "lists": ("prepare_alias_domain", {"domain": "x" * 60}),
    "alias_domain_new": ("add_alias_domain", {}),
    "room_new": ("create_room", {"name": ""}),
}


@pytest.fixture
def stage(hook: Hook, simulator: Simulator, runtime: Runtime, compiled: None) -> Iterator[Stage]:
    """The customer of a private server, which has every page."""
    assert hook("create", service=SERVER).code == "created"
    with asked_alone(runtime) as nameserver:
        yield Stage(Customer(hook, service=SERVER), simulator, runtime, nameserver)


def furnish(stage: Stage) -> dict[str, dict[str, str]]:
    """Let the service have some of everything; the query of each page that is about an object."""
    simulator = stage.simulator
    box = simulator.create_account(
        f"{LONG}@firma.example", zimbraAccountStatus="locked", zimbraMailQuota="1073741824",
        displayName="Dział obsługi klienta i reklamacji",
    ).id  # fmt: skip
    simulator.create_account("ewa@firma.example")
    deleted(simulator, "ewa@firma.example", count=2, subject="Zamówienie " + "9" * 40)
    members = ["admin@firma.example", "x@outside.example", f"{LONG}@firma.example"]
    mailing_list = simulator.create_list("zarzad@firma.example", members=members).id
    queued = {"from": f"{LONG}@firma.example", "to": f"{LONG}@else.test"}
    simulator.queue_message("3F1A2B", **queued, reason="connect to mx.else.test: timed out " * 3)
    simulator.queue_message("4D1A2D", "hold", **queued)
    started, upload = (_uploaded(stage, text) for text in (TABLE, TABLE + "nowa;;\n"))
    answer = stage.customer.does("start_import", "import_preview", {"id": started})
    assert answer.value["ok"], answer
    alias, room = examples.alias_domain(stage), examples.room(stage)
    binned = examples.binned(stage)
    examples.published(stage)
    about = {
        **dict.fromkeys(("mailbox", "mailbox_delete", "allow_block"), box),
        **dict.fromkeys(("list", "list_delete"), mailing_list),
        **dict.fromkeys(("room", "room_delete"), room),
        "recover": simulator.account("ewa@firma.example").id,
        "mailbox_purge": binned,
        "alias_domain": alias,
        "import_preview": upload,
        "import_progress": started,
    }
    return {
        **{page: {"id": one} for page, one in about.items()},
        "alias_domain_new": {"new": NEW},
        "mailboxes_change": {"what": "lock", f"box_{box}": "1"},
        "mailboxes_found": {"what": "limit", "q": "a"},
        "change_progress": {"id": _change(stage)},
    }


def _uploaded(stage: Stage, text: str) -> str:
    """A table of mailboxes that was read."""
    answer = stage.customer.does("preview_import", "import", {}, text=text)
    return str(answer.value["data"]["query"]["id"])


def _change(stage: Stage) -> str:
    """A change of all mailboxes that a search found, on its way."""
    page = stage.customer.open("mailboxes_found", what="sign_out", q="a")
    stage.simulator.http_next("ModifyAccountRequest", times=99)
    answer = stage.customer.send(page.form("change_found"))
    stage.simulator.chaos.clear()
    assert answer.value["ok"], answer
    return str(answer.value["data"]["query"]["id"])


def drawn(
    stage: Stage, page: str, query: Mapping[str, str], locale: str
) -> Iterator[tuple[str, str]]:
    """A page as it is opened, and after a form with mistakes: which one, and its fragment."""
    told = stage.customer.ask("client_page", page=page, query=query).value["data"]
    assert (told["page"], told["usable"]) == (page, True)
    assert told["forms"] or "id" not in query, f"{page}: its object is not there"
    answer = stage.customer.ask("client_area", **asked(locale, page=page, query=query))
    yield page, answer.value["html"]
    if page in WRONG:
        action, typed = WRONG[page]
        form = {**stage.customer.open(page, **query).form(action), **FORM, **typed}
        answer = stage.customer.ask("client_action", **{**asked(locale, query={}), "form": form})
        assert answer.code == "invalid", answer
        yield f"{page}, with mistakes", answer.value["html"]


def ways(number: int, *, whole: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The skins in which the page of a number is looked at, and the widths in each."""
    if whole:
        yield from ((skin, (DESK, TELEPHONE, NARROWEST)) for skin in site.SKINS)
        return
    others = sorted(set(site.SKINS) - {MAIN})
    yield MAIN, (DESK, NARROWEST)
    yield others[number % len(others)], (TELEPHONE,)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("scheme", "locale"), [*zip(SCHEMES, ("pl", "de"), strict=True)])
def test_every_page(
    look: Look,
    served: site.Site,
    stage: Stage,
    scheme: str,
    locale: str,
    request: pytest.FixtureRequest,
) -> None:
    """With all that opens opened, in two languages of long words."""
    look.page.emulate_media(color_scheme=scheme)
    queries, whole = furnish(stage), request.config.getoption("--faults") == "all"
    for number, page in enumerate(declared()):
        for where, fragment in drawn(stage, page, queries.get(page, {}), locale):
            for skin, widths in ways(number + SCHEMES.index(scheme), whole=whole):
                look.open(where, served.put(site.page(skin, locale, fragment)))
                look.unfold()
                for width in widths:
                    look.page.set_viewport_size({"width": width, "height": 900})
                    look.where = f"{where}, {skin}, {scheme}, {width}"
                    look.inspect()

    assert look.found == []
