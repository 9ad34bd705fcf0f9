"""What a user may read and write of his own mailbox, and what binds his administrator, too.

Source: `ModifyPrefs`, `PrefMailForwardingAddress`, `AllowFromAddress`, `LdapLockoutPolicy`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ANNA = "anna@firma.test"
FORWARD = "zimbraPrefMailForwardingAddress"


@pytest.fixture
def write(zimbra: Any, sim: Any) -> Callable[..., Any]:
    """Modify anna; answers her values."""

    def call(*pairs: tuple[str, str]) -> dict[str, list[str]]:
        inner = "".join(f'<a n="{name}">{value}</a>' for name, value in pairs)
        zimbra.admin("ModifyAccount", f"<id>{sim.account(ANNA).id}</id>{inner}")
        return dict(zimbra.account(ANNA))

    return call


@pytest.fixture
def user(session_of: Any) -> Any:
    """Send a command of anna's from a delegated session."""
    return session_of(ANNA)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("x@ext.test,y@ext.test", "x@ext.test, y@ext.test"),
        (" x @ext.test ,", "x@ext.test"),
        ("Ann B &lt;x@ext.test&gt;", '"Ann B" <x@ext.test>'),
    ],
)
def test_forwarding_is_stored_joined(write: Any, sent: str, stored: str) -> None:
    """A page that compares what it wrote with what it reads must know the form it is kept in."""
    assert write((FORWARD, sent))[FORWARD] == [stored]


@pytest.mark.parametrize(
    ("pairs", "refusal"),
    [
        ([(FORWARD, "x@ext.test;y@ext.test")], "account.INVALID_ATTR_VALUE"),
        ([(FORWARD, "nobody")], "account.INVALID_ATTR_VALUE"),
        ([(FORWARD, "x@ext.test"), (FORWARD, "y@ext.test")], "service.INVALID_REQUEST"),
        ([("zimbraMailForwardingAddress", "x@e.test,y@e.test")], "account.INVALID_ATTR_VALUE"),
        ([("zimbraAllowFromAddress", "bert@firma.test")], "service.INVALID_REQUEST"),
        ([("zimbraPrefOutOfOfficeFromDate", "20270230000000Z")], "account.INVALID_ATTR_VALUE"),
        ([("telephoneNumber", "&lt;1&gt;")], "account.INVALID_ATTR_VALUE"),
    ],
)
def test_what_an_administrator_is_refused(
    code_of: Any, write: Any, pairs: Any, refusal: str
) -> None:
    """Zimbra checks these for its administrators, too, so a form must be ready for the fault."""
    caught = code_of(write, *pairs)

    assert caught == refusal


def test_forwarding_limits_bind_everybody(code_of: Any, write: Any, user: Any) -> None:
    """The limit of an account is the administrator's limit as well."""
    write(("zimbraMailForwardingAddressMaxNumAddrs", "2"))
    write((FORWARD, "a@e.test,b@e.test"))
    three = "a@e.test,b@e.test,c@e.test"
    by_admin = code_of(write, (FORWARD, three))
    by_user = code_of(user, "ModifyPrefs", f'<pref name="{FORWARD}">{three}</pref>')

    assert (by_admin, by_user) == ("service.INVALID_REQUEST",) * 2


def test_without_the_feature_a_user_keeps_his_forwarding(
    code_of: Any, write: Any, user: Any
) -> None:
    """Neither setting nor clearing is his, while the address set goes on working."""
    write((FORWARD, "a@e.test"), ("zimbraFeatureMailForwardingEnabled", "FALSE"))
    caught = code_of(user, "ModifyPrefs", f'<pref name="{FORWARD}"></pref>')

    assert caught == "service.PERM_DENIED"
    assert write((FORWARD, "b@e.test"))[FORWARD] == ["b@e.test"]


def test_preferences_are_read_by_name(user: Any) -> None:
    """Unknown names and what is no preference are left out without a word."""
    names = ("zimbraPrefSaveToSent", "zimbraMailQuota", "zimbraPrefNoSuch")
    asked = "".join(f'<pref name="{name}"/>' for name in names)
    user("ModifyPrefs", '<pref name="zimbraPrefSaveToSent">FALSE</pref>')
    found = user("GetPrefs", asked)

    assert [(e.get("name"), e.text) for e in found] == [("zimbraPrefSaveToSent", "FALSE")]


@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        ("zimbraMailQuota", "5", "service.INVALID_REQUEST"),
        ("zimbraPrefNoSuch", "5", "service.INVALID_REQUEST"),
        ("+zimbraPrefMailTrustedSenderList", "e.test", "service.INVALID_REQUEST"),
        ("zimbraPrefSaveToSent", "true", "account.INVALID_ATTR_VALUE"),
    ],
)
def test_preferences_that_a_user_is_refused(
    code_of: Any, user: Any, name: str, value: str, refusal: str
) -> None:
    """The fault tells a bad name from a bad value."""
    caught = code_of(user, "ModifyPrefs", f'<pref name="{name}">{value}</pref>')

    assert caught == refusal


def test_the_context_names_whose_preferences(
    code_of: Any, zimbra: Any, sim: Any, user: Any
) -> None:
    """The administrator needs no session of the user, and a user gets no other's mailbox.

    In maintenance no one gets it.
    """
    bert = '<account by="name">bert@firma.test</account>'
    user("ModifyPrefs", '<pref name="zimbraPrefLocale">pl</pref>', token="admin", context=bert)
    foreign = code_of(user, "GetPrefs", context=bert)
    locale = sim.account("bert@firma.test").first("zimbraPrefLocale")
    sim.account("bert@firma.test").put("zimbraAccountStatus", "maintenance")
    shut = code_of(user, "GetPrefs", token="admin", context=bert)

    assert locale == "pl"
    assert (foreign, shut) == ("service.PERM_DENIED", "account.ACCOUNT_INACTIVE")


def test_senders_are_added_removed_replaced(code_of: Any, user: Any, write: Any) -> None:
    """The two lists stand in attributes that an administrator sees."""
    one = '<whiteList><addr op="+">a@e.test</addr><addr op="+">b@e.test</addr></whiteList>'
    user("ModifyWhiteBlackList", one)
    user("ModifyWhiteBlackList", '<whiteList><addr op="-">a@e.test</addr></whiteList>')
    user("ModifyWhiteBlackList", "<blackList><addr>c@e.test</addr></blackList>")
    values = write(("zimbraMailWhitelistMaxNumEntries", "1"))
    caught = code_of(
        user, "ModifyWhiteBlackList", '<whiteList><addr op="+">d@e.test</addr></whiteList>'
    )

    assert values["amavisWhitelistSender"] == ["b@e.test"]
    assert values["amavisBlacklistSender"] == ["c@e.test"]
    assert caught == "service.INVALID_REQUEST"


def test_only_blanks_are_an_empty_value(write: Any) -> None:
    """Blanks alone clear any attribute; around a word they are part of it."""
    write(("zimbraNotes", "n"), ("zimbraPrefOutOfOfficeFromDate", "20270101000000Z"))
    values = write(("zimbraNotes", " "), ("zimbraPrefOutOfOfficeFromDate", "\t"))

    assert not {"zimbraNotes", "zimbraPrefOutOfOfficeFromDate"} & set(values)


def test_a_lockout_without_its_time_lets_in_and_stays(
    code_of: Any, zimbra: Any, sim: Any, write: Any
) -> None:
    """Only the time of the lockout shuts out; the status is not healed by a log-in then."""
    anna = sim.account(ANNA)
    write(("zimbraPasswordLockoutEnabled", "TRUE"), ("zimbraPasswordLockoutMaxFailures", "2"))
    for _ in range(2):
        code_of(zimbra.log_in, ANNA, "wrong", url="user")
    failures = len(anna.attrs["zimbraPasswordLockoutFailureTime"])
    write(("zimbraPasswordLockoutLockedTime", ""))
    zimbra.log_in(ANNA, "Anna-Pass-1", url="user")

    assert failures == 2
    assert anna.first("zimbraAccountStatus") == "lockout"
    assert "zimbraPasswordLockoutFailureTime" not in anna.attrs


def test_the_present_password_counts_as_history(
    code_of: Any, zimbra: Any, sim: Any, write: Any
) -> None:
    """With a history, a change to the same password is refused, too."""
    write(("zimbraPasswordEnforceHistory", "1"))
    inner = (
        f'<account by="name">{ANNA}</account><oldPassword>Anna-Pass-1</oldPassword>'
        "<password>Anna-Pass-1</password>"
    )
    command = f'<ChangePasswordRequest xmlns="urn:zimbraAccount">{inner}</ChangePasswordRequest>'
    caught = code_of(zimbra, command, url="user", token=None)

    assert caught == "account.PASSWORD_RECENTLY_USED"


def test_the_last_log_in_is_written_once_in_seven_days(zimbra: Any, sim: Any) -> None:
    """Who looks for sleepers must know that the time of the last log-in is a week coarse."""
    now = [1_800_000_000.0]
    sim.state.clock = lambda: now[0]
    anna = sim.account(ANNA)
    seen = []
    for days in (0, 6, 2):
        now[0] += days * 86_400
        zimbra.log_in(ANNA, "Anna-Pass-1", url="user")
        seen.append(anna.first("zimbraLastLogonTimestamp"))

    assert seen[0] == seen[1] != seen[2]


def test_a_rename_takes_name_and_sender_along(zimbra: Any, sim: Any, write: Any) -> None:
    """``cn`` and the sender's address follow only where they were the old name."""
    write(("zimbraPrefFromAddress", ANNA))
    anna = sim.account(ANNA)
    zimbra.admin("RenameAccount", id=anna.id, newName="anne@firma.test")
    followed = anna.first("cn"), anna.first("sn"), anna.first("zimbraPrefFromAddress")
    anna.put("cn", "Anne N.")
    zimbra.admin("RenameAccount", id=anna.id, newName="ann@firma.test")

    assert followed == ("anne", "anna", "anne@firma.test")
    assert anna.first("cn") == "Anne N."


def test_a_name_that_is_shown_stays(zimbra: Any, sim: Any) -> None:
    """With a display name ``cn`` is that one's, even where it was the old name, too."""
    anna = sim.account(ANNA)
    anna.put("displayName", "anna")
    zimbra.admin("RenameAccount", id=anna.id, newName="anne@firma.test")

    assert anna.first("cn") == "anna"


def test_no_rename_into_an_alias_domain(sim: Any, refused: Any) -> None:
    """An alias domain holds addresses, no mailboxes."""
    target = sim.domain("firma.test").id
    sim.create_domain("alias.test", zimbraDomainType="alias", zimbraDomainAliasTargetId=target)
    fault = refused("RenameAccount", id=sim.account(ANNA).id, newName="anna@alias.test")

    assert fault.code == "service.INVALID_REQUEST"


def test_a_dry_run_changes_no_password(zimbra: Any, sim: Any) -> None:
    """It only tells whether the policy would take the new one, and gives no token."""
    inner = (
        f'<account by="name">{ANNA}</account><oldPassword>Anna-Pass-1</oldPassword>'
        "<password>Anna-Pass-2</password><dryRun>1</dryRun>"
    )
    command = f'<ChangePasswordRequest xmlns="urn:zimbraAccount">{inner}</ChangePasswordRequest>'
    answer = zimbra(command, url="user", token=None)

    assert len(answer) == 0
    assert sim.verify_password(ANNA, "Anna-Pass-1")


def test_without_the_options_nothing_is_his(code_of: Any, write: Any, user: Any) -> None:
    """One feature shuts preferences, senders, filters and signatures; reading goes on."""
    write(("zimbraFeatureOptionsEnabled", "FALSE"))
    rules = "<filterRules/>"
    codes = {
        code_of(user, "ModifyPrefs"),
        code_of(user, "ModifyWhiteBlackList"),
        code_of(user, "ModifyFilterRules", rules, space="Mail"),
        code_of(user, "CreateSignature", '<signature name="a"/>'),
    }
    user("GetPrefs")

    assert codes == {"service.PERM_DENIED"}


def test_without_imap_its_preference_is_hidden(write: Any, user: Any) -> None:
    """A switch of what is off altogether is not shown."""
    asked = '<pref name="zimbraPrefImapEnabled"/>'
    before = len(user("GetPrefs", asked))
    write(("zimbraImapEnabled", "FALSE"))

    assert (before, len(user("GetPrefs", asked))) == (1, 0)
