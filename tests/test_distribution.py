"""The sdist and the wheel, built from a copy of the sources and opened."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from puq_zimbra import __version__

ROOT = Path(__file__).parent.parent
FOLDERS = ("puq_zimbra", "hooks", "templates", "deploy", "docs")
BUILD = "from setuptools import build_meta as b; b.build_sdist('dist'); b.build_wheel('dist')"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both."""
    source = tmp_path_factory.mktemp("source")
    for path in (one for one in ROOT.iterdir() if one.is_file() and one.suffix != ".lock"):
        shutil.copy(path, source)
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__", "screenshots")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    (source / "hooks/whmcs/modules/servers/puqzimbra/config.php").write_text("<?php // a secret")
    subprocess.run([sys.executable, "-c", BUILD], cwd=source, check=True, capture_output=True)
    return source / "dist"


def of(*patterns: str) -> set[str]:
    """Files of the repository."""
    return {
        path.relative_to(ROOT).as_posix()
        for pattern in patterns
        for path in ROOT.glob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_both_hold_what_is_read_copied_and_run(built: Path) -> None:
    """The docs, the history, what a provider copies, the PHP sides; no settings of a machine."""
    read = of("docs/*.md", "docs/examples/*") | {"CHANGELOG.md", "README.md", "SECURITY.md"}
    shipped = of("deploy/**/*", "hooks/**/*", "templates/**/*") - of("**/config.php")
    with tarfile.open(built / f"puq_zimbra-{__version__}.tar.gz") as archive:
        sdist = {name.partition("/")[2] for name in archive.getnames()}
    (file,) = built.glob("*.whl")
    with ZipFile(file) as archive_of_wheel:
        wheel = set(archive_of_wheel.namelist())
    docs = f"puq_zimbra-{__version__}.data/data/share/doc/puq_zimbra"

    assert read | shipped <= sdist
    assert {f"{docs}/{name}" for name in read} <= wheel
    assert {f"puq_zimbra/{name}" for name in shipped} <= wheel
    assert not [name for name in sdist | wheel if name.endswith("/config.php")]
    assert {"LICENSE", "MANIFEST.in", "setup.cfg"} <= sdist
