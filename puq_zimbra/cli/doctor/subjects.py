"""What the checks of `puq-zimbra doctor` look at: this machine, and a server that lets us in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from puq_zimbra.config import Config
from puq_zimbra.zimbra.client import Zimbra


@dataclass(frozen=True)
class Machine:
    """This machine: the configuration in force."""

    config: Config
    #: the file that --config names; None = one of the usual places
    settings: Path | None


@dataclass(frozen=True)
class CheckedServer:
    """A configured Zimbra server that is reached and accepts our log-in."""

    #: its name in the settings
    name: str
    config: Config
    zimbra: Zimbra
    #: our own address on the way to it
    our_address: str
