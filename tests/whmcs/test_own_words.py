"""What the PHP side says and reads by itself: names, languages, lines of the Access Hash."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ..conftest import Params
from .conftest import Start
from .door import SECRET, opened, signed
from .engine import Engine
from .php import PHP, Module
from .shop import opened as shop_of


def test_settings_and_metrics_are_named_in_the_installations_language(start: Start) -> None:
    """Beside the English name of a setting, which messages use; customers read a metric's alone."""
    module = start()
    for language, setting, metric in (
        ("polish", "Skrzynki / Mailboxes", "Skrzynki"),
        ("pl_PL.UTF-8", "Skrzynki / Mailboxes", "Skrzynki"),
        ("german", "Postfächer / Mailboxes", "Postfächer"),
        ("english", "Mailboxes", "Mailboxes"),
        ("", "Mailboxes", "Mailboxes"),
    ):
        stub = {"language": language}
        settings = module.call("ConfigOptions", {}, stub=stub).value
        metrics = module.call("MetricProvider metrics", {}, stub=stub).value
        assert settings["Mailboxes"]["FriendlyName"] == setting
        assert list(settings)[:3] == ["Model", "Class of service", "Mailboxes"]
        assert metrics["mailboxes"]["shown"] == metric


def test_a_numbered_class_bears_its_own_name(
    engine: Engine, tmp_path: Path, whmcs_params: Params
) -> None:
    """Once figures have come, also where metrics are listed without a server."""
    with shop_of(tmp_path / "whmcs.sqlite", whmcs_params) as shop:
        stub = shop.stub(language="")
        shown = [engine.call("MetricProvider metrics", stub=stub).value["cos_1"]["shown"]]
        engine.answer = {
            "usage": {"firma.example": {"cos_1": 3, "cos_2": 1}},
            "classes": {"cos_1": "business", "cos_2": "starter"},
        }
        used = engine.call("MetricProvider usage", stub=stub).value["firma.example"]
        shown += [used[name]["shown"] for name in ("cos_1", "cos_2")]
        engine.answer = "No."
        metrics = engine.module.call("MetricProvider metrics", {}, stub=stub).value
        shown += [metrics[name]["shown"] for name in ("cos_2", "cos_3")]

    assert shown == [
        f"Mailboxes, class {name}" for name in ("1", "business", "starter", "starter", "3")
    ]


#: WHMCS's language of the client -> whether the sentence is Polish
LANGUAGES = {
    "polish": True, "Polish": True, "pl": True, "PL": True, "pl_PL": True, "pl-PL": True,
    "pl_PL.UTF-8": True, "polish-utf8": True, "polish_utf8": True, " polish ": True,
    "pl@euro": True, "english": False, "en_GB": False, "klingon": False, "plx": False,
    "polishh": False, "../pl": False, "p": False, "polish\nx": False,
}  # fmt: skip


def test_a_language_is_known_by_code_and_by_name(start: Start) -> None:
    """For any number of languages: the engine declares them."""
    module = start()
    for language, is_polish in LANGUAGES.items():
        told = module.call("client_action", {"clientsdetails": {"language": language}}).value
        assert told.startswith("Użyj formularza") is is_polish, (language, told)


def test_staff_read_their_own_language(start: Start) -> None:
    """On WHMCS 8 and newer an administrator has one; else the installation's counts."""
    module = start()
    prepended = module.folder / "admin.php"
    prepended.write_text("<?php define('ADMINAREA', true);")
    staff = Module(module.folder, options=("-d", f"auto_prepend_file={prepended}"))
    names = []
    for language, own in (("english", "polish"), ("polish", None), ("polish", "english")):
        stub = {"language": language, "admin": "Ewa", "adminLanguage": own}
        settings = staff.call("ConfigOptions", {}, stub=stub).value
        names.append(settings["Mailboxes"]["FriendlyName"])
    staff.close()

    assert names == ["Skrzynki / Mailboxes", "Skrzynki / Mailboxes", "Mailboxes"]


def test_the_module_log_names_settings_and_options(engine: Engine) -> None:
    """Nobody has to count what configoption11 is."""
    bought = {"Mailboxes": 50, "+10 mailboxes": "1", "Nothing": ""}
    ((_, _, request, *_),) = engine.call("Renew", params={"configoptions": bought}).log

    assert request["options"] == "Mailboxes: 50; +10 mailboxes: 1"
    assert request["settings"] == (
        "Model: domain; Class of service: business; Mailboxes: 25; Domain quota (MB): 51200;"
        " On termination: delete"
    )


def test_whmcs_is_told_the_username_once_the_service_is_made(engine: Engine) -> None:
    """By its service properties: the hook may not be known to WHMCS yet."""
    told = []
    for answer, more in (
        ("success", {}),
        ("success", {"username": "admin@firma.example"}),
        ("success", {"configoption1": "mailbox", "customfields": {"Adres skrzynki": "anna"}}),
        ("success", {"configoption1": "mailbox", "customfields": {"E-mail|X": "a@b.example"}}),
        ("success", {"configoption1": "mailbox", "customfields": {"Konto": "anna"}}),
        ("No.", {}),
        ("success", {"model": None}),
    ):
        engine.answer = answer
        done = engine.call("CreateAccount", params={"model": {"id": 42}, **more})
        assert (done.value, done.thrown) == (answer, "")
        told.append(
            [values["Username"] for name, values in done.api if name == "serviceProperties"]
        )

    assert told == [
        ["admin@firma.example"], [], ["anna@firma.example"], ["a@b.example"], [], [], [],
    ]  # fmt: skip


#: what stands around secret and engine in the Access Hash, which the call gets through with
READ = (
    "{secret}\n{engine}",
    "# our engine\n{secret}\r\n; until 2030\r\n{engine}\r\n",
    "\ufeff{secret}\n{engine}",
    "  {secret}  \n\t{engine}\t",
    "\u00a0{secret}\u200b\n{engine}\u00a0",
    "{secret} # as printed\n{engine} ; here",
    "{SECRET}\n{ENGINE}",
    "{secret}\n\n\n{engine}\nencoding=HTML",
    '{"secret"}\n{"engine"}',
    "{secret}\n{engine}\nEncoding = raw # unencoded",
    "#secret=whsec_old\n{secret}\n{engine}",
)
#: lines of the Access Hash -> the line that is named, and what of it
WRONG: dict[str, tuple[int, str]] = {
    "engine=nonsense": (1, "engine is none of unix:/path"),
    "\n\nengine=http://192.0.2.7:7410": (3, "engine is none of"),
    "# one\nengine=": (2, "engine is none of"),
    "ENGINE=https://host/path": (1, "engine is none of"),
    "engine=http://127.0.0.1:7410/#x": (1, "engine is none of"),
    "encoding=utf8": (1, "encoding is neither html nor raw"),
    "\ufeff\nEncoding=latin": (2, "encoding is neither"),
    "\nsecret: whsec_Canary": (2, "is not secret= and the secret"),
    "\nSecret whsec_Canary": (2, "is not secret= and the secret"),
    "whsec_Canary": (1, "is not secret= and the secret"),
    "secrets=whsec_Canary": (1, "is not secret= and the secret"),
    "secret=Canary": (1, "secret is not whsec_ followed by"),
    "; a\n# b\nsecret=whsec_Canary": (3, "secret is not whsec_ followed by"),
    'secret="whsec_Canary': (1, "secret is not whsec_ followed by"),
    "encoding=html\nencoding=xml": (2, "encoding is neither"),
}


def test_an_access_hash_as_people_keep_it_is_read(start: Start, whmcs_params: Params) -> None:
    """Comments, capitals, quotes, blanks of any kind, and the mark of Windows."""
    module = start()
    with opened(signed) as door:
        for text in READ:
            lines = (
                text.replace("{secret}", f"secret={SECRET}")
                .replace("{engine}", f"engine={door.engine}")
                .replace("{SECRET}", f"Secret = {SECRET}")
                .replace("{ENGINE}", f"ENGINE= {door.engine}")
                .replace('{"secret"}', f'secret="{SECRET}"')
                .replace('{"engine"}', f"engine='{door.engine}'")
            )
            told = module.call("Renew", whmcs_params | {"serveraccesshash": lines})
            assert told.value == "success", text
            assert SECRET not in str(door.seen[-1].params)
        assert len(door.seen) == len(READ)


def test_what_is_wrong_in_an_access_hash_is_named_by_its_line(
    start: Start, whmcs_params: Params
) -> None:
    """There may be a secret in it, so no line is repeated, or sent to anybody."""
    module = start()
    for text, (line, words) in WRONG.items():
        told = module.call("TestConnection", whmcs_params | {"serveraccesshash": text})
        error = told.value["error"]
        assert error.startswith(f"Line {line} of the server's Access Hash"), (text, error)
        assert words in error, (text, error)
        assert "Canary" not in error + str([row[:5] for row in told.log])


#: a password as it is handed over, with the setting `encoding` -> as it reaches the engine
PASSWORDS = [
    ("html", "Ab&amp;cd", "Ab&cd"), ("raw", "Ab&amp;cd", "Ab&amp;cd"),
    ("html", "Ab&cd", "Ab&cd"), ("raw", "Ab&cd", "Ab&cd"),
    ("html", "&lt;b&gt;", "<b>"), ("raw", "&lt;b&gt;", "&lt;b&gt;"),
    ("html", "&quot;x&quot;", '"x"'), ("html", "&#039;x&#39;", "'x'"),
    ("html", "a&amp;amp;b", "a&amp;b"), ("raw", "a&amp;amp;b", "a&amp;amp;b"),
    ("html", "p&copy;w", "p&copy;w"), ("html", "50% #1+1", "50% #1+1"),
    ("html", "\u017c\u00f3\u0142w \u20ac", "\u017c\u00f3\u0142w \u20ac"),
    ("html", "\\n$x{y}", "\\n$x{y}"), ("raw", "a&b<c>\"d'", "a&b<c>\"d'"),
    ("HTML", "&amp;&amp;", "&&"), ("Raw", "&#38;", "&#38;"),
]  # fmt: skip


def test_a_password_is_decoded_as_the_host_encodes(engine: Engine) -> None:
    """Once where WHMCS encodes, never where it does not: the setting says which."""
    for encoding, given, arrived in PASSWORDS:
        lines = engine.params["serveraccesshash"] + f"encoding={encoding}\n"
        params = {"password": given, "serveraccesshash": lines + engine.door.access_hash}
        assert engine.call("ChangePassword", params=params).value == "success", given
        assert engine.door.seen[-1].params["password"] == arrived, (encoding, given)


#: file of the module -> what calls it, as a bare PHP
BARE = {
    "puqzimbra.php": "puqzimbra_ConfigOptions([]) !== [] && puqzimbra_ClientArea([]) !== []",
    "hooks.php": "$hooks['OverrideModuleUsernameGeneration']"
    "(['moduletype' => 'puqzimbra', 'domain' => 'firma.example']) === 'admin@firma.example'",
}


@pytest.mark.parametrize("name", BARE)
def test_the_module_finds_its_classes_where_nobody_else_does(start: Start, name: str) -> None:
    """WHMCS's sample suite brings no autoloader, and hooks run before the module is loaded."""
    assert PHP
    module = start()
    bare = module.folder / "bare.php"
    bare.write_text(
        "<?php define('WHMCS', true);"
        "function add_hook($point, $priority, $do) { global $hooks; $hooks[$point] = $do; }"
        f"require '{module.folder}/{name}'; var_dump({BARE[name]});"
    )
    told = subprocess.run([PHP, str(bare)], capture_output=True, text=True, check=False)

    assert told.stdout == "bool(true)\n", told.stdout + told.stderr


def test_staffs_tab_leads_to_the_activity(engine: Engine) -> None:
    """A page of the customer's, at WHMCS's own address; nothing of an address that is none."""
    engine.answer = {"State": "Active"}
    for site, shown in (
        ("https://crm.example/billing/", "https://crm.example/billing/clientarea.php?action="),
        ("", ""),
        ("javascript:alert(1)", ""),
        ('https://x/"onclick=', ""),
    ):
        fields = engine.call("AdminServicesTabFields", stub={"address": site, "language": ""}).value
        assert fields.pop("State") == "Active"
        assert [value.split('"')[1].split("productdetails")[0] for value in fields.values()] == [
            shown for shown in (shown,) if shown
        ]
