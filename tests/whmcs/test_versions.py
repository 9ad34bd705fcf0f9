"""The module under every PHP that WHMCS runs on: the same answers, and not one deprecation.

Needs `PUQZ_PHP_WASM`, a folder with npm's package @php-wasm/node and a Node.js that it supports.
The stand-in's error handler makes an exception of whatever PHP complains of, also while it
compiles.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Params
from .conftest import Start
from .door import Request, Response, opened, signed
from .php import ROOT, Module, configured
from .test_types import NOT_OFFERED, OTHERS, SAMPLE

VERSIONS = ("8.1", "8.2", "8.3", "8.4", "8.5")
RUNNER = Path(__file__).with_name("versions.mjs")
#: event -> what the engine answers; "success" to any other
ANSWERS: dict[str, Any] = {
    "TestConnection": {"success": True, "error": ""},
    "ServiceSingleSignOn": {"success": True, "redirectTo": "https://mail.example/"},
    "AdminSingleSignOn": {"success": False, "errorMsg": "No."},
    "LoadClassesOfService": {"success": True, "options": {"business": "business"}},
    "ListAccounts": {"success": True, "accounts": []},
    "ClientArea": {"templateVariables": {"puqFragment": "<div>"}},
    "ClientAction": {"ok": False, "message": "Look.", "html": "<div>"},
    "AdminServicesTabFields": {"State": "Active"},
    "MetricProvider": {"usage": {"firma.example": {"cos_1": 0, "storage_gb": 1.5}}, "services": {}},
    "UsageUpdate": [],
}
HOOK = "hook OverrideModuleUsernameGeneration"


@pytest.fixture(scope="module")
def modules() -> Path:
    """The folder node_modules that holds the WebAssembly PHP."""
    folder = os.environ.get("PUQZ_PHP_WASM")
    found = Path(folder or ".", "node_modules").resolve()
    if not folder or not shutil.which("node") or not (found / "@php-wasm/node").is_dir():
        pytest.skip("needs PUQZ_PHP_WASM and Node.js")
    return found


def answered(request: Request) -> Response:
    """The engine's answer to an event."""
    return signed(request, ANSWERS.get(request.path.rpartition("/")[2], "success"))


def calls(params: Params, lines: str) -> Iterator[dict[str, Any]]:
    """Every function, with a service's parameters, for its customer, and with none."""
    given = {**params, "serveraccesshash": params["serveraccesshash"] + lines}
    given |= {"model": {"id": 42}, "configoptions": {"+10 mailboxes": "1"}, "password": "a&amp;b"}
    form = {"puqz_action": "create_mailbox", "name": "a&amp;b", "rows": ["1", "2"]}
    for function in (*SAMPLE, *OTHERS, "LoadClassesOfService", "MetricProvider tenantUsage", HOOK):
        if function in NOT_OFFERED:
            continue
        arguments = {"arguments": ["firma.example"]} if "tenant" in function else {}
        yield {"function": function, "params": given, **arguments}
        yield {"function": function, "params": {}, **arguments}
    customer = {"session": {"uid": 7}, "method": "POST", "post": form, "get": {"puqz_id": "a1"}}
    yield {"function": "client_action", "params": given, **customer}
    yield {"function": "ClientArea", "params": given, **customer}
    yield {"function": "CreateAccount", "params": {**given, "addonId": 5}}
    yield {"function": "TestConnection", "params": {**given, "serveraccesshash": "engine=x"}}


def told(version: str, modules: Path, module: Path, asked: list[dict[str, Any]]) -> list[Any]:
    """What the stand-in told of each call, in a version of PHP."""
    lines = module.parent / f"calls-{version}"
    lines.mkdir()
    (lines / "calls").write_text("".join(json.dumps(one) + "\n" for one in asked))
    mounts = {
        module: "/module",
        RUNNER.parent: "/driver",
        lines: "/calls",
        ROOT / "hooks": "/hooks",
    }
    done = subprocess.run(
        ["node", str(RUNNER), str(modules), version]
        + [f"{folder}={place}" for folder, place in mounts.items()]
        + ["--", "/driver/driver.php", "/module", "/calls/calls"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    ready, *rows = done.stdout.splitlines() or [""]
    assert (ready, done.returncode) == ("ready", 0), done.stdout[-2000:] + done.stderr
    return [json.loads(row) for row in rows]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_module_answers_the_same_in_every_php(
    start: Start, whmcs_params: Params, modules: Path, tmp_path: Path, version: str
) -> None:
    """As in Debian's own, which all other tests use; every file is compiled besides."""
    files = sorted(path.relative_to(ROOT) for path in (ROOT / "hooks").rglob("*.php"))
    module: Module = start()
    packaged = configured(tmp_path / "wasm" / "puqzimbra")
    with opened(answered) as door:
        asked = list(calls(whmcs_params, door.access_hash))
        expected = [asdict(module.call(**one)) for one in asked]
        compiled = {"function": "compile", "params": [f"/{path}" for path in files]}
        *found, problems = told(version, modules, packaged, [*asked, compiled])

    assert problems["value"] == {}, problems
    keys = ("value", "type", "thrown", "activity", "api")
    for one, right, given in zip(asked, expected, found, strict=True):
        compared = {"value": None, "thrown": "", **given}
        assert {key: compared[key] for key in keys} == {key: right[key] for key in keys}, one
