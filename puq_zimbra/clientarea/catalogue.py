"""Bring the catalogues up to date with the sources: ``make messages``.

Messages stand in three kinds of places: the templates (``_``, ``trans``), the errors raised
(``Invalid("...")``), and the replies given (``Reply(code, "...")``). A Python source is read as a
tree, so a message counts however its call is wrapped over lines.

Source: Babel "Working with Message Catalogs"; GNU gettext "Plural forms" (Polish has three; CLDR's
four count fractions, which nobody has of a mailbox).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

from puq_zimbra import errors, i18n, languages

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("hooks", "puq_zimbra", "templates")
_METHODS = [("**.py", "puq_zimbra.clientarea.catalogue:python_messages"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
#: functions that look a message up at once
_LOOK_UPS = ("gettext", "pgettext", "translate", "N_")
#: a date that never changes, so that a catalogue changes only when its messages do
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)

Found = tuple[int, str | None, str, list[str]]


def python_messages(
    source: IO[bytes], keywords: object, comment_tags: object, options: object
) -> Iterator[Found]:
    """Yield a Python source's messages, in the shape that Babel asks of an extraction method."""
    for node in ast.walk(ast.parse(source.read())):
        if isinstance(node, ast.Call):
            for text in (*_texts(_message_of(node)), *_texts_of_option(node)):
                yield text.lineno, None, str(text.value), []
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id == "sentence" for one in targets):
                for text in _texts(node.value):
                    yield text.lineno, None, str(text.value), []


def _message_of(call: ast.Call) -> ast.expr | None:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    place = 1 if name == "Reply" else 0
    if name not in ("Reply", *_LOOK_UPS, *_error_names()):
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "message"]
    if len(call.args) > place:
        return call.args[place]
    return named[0] if named else None


def _texts_of_option(call: ast.Call) -> Iterator[ast.Constant]:
    """Yield name, description and choices of a product setting (`whmcs_options.Option`)."""
    if getattr(call.func, "id", "") == "Option":
        for text in call.args[1:5:3]:
            yield from _texts(text)
        for choice in ast.walk(ast.Tuple(call.args[6:7])):
            match choice:
                case ast.Tuple(elts=[_, label]):
                    yield from _texts(label)


def _error_names() -> list[str]:
    """Names of the errors whose first argument is a message; a fault's is Zimbra's code."""
    return [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type)
        and issubclass(value, errors.PuqZimbraError)
        and not issubclass(value, errors.Fault)
    ]


def _texts(value: ast.expr | None) -> Iterator[ast.Constant]:
    """Yield the literal texts that an expression can be."""
    if isinstance(value, ast.IfExp):
        yield from _texts(value.body)
        yield from _texts(value.orelse)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value


def extract(root: Path = ROOT) -> Catalog:
    """Collect every message of the sources below ``root``."""
    template = Catalog(project="puq_zimbra", charset="utf-8")
    for folder in FOLDERS:
        found = extract_from_dir(root / folder, _METHODS, _OPTIONS)
        for path, _line, message, _comments, context in found:
            name = Path(folder, path).as_posix()
            template.add(message, locations=[(name, 0)], context=context)
    for entry in template:
        entry.locations.sort()  # folders are walked in the file system's order
    return template


def path_of(tag: str, root: Path = ROOT) -> Path:
    """Where a language's catalogue in text form is; the compiled one stands beside it."""
    return root / "puq_zimbra" / "locale" / tag / "LC_MESSAGES" / f"{i18n.DOMAIN}.po"


def read(tag: str, root: Path = ROOT) -> Catalog:
    """Read a language's catalogue; an empty one when there is none yet."""
    path = path_of(tag, root)
    if not path.exists():
        return Catalog(tag, project="puq_zimbra", charset="utf-8")
    with path.open("rb") as stream:
        return pofile.read_po(stream, locale=tag, domain=i18n.DOMAIN)


def missing(catalogue: Catalog) -> list[str]:
    """Messages of a catalogue without a text, or without one of their plural forms."""
    gaps = []
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.id and (message.fuzzy or not all(texts)):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def update(tag: str, root: Path = ROOT) -> Catalog:
    """Bring one language up to date, in text form and compiled; texts already there stay."""
    catalogue, name = read(tag, root), languages.found()[tag].names[0]
    # A guess at a similar message would look finished and be wrong.
    catalogue.update(extract(root), no_fuzzy_matching=True)
    catalogue.creation_date = catalogue.revision_date = _WHEN
    catalogue.header_comment = f"# puq_zimbra: {name}"
    catalogue.msgid_bugs_address = catalogue.last_translator = ""
    catalogue.language_team = name
    catalogue.fuzzy = False
    path = path_of(tag, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        pofile.write_po(
            stream,
            catalogue,
            width=100,
            sort_output=True,
            include_lineno=False,
            ignore_obsolete=True,
        )
    with path.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, catalogue)
    return catalogue


def main() -> int:
    """Update every language and name the messages that still lack a text."""
    gaps: Mapping[str, list[str]] = {tag: missing(update(tag)) for tag in languages.translated()}
    for tag, messages in gaps.items():
        path = path_of(tag).relative_to(ROOT)
        sys.stdout.write(f"{tag} ({path}): {len(messages)} without a text\n")
        sys.stdout.writelines(f"  {message!r}\n" for message in messages)
    return 1 if any(gaps.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
