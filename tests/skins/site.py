"""A billing host's pages on loopback: the fragment in a skin, under a strict policy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

#: where `.ci/run` lets npm put Bootstrap and axe-core
PACKAGES = Path(sys.prefix) / "skins" / "node_modules"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:"
#: the folder in which a host would serve our style sheet
ASSETS = "/modules/servers/puqzimbra"

#: skin -> attributes of the page, and its style sheets
SKINS: Mapping[str, tuple[str, Path]] = {
    "Bootstrap 3": ("", PACKAGES / "bootstrap3/dist/css/bootstrap.min.css"),
    "Bootstrap 4": ("", PACKAGES / "bootstrap4/dist/css/bootstrap.min.css"),
    "Bootstrap 5": ("", PACKAGES / "bootstrap5/dist/css/bootstrap.min.css"),
    "Bootstrap 5, dark": (
        ' data-bs-theme="dark"',
        PACKAGES / "bootstrap5/dist/css/bootstrap.min.css",
    ),
}

#: around the fragment: the boxes in which WHMCS's own themes print it, centred
PAGE = """<!DOCTYPE html>
<html lang="{language}"{attributes}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Example Hosting</title>
<link rel="icon" href="data:,">
{sheets}
</head>
<body>
<main class="container">
<h1>Example Hosting</h1>
<h2>firma.example</h2>
<div class="tab-content">
<div class="tab-pane fade in show active text-center" id="domain">
<div class="text-center module-client-area">
{fragment}
</div>
</div>
</div>
</main>
</body>
</html>
"""


def page(skin: str, language: str, fragment: str) -> str:
    """Put the fragment into a plain page of a skin."""
    attributes, sheet = SKINS[skin]
    return PAGE.format(
        language=language,
        attributes=attributes,
        sheets=f'<link rel="stylesheet" href="{sheet.relative_to(PACKAGES)}">',
        fragment=fragment,
    )


@dataclass
class Site:
    """What is served: an address's path, and its bytes and kind."""

    port: int = 0
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def put(self, html: str) -> str:
        """Serve a page; give its address."""
        path = f"/{len(self.files)}.html"
        self.files[path] = (html.encode(), "text/html; charset=utf-8")
        return f"http://127.0.0.1:{self.port}{path}"

    def put_sheet(self, path: str, sheet: Path) -> None:
        """Serve a style sheet without its fonts: the policy forbids them, used or not."""
        css = re.sub(rb"@font-face *\{[^}]*\}", b"", sheet.read_bytes())
        self.files[path] = (css, "text/css; charset=utf-8")


@contextmanager
def serve() -> Iterator[Site]:
    """Serve on a free port of loopback until the block ends."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, kind = site.files.get(self.path, (b"", ""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_port
        site.put_sheet(f"{ASSETS}/puqz.css", Path(__file__).parents[2] / "templates/puqz.css")
        for _, sheet in SKINS.values():
            site.put_sheet(f"/{sheet.relative_to(PACKAGES)}", sheet)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
