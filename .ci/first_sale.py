"""Follow the quick start of docs/json.md literally, in a clean Debian, and count its commands.

    first_sale.py ROOT URL FINGERPRINT

ROOT is a Debian in a folder, with the wheels in ROOT/wheels; URL and FINGERPRINT are a Zimbra's.
The page's commands are typed into a shell at a terminal, and what `setup` asks is answered there.
Two things differ from the page: the package comes from the wheels instead of a checkout, and the
order names this Zimbra. Needs root.

Source: pty(7).
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT, URL, FINGERPRINT = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
PAGE = Path(__file__).parent.parent / "docs/json.md"
#: the most commands from reading to the first sale
MOST = 10
#: seconds for one command
PATIENCE = 300
#: what setup asks -> what is typed
ANSWERS = (
    ("admin service", URL),
    ("name of yours", "mail1"),
    ("administrator for this service", "admin@example.test"),
    ("password", "test123"),
    ("Is it the same", "y"),
    ("billing platform's name", "crm.example"),
)


def quick_start() -> tuple[list[str], str]:
    """The commands of the five steps, and the order that they sell."""
    section = PAGE.read_text("utf-8").partition("## In five steps")[2].partition("\n## ")[0]
    blocks = re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)
    lines = [line.strip() for kind, text in blocks if kind == "sh" for line in text.splitlines()]
    (order,) = (text for kind, text in blocks if kind == "json")
    given = json.loads(order)
    given["server"]["url"] = URL
    return [line for line in lines if line], json.dumps(given)


def plain(text: str) -> str:
    """Hexadecimal figures as they can be compared."""
    return text.lower().replace(":", "")


def typed(command: str) -> tuple[int, str]:
    """Type a command at a terminal; its status, and what was seen."""
    child, terminal = pty.fork()
    if child == 0:
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        place = {"PATH": path, "HOME": "/root", "TERM": "dumb"}
        words = ["chroot", str(ROOT), "sh", "-c", f"cd /root && {command}"]
        os.execvpe("chroot", words, place)
    answers, seen, since = list(ANSWERS), "", 0
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other side has ended
            break
        seen += part.decode("utf-8", "replace")
        for one in [a for a in answers if a[0] in seen[since:] and seen.rstrip(" ")[-1:] == ":"]:
            if one[1] == "y" and plain(FINGERPRINT) not in plain(seen):
                sys.exit(f"{seen}\nthis is not the fingerprint of the Zimbra")
            os.write(terminal, f"{one[1]}\n".encode())
            answers.remove(one)
            since = len(seen)
            break
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), seen


def from_wheels(command: str) -> str:
    """The command with the package from the wheels."""
    wheels = "--no-index --find-links /wheels"
    return re.sub(r"'(puq_zimbra\[\w+\]) @ file:[^']*'", rf"{wheels} '\1'", command)


def follow(commands: Sequence[str]) -> str:
    """Type them one by one; what the last but one, the sale, answered."""
    answer = ""
    for number, command in enumerate(commands, 1):
        status, seen = typed(from_wheels(command))
        print(f"{number:>2}. {command}", flush=True)
        # The doctor names what it would like better, such as names in DNS that there are not here.
        if status and not command.endswith("doctor"):
            sys.exit(f"{seen}\nended with {status}")
        if " create " in command:
            answer = seen
    return answer


def main() -> None:
    """Follow the page, and print the number."""
    commands, order = quick_start()
    (ROOT / "root/order.json").write_text(order)
    answer = follow(commands)
    sold = next(n for n, one in enumerate(commands, 1) if " create " in one)
    if json.loads(answer.strip().splitlines()[-1])["code"] != "created" or sold > MOST:
        sys.exit(f"no sale within {MOST} commands: {answer}")
    print(f"from reading to the first sale: {sold} commands (at most {MOST})")


if __name__ == "__main__":
    main()
