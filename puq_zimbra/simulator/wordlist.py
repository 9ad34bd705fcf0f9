"""Sets of names written as text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Split a text at blanks into a set.

    >>> sorted(words("b a"))
    ['a', 'b']
    """
    return frozenset(text.split())
