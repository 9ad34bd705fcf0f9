"""`puq-zimbra manual`: a manual page of each command, from its help.

Source: man-pages(7), groff_man(7).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from puq_zimbra import __version__
from puq_zimbra.cli import _options


@click.command()
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@_options.as_json
def manual(folder: Path, as_json: bool) -> None:
    """Write the manual pages of all commands into a folder.

    \b
    Examples:
      puq-zimbra manual /usr/local/share/man/man1
      puq-zimbra manual /usr/local/share/man/man1 --json
      man puq-zimbra-usage-sync
    """
    written = pages()
    for name, text in written.items():
        (folder / name).write_text(text, "utf-8")
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "pages": list(written)}))
    else:
        click.echo(f"{folder}: {len(written)} pages")


def pages() -> dict[str, str]:
    """The page of each command, by its file's name."""
    from puq_zimbra.cli import cli

    found = {}
    for context in contexts(click.Context(cli, info_name="puq-zimbra")):
        name = context.command_path.replace(" ", "-")
        found[f"{name}.1"] = _page(name, context)
    return found


def contexts(context: click.Context) -> Iterator[click.Context]:
    """A command and those below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None and not command.hidden:
                yield from contexts(click.Context(command, parent=context, info_name=name))


def _page(name: str, context: click.Context) -> str:
    text = (context.command.help or "").replace("\b\n", "")
    summary, _, rest = text.strip().partition("\n")
    body, _, examples = rest.partition("Examples:")
    lines = [
        f'.TH "{name.upper()}" "1" "" "puq_zimbra {__version__}" "User Commands"',
        ".SH NAME",
        f"{_safe(name)} \\- {_safe(summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_safe(context.command_path)}",
        _safe(" ".join(context.command.collect_usage_pieces(context))),
    ]
    if body.strip():
        paragraphs = "\n\n".join(" ".join(p.split()) for p in body.strip().split("\n\n"))
        lines += [".SH DESCRIPTION", _safe(paragraphs).replace("\n\n", "\n.PP\n")]
    records = [p.get_help_record(context) for p in context.command.get_params(context)]
    if options := [one for one in records if one is not None]:
        lines.append(".SH OPTIONS")
        for option, meaning in options:
            lines += [".TP", f".B {_safe(option)}", _safe(meaning) or "\\&"]
    if isinstance(context.command, click.Group):
        lines.append(".SH COMMANDS")
        for below in context.command.list_commands(context):
            lines += [".TP", f".BR {_safe(name)}\\-{_safe(below)} (1)", "\\&"]
    if examples.strip():
        written = "\n".join(line.strip() for line in examples.strip().split("\n"))
        lines += [".SH EXAMPLES", ".nf", _safe(written), ".fi"]
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    """Text that roff prints as it is."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    # troff reads Latin 1, whatever the file is in.
    safe = "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in safe)
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in safe.split("\n"))
