"""A group whose commands are the files of its folder.

`puq-zimbra GROUP NAME` is the function ``NAME`` of the file ``NAME.py``, or of the folder ``NAME``.
A file is imported when its command is called or its own help is shown. The group's help takes each
command's first docstring line from the source. Files whose names begin with ``_`` are no commands;
one that ends with it is a command whose name Python has for itself (``import_``).

Source: click "Complex Applications" (lazily loading subcommands).
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import click


class Folder(click.Group):
    """A group that finds its commands beside its own module."""

    def __init__(self, *arguments: Any, package: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the alphabet."""
        return sorted(self._files())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None if there is no such command."""
        file = self._files().get(cmd_name)
        if file is None:
            return None
        name = _module(file)
        command: click.Command = getattr(import_module(f"{self._package}.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List each command with the first line of its help."""
        files = sorted(self._files().items())
        rows = [(name, first_line(_module(file), file)) for name, file in files]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _files(self) -> dict[str, Path]:
        """The files that hold the commands, by the commands' names."""
        folder = Path(str(import_module(self._package).__file__)).parent
        files = [*folder.glob("[!_]*.py"), *folder.glob("[!_]*/__init__.py")]
        return {_module(file).removesuffix("_"): file for file in files}


def _module(file: Path) -> str:
    """The name of a file's module, which is that of its function, too."""
    return (file.parent if file.stem == "__init__" else file).stem


def first_line(name: str, file: Path) -> str:
    """The first line of the docstring of the function ``name`` in a file, without importing it."""
    found = re.search(
        rf'^def {name}\(.*?"""(.+?)(?:"""|\n)', file.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return found[1].removesuffix(".") if found else ""
