"""Versions of the billing platforms' modules, as their calls name them.

A module is on the platform's machine, so a call is the only thing that tells its version. The last
one of each installation is kept in the state directory, for `puq-zimbra doctor`.

Source: rename(2).
"""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from puq_zimbra import __version__, file_owner
from puq_zimbra.config import Config
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.request import Request

log = logging.getLogger("puq_zimbra")

_FILE = "modules.json"
#: installations that are kept: the latest
_MOST = 200


class Module(BaseModel):
    """The module of an installation."""

    host: Annotated[str, Field(max_length=64)]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,32}$")]


_MODULES = TypeAdapter(dict[str, Module])


def differs(request: Request) -> bool:
    """Whether the module that sent a request is known to be of another version than this."""
    return request.module_version not in (None, __version__)


def note(host: str, request: Request, config: Config) -> None:
    """Keep the version that a call names, if it is another one than before."""
    if request.module_version is None or request.installation is None:
        return
    now = Module(host=host, version=request.module_version)
    known = dict(kept(config))
    if known.pop(request.installation, None) == now:
        return
    latest = {**dict(list(known.items())[1 - _MOST :]), request.installation: now}
    try:
        directory = config.store_directory()
        if file_owner.shut_out(directory) is None:
            _write(directory / _FILE, _MODULES.dump_json(latest))
    except (OSError, PuqZimbraError) as error:  # the call goes on all the same
        log.info("module's version not kept", extra={"fields": {"cause": type(error).__name__}})


def kept(config: Config) -> dict[str, Module]:
    """The module of each installation; none where the file is missing or damaged."""
    try:
        return _MODULES.validate_json((config.store_directory() / _FILE).read_bytes())
    except (OSError, ValueError, PuqZimbraError):
        return {}


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.touch(mode=0o600)
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
