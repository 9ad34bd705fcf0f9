"""Attributes of domains, servers, classes and the whole installation (`zimbra-attrs.xml`)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import values

BAD_VALUE = "account.INVALID_ATTR_VALUE"
FAILURE = "service.FAILURE"
INVALID = "service.INVALID_REQUEST"


def a(**pairs: str) -> str:
    """Attributes as a request carries them; ``p_`` stands for +, ``m_`` for -."""
    signs = {"p": "+", "m": "-"}
    return "".join(
        f'<a n="{signs.get(key[0], "") + key[2:] if key[1] == "_" else key}">{value}</a>'
        for key, value in pairs.items()
    )


def config(zimbra: Any, name: str) -> list[str]:
    """Values of a global attribute."""
    answer = zimbra.admin("GetConfig", f'<a n="{name}"/>')
    return [each.text for each in answer]


def test_global_lists_grow_and_shrink(zimbra: Any) -> None:
    """A value that is there, in any case, is not added twice; one that is not is not missed."""
    name = "zimbraMtaBlockedExtension"
    zimbra.admin("ModifyConfig", f'<a n="{name}">exe</a><a n="{name}">js</a>')
    zimbra.admin("ModifyConfig", f'<a n="+{name}">EXE</a><a n="-{name}">zzz</a>')
    zimbra.admin("ModifyConfig", f'<a n="+{name}">vbs</a><a n="-{name}">js</a>')
    assert config(zimbra, name) == ["exe", "vbs"]

    zimbra.admin("ModifyConfig", f'<a n="{name}"></a>')
    assert config(zimbra, name) == []


def test_get_config_answers_the_first_name_in_any_case(zimbra: Any) -> None:
    """A page that asks for two gets one, without a word."""
    inner = '<a n="ZIMBRASPAMKILLPERCENT"/><a n="zimbraSpamTagPercent"/>'
    answer = zimbra.admin("GetConfig", inner)

    assert list(values(answer)) == ["zimbraSpamKillPercent"]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (a(zimbraSpamKillPercent="-1"), BAD_VALUE),
        (a(zimbraHttpDosFilterMaxRequestsPerSec="0"), BAD_VALUE),
        (a(zimbraMtaSaslAuthEnable="maybe"), BAD_VALUE),
        (a(zimbraPop3BindPort="70000"), BAD_VALUE),
        (a(zimbraSpamKillPercent="1") + a(zimbraSpamKillPercent="2"), BAD_VALUE),
        (a(zimbraAccountStatus="active"), FAILURE),
        (a(zimbraMtaRelayHost="a.test") + a(zimbraMtaRelayHost="b.test"), INVALID),
        (a(zimbraMailTrustedIP="1.1.1.1", p_zimbraMailTrustedIP="2.2.2.2"), FAILURE),
        (a(zimbraSpamTagPercent="30", zimbraSpamKillPercent="x"), BAD_VALUE),
    ],
)
def test_global_values_that_are_refused(zimbra: Any, refused: Any, inner: str, code: str) -> None:
    """A form can rely on these checks; of a request that holds one bad value nothing is kept."""
    before = config(zimbra, "zimbraSpamTagPercent")

    assert refused("ModifyConfig", inner).code == code
    assert config(zimbra, "zimbraSpamTagPercent") == before


@pytest.mark.parametrize("text", ["everyone", "300.1.1.1/8", "10.0.0.0/8, 127.0.0.0/8"])
def test_networks_of_a_server_are_not_checked(zimbra: Any, sim: Any, text: str) -> None:
    """A wrong list makes an open relay: whoever sends it has to check it."""
    server = next(iter(sim.state.directory.servers.values()))
    answer = zimbra.admin("ModifyServer", a(zimbraMtaMyNetworks=text), id=server.id)

    assert values(answer[0])["zimbraMtaMyNetworks"] == [text]


def test_a_server_shows_the_global_value_until_it_has_its_own(zimbra: Any, sim: Any) -> None:
    """Empty text takes the own value away again."""
    server = next(iter(sim.state.directory.servers.values()))
    zimbra.admin("ModifyConfig", a(zimbraMtaRelayHost="all.test"))

    def shown(value: str) -> list[str]:
        answer = zimbra.admin("ModifyServer", a(zimbraMtaRelayHost=value), id=server.id)
        return values(answer[0])["zimbraMtaRelayHost"]

    assert shown("own.test") == ["own.test"]
    assert shown("") == ["all.test"]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (a(zimbraAuthTokenLifetime="0"), INVALID),
        (a(zimbraAdminAuthTokenLifetime="0d"), INVALID),
        (a(zimbraFeatureTwoFactorAuthAvailable="TRUE"), FAILURE),
        (a(zimbraFeatureTwoFactorAuthRequired="TRUE"), FAILURE),
        (a(zimbraTwoFactorAuthNumScratchCodes="0"), BAD_VALUE),
        (a(zimbraPrefGroupMailBy="size"), BAD_VALUE),
        (a(zimbraMailHostPool="00000000-0000-0000-0000-000000000000"), INVALID),
        (a(zimbraMailTrustedIP="10.0.0.1"), FAILURE),
        (a(cn="other"), FAILURE),
        (a(zimbraPasswordLockoutDuration="12345678901234567890"), FAILURE),
        (a(objectClass="nonsense"), BAD_VALUE),
        (a(objectClass="zimbraCOS"), FAILURE),
    ],
)
def test_values_of_a_class_that_are_refused(refused: Any, sim: Any, inner: str, code: str) -> None:
    """Callbacks hold beside the definitions."""
    id_ = sim.create_cos("gold").id

    assert refused("ModifyCos", f"<id>{id_}</id>{inner}").code == code


@pytest.mark.parametrize("address", ["all@firma.test", "firma.test", "nonsense"])
def test_a_catch_all_is_a_domain_with_its_at(refused: Any, sim: Any, address: str) -> None:
    """Mail to one address cannot be said with it."""
    inner = a(zimbraMailCatchAllForwardingAddress=address)

    assert refused("ModifyDomain", inner, id=sim.domain("firma.test").id).code == BAD_VALUE


def dkim(selector: str, class_: str = "+objectClass") -> str:
    """A key of a domain."""
    return f'<a n="{class_}">DKIM</a>' + a(
        DKIMSelector=selector, DKIMKey="k", DKIMPublicKey="p", DKIMDomain="d", DKIMIdentity="i"
    )


def test_a_dkim_key_needs_its_class(zimbra: Any, refused: Any, sim: Any) -> None:
    """The class comes and goes with the attributes, in one request.

    No one may ask for them by name.
    """
    id_ = sim.domain("firma.test").id
    assert refused("ModifyDomain", a(DKIMSelector="s1"), id=id_).code == FAILURE
    zimbra.admin("ModifyDomain", dkim("s1"), id=id_)
    by_id = f'<domain by="id">{id_}</domain>'
    assert refused("GetDomain", by_id, attrs="DKIMSelector").code == INVALID
    assert values(zimbra.admin("GetDomain", by_id)[0])["DKIMSelector"] == ["s1"]
    assert refused("ModifyDomain", '<a n="-objectClass">DKIM</a>', id=id_).code == FAILURE

    names = ("DKIMSelector", "DKIMKey", "DKIMPublicKey", "DKIMDomain", "DKIMIdentity")
    gone = '<a n="-objectClass">DKIM</a>' + a(**dict.fromkeys(names, ""))
    assert not set(names) & set(values(zimbra.admin("ModifyDomain", gone, id=id_)[0]))


def test_a_dkim_selector_occurs_once(zimbra: Any, refused: Any, sim: Any) -> None:
    """The directory keeps selectors unique over all domains, by letter case."""
    other = sim.create_domain("other.test").id
    zimbra.admin("ModifyDomain", dkim("s1"), id=sim.domain("firma.test").id)

    assert refused("ModifyDomain", dkim("s1"), id=other).code == BAD_VALUE
    assert zimbra.admin("ModifyDomain", dkim("S1"), id=other) is not None


def test_a_virtual_host_of_two_domains_finds_the_one_made_later(zimbra: Any, sim: Any) -> None:
    """Zimbra keeps no virtual host to one domain."""
    inner = a(zimbraVirtualHostname="web.test")
    for id_ in (sim.domain("firma.test").id, sim.create_domain("other.test").id):
        zimbra.admin("ModifyDomain", inner, id=id_)

    answer = zimbra.admin("GetDomain", '<domain by="virtualHostname">web.test</domain>')
    assert answer[0].get("name") == "other.test"


def test_strangers_see_a_domain_without_its_name(zimbra: Any, sim: Any) -> None:
    """The log-in page of a web client asks without a token."""
    inner = a(zimbraSkinLogoURL="https://x.test/l.png", zimbraNotes="mine")
    zimbra.admin("ModifyDomain", inner, id=sim.domain("firma.test").id)
    asked = '<domain by="name">firma.test</domain>'
    (found,) = zimbra.admin("GetDomainInfo", asked, token=None)

    assert (found.get("name"), found.get("id")) == ("VALUE-BLOCKED", "VALUE-BLOCKED")
    assert values(found)["zimbraSkinLogoURL"] == ["https://x.test/l.png"]
    assert "zimbraNotes" not in values(found)


def test_a_broken_expression_allows_no_password(refused: Any, zimbra: Any, sim: Any) -> None:
    """The class takes any text; only whoever sets a password notices."""
    cos = sim.state.directory.coses["default"].id
    inner = f"<id>{cos}</id>" + a(zimbraPasswordAllowedChars="[")
    zimbra.admin("ModifyCos", inner)
    options = {"id": sim.account("anna@firma.test").id, "password": "abcdefgh1"}

    assert refused("CheckPasswordStrength", **options).code == "account.INVALID_PASSWORD"
