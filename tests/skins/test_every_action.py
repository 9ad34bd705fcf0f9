"""Every action of the customer's is carried out by keys alone, without a script, and Zimbra has it.

The actions are found in their folder, and what is typed is that of their examples. One half is done
in Polish at 200 %, the other in English without style sheets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pkgutil import iter_modules
from typing import Any

import pytest
from lxml import etree
from puq_zimbra.hooks import actions as folder

from puq_zimbra.engine.actions import declared
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..dns.nameserver import asked_alone
from ..models.conftest import SERVER
from ..selfservice.conftest import Customer
from ..selfservice.examples import EXAMPLES, SETTING, Example, Stage
from . import live, site
from .live import Keyboard

ACTIONS = sorted(one.name for one in iter_modules(folder.__path__))
#: forms that come with the answer to another one: the page, the form before, and what is typed
AFTER = {"change_settings": ("settings", "preview_settings", SETTING)}
#: of a private server's customer alone
QUEUE = Example(typed={}, writes=True)


@pytest.fixture
def stage(hook: Hook, simulator: Simulator, runtime: Runtime, compiled: None, request: Any) -> Any:
    """A customer with his service, and a name server that is asked alone."""
    server = request.node.callspec.params["name"] == "act_on_queue"
    sold: Mapping[str, Any] = SERVER if server else {}
    assert hook("create", **({"service": SERVER} if server else {})).code == "created"
    with asked_alone(runtime) as nameserver:
        yield Stage(Customer(hook, service=sold), simulator, runtime, nameserver)


@pytest.fixture
def keyboard(browser: Any, served: site.Site, stage: Stage, request: Any) -> Iterator[Keyboard]:
    """The customer's pages in a browser that runs no script."""
    zoomed = ACTIONS.index(request.node.callspec.params["name"]) % 2 == 0
    # A window of 1,280 pixels at 200 % is one of 640.
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 640, "height": 450}, device_scale_factor=2,
        ignore_https_errors=True,  # the webmail's, which an action opens
    )  # fmt: skip
    context.set_default_timeout(20_000)
    page = context.new_page()
    if not zoomed:
        page.route("**/*.css", lambda route: route.abort())
    with live.host(served, stage.customer, "pl" if zoomed else "en") as pages:
        yield Keyboard(page, pages)
    context.close()


def opened(name: str, stage: Stage, keyboard: Keyboard) -> tuple[Example, str]:
    """Go to the form of an action; its example, and how the form is found."""
    if name == "act_on_queue":
        stage.simulator.queue_message("3F1A2B", sender="a@firma.example", to="b@else.test")
        keyboard.open("queue")
        return QUEUE, live.of(name)
    one = EXAMPLES[name]
    stage.customer.capabilities = one.rights
    target = "" if name in AFTER else one.before(stage)
    if name in AFTER:
        page, before, typed = AFTER[name]
        keyboard.open(page)
        fill(keyboard, live.of(before), typed)
        press(keyboard, live.of(before))
        return one, live.of(name)
    query = one.query if one.query is not None else ({"id": target} if target else {})
    asked = {key.replace("ID", target): value for key, value in query.items()}
    keyboard.open(one.page or declared(name).page, **asked)
    form = live.of(name)
    if target and one.names_object:
        form += f":has([name=puqz_object][value='{target}'])"
    return one, form


def fill(keyboard: Keyboard, form: str, typed: Mapping[str, str]) -> None:
    """Fill in the fields of a form in their order; those that nobody sees say what they say."""
    shut = keyboard.page.locator(f"details:not([open]):has({form}) > summary")
    if shut.count():
        keyboard.to(f"details:has({form}) > summary")
        keyboard.press("Enter")
    seen = keyboard.page.locator(f"{form} [name]:not([type=hidden])")
    order = list(dict.fromkeys(seen.evaluate_all("all => all.map(one => one.name)")))
    for name in sorted(typed.keys() & set(order), key=order.index):
        put(keyboard, f"{form} [name='{name}']", typed[name])


def put(keyboard: Keyboard, field: str, text: str) -> None:
    """Type into a field, tick it, or choose in it."""
    keyboard.to(field)
    kind = keyboard.page.locator(field).first.evaluate("one => one.type")
    focused = keyboard.page.locator(":focus")
    if kind == "checkbox":
        if not focused.is_checked():
            keyboard.press("Space")
    elif kind == "radio":
        for _ in range(keyboard.page.locator(field).count()):
            if focused.get_attribute("value") == text:
                break
            keyboard.press("ArrowDown")
        if not focused.is_checked():
            keyboard.press("Space")
    elif kind == "select-one":
        keyboard.press("Home")
        for _ in range(focused.locator("option").count()):
            if focused.input_value() == text:
                break
            keyboard.press("ArrowDown")
        assert focused.input_value() == text
    else:
        keyboard.press("Control+a")
        keyboard.page.keyboard.type(text)


def press(keyboard: Keyboard, form: str) -> None:
    """Press the button of a form, and wait for the page that comes."""
    keyboard.to(f"{form} [type=submit]:not([name=puqz_reset])")
    with keyboard.page.expect_navigation():
        keyboard.press("Enter")


@pytest.mark.parametrize("name", ACTIONS)
def test_by_keys_alone(name: str, stage: Stage, keyboard: Keyboard) -> None:
    """The form is found, filled in and sent; what was typed is what Zimbra was told."""
    one, form = opened(name, stage, keyboard)
    hidden = keyboard.page.locator(f"{form} [type=hidden]")
    said = hidden.evaluate_all("all => all.map(one => [one.name, one.value])")
    for key, text in one.typed.items() & {(key, text) for key, text in said}:
        form += f":has([name='{key}'][value='{text}'])"  # a row of a table
    stage.simulator.reset_log()
    fill(keyboard, form, one.typed)
    texts = keyboard.page.locator(f"{form} :is([type=text], textarea)[name]")
    written = texts.evaluate_all("all => all.map(one => one.name)")
    press(keyboard, form)

    assert keyboard.page.locator("[role=alert] a").count() == 0, keyboard.page.inner_text("body")
    writes = stage.simulator.writes()
    assert bool(writes) == (one.writes and not declared(name).opens)
    assert all(call.ok for call in writes)
    if writes:
        told = "".join(etree.tostring(call.element, encoding="unicode") for call in writes)
        for key in one.typed.keys() & set(written) - {"typed", "limit"}:
            assert one.typed[key].partition("@")[0] in told, key
