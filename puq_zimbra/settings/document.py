"""docs/server-settings.md, made from the table: `python -m puq_zimbra.settings.document`."""

from __future__ import annotations

from collections.abc import Iterator

from puq_zimbra.settings.kinds import choices_of
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.table import SECTIONS, SETTINGS

_HEAD = """\
# Server settings

What a customer may change on the page *Settings* (capability `settings`), and staff with
`puq-zimbra server settings show|set|undo INSTALLATION SERVICE_ID`. The customer of a private server
has all of them, the customer of a domain those marked *domain*. Written from the table in
`puq_zimbra/settings/` by `python -m puq_zimbra.settings.document`: add a row there.

Settings whose place is *class* are those of one class of service: the domain's own, or another that
the customer chooses above the form (`--class NAME`); `--domain NAME` chooses another domain. Which
mailbox catches (`catch_all`) also wants the capability of that name; where one that is not the
service's catches, the row is not there. One click adds the list of file endings that Zimbra calls
common (`zimbraMtaCommonBlockedExtension`).

A change is shown as a plan first, written to each object of Zimbra once, read back, and kept in the
store with the values of before, so that one click or `undo` puts them back; not where a setting was
changed again since. What Zimbra refuses is put back as a whole. Where a change breaks off, because
Zimbra answers no more, the page and `settings show` say so as long as a part of it is held: the
same change again does the rest, and undo puts back what was written. Back to the default means:
the value of the column *Default* is written, and a server's or a domain's own value is taken away,
so that the one of the whole installation shows.

Refused: relays that would open the server (every network wider than a /8, or /32 of IPv6, with
public addresses, alone or together, also as IPv4 inside IPv6), a relay list without the server
itself, values that contradict each other, and values that would shut out the administrator whom
puq_zimbra logs in as, while he has no value of his own.

A lockout after failed log-ins counts for that administrator, too, while he is of the class: whoever
knows his name can then shut him out for its length. Give him a class of his own.

*Unproven* means that no genuine Zimbra was seen to obey it. What the mail transfer agent does with
a value (relay, networks, sizes, spam, archives, disclaimers) was seen stored and read back, never
carried out: the servers that were watched had none. The time zone is a class's even for a domain,
since Zimbra lets a class's value win over a domain's. Rows that a Zimbra does not know are
left out; *NE* are those of the Network Edition.
"""


def document() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    for section, title in SECTIONS.items():
        yield f"## {title}\n"
        yield "| key | what it is | attribute | place | values | default | restart | |"
        yield "|---|---|---|---|---|---|---|---|"
        for row in SETTINGS:
            if row.section == section:
                yield _line(row)
        yield ""


def _line(row: ServerSetting) -> str:
    message, values = row.kind.allowed
    ends, _, zero = (message % values).rstrip(".").partition(";")
    allowed = f"{ends} {row.kind.unit}".strip() + (f";{zero}" if zero else "")
    allowed = " or ".join(choices_of(row.kind).values()) or allowed or "text"
    default = choices_of(row.kind).get(row.kind.write(row.default), row.kind.write(row.default))
    own = "Zimbra's own" if row.scope in ("server", "domain") else "none"
    marks = [word for word, is_so in (
        ("domain", row.of_domain), ("NE", row.network_edition), ("unproven", row.unproven),
    ) if is_so]  # fmt: skip
    return (
        f"| `{row.key}` | {row.label}. {row.sentence} | `{row.attribute}` | {row.scope} | {allowed}"
        f" | {default if row.default else own} | {row.restart or '–'} | {', '.join(marks)} |"
    )


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).parents[2].joinpath("docs/server-settings.md").write_text(document(), "utf-8")
