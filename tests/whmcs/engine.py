"""The module with an engine whose answer a test sets."""

from __future__ import annotations

from typing import Any

from ..conftest import Params
from .door import Door
from .php import Module, Told


class Engine:
    """A door whose answer a test sets."""

    def __init__(self, module: Module, params: Params) -> None:
        self.module, self.params = module, params
        self.answer: Any = "success"
        self.door: Door

    def call(self, function: str, **more: Any) -> Told:
        """Call a function of the module."""
        lines = self.params["serveraccesshash"] + self.door.access_hash
        params = {**self.params, "serveraccesshash": lines, **more.pop("params", {})}
        return self.module.call(function, params, **more)
