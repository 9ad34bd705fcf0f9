"""Carry out a Dockerfile's steps in a clean Debian, by chroot: no container engine builds anything.

    container.py DOCKERFILE CLEAN FOLDER

Debian's Python stands in for that of the images that the Dockerfile begins from. Each stage becomes
a copy of CLEAN; the last one is FOLDER/container, and FOLDER/container.run starts what stands in
ENTRYPOINT, as USER, with ENV and in WORKDIR. Needs root. Variables PIP_… are handed to RUN.

Source: the Dockerfile reference ("FROM", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT").
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Stage:
    """A part of the build, in a folder of its own."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH, "HOME": "/root"})
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)

    def command(self, *words: str, **more: str) -> list[str]:
        """What runs a command inside, as the stage's user."""
        pairs = [f"{name}={value}" for name, value in {**self.environment, **more}.items()]
        inside = f"cd {shlex.quote(self.folder)} && exec {shlex.join(words)}"
        started = ["chroot", f"--userspec={self.user}", str(self.root), "env", "-i", *pairs]
        return [*started, "/bin/sh", "-c", inside]


def steps(text: str) -> Iterator[tuple[str, str]]:
    """The instructions with what they say."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        name, _, rest = line.partition(" ")
        if name:
            yield name, rest.strip()


def copy(stage: Stage, rest: str, stages: dict[str, Stage], context: Path) -> None:
    """COPY: files from the sources, or from a stage of before."""
    words = shlex.split(rest)
    source = stages[words.pop(0).removeprefix("--from=")].root if "--from=" in rest else context
    *names, to = words
    aim = stage.root / os.path.join(stage.folder, to).lstrip("/")  # noqa: PTH118 - "/" replaces
    (aim if to.endswith("/") else aim.parent).mkdir(parents=True, exist_ok=True)
    for name in names:
        path = source / name.lstrip("/")
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__") if source == context else None
            shutil.copytree(path, aim, symlinks=True, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy2(path, aim)


def build(dockerfile: Path, clean: Path, folder: Path) -> Stage:
    """Take the steps; the last stage."""
    stages: dict[str, Stage] = {}
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    stage = None
    for name, rest in steps(dockerfile.read_text("utf-8")):
        print(f"{name} {rest[:90]}", flush=True)
        if name == "FROM":
            known_by = rest.partition(" AS ")[2] or "container"
            stage = stages[known_by] = Stage(folder / known_by)
            shutil.rmtree(stage.root, ignore_errors=True)
            subprocess.run(["cp", "-a", str(clean), str(stage.root)], check=True)
            (stage.root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
            continue
        assert stage is not None
        if name == "RUN":
            subprocess.run(stage.command("/bin/sh", "-c", rest, **pip), check=True)
        elif name == "COPY":
            copy(stage, rest, stages, dockerfile.parent.parent)
        elif name == "WORKDIR":
            stage.folder = rest
            (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "ENV":
            given = dict(word.split("=", 1) for word in shlex.split(rest))
            path = stage.environment["PATH"]
            stage.environment |= {k: v.replace("$PATH", path) for k, v in given.items()}
        elif name == "USER":
            stage.user = rest
        elif name == "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        elif name not in ("CMD", "VOLUME", "STOPSIGNAL"):
            sys.exit(f"this does not know the instruction {name}")
    assert stage is not None
    return stage


def main() -> None:
    """Build, and write what starts it."""
    dockerfile, clean, folder = (Path(one).resolve() for one in sys.argv[1:])
    built = build(dockerfile, clean, folder)
    words = built.command(*built.entrypoint)
    words[-1] += ' "$@"'
    run = folder / "container.run"
    run.write_text(f'#!/bin/sh\nexec {shlex.join(words)} container "$@"\n')
    run.chmod(0o755)


if __name__ == "__main__":
    main()
