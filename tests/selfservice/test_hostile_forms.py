"""Hostile text in every field of every form, and on the pages that come after it.

Fields are those that a form has when its page is drawn, so a new one is tried as soon as it is
there. Each text is sent alone, the other fields as their example says. `--faults=all` tries every
text in every field, `--faults=part` some in each, others in each form.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from puq_zimbra.engine import form_token
from puq_zimbra.engine.actions import declared
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook, Params
from ..dns.nameserver import NameServer
from ..faults.figures import PROPERTY
from ..models.conftest import laid_over
from ..settings.conftest import PRIVATE
from .conftest import HOST, Customer
from .examples import EXAMPLES, Stage, form_of
from .test_hostile_mailboxes import PAYLOADS, assert_harmless

#: texts for each field
SHARE = {"part": 3, "all": len(PAYLOADS)}
#: stands before the name of an action whose form is a private server's
PRIVATELY = "private "


@pytest.fixture(scope="module", autouse=True)
def asked_for(request: pytest.FixtureRequest) -> None:
    """Skip before anything is made for a test."""
    if request.config.getoption("--faults") not in SHARE:
        pytest.skip("with --faults=part or all")


@pytest.fixture
def stage(
    hook: Hook,
    simulator: Simulator,
    runtime: Runtime,
    nameserver: NameServer,
    request: pytest.FixtureRequest,
) -> Stage:
    """A customer with his service, and a name server that is asked alone."""
    private = request.node.callspec.params["name"].startswith(PRIVATELY)
    sold = laid_over(hook, PRIVATE) if private else hook
    assert sold("create").code == "created"
    return Stage(Customer(sold), simulator, runtime, nameserver)


def visible(form: Mapping[str, str], typed: Mapping[str, str]) -> list[str]:
    """The fields that somebody fills in, or could send."""
    names = {*form, *typed} - {*HOST}
    return sorted(one for one in names if not one.startswith("puqz_"))


def tries(fields: list[str], share: int, first: int) -> Iterator[tuple[str, str]]:
    """Each field with its share of the texts: the ones after ``first``, in a circle."""
    texts = itertools.cycle([*PAYLOADS[first:], *PAYLOADS[:first]])
    for name in fields:
        for _ in range(share):
            yield name, next(texts)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", [*sorted(EXAMPLES), f"{PRIVATELY}preview_settings"])
def test_every_field(
    name: str,
    stage: Stage,
    params: Params,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    """Refused or kept, it is shown as text alone: in the answer, and on the page afterwards."""
    name, params = name.removeprefix(PRIVATELY), _sold(name, params)
    _, form = form_of(name, stage)
    fields = visible(form, EXAMPLES[name].typed)
    if not fields:
        pytest.skip("its form has nothing to fill in")
    share = SHARE[request.config.getoption("--faults")]
    first = sorted(EXAMPLES).index(name) * 7 % len(PAYLOADS)
    seen: dict[str, Any] = {"cases": 0, "fields": len(fields), "pages": 0, "harmful": 0}
    customer, target = stage.customer, form["puqz_object"]
    asked, key = customer.request(params), stage.runtime.store().form_key
    for field, text in tries(fields, share, first):
        token = form_token.make(key, asked, name, target, stage.runtime.now())
        answer = customer.send({**form, "puqz_token": token, field: text})
        seen["cases"] += 1
        if answer.value.get("html"):
            assert_harmless(customer.page_of(answer))
            seen["pages"] += 1
        if answer.value["ok"]:
            following = answer.value.get("data", {}).get("query") or {"id": target}
            assert_harmless(customer.open(declared(name).page, **following))
            seen["pages"] += 1
    assert_harmless(customer.open("activity"))
    record_property(f"{PROPERTY}hostile text x field", seen)


def _sold(name: str, params: Params) -> Params:
    """What the host says of the service that a test is about."""
    if not name.startswith(PRIVATELY):
        return params
    plan = {**params["service"]["plan"], **PRIVATE["plan"]}
    return {**params, "service": {**params["service"], **PRIVATE, "plan": plan}}
