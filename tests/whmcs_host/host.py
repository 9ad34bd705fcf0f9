"""The billing host as its people use it: the admin and the cron by commands, the client by HTTP."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import requests
from lxml import html

from deploy import packages

HERE = Path(__file__).parent
#: seconds until a command of the host must have ended
PATIENCE = 120


class Host:
    """A billing host with our module installed."""

    def __init__(self, folder: Path, database: str) -> None:
        """``database`` is PDO's name of an empty database."""
        self.root = folder / "root"
        packages.unpacked("whmcs", self.root)
        # What a page of the host's own folder loads first.
        (self.root / "init.php").write_text(f"<?php require {str(HERE)!r} . '/lib/platform.php';\n")
        settings = folder / "host.json"
        settings.write_text(
            json.dumps(
                {
                    "root": str(self.root),
                    "database": database,
                    "key": base64.b64encode(secrets.token_bytes(32)).decode(),
                }
            )
        )
        sessions = folder / "sessions"
        sessions.mkdir()
        self._php = ["php", "-d", "display_errors=stderr", "-d", f"session.save_path={sessions}"]
        self._env = {"PATH": os.environ["PATH"], "WHMCS_HOST": str(settings)}
        self.do("install")

    def configure(self, **values: Any) -> None:
        """Write the module's settings file."""
        path = self.root / "modules" / "servers" / "puqzimbra" / "config.php"
        path.write_text(f"<?php return json_decode(<<<'JSON'\n{json.dumps(values)}\nJSON, true);\n")

    def do(self, action: str, **given: Any) -> Any:
        """Carry out one action in a process of its own; see host.php."""
        process = self.start(action, **given)
        printed, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors.decode() + printed.decode()
        assert errors == b"", errors.decode()
        return json.loads(printed)

    def start(self, action: str, **given: Any) -> subprocess.Popen[bytes]:
        """Begin one action and do not wait for its end."""
        process = subprocess.Popen(
            [*self._php, str(HERE / "host.php"), action],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._env,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(given).encode())
        process.stdin.close()
        process.stdin = None
        return process

    def fill(self, *rows: tuple[str, dict[str, Any]]) -> None:
        """Add rows to tables; passwords in the clear."""
        self.do("fill", rows=rows)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All that a table holds."""
        return list(self.do("rows", table=table))

    def service(self, number: int) -> dict[str, Any]:
        """A service as it stands."""
        return next(row for row in self.rows("tblhosting") if int(row["id"]) == number)

    def queue(self) -> list[dict[str, Any]]:
        """What waits for an admin's Retry."""
        return [row for row in self.rows("tblmodulequeue") if not int(row["completed"])]

    @contextlib.contextmanager
    def serve(self) -> Iterator[str]:
        """Serve the client's pages while the context is open; their address."""
        command = [*self._php, "-S", "127.0.0.1:0", "-t", str(self.root), str(HERE / "www.php")]
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=self._env, text=True) as server:
            try:
                assert server.stderr is not None
                started = re.search(r"\((http://\S+)\) started", server.stderr.readline())
                assert started, "PHP's web server does not start"
                yield started[1]
            finally:
                server.terminate()
                server.communicate()


class Client:
    """A client's browser."""

    def __init__(self, address: str, number: int, ca_file: Path) -> None:
        self.address, self.number = address, number
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(ca_file)
        #: every page so far
        self.read: list[str] = []
        self.session.get(f"{address}/login.php", params={"client": number}, timeout=PATIENCE)

    def get(self, service: int, **more: str) -> requests.Response:
        """Ask for a service's page, or for what a link on it asks."""
        query = {"action": "productdetails", "id": str(service), **more}
        page = f"{self.address}/clientarea.php"
        answer = self.session.get(page, params=query, timeout=PATIENCE, allow_redirects=False)
        self.read.append(answer.text)
        return answer

    def post(self, service: int, **form: str) -> requests.Response:
        """Send a form of a service's page, with the token that stands on it unless one is given."""
        if "token" not in form:
            form["token"] = self.token(service)
        answer = self.session.post(
            f"{self.address}/clientarea.php?action=productdetails",
            data={"id": str(service), **form},
            timeout=PATIENCE,
        )
        self.read.append(answer.text)
        return answer

    def send(self, page: str, action: str, **typed: str | None) -> requests.Response:
        """Fill in a form of a page that was read, and send it as a browser does, script or none."""
        document: Any = html.fromstring(page)
        (form,) = (
            one
            for one in document.forms
            if one.method == "POST" and one.fields.get("puqz_action") == action
        )
        fields = {name: value for name, value in {**dict(form.fields), **typed}.items() if value}
        answer = self.session.post(
            f"{self.address}{form.action}", data=fields, timeout=PATIENCE, allow_redirects=False
        )
        self.read.append(answer.text)
        return answer

    def follow(self, answer: requests.Response) -> str:
        """The page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        page = self.session.get(f"{self.address}{answer.headers['Location']}", timeout=PATIENCE)
        self.read.append(page.text)
        return page.text

    def masquerade(self, admin: int) -> None:
        """Let staff use the client's pages."""
        query = {"client": self.number, "admin": admin}
        self.session.get(f"{self.address}/login.php", params=query, timeout=PATIENCE)

    def token(self, service: int) -> str:
        """What makes a form the host's own."""
        found = re.search(r'name="token" value="(\w+)"', self.get(service).text)
        assert found, "the page has no token"
        return found[1]


def told(page: requests.Response) -> str:
    """What a page says of the action that led to it: `success` or the error; blank = nothing."""
    found = re.search(r'<div class="alert alert-(\w+)">(.*?)</div>', page.text, re.S)
    if found is None:
        return ""
    return "success" if found[1] == "success" else unescape(found[2])
