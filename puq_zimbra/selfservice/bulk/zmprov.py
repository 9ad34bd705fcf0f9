"""Read Zimbra's own provisioning files: the commands of zmprov that make mailboxes.

    createAccount|ca NAME PASSWORD [ATTRIBUTE VALUE ...]
    addAccountAlias|aaa NAME ALIAS

Any other command is an error of its line. What follows from the names (cn, sn, givenName) is passed
over: Zimbra makes it of the display name.

Source: `cs/account/ProvUtil.java` (commands, quotes, comments); zimbra-attrs.xml.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection
from dataclasses import replace

from puq_zimbra.errors import N_
from puq_zimbra.selfservice.bulk import columns
from puq_zimbra.selfservice.bulk.rows import Row

_CREATE, _ALIAS = ("ca", "createaccount"), ("aaa", "addaccountalias")
#: first words by which a file is known
COMMANDS = frozenset({*_CREATE, *_ALIAS, "cd", "createdomain", "ma", "modifyaccount"})
_PASSED_OVER = ("cn", "sn", "givenname", "initials")
_FEWEST = 3
_BYTES = re.compile(r"[0-9]{1,15}", re.ASCII)


def is_one(text: str) -> bool:
    """Whether a text is such a file."""
    for line in text.splitlines():
        words = line.split(maxsplit=1)
        if words and not words[0].startswith("#"):
            return len(words) > 1 and words[0].lower() in COMMANDS
    return False


def rows(text: str, domains: Collection[str]) -> list[Row]:
    """The mailboxes of a file, with the aliases that later lines give them."""
    found: dict[str, Row] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        row = _row(number, line, domains, found)
        key = row.address if row.wrong is None and row.address not in found else f"line {number}"
        if row.wrong is None and row.address in found and found[row.address].line == row.line:
            key = row.address
        found[key] = row
    return sorted(found.values(), key=lambda row: row.line)


def _row(number: int, line: str, domains: Collection[str], before: dict[str, Row]) -> Row:
    try:
        words = shlex.split(line)
    except ValueError:
        return columns.wrong_row(number, line, N_("The quotes of this line are not closed."))
    command = words[0].lower()
    if command not in (*_CREATE, *_ALIAS) or len(words) < _FEWEST:
        return columns.wrong_row(
            number,
            " ".join(words[1:2]),
            N_("This line of zmprov is not read: only createAccount and addAccountAlias are."),
        )
    try:
        address = columns.address_of(words[1], domains)
        if command in _CREATE:
            return _created(number, address, words[2:])
        known = before.get(address, Row(number, address))
        alias = columns.alias_of(words[2], address)
        return replace(known, aliases=tuple(dict.fromkeys((*known.aliases, alias))))
    except columns.Wrong as error:
        return Row(number, words[1][:320], wrong=error.said)


def _created(number: int, address: str, words: list[str]) -> Row:
    password, pairs = words[0], words[1:]
    row = Row(number, address, password=columns.password_of(password))
    for name, value in zip(pairs[::2], pairs[1::2], strict=False):
        row = _with(row, name, value)
    if len(pairs) % 2:
        raise columns.Wrong(N_("An attribute of this line has no value."))
    return row


def _with(row: Row, name: str, value: str) -> Row:
    key = name.lower()
    if key == "displayname":
        return replace(row, display_name=" ".join(value.split()) or None)
    if key == "zimbramailquota" and _BYTES.fullmatch(value):
        return replace(row, limit=int(value))
    if key == "zimbrapasswordmustchange":
        return replace(row, must_change=value.upper() == "TRUE")
    if key in ("zimbracosid", "zimbracos"):
        return replace(row, tier=value[:256])
    if key in _PASSED_OVER:
        return row
    raise columns.Wrong(N_("The attribute %(name)s cannot be set here."), name=name[:60])
