"""Sentences in the customer's language, from the compiled catalogues in `puq_zimbra/locale`.

A message is an English sentence with %(name)s places (`puq_zimbra.errors`, `reply.Reply`). Every
hook translates its answer, so nothing is imported here but the standard library.

Source: GNU gettext manual, "The Format of GNU MO Files" and "Plural forms"; WHMCS
"clientsdetails.language", which is a language's English name, not a tag.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from functools import cache

from puq_zimbra import errors, languages

DOMAIN = "puq_zimbra"


def language(locale: str) -> str:
    """Give the tag of the language we have for a host's locale; English for any other.

    >>> [language(name) for name in ("pl", "pl_PL", "PL-pl", "polish", "english", "xx", "")]
    ['pl', 'pl', 'pl', 'pl', 'en', 'en', 'en']
    """
    first = re.split(r"[-_.@]", locale.strip().lower(), maxsplit=1)[0]
    known = languages.found().values()
    return next((one.tag for one in known if first in (one.tag, *one.names)), languages.SOURCE)


@cache
def translations(tag: str) -> gettext.NullTranslations:
    """Read a language's catalogue; English, which the messages are in, has none."""
    catalogue = languages.folder().joinpath(tag, "LC_MESSAGES", f"{DOMAIN}.mo")
    if not catalogue.is_file():
        return gettext.NullTranslations()
    with catalogue.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def translate(message: str, values: Mapping[str, object], locale: str) -> str:
    """Give a message in the customer's language, its places filled in.

    Billing hosts print the answer unescaped, so what fills a place goes through `errors.shown`.

    >>> translate("%(name)s is taken.", {"name": "<b>"}, "en")
    '…b… is taken.'
    """
    fit = {
        name: value if isinstance(value, int) else errors.shown(value)
        for name, value in values.items()
    }
    sentence = translations(language(locale)).gettext(message) if message else message
    return errors.filled_in(sentence, fit)
