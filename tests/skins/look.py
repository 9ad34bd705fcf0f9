"""What is looked for in a page that a browser shows: on a good one, nothing of it is found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .site import PACKAGES

#: what a run ends with, in this order
COUNTED = (
    "console errors", "foreign requests", "CSP violations", "axe violations", "sticking out",
    "not served",
)  # fmt: skip

#: before anything of a page: keep what its policy forbids; ``ours``: within the fragment
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => window.violations.push({
    ours: event.target instanceof Element && event.target.closest(".puqz") !== null,
    text: `${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`,
}));
"""
#: elements that stick out, of the page or of the box that holds the fragment
STICKING_OUT = """
() => {
    const page = document.scrollingElement;
    const found = page.scrollWidth > page.clientWidth
        ? [`the page is ${page.scrollWidth} wide in ${page.clientWidth}`] : [];
    const box = document.querySelector(".puqz");
    const edge = box.getBoundingClientRect().right;
    for (const element of box.querySelectorAll("*")) {
        const scrolled = element.closest(".puqz-scroll");
        const right = element.getBoundingClientRect().right;
        if (right > edge + 0.5 && (!scrolled || scrolled === element))
            found.push(`${element.outerHTML.slice(0, 80)} ends at ${right} of ${edge}`);
    }
    return found;
}
"""
#: axe-core with every rule of its own that is not an experiment, and the size of targets (WCAG 2.2)
AXE = """
async context => (await axe.run(context, {
    resultTypes: ["violations"], preload: false, rules: {"target-size": {enabled: true}},
})).violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.html} (${node.failureSummary})`))
"""


@dataclass
class Looks:
    """What was looked at, and what was found: kind and words."""

    pages: int = 0
    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, kind: str, where: str, texts: Sequence[str]) -> None:
        """Note what was found on a page."""
        self.found.extend((kind, f"{where}: {text}") for text in texts)

    def figures(self) -> dict[str, int]:
        """Give the counts for the line at the end."""
        kinds = Counter(kind for kind, _ in self.found)
        return {"pages": self.pages, **{kind: kinds[kind] for kind in COUNTED}}


@dataclass
class Look:
    """One page in a browser: ``ours`` is whether all of it is, or the fragment alone."""

    page: Any
    looks: Looks
    where: str
    ours: bool = True

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._note("console errors", str(error)))
        self.page.on("dialog", lambda dialog: self._note("console errors", dialog.message))
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.page.add_init_script(WATCH)

    def _note(self, kind: str, text: str) -> None:
        self.looks.add(kind, self.where, [text])

    def _console(self, message: Any) -> None:
        # What the policy forbids a host's theme is the theme's; ours is counted from the page.
        if message.type in ("error", "warning") and (
            self.ours or "Content Security Policy" not in message.text
        ):
            self._note("console errors", message.text)

    def _request(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.hostname != "127.0.0.1" and address.scheme != "data":
            self._note("foreign requests", request.url)

    def _response(self, response: Any) -> None:
        if response.status != 200 and (self.ours or "puqz" in response.url):
            self._note("not served", response.url)

    def open(self, address: str) -> None:
        """Go there."""
        self.page.goto(address)
        assert self.page.locator(".puqz").count() == 1
        for violation in self.page.evaluate("window.violations"):
            if self.ours or violation["ours"]:
                self._note("CSP violations", violation["text"])

    def sticking_out(self, where: str) -> None:
        """Note what does not fit."""
        self.looks.add("sticking out", where, self.page.evaluate(STICKING_OUT))

    def look(self, where: str) -> None:
        """Look at the page as it is now."""
        self.looks.pages += 1
        self.sticking_out(where)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate((PACKAGES / "axe-core/axe.min.js").read_text())
        context = "document" if self.ours else json.dumps(".puqz")
        self.looks.add("axe violations", where, self.page.evaluate(f"({AXE})({context})"))
