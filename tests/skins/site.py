"""A billing host's pages on loopback: the fragment in a skin, under a strict policy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from deploy import packages

#: where `.ci/run` lets npm put Bootstrap and axe-core
PACKAGES = Path(sys.prefix) / "skins" / "node_modules"
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:"
#: the folder in which a host would serve our style sheet
ASSETS = "/modules/servers/puqzimbra"


@dataclass(frozen=True)
class Skin:
    """A theme's foundation."""

    #: Bootstrap's folder
    package: str
    #: of the page's root
    attributes: str = ""

    @property
    def address(self) -> str:
        """Where its style sheet is served."""
        return f"/{self.package}.css"

    @property
    def sheet(self) -> Path:
        """Its style sheet, if npm put it there."""
        return PACKAGES / self.package / "dist/css/bootstrap.min.css"


SKINS: Mapping[str, Skin] = {
    "Bootstrap 3": Skin("bootstrap3"),
    "Bootstrap 4": Skin("bootstrap4"),
    "Bootstrap 5": Skin("bootstrap5"),
    "Bootstrap 5, dark": Skin("bootstrap5", ' data-bs-theme="dark"'),
    "Bootstrap 5, light": Skin("bootstrap5", ' data-bs-theme="light"'),
}

#: the boxes in which WHMCS's own themes print the fragment, centred
BOXES = """<h2>firma.example</h2>
<div class="tab-content">
<div class="tab-pane fade in show active text-center" id="domain">
<div class="text-center module-client-area">
{fragment}
</div>
</div>
</div>"""
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
{body}
</main>
</body>
</html>
"""


def page(skin: str, language: str, fragment: str) -> str:
    """Put the fragment into a plain page of a skin."""
    chosen = SKINS[skin]
    body = BOXES.format(fragment=fragment)
    return around(body, language, [chosen.address], chosen.attributes)


def around(body: str, language: str, sheets: Sequence[str], attributes: str = "") -> str:
    """Make a page of what stands in its middle, with style sheets at these addresses."""
    links = "\n".join(f'<link rel="stylesheet" href="{address}">' for address in sheets)
    return PAGE.format(language=language, attributes=attributes, sheets=links, body=body)


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
            content, kind = site.files.get(self.path.partition("?")[0], (b"", ""))
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
        held = packages.contents("whmcs")
        for name, kind in (("puqz.css", "text/css"), ("puqz.js", "text/javascript")):
            asset = held[f"{ASSETS.strip('/')}/assets/{name}"]
            site.files[f"{ASSETS}/{name}"] = (asset, f"{kind}; charset=utf-8")
        for skin in SKINS.values():
            site.put_sheet(skin.address, skin.sheet)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
