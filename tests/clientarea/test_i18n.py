"""Sentences and counts in the customer's language, and the catalogue they come from."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from puq_zimbra import i18n, languages
from puq_zimbra.clientarea import catalogue

COUNTS = (0, 1, 2, 5, 12, 14, 21, 22, 25, 101, 112, 122)
SKRZYNKI = (
    "0 skrzynek", "1 skrzynka", "2 skrzynki", "5 skrzynek", "12 skrzynek", "14 skrzynek",
    "21 skrzynek", "22 skrzynki", "25 skrzynek", "101 skrzynek", "112 skrzynek", "122 skrzynki",
)  # fmt: skip


extracted = cache(catalogue.extract)


@pytest.mark.parametrize(("count", "polish"), list(zip(COUNTS, SKRZYNKI, strict=True)))
def test_polish_counts_have_three_forms(count: int, polish: str) -> None:
    """22 skrzynki, but 12 skrzynek."""
    known = i18n.translations("pl")
    message = ("%(n)s mailbox nearly full", "%(n)s mailboxes nearly full")
    text = known.ngettext(*message, count) % {"n": count}

    assert text.rpartition(" prawie")[0] == polish


@pytest.mark.parametrize(
    ("locale", "tag"),
    [
        ("pl", "pl"), ("pl_PL", "pl"), ("pl-PL", "pl"), ("polish", "pl"), ("Polish", "pl"),
        ("german", "de"), ("deutsch", "de"), ("de_AT", "de"), ("German-utf8", "de"),
        ("en", "en"), ("english", "en"), ("en-GB", "en"), ("klingon", "en"), ("", "en"),
        ("../../pl", "en"), ("plx", "en"),
    ],
)  # fmt: skip
def test_hosts_name_languages_in_many_ways(locale: str, tag: str) -> None:
    """WHMCS says "polish", others "pl_PL"; an unknown one gets English."""
    assert i18n.language(locale) == tag


def test_a_language_is_a_folder() -> None:
    """Each has its catalogue and names of its own; no source knows one by hand."""
    known = languages.found()
    names = [name for one in known.values() for name in (one.tag, *one.names)]
    assert list(known) == ["en", "de", "pl"]
    assert len(set(names)) == len(names)
    assert all(len(one.table.heads) == 8 for one in known.values())

    tags = "|".join(name for name in names if name not in ("en", "english"))
    by_hand = re.compile(rf"""["']({tags})["']""")
    root = Path(languages.__file__).parents[1]
    own = ("puq_zimbra/**/*.py", "hooks/**/*.py", "hooks/**/*.php")
    sources = [path for one in own for path in root.glob(one)]
    found = {path.name for path in sources if by_hand.search(path.read_text("utf-8"))}
    # The demonstration opens in Polish, its customer speaks it; the others are examples.
    assert found <= {"words.py", "life.py", "i18n.py", "typeset.py", "saved_request.py"}


def test_a_message_is_translated_with_its_places() -> None:
    """The sentence changes, what it is about does not."""
    message, places = "The password of %(address)s was changed.", {"address": "a@firma.example"}

    assert (
        i18n.translate(message, places, "pl") == "Hasło skrzynki a@firma.example zostało zmienione."
    )
    assert i18n.translate(message, places, "xx") == "The password of a@firma.example was changed."


@pytest.mark.parametrize("hostile", ["<script>", '"onx=', "{php}", "a\r\nb", "\u202e", "%(x)s"])
def test_what_fills_a_place_cannot_be_markup(hostile: str) -> None:
    """Billing hosts print a message unescaped."""
    text = i18n.translate("%(key)s is missing.", {"key": hostile}, "pl")

    assert not set(text) & set("<>\"'{}\r\n\u202e&")


def test_translating_a_message_imports_neither_babel_nor_jinja() -> None:
    """Each hook is a process of its own and translates its answer: the libraries cost 0.1 s."""
    code = (
        "import sys; from puq_zimbra.i18n import translate; "
        "print(translate('unlimited', {}, 'pl'), {'babel', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, check=True, timeout=30
    )

    assert done.stdout.decode().strip() == "bez limitu set()"


@pytest.mark.parametrize("tag", languages.translated())
def test_every_message_of_the_sources_has_a_text(tag: str) -> None:
    """``make messages`` brings the catalogues up to date and names what is missing."""
    held = catalogue.read(tag)
    ids = {(message.context, message.id) for message in held if message.id}
    found = {(message.context, message.id) for message in extracted() if message.id}

    assert found - ids == set()
    assert catalogue.missing(held) == []


@pytest.mark.parametrize("tag", languages.translated())
def test_every_text_has_the_places_of_its_message(tag: str) -> None:
    """A place too many would fail when the message is needed."""
    places = re.compile(r"%\(\w+\)s|%%")
    wrong = []
    for message in catalogue.read(tag):
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert None not in texts
        if message.id and any(
            sorted(places.findall(text or "")) != sorted(places.findall(ids[-1])) for text in texts
        ):
            wrong.append(ids[0])

    assert wrong == []


@pytest.mark.parametrize("tag", languages.translated())
def test_the_compiled_catalogue_is_the_readable_one(tag: str) -> None:
    """Both are in the tree; only one is read by people."""
    compiled = i18n.translations(tag)
    assert isinstance(compiled, gettext.GNUTranslations)
    for message in catalogue.read(tag):
        if not message.id:
            continue
        if isinstance(message.id, str):
            held = (
                compiled.pgettext(message.context, message.id)
                if message.context
                else compiled.gettext(message.id)
            )
            assert held == message.string
        else:
            one, many = message.id
            forms = dict.fromkeys(compiled.ngettext(one, many, count) for count in COUNTS)
            assert set(forms) == set(message.string or ())


def test_messages_are_found_wherever_the_sources_have_them() -> None:
    """Errors, replies, fault classes and templates."""
    found = {message.id for message in extracted() if isinstance(message.id, str)}

    assert "The two passwords are not the same." in found  # raise Invalid("...")
    assert "The page was drawn." in found  # Reply(code, "...")
    assert "Zimbra has no such domain." in found  # sentence = "..."
    assert "Server information" in found  # a template
