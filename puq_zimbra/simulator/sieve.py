"""Filter rules, read from requests, shown in answers and written as a Sieve script.

Source: `SoapToSieve`, `SieveToSoap`, `FilterUtil`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.usersettings import Part, Rule

_REQUIRE = (
    'require ["fileinto", "copy", "reject", "tag", "flag", "variables", "log", "enotify", '
    '"envelope", "body", "ereject", "reject", "relational", "comparator-i;ascii-numeric"];\n'
)
#: Tests, with the attributes that are kept and how the script says them.
_TESTS = {
    "headerTest": (
        ("header", "stringComparison", "value"),
        "header :{stringComparison} {header} {value}",
    ),
    "mimeHeaderTest": (
        ("header", "stringComparison", "value"),
        "mime_header :{stringComparison} {header} {value}",
    ),
    "addressTest": (
        ("header", "part", "stringComparison", "value"),
        "address :{part} :{stringComparison} {header} {value}",
    ),
    "headerExistsTest": (("header",), "exists {header}"),
    "sizeTest": (("numberComparison", "s"), "size :{numberComparison} {s}"),
    "dateTest": (("dateComparison", "d"), 'date :{dateComparison} "{d}"'),
    "bodyTest": (("value",), "body :contains {value}"),
    "attachmentTest": ((), "attachment"),
    "flaggedTest": (("flagName",), 'flagged "{flagName}"'),
    "trueTest": ((), "true"),
}
_ACTIONS = {
    "actionKeep": ((), "keep"),
    "actionDiscard": ((), "discard"),
    "actionStop": ((), "stop"),
    "actionFileInto": (("folderPath",), "fileinto {folderPath}"),
    "actionRedirect": (("a",), "redirect {a}"),
    "actionFlag": (("flagName",), "flag {flagName}"),
    "actionTag": (("tagName",), "tag {tagName}"),
    "actionReply": ((), "reply text:{content}"),
}
#: Actions that say whether they work on a copy.
_COPYING = ("actionFileInto", "actionRedirect")
_WORDS = {
    "condition": ("allof", "anyof"),
    "stringComparison": ("contains", "is", "matches"),
    "numberComparison": ("over", "under"),
    "dateComparison": ("before", "after"),
}
_PLAIN = ("stringComparison", "numberComparison", "dateComparison", "part", "s", "d")


def read(box: Element) -> tuple[Rule, ...]:
    """Read the rules of a request; tests and actions that Zimbra does not know are dropped."""
    return tuple(_rule(each) for each in el.children(box, "filterRule"))


def _rule(box: Element) -> Rule:
    tests, actions = el.required_child(box, "filterTests"), el.child(box, "filterActions")
    kept = tuple(_parts(actions, _ACTIONS)) if actions is not None else ()
    if not kept:
        raise faults.invalid("Missing action")
    condition = _word("condition", el.optional(tests, "condition") or "")
    name, active = el.required(box, "name"), el.flag(box, "active")
    return Rule(name, active, condition, tuple(_parts(tests, _TESTS)), kept)


def _word(name: str, value: str) -> str:
    if value.lower() not in _WORDS[name]:
        listed = ", ".join(_WORDS[name])
        raise faults.parse_error(f"parse error: Invalid value: {value}, valid values: [{listed}]")
    return value.lower()


def _parts(box: Element, known: dict[str, tuple[tuple[str, ...], str]]) -> Iterable[Part]:
    for each in box:
        tag = el.local(each)
        if tag not in known:
            continue
        kept = {name: el.required(each, name) for name in known[tag][0]}
        kept = {n: _word(n, v) if n in _WORDS else v for n, v in kept.items()}
        if tag in _COPYING:
            kept["copy"] = el.bit(el.flag(each, "copy"))
        for mark in ("negative", "caseSensitive"):
            if el.flag(each, mark):
                kept[mark] = "1"
        yield Part(tag, kept, el.optional(each, "content"))


def put(parent: Element, rules: Iterable[Rule]) -> None:
    """Append rules as answers show them."""
    box = el.add(parent, "filterRules")
    for rule in rules:
        made = el.add(box, "filterRule", {"name": rule.name, "active": el.bit(rule.active)})
        tests = el.add(made, "filterTests", {"condition": rule.condition})
        _put_parts(tests, rule.tests)
        _put_parts(el.add(made, "filterActions"), rule.actions)


def _put_parts(box: Element, parts: Iterable[Part]) -> None:
    for index, part in enumerate(parts):
        made = el.add(box, part.tag, {**part.attributes, "index": str(index)})
        if part.content is not None:
            el.add(made, "content", content=part.content)


def script(rules: Iterable[Rule]) -> str:
    """Write rules as the script that the mailbox keeps."""
    return _REQUIRE + "".join(map(_script_of, rules))


def _script_of(rule: Rule) -> str:
    tests = ",\n  ".join(_line(part, _TESTS) for part in rule.tests)
    actions = "".join(f"    {_line(part, _ACTIONS)};\n" for part in rule.actions)
    word = "if" if rule.active else "disabled_if"
    return f"\n# {rule.name}\n{word} {rule.condition} ({tests}) {{\n{actions}}}\n"


def _line(part: Part, known: dict[str, tuple[tuple[str, ...], str]]) -> str:
    said = {n: v if n in _PLAIN else _quoted(v) for n, v in part.attributes.items()}
    if "header" in part.attributes:
        said["header"] = f"[{', '.join(map(_quoted, part.attributes['header'].split(',')))}]"
    line = known[part.tag][1].format(**said, content=f"\n{part.content}\n.\n")
    return f"not {line}" if "negative" in part.attributes else line


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
