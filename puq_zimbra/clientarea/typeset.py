"""No line break between a number and its unit, nor after a word that may not end a line.

Source: Polish typographic rules ("sieroty": a, i, o, u, w, z do not end a line).
"""

from __future__ import annotations

import re
from functools import cache

from puq_zimbra import languages

NBSP = "\u00a0"
#: a label of fewer characters stands on one line, and hosts look for the titles of tabs
SHORT = 30
_UNITS = ("GB", "MB", "KB", "%", "zł")
#: tags, and elements whose text belongs to the customer and stays as it is
_OWN = "bdi|code|textarea|option"
_KEPT = re.compile(rf"(<(?:{_OWN})\b[^>]*>.*?</(?:{_OWN})>|<[^>]*>)", re.S)


def typeset(html: str, language: str) -> str:
    """Put no-break spaces into the text of a finished page.

    >>> page = '<p title="w 5 GB">Zostało 5 GB przestrzeni w planie. <bdi>w 5 GB</bdi></p>'
    >>> typeset(page, "pl").replace(NBSP, "~")
    '<p title="w 5 GB">Zostało 5~GB przestrzeni w~planie. <bdi>w 5 GB</bdi></p>'
    """
    return "".join(
        part if part.startswith("<") else _text(part, language) for part in _KEPT.split(html)
    )


def _text(text: str, language: str) -> str:
    unit, letter = _rules(language)
    text = unit.sub(NBSP, text)
    if letter is None or len(text.strip()) < SHORT:
        return text
    return letter.sub(rf"\1{NBSP}", text)


@cache
def _rules(language: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """The blanks before a unit, and the words of one letter with the blank behind them."""
    own = languages.found()[language]
    words = "|".join(map(re.escape, (*_UNITS, *own.units)))
    unit = re.compile(rf"(?<=\d) (?=(?:{words})(?!\w))")
    letters = own.keep_with_next + own.keep_with_next.upper()
    return unit, re.compile(rf"(?<![\w-])([{letters}]) (?=\w)") if letters else None
