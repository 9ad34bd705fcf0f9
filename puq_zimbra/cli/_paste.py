"""Commands that are printed can be pasted: they name the program, the settings and the user.

Source: sudo(8), runuser(1).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

_NAME = "puq-zimbra"
#: where the settings are found without being named
_SYSTEM = Path("/etc/puq-zimbra/config.toml")


def program() -> str:
    """What to type for this program: its name if the shell finds it, else its path."""
    mine = Path(sys.argv[0]).absolute()
    found = shutil.which(_NAME)
    if (
        mine.name != _NAME
        or not mine.exists()
        or (found and Path(found).resolve() == mine.resolve())
    ):
        return _NAME
    return str(mine)


def command(*words: str, user: str | None = None) -> str:
    """A command of ours as a line for the shell, run as a user."""
    line = [program(), *_config(), *words]
    return shlex.join(line if user is None else ["runuser", "-u", user, "--", *line])


def same_again(user: str) -> str:
    """This very command, run as a user."""
    words = list(sys.argv[1:])
    if (named := _named()) is not None:
        words[words.index("--config") + 1] = str(named.absolute())
    return shlex.join(["runuser", "-u", user, "--", program(), *words])


def filled(line: str) -> str:
    """A printed line with the program and the settings in each of its commands."""
    # A word behind it that is a command of ours: the name may be a unit's, too.
    commands = "|".join(path.stem for path in Path(__file__).parent.glob("[!_]*"))
    whole = shlex.join([program(), *_config()])
    return re.sub(rf"(?<![\w./-]){_NAME}(?= (?:{commands})\b)", lambda _: whole, line)


def _named() -> Path | None:
    """The settings that this command line names."""
    words = sys.argv[1:]
    at = words.index("--config") + 1 if "--config" in words else len(words)
    return Path(words[at]) if at < len(words) else None


def _config() -> list[str]:
    """The option that names the settings in force, if they would not be found without it."""
    from puq_zimbra.config import values

    file = next((one for one in values(_named()) if one.exists()), None)
    if file is None or (file == _SYSTEM and not os.environ.get("PUQ_ZIMBRA_CONFIG")):
        return []
    return ["--config", str(file.absolute())]
