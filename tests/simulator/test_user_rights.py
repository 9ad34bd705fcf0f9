"""Rights that a user gives on his own mailbox (`GrantRights`, `CheckRights`, `DiscoverRights`)."""

from __future__ import annotations

from typing import Any

import pytest

ANNA, BERT = "anna@firma.test", "bert@firma.test"


@pytest.fixture
def anna(zimbra: Any) -> Any:
    """Send a command of Anna's."""
    token = zimbra.log_in(ANNA, "Anna-Pass-1", "user")

    def call(command: str, inner: str) -> Any:
        sent = f'<{command}Request xmlns="urn:zimbraAccount">{inner}</{command}Request>'
        return zimbra(sent, url="user", token=token)

    return call


@pytest.fixture
def bert(zimbra: Any) -> Any:
    """Send a command of Bert's."""
    token = zimbra.log_in(BERT, "Bert-Pass-1", "user")

    def call(command: str, inner: str) -> Any:
        sent = f'<{command}Request xmlns="urn:zimbraAccount">{inner}</{command}Request>'
        return zimbra(sent, url="user", token=token)

    return call


def ace(right: str, who: str = BERT, kind: str = "usr", **more: str) -> str:
    """One right to one grantee."""
    extra = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<ace gt="{kind}" d="{who}" right="{right}"{extra}/>'


def test_granted_shown_and_revoked(anna: Any, sim: Any) -> None:
    """What is not there is passed over when it is revoked."""
    (made,) = anna("GrantRights", ace("sendAs"))
    assert (made.get("d"), made.get("zid")) == (BERT, sim.account(BERT).id)
    anna("GrantRights", ace("invite", deny="1"))
    shown = anna("GetRights", '<ace right="sendAs"/>')
    assert [each.get("right") for each in shown] == ["sendAs"]

    assert len(anna("RevokeRights", ace("sendAs"))) == 1
    assert len(anna("RevokeRights", ace("sendAs"))) == 0
    assert [each.get("deny") for each in anna("GetRights", "")] == ["1"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (ace("modifyAccount"), "service.FAILURE"),
        (ace("frob"), "service.FAILURE"),
        (ace("sendAs", "zz@firma.test"), "account.NO_SUCH_ACCOUNT"),
    ],
)
def test_refused_grants(anna: Any, code_of: Any, sim: Any, sent: str, code: str) -> None:
    """Of several, one bad: none is stored."""
    assert code_of(anna, "GrantRights", ace("sendOnBehalfOf") + sent) == code
    assert "zimbraACE" not in sim.account(ANNA).attrs


def test_what_one_may_on_another(anna: Any, bert: Any) -> None:
    """A web client asks before it offers another sender."""
    anna("GrantRights", ace("sendAs"))
    inner = f'<target type="account" by="name" key="{ANNA}">' + (
        "<right>sendAs</right><right>loginAs</right></target>"
    )
    (target,) = bert("CheckRights", inner)
    assert target.get("allow") == "0"
    assert [each.get("allow") for each in target] == ["1", "0"]

    (found,) = bert("DiscoverRights", "<right>sendAs</right>")
    assert [each.get("addr") for each in found.iter("{*}email")] == [ANNA]
