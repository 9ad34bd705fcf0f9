"""The files as they are shipped: syntax, and nothing that answers by itself."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy import packages

from ..conftest import Params
from .php import PHP, ROOT, Module, configured

MODULE = packages.HOOKS / "whmcs" / packages.MODULES["whmcs"]
PHP_FILES = sorted([*(ROOT / "hooks").rglob("*.php"), *Path(__file__).parent.rglob("*.php")])
LIBRARY = [*MODULE.glob("lib/*.php"), *(ROOT / "hooks/bridge").glob("*.php")]


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


def test_a_library_file_does_nothing_by_itself() -> None:
    """A class and no more: a browser that opens one learns nothing."""
    assert PHP
    for path in sorted(LIBRARY):
        done = subprocess.run([PHP, str(path)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), path


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        ("CreateAccount", "{}"),
        ("TestConnection", {"success": False, "error": "{}"}),
        ("ListAccounts", {"success": False, "error": "{}"}),
    ],
)
def test_without_its_bridge_the_module_says_so(
    tmp_path: Path, whmcs_params: Params, function: str, answer: Any
) -> None:
    """The module's folder was copied from the repository, as it once was to be: WHMCS stays up."""
    folder = configured(tmp_path / "puqzimbra")
    shutil.rmtree(folder / "bridge")
    module = Module(folder)
    told = module.call(function, whmcs_params).value
    module.close()
    message = (
        "The module's folder bridge is missing: unpack the whole package puqzimbra-whmcs again,"
        ' which "make packages" builds.'
    )

    assert told == json.loads(json.dumps(answer).replace("{}", json.dumps(message)[1:-1]))


def test_the_module_works_from_the_repository(whmcs_params: Params) -> None:
    """There the bridge lies elsewhere; a developer needs no package."""
    module = Module(MODULE)
    told = module.call("CreateAccount", {**whmcs_params, "serveraccesshash": "engine=nonsense"})
    module.close()

    assert told.value.startswith("Line 1 of the server's Access Hash: engine is")


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
