"""Log-in, tokens and their ends, as `service/admin/Auth.java` and recordings have them."""

from __future__ import annotations

from typing import Any

import pytest

NO_OP = '<NoOpRequest xmlns="urn:zimbraMail"/>'
BATCH = (
    '<BatchRequest xmlns="urn:zimbra"><PingRequest xmlns="urn:zimbraAdmin"/>'
    '<PingRequest xmlns="urn:zimbraAdmin"/></BatchRequest>'
)


def test_admin_answer_begins_with_the_lifetime(zimbra: Any) -> None:
    """Zimbra 10 orders lifetime, authToken; parsing by position breaks on other versions."""
    answer = zimbra.admin("Auth", name="admin@example.test", password="test123", token=None)

    assert [child.tag.rpartition("}")[2] for child in answer] == ["lifetime", "authToken"]
    assert 43_000_000 < int(answer.findtext("{*}lifetime")) <= 43_200_000


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("nobody@firma.test", "x", "service.PERM_DENIED"),
        ("anna@firma.test", "Anna-Pass-1", "service.PERM_DENIED"),
        ("admin@example.test", "wrong", "account.AUTH_FAILED"),
        ("admin@example.test", "", "account.AUTH_FAILED"),
    ],
)
def test_refused_log_ins(refused: Any, name: str, password: str, code: str) -> None:
    """An unknown name and a missing flag are PERM_DENIED, only a wrong password AUTH_FAILED."""
    fault = refused("Auth", name=name, password=password, token=None)

    assert (fault.code, fault.side, fault.status) == (code, "Sender", 500)


def test_missing_password_asks_for_a_token(refused: Any) -> None:
    """Without password and token the request is not wrong but unauthenticated."""
    assert refused("Auth", name="admin@example.test", token=None).code == "service.AUTH_REQUIRED"


@pytest.mark.parametrize(("soap", "side"), [("1.1", "Client"), ("1.2", "Sender")])
def test_faults_in_both_versions(zimbra: Any, soap: str, side: str) -> None:
    """SOAP 1.1 says Client where 1.2 says Sender; the code is the same."""
    missing = '<domain by="name">nix</domain>'
    command = f'<GetDomainRequest xmlns="urn:zimbraAdmin">{missing}</GetDomainRequest>'
    answer = zimbra.post(zimbra.envelope(command, zimbra.token, soap=soap))

    assert answer.status_code == 500
    assert f">soap:{side}<" in answer.text
    assert "<Code>account.NO_SUCH_DOMAIN</Code>" in answer.text


def test_log_off_ends_one_token(zimbra: Any, refused: Any) -> None:
    """EndSession with logoff ends that token alone; without it nothing."""
    other = zimbra.log_in("admin@example.test", "test123")
    zimbra('<EndSessionRequest xmlns="urn:zimbraAccount"/>', token=other)
    zimbra.admin("Ping", token=other)
    zimbra('<EndSessionRequest xmlns="urn:zimbraAccount" logoff="1"/>', token=other)

    assert refused("Ping", token=other).code == "service.AUTH_EXPIRED"
    zimbra.admin("Ping")


@pytest.mark.parametrize("token", [None, "0_bad"])
def test_no_token_and_garbage_are_the_same(refused: Any, token: str | None) -> None:
    """AUTH_REQUIRED for both, so a client logs in again."""
    assert refused("GetVersionInfo", token=token).code == "service.AUTH_REQUIRED"


def test_health_needs_no_token_and_unknown_commands_neither(zimbra: Any, refused: Any) -> None:
    """CheckHealth answers anyone; an unknown command is UNKNOWN_DOCUMENT before AUTH_REQUIRED."""
    assert zimbra.admin("CheckHealth", token=None).get("healthy") == "1"
    assert refused("NoSuch", token=None).code == "service.UNKNOWN_DOCUMENT"


def test_expired_tokens_inside_a_batch(zimbra: Any, sim: Any) -> None:
    """A password change makes a batch answer 200 with one fault per command."""
    sim.create_account("root@firma.test", "Root-Pass-1", zimbraIsAdminAccount=True)
    token = zimbra.log_in("root@firma.test", "Root-Pass-1")
    root = sim.account("root@firma.test").id
    zimbra.admin("SetPassword", id=root, newPassword="Root-Pass-2")
    answer = zimbra(BATCH, token=token)

    codes = [each.findtext(".//{*}Code") for each in answer.findall(".//{*}Error")]
    assert codes == ["service.AUTH_EXPIRED"] * 2


def test_all_tokens_can_be_expired(zimbra: Any, sim: Any, refused: Any) -> None:
    """Tests need not wait twelve hours."""
    zimbra.admin("Ping")
    sim.expire_tokens()

    assert refused("Ping").code == "service.AUTH_EXPIRED"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("locked", "account.AUTH_FAILED"),
        ("closed", "account.AUTH_FAILED"),
        ("pending", "account.AUTH_FAILED"),
        ("maintenance", "account.MAINTENANCE_MODE"),
    ],
)
def test_account_status_and_log_in(zimbra: Any, sim: Any, status: str, code: str) -> None:
    """A user's own token dies with the status and lives again with active."""
    token = zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")
    anna = sim.account("anna@firma.test").id
    zimbra.admin("ModifyAccount", f'<a n="zimbraAccountStatus">{status}</a>', id=anna)
    with pytest.raises(Exception, match=code):
        zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")
    with pytest.raises(Exception, match=r"service\.AUTH_EXPIRED"):
        zimbra(NO_OP, url="user", token=token)
    zimbra.admin("ModifyAccount", '<a n="zimbraAccountStatus">active</a>', id=anna)

    assert zimbra(NO_OP, url="user", token=token) is not None


@pytest.mark.parametrize(
    ("status", "lives"),
    [("locked", True), ("closed", True), ("maintenance", False), ("suspended", False)],
)
def test_delegated_tokens_outlive_a_locked_domain(
    zimbra: Any, sim: Any, status: str, lives: bool
) -> None:
    """A customer with an open SSO session stays in until maintenance or suspension."""
    anna, domain = sim.account("anna@firma.test").id, sim.domain("firma.test").id
    answer = zimbra.admin("DelegateAuth", f'<account by="id">{anna}</account>')
    token = answer.findtext("{*}authToken")
    zimbra.admin("ModifyDomain", f'<a n="zimbraDomainStatus">{status}</a>', id=domain)
    if lives:
        assert zimbra(NO_OP, url="user", token=token) is not None
    else:
        with pytest.raises(Exception, match=r"service\.AUTH_EXPIRED"):
            zimbra(NO_OP, url="user", token=token)


@pytest.mark.parametrize("value", ["0", "5", "2147483647"])
def test_another_validity_value_ends_every_token(
    zimbra: Any, sim: Any, refused: Any, value: str
) -> None:
    """The "sign out everywhere": own and delegated tokens alike; new ones work at once."""
    anna = sim.account("anna@firma.test").id
    delegate = ("DelegateAuth", f'<account by="id">{anna}</account>')
    old = [
        zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user"),
        zimbra.admin(*delegate).findtext("{*}authToken"),
    ]
    inner = f'<a n="zimbraAuthTokenValidityValue">{value}</a>'
    zimbra.admin("ModifyAccount", inner, id=anna)
    for token in old:
        with pytest.raises(Exception, match=r"service\.AUTH_EXPIRED"):
            zimbra(NO_OP, url="user", token=token)
    new = zimbra.admin(*delegate).findtext("{*}authToken")

    assert zimbra(NO_OP, url="user", token=new) is not None
    assert zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")


def test_delegated_lifetime_is_echoed(zimbra: Any, sim: Any) -> None:
    """The answer shows what was asked, whatever the token really gets."""
    anna = sim.account("anna@firma.test").id
    selector = f'<account by="id">{anna}</account>'

    for duration, shown in (("300", "300000"), ("0", "0"), ("-1", "-1000")):
        answer = zimbra.admin("DelegateAuth", selector, duration=duration)
        assert answer.findtext("{*}lifetime") == shown


def test_csrf_token_is_asked_with_the_cookie_only(zimbra: Any) -> None:
    """A token issued with csrfTokenSecured works in the header, not in the cookie."""
    answer = zimbra.admin(
        "Auth", name="admin@example.test", password="test123", csrfTokenSecured="1", token=None
    )
    token, csrf = answer.findtext("{*}authToken"), answer.findtext("{*}csrfToken")
    ping = '<PingRequest xmlns="urn:zimbraAdmin"/>'
    cookie = f"ZM_ADMIN_AUTH_TOKEN={token}"

    assert zimbra.post(zimbra.envelope(ping, token)).status_code == 200
    assert zimbra.post(zimbra.envelope(ping, None), Cookie=cookie).status_code == 500
    secured = zimbra.envelope(ping, None, f"<csrfToken>{csrf}</csrfToken>")
    assert zimbra.post(secured, Cookie=cookie).status_code == 200


def test_lockout_after_failures(zimbra: Any, sim: Any) -> None:
    """The right password fails too during a lockout; setting active clears it."""
    anna = sim.account("anna@firma.test")
    for name, value in (("Enabled", "TRUE"), ("MaxFailures", "3")):
        inner = f'<a n="zimbraPasswordLockout{name}">{value}</a>'
        zimbra.admin("ModifyAccount", inner, id=anna.id)
    for password in ("x", "y", "z", "Anna-Pass-1"):
        with pytest.raises(Exception, match=r"account\.AUTH_FAILED"):
            zimbra.log_in("anna@firma.test", password, "user")

    assert anna.attrs["zimbraAccountStatus"] == ["lockout"]
    zimbra.admin("ModifyAccount", '<a n="zimbraAccountStatus">active</a>', id=anna.id)
    assert zimbra.log_in("anna@firma.test", "Anna-Pass-1", "user")


@pytest.mark.parametrize(
    ("flavour", "first"), [("zimbra88", "authToken"), ("carbonio", "authToken")]
)
def test_older_flavours(client_of: Any, tls: Any, flavour: str, first: str) -> None:
    """Older servers answer the token first and AUTH_FAILED for an unknown administrator."""
    from puq_zimbra.simulator import Simulator

    with Simulator(flavour=flavour).serve(tls) as running:
        client = client_of(running)
        answer = client.admin("Auth", name="admin@example.test", password="test123", token=None)
        with pytest.raises(Exception, match=r"account\.AUTH_FAILED"):
            client.admin("Auth", name="nobody@example.test", password="x", token=None)
        client.session.close()

    assert answer[0].tag.endswith("authToken")


def test_commands_that_carbonio_dropped(client_of: Any, tls: Any) -> None:
    """CountObjects and its like are UNKNOWN_DOCUMENT there."""
    from puq_zimbra.simulator import Simulator

    with Simulator(flavour="carbonio").serve(tls) as running:
        client = client_of(running)
        with pytest.raises(Exception, match=r"service\.UNKNOWN_DOCUMENT"):
            client.admin("CountObjects", type="domain")
        client.session.close()
