"""The references of the commands and the settings, made from the code."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

import click
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from puq_zimbra.cli import cli
from puq_zimbra.cli.manual import contexts
from puq_zimbra.config import Config

_BOUNDS = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}


def commands() -> str:
    """Every command with its options and examples."""
    parts = ["# Commands\n\nEvery command, as `--help` prints it; made from the code.\n"]
    for context in contexts(click.Context(cli, info_name="puq-zimbra")):
        level = "##" if context.parent is None or context.parent.parent is None else "###"
        parts.append(f"{level} {context.command_path}\n\n```text\n{context.get_help()}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    """Every setting with its default and what it means."""
    parts = [
        "## Every setting and its default\n\nMade from the code. A key without a default is off.\n"
    ]
    parts += _section("", Config)
    return "\n".join(parts)


def _section(name: str, model: type[BaseModel]) -> Iterator[str]:
    meanings = dict(_comments(model))
    rows, below = [], []
    for key, field in model.model_fields.items():
        inner = _model_of(field.annotation)
        if inner is not None:
            of_many = get_origin(field.annotation) is not None
            below.append((f"{name}{key}{'.NAME' if of_many else ''}", inner))
            continue
        rows.append(f"| `{key}` | {_kind(field)} | {_default(field)} | {meanings[key]} |")
    title = f"`[{name}]`" if name else "Before all sections"
    yield f"**{title}**\n\n{(model.__doc__ or '').strip()}\n"
    yield "| key | is | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    for sub, inner in below:
        yield from _section(sub, inner)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The settings that a key holds, alone or by name."""
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _comments(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The comment of each key."""
    said: list[str] = []
    for line in inspect.getsource(model).splitlines():
        text = line.strip()
        if text.startswith("#:"):
            said.append(text[2:].strip())
        elif key := re.match(r"(\w+): .+", text):
            yield key[1], " ".join(said).replace("|", "\\|").replace("None = ", "without: ")
            said = []


def _kind(field: FieldInfo) -> str:
    bounds = {name: getattr(rule, name) for rule in field.metadata for name in _BOUNDS
              if getattr(rule, name, None) is not None}  # fmt: skip
    told = " ".join(f"{_BOUNDS[name]} {value}" for name, value in bounds.items())
    return f"{_words(field.annotation)} {told}".strip()


def _words(annotation: Any) -> str:
    names: Mapping[Any, str] = {
        str: "text", int: "whole number", float: "number", bool: "true or false",
        SecretStr: "text", type(None): "",
    }  # fmt: skip
    if annotation in names:
        return names[annotation]
    if get_origin(annotation) is list:
        return "list of texts"
    inner = [_words(one) if not isinstance(one, str) else one for one in get_args(annotation)]
    return " or ".join(dict.fromkeys(one for one in inner if one))


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if field.is_required() or value is None:
        return "needed" if field.is_required() else ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value!r}`".replace("'", '"')
