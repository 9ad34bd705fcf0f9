"""From an uploaded file, or a pasted text, to the rows that it has.

Excel's tables are read as it saves them (a semicolon or a comma or a TAB, with a byte order mark or
without, UTF-8, UTF-16 or the code page of Polish Windows), Zimbra's report and the files of zmprov
as they are. The reader is the one of `service adopt --csv`.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from collections.abc import Collection

from puq_zimbra import input_files
from puq_zimbra.errors import N_, Invalid
from puq_zimbra.input_files import InputFile
from puq_zimbra.selfservice.bulk import columns, zmprov
from puq_zimbra.selfservice.bulk.rows import DOUBLE, LONGEST, MOST, Row, Said

#: what a spreadsheet of Windows in Polish writes where it is not told to write UTF-8; the letters
#: of German are the same there
_CODE_PAGE = "cp1250"
_TOO_LONG = N_("The file is too large: at most 1 MB and %(most)s rows are read at once.")


def of_data_url(text: str) -> str:
    """The text of a file that the host passes on as a data URL; "" = it passes none.

    Raises:
        Invalid: it cannot be read, or is too large.
    """
    head, comma, body = text.strip().partition(",")
    if not comma or not head.startswith("data:"):
        return ""  # a browser that sends no file sends its name
    if not head.endswith(";base64") or len(body) > 2 * LONGEST:
        raise Invalid(_TOO_LONG, most=MOST)
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(N_("The file cannot be read.")) from error
    return of_bytes(content)


def of_bytes(content: bytes) -> str:
    """The text of a file.

    Raises:
        Invalid: it cannot be read.
    """
    return input_files.text_of(InputFile("CSV", content), _CODE_PAGE)


def without_passwords(text: str) -> str:
    """A table that was refused, as its form shows it again; "" where it may hold passwords.

    >>> without_passwords("address;name;quota?\\nanna;Anna;5")
    'address;name;quota?\\nanna;Anna;5'
    >>> [without_passwords(f"{name};quota?\\nsecret;5") for name in ("Hasło", "Kennwort", "pass")]
    ['', '', '']
    """
    first = next(iter(text.lstrip("\ufeff\r\n").splitlines()), "")
    names = map(columns.plain, re.split("[,;\t]", first))
    secret = any(word in one for one in names for word in columns.secrets())
    may = zmprov.is_one(text) or "@" in first or secret
    return "" if may else text


def rows(text: str, domains: Collection[str]) -> list[Row]:
    """The rows of a table, or of a file of zmprov; the first of ``domains`` completes names.

    Raises:
        Invalid: it is no table, or has too many rows.
    """
    text = text.lstrip("\ufeff")
    if len(text) > LONGEST:
        raise Invalid(_TOO_LONG, most=MOST)
    found = zmprov.rows(text, domains) if zmprov.is_one(text) else _table(text, domains)
    if len(found) > MOST:
        raise Invalid(_TOO_LONG, most=MOST)
    if not found:
        raise Invalid(N_("There is no row with a mailbox."))
    return _each_once(found)


def _table(text: str, domains: Collection[str]) -> list[Row]:
    lines = input_files.lines("CSV", text)
    first = next(lines, None)
    if first is None:
        raise Invalid(N_("There is no row with a mailbox."))
    names, is_header = columns.columns_of(first[1])
    body = lines if is_header else itertools.chain((first,), lines)
    found = []
    for number, values in itertools.islice(body, MOST + 1):
        cells = dict(zip(names, values, strict=False))
        if any(values[len(names) :]):
            typed = cells.get("address", "")
            message = N_("This row has more cells than the table has columns.")
            found.append(columns.wrong_row(number, typed, message))
        else:
            found.append(columns.row_of(number, cells, domains))
    return found


def _each_once(found: list[Row]) -> list[Row]:
    """The rows, of which each address counts in the first alone."""
    seen: dict[str, int] = {}
    for number, row in enumerate(found):
        if row.wrong is None and (line := seen.setdefault(row.address, row.line)) != row.line:
            found[number] = Row(row.line, row.address, wrong=Said(DOUBLE, {"row": line}))
    return found
