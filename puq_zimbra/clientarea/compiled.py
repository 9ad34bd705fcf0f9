"""Keeps the page's compiled templates from one process to the next.

Compiling them takes longer than all the rest of the page. What is kept is code, so it is read back
only from a folder that nobody else can write to. See the bytecode cache in the Jinja API
documentation, https://jinja.palletsprojects.com/en/stable/api/#bytecode-cache.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

OTHERS_WRITE = 0o022
"""The permission bits that let the group or anybody else write."""


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates in a folder; a full disk or a broken file costs time, never the page."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read one compiled template back, if it is there and whole."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, TypeError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one compiled template, if there is room for it."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def own_folder(path: Path) -> Path | None:
    """Make a folder for compiled templates; None where it is not ours alone."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
    except OSError:
        return None
    alone = found.st_uid == os.geteuid() and not found.st_mode & OTHERS_WRITE
    return path if alone else None
