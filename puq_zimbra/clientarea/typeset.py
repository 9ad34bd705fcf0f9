"""No line break between a number and its unit, nor after a Polish word of one letter.

Source: Polish typographic rules ("sieroty": a, i, o, u, w, z do not end a line).
"""

from __future__ import annotations

import re

NBSP = "\u00a0"
#: a label of fewer characters stands on one line, and hosts look for the titles of tabs
SHORT = 30
_UNIT = re.compile(r"(?<=\d) (?=(?:GB|MB|KB|%|zł|dni|days?|godzin|hours?)(?!\w))")
_LETTER = re.compile(r"(?<![\w-])([aiouwzAIOUWZ]) (?=\w)")
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
    text = _UNIT.sub(NBSP, text)
    if language != "pl" or len(text.strip()) < SHORT:
        return text
    return _LETTER.sub(rf"\1{NBSP}", text)
