"""Forty strings that break other modules: kept byte for byte, or refused by the field's name."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.units import local_part, mail_domain

from .conftest import Hook

NASTY = (
    "plain-Word-1", "a&b<c>d", "\"double\" 'single'", "100%s %(x)s %", "&amp;amp;&#039;",
    "zażółć gęślą jaźń", "ЖЗИ пароль", "密码密码密码", "שלום עולם", "emoji 😀👍🏽",
    "  leading blanks", "trailing blanks  ", "a" * 64, "b" * 200, "tab\tinside",
    "line\nfeed", "carriage\r\nreturn", "nul\x00byte", "bell\x07", "del\x7fchar",
    "c1\x85next", "]]>cdata", "<![CDATA[x]]>", "<!DOCTYPE x>", "<script>alert(1)</script>",
    "${jndi:x}", "{{7*7}}", "{php}echo 1{/php}", "%00%0a", "back\\slash\\",
    "*()|&=!<>~", "' OR 1=1 --", "../../etc/passwd", "comma,semi;colon:", "@at@signs@",
    "\u202eright to left", "zero\u200bwidth", "e\u0301 combining", "\ufffe not a character",
    "lone \ud800 surrogate", "\xa0no-break\xa0", "#hash?query=1",
)  # fmt: skip

KEPT_APART = "The stored text must be the very one that was given"


def test_there_are_forty() -> None:
    """The list is the promise."""
    assert len(set(NASTY)) >= 40


def refused_by_name(answer: object, field: str) -> bool:
    """Whether the answer refuses and says which field it was."""
    value = answer.value  # type: ignore[attr-defined]
    named = field in value["message"] or "password" in value["message"].lower()
    return value["code"] in ("invalid", "refused") and named


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_as_password(hook: Hook, simulator: Simulator, text: str) -> None:
    """A mangled password locks the customer out."""
    answer = hook("create", service={"admin": {"password": text}})

    if answer.value["ok"]:
        assert simulator.verify_password("admin@firma.example", text), KEPT_APART
    else:
        assert refused_by_name(answer, "service.admin.password")
        assert simulator.writes() == []


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_as_new_password(hook: Hook, simulator: Simulator, text: str) -> None:
    """The same on the way that customers take most."""
    hook("create")
    answer = hook("change_password", new_password=text)

    if answer.value["ok"]:
        assert simulator.verify_password("admin@firma.example", text), KEPT_APART
    else:
        assert refused_by_name(answer, "new_password")
        assert simulator.verify_password("admin@firma.example", "First-Pass-1")


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_as_display_name(hook: Hook, simulator: Simulator, text: str) -> None:
    """Names have quotes, umlauts and worse."""
    answer = hook("create", service={"admin": {"display_name": text}})

    if answer.value["ok"]:
        stored = simulator.account("admin@firma.example").attrs["displayName"]
        assert stored == [text], KEPT_APART
    else:
        assert refused_by_name(answer, "service.admin.display_name")
        assert simulator.writes() == []


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_as_domain_name(hook: Hook, simulator: Simulator, text: str) -> None:
    """What is no domain name must not become one by trimming."""
    answer = hook("create", service={"domain": text})

    if answer.value["ok"]:
        assert simulator.domain(mail_domain(text)) is not None
    else:
        assert refused_by_name(answer, "service.domain")
        assert simulator.writes() == []


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_as_mailbox_name(hook: Hook, simulator: Simulator, text: str) -> None:
    """Zimbra would take many of these, and mail programs would not."""
    answer = hook("create", service={"admin": {"name": text}})

    if answer.value["ok"]:
        assert simulator.account(f"{local_part(text)}@firma.example") is not None
    else:
        assert refused_by_name(answer, "service.admin.name")
        assert simulator.writes() == []


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_as_any_other_field(hook: Hook, simulator: Simulator, text: str) -> None:
    """Never a traceback, whatever stands where."""
    for changes in (
        {"installation": text},
        {"request_id": text},
        {"locale": text},
        {"time_zone": text},
        {"service": {"id": text}},
        {"service": {"plan": {"cos": text}}},
        {"server": {"username": text}},
        {"billing": {"payment_method": text}},
        {text: 1},
    ):
        answer = hook("client_area", **changes)

        assert answer.value["code"] in (
            "invalid", "not_found", "unchanged", "misconfigured", "not_ours"
        )  # fmt: skip
        assert "inside the mail module" not in answer.value["message"]
    assert simulator.writes() == []
