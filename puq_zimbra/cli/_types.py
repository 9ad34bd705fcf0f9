"""Values of options that several commands share: a month, a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import click

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


class Month(click.ParamType[str]):
    """A month as YYYY-MM."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The month as it was written."""
        if not _MONTH.fullmatch(value):
            self.fail(f"{value!r} is no month: write YYYY-MM, such as 2026-11.", param, ctx)
        return str(value)


class Moment(click.DateTime):
    """A day or a moment in UTC, as seconds since 1970."""

    name = "moment"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The moment in seconds since 1970."""
        found = super().convert(value, param, ctx)
        return int(found.replace(tzinfo=UTC).timestamp()) if isinstance(found, datetime) else found
