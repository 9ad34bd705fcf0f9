"""The files as they are shipped: copies that are equal, syntax, nothing that answers by itself."""

from __future__ import annotations

import importlib.util
import json
import struct
import subprocess
from pathlib import Path

import pytest

from .php import MODULE, PHP, ROOT, configured

PHP_FILES = sorted([*(ROOT / "hooks").rglob("*.php"), *Path(__file__).parent.rglob("*.php")])
SCRIPT = ROOT / "hooks/whmcs/refresh.py"


def test_the_copies_are_equal() -> None:
    """`python hooks/whmcs/refresh.py` makes them so."""
    spec = importlib.util.spec_from_file_location("refresh", SCRIPT)
    assert spec
    assert spec.loader
    refresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(refresh)
    stale = [path for path, text in refresh.copies().items() if path.read_text("utf-8") != text]

    assert stale == []


@pytest.mark.parametrize("path", PHP_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_php_reads_it(path: Path) -> None:
    """A syntax error in one of WHMCS's modules takes WHMCS down."""
    assert PHP
    done = subprocess.run([PHP, "-l", str(path)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["puqzimbra.php", "hooks.php", "config.example.php"])
def test_it_does_nothing_outside_whmcs(tmp_path: Path, name: str) -> None:
    """The folder is within the web server's reach."""
    assert PHP
    folder = configured(tmp_path / "puqzimbra")
    done = subprocess.run([PHP, str(folder / name)], capture_output=True, text=True, check=True)

    assert done.stdout == "This file cannot be accessed directly"


@pytest.mark.parametrize("path", sorted(MODULE.glob("lib/*.php")), ids=lambda path: path.stem)
def test_a_library_file_does_nothing_by_itself(path: Path) -> None:
    """A class and no more."""
    assert PHP
    done = subprocess.run([PHP, str(path)], capture_output=True, text=True, check=False)

    assert done.stdout == "" or "not found" in done.stdout + done.stderr


def test_whmcs_finds_its_facts() -> None:
    """The metadata file and a logo of at most 500 pixels."""
    facts = json.loads((MODULE / "whmcs.json").read_text("utf-8"))
    logo = (MODULE / facts["logo"]["filename"]).read_bytes()
    width, height = struct.unpack(">II", logo[16:24])

    assert (facts["schema"], facts["type"], facts["name"]) == ("1.0", "whmcs-servers", MODULE.name)
    assert logo.startswith(b"\x89PNG")
    assert max(width, height) <= 500


def test_the_template_prints_the_fragment_as_it_is() -> None:
    """Whatever the theme's escaping, and without Smarty reading it."""
    assert (MODULE / "templates/clientarea.tpl").read_text("utf-8") == "{$puqFragment nofilter}\n"
