"""Our words: units, names, the schema of a call, the whole of the WHMCS settings' order."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra import errors
from puq_zimbra.billing import plain, whmcs
from puq_zimbra.billing.whmcs_options import OPTIONS
from puq_zimbra.config import WhmcsSettings
from puq_zimbra.errors import Invalid
from puq_zimbra.i18n import language
from puq_zimbra.registry import hook_of
from puq_zimbra.units import mail_domain

ROOT = Path(__file__).parent.parent / "puq_zimbra"
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_examples_in_docstrings_hold(path: Path) -> None:
    """An example that does not hold misleads whoever reads it."""
    name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    failed, tried = doctest.testmod(importlib.import_module(name))

    assert tried
    assert failed == 0


def test_the_order_of_whmcs_settings_is_frozen() -> None:
    """WHMCS stores settings by position: a moved one would change every sold product."""
    assert [(option.position, option.key) for option in OPTIONS] == [
        (1, "model"),
        (2, "cos"),
        (3, "mailboxes"),
        (4, "mailbox_quota"),
        (5, "domain_quota"),
        (6, "aliases"),
        (7, "lists"),
        (8, "domain_aliases"),
        (9, "suspend_mode"),
        (10, "mode"),
        (11, "grace_days"),
        (12, "name"),
        (13, "disk"),
        (14, "self_service"),
        (15, "notices"),
    ]


def whmcs_params(**changes: Any) -> dict[str, Any]:
    """What WHMCS gives a module function, as strings and by position."""
    return {
        "serviceid": 42, "userid": 7, "domain": " Firma.example ", "password": "pass-Word-1",
        "serverhostname": "mail.example.test", "serverip": "192.0.2.10", "serverport": "7071",
        "serverusername": "admin@example.test", "serverpassword": "secret",
        "serveraccesshash": "fingerprint=sha256:" + "ab" * 32 + "\nwebmail_url=https://w.example/",
        "configoption1": "domain", "configoption2": "business", "configoption3": "25",
        "configoption4": "5120", "configoption5": "0", "configoption9": "closed",
        "configoption10": "grace", "configoption11": "14", "configoption12": "Szef",
        "clientsdetails": {"language": "polish"},
        "_puq": {"installation": "crm.example"},
        **changes,
    }  # fmt: skip


def test_whmcs_parameters_become_a_call() -> None:
    """Megabytes become bytes, 0 and blank unlimited, a language name a locale."""
    call = whmcs.read("CreateAccount", hook_of("create"), whmcs_params(), WhmcsSettings())

    assert call.installation == "crm.example"
    assert language(call.locale) == "pl"
    assert call.mode == "embedded"
    assert call.service is not None
    assert call.server is not None
    assert call.service.domain == "firma.example"
    plan = call.service.plan
    assert (plan.cos, plan.mailboxes, plan.mailbox_quota) == ("business", 25, 5120 * 2**20)
    assert (plan.domain_quota, plan.aliases) == (None, None)
    assert (plan.suspend_mode, plan.terminate.mode, plan.terminate.grace_days) == (
        "closed",
        "grace",
        14,
    )
    assert call.service.admin.name == "szef"
    assert call.server.url == "https://mail.example.test:7071/service/admin/soap"
    assert call.server.tls.fingerprint == ("ab" * 32,)
    assert call.server.webmail == "https://w.example/"


def test_whmcs_bought_options_win_over_the_product() -> None:
    """A configurable option is what the customer paid for."""
    call = whmcs.read(
        "ChangePackage",
        hook_of("change_package"),
        whmcs_params(configoptions={"Mailboxes": "40"}),
        WhmcsSettings(),
    )

    assert call.service is not None
    assert call.service.plan.mailboxes == 40


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"configoption3": "many"}, "Mailboxes is many, which is not a whole number"),
        ({"configoption3": "-2"}, "Mailboxes is -2, which is not a whole number"),
        ({"configoption9": "asleep"}, "Suspend mode is asleep, which is not one of"),
        ({"configoption10": "erase"}, "On termination is erase, which is not one of"),
        ({"configoption11": "two weeks"}, "Grace days is two weeks, which is not a whole number"),
        (
            {"configoption11": "Unlimited"},
            "Grace days is Unlimited, which is not a whole number of",
        ),
        ({"serveraccesshash": "verify=off"}, "Line 1 of the server's Access Hash is not known"),
        ({"domain": "not a domain"}, "service.domain is not a domain name."),
        ({"serviceid": "4:2"}, "service.id has characters or a length"),
    ],
)
def test_wrong_whmcs_settings_are_named(changes: dict[str, Any], sentence: str) -> None:
    """The administrator must learn which field to mend."""
    with pytest.raises(Invalid) as raised:
        whmcs.read("CreateAccount", hook_of("create"), whmcs_params(**changes), WhmcsSettings())

    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"serverr": {}}, "serverr is not a known key; did you mean server."),
        ({"service": {"id": "1", "plan": {"mailbox": 3}}},
         "service.plan.mailbox is not a known key; did you mean mailboxes."),
        ({"service": {}}, "service.id is missing."),
        ({"service": []}, "service is not an object."),
        ({"service": {"id": 42}}, "service.id is not a text."),
        ({"service": {"id": "1", "plan": {"mailboxes": "3"}}},
         "service.plan.mailboxes is not a whole number."),
        ({"service": {"id": "1", "plan": {"mailboxes": True}}},
         "service.plan.mailboxes is not a whole number."),
        ({"service": {"id": "1", "plan": {"mailbox_quota": -1}}},
         "service.plan.mailbox_quota is below the least, 0."),
        ({"service": {"id": "1", "plan": {"suspend_mode": "suspended"}}},
         "service.plan.suspend_mode is not one of locked, maintenance or closed."),
        ({"server": {"url": "http://mail.example.test:7071"}},
         "server.url is not an https:// address of a host."),
        ({"server": {"url": "https://a:b@mail.example.test"}},
         "server.url is not an https:// address of a host."),
        ({"server": {"url": "https://m.example", "tls": {"fingerprint": "sha256:12"}}},
         "server.tls.fingerprint is not sha256: followed by 64 hexadecimal digits."),
        ({"server": {"url": "https://m.example", "tls": {"verify": False}}},
         "server.tls.verify is not a known key; known are ca_file, fingerprint."),
        ({"installation": "Ąę"}, "installation has characters or a length"),
        ({"billing": {"next_due": "31.12.2026"}},
         "billing.next_due is not a date like 2026-01-31."),
        ({"api": 2}, "api is not one of 1."),
    ],
)  # fmt: skip
def test_a_wrong_call_is_refused_by_its_key(given: dict[str, Any], sentence: str) -> None:
    """A caller mends what is named; its value is never repeated."""
    with pytest.raises(Invalid) as raised:
        plain.validate(given)

    assert str(raised.value).startswith(sentence)


def test_secrets_do_not_show_in_a_call() -> None:
    """A call may end in a log or a traceback."""
    call = plain.validate(
        {
            "server": {"url": "https://m.example", "username": "a", "password": "canary-1"},
            "service": {"id": "1", "admin": {"password": "canary-2"}},
            "new_password": "canary-3",
            "form": {"password": "canary-4"},
        }
    )

    assert "canary" not in repr(call)


@pytest.mark.parametrize(
    "name",
    ["", " firma.example", "firma", "firma..example", ".firma.example", "firma.example.",
     "-firma.example", "fir ma.example", "firma_a.example", "192.0.2.1", "a" * 64 + ".example",
     "firma.example/", "firma@example.test", "a\n.example", "*.example"],
)  # fmt: skip
def test_what_is_no_domain_name_is_refused(name: str) -> None:
    """Zimbra would create some of these, and no mail would ever reach them."""
    with pytest.raises(ValueError, match="is "):
        mail_domain(name)


def test_every_error_class_has_a_reply_code() -> None:
    """A class without a row in the table of codes could not be answered."""
    from puq_zimbra.reply import CODES

    classes = [errors.PuqZimbraError]
    for cls in classes:
        classes += cls.__subclasses__()

    assert {cls.code for cls in classes} <= set(CODES)
    assert all(CODES[cls.code][0] is False for cls in classes)


@pytest.mark.parametrize("written", ["sha256:{}", "SHA256 Fingerprint={}", "{}"])
def test_a_fingerprint_is_taken_as_openssl_prints_it(written: str) -> None:
    """People paste what the command of the docs shows."""
    pairs = ":".join(["AB"] * 32)
    given = {"server": {"url": "https://m.example", "tls": {"fingerprint": written.format(pairs)}}}

    assert plain.validate(given).zimbra_server.tls.fingerprint == ("ab" * 32,)
