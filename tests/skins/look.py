"""What is looked for in a page that a browser shows: on a good one, nothing of it is found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from .site import PACKAGES

#: widths of a window; 320 pixels are a desk's page at 400 % (WCAG 2.2, 1.4.10 Reflow)
DESK, TELEPHONE, NARROWEST = 1280, 390, 320
#: what a system may ask for
SCHEMES = ("light", "dark")
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
#: what sticks out: of the window, of the host's box, and of the fragment
STICKING_OUT = """
ours => {
    const page = document.scrollingElement, box = document.querySelector(".puqz");
    const edge = box.getBoundingClientRect().right;
    const found = [];
    if (ours && page.scrollWidth > page.clientWidth)
        found.push(`the page is ${page.scrollWidth} wide in ${page.clientWidth}`);
    if (edge > box.parentElement.getBoundingClientRect().right + 0.5)
        found.push(`the fragment ends at ${edge}`);
    for (const element of box.querySelectorAll("*")) {
        // What only a screen reader meets is cut to a pixel on purpose.
        const hidden = element.closest("thead, caption, .puqz-hidden");
        if (hidden && getComputedStyle(hidden).clipPath === "inset(50%)") continue;
        const right = element.getBoundingClientRect().right;
        if (right > edge + 0.5)
            found.push(`${element.outerHTML.slice(0, 80)} ends at ${right} of ${edge}`);
        // What is typed into scrolls in its own way; of everything else nothing may be cut off.
        const cuts = getComputedStyle(element).overflowX !== "visible";
        const typed = element.matches("input, textarea, select, svg, svg *, progress");
        if (cuts && !typed && element.scrollWidth > element.clientWidth + 1)
            found.push(`${element.outerHTML.slice(0, 80)} cuts ${element.scrollWidth} off`);
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


class Look:
    """A browser's page, and all that was found on those that it showed: kind and words."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.pages = 0
        self.found: list[tuple[str, str]] = []
        #: which page it is, and whether all of it is ours or the fragment alone
        self.where, self.ours = "", True
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note("console errors", str(error)))
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("response", self._response)
        page.add_init_script(WATCH)

    def _note(self, kind: str, *texts: str) -> None:
        self.found.extend((kind, f"{self.where}: {text}") for text in texts)

    def _console(self, message: Any) -> None:
        # What the policy forbids a host's theme is the theme's; ours is counted from the page.
        if message.type in ("error", "warning") and (
            self.ours or "Content Security Policy" not in message.text
        ):
            self._note("console errors", message.text)

    def _dialog(self, dialog: Any) -> None:
        self._note("console errors", dialog.message)
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.hostname != "127.0.0.1" and address.scheme != "data":
            self._note("foreign requests", request.url)

    def _response(self, response: Any) -> None:
        if response.status != 200 and (self.ours or "puqz" in response.url):
            self._note("not served", response.url)

    def open(self, where: str, address: str, *, ours: bool = True) -> None:
        """Go to a page with a fragment."""
        self.where, self.ours = where, ours
        self.page.goto(address)
        assert self.page.locator(".puqz").count() == 1
        for violation in self.page.evaluate("window.violations"):
            if ours or violation["ours"]:
                self._note("CSP violations", violation["text"])

    def unfold(self) -> None:
        """Open what a click would open."""
        self.page.evaluate("document.querySelectorAll('.puqz details').forEach(e => e.open = true)")

    def sticking_out(self) -> None:
        """Note what does not fit."""
        self._note("sticking out", *self.page.evaluate(STICKING_OUT, self.ours))

    def inspect(self) -> None:
        """Look at the page as it is now."""
        self.pages += 1
        self.sticking_out()
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate((PACKAGES / "axe-core/axe.min.js").read_text())
        context = "document" if self.ours else json.dumps(".puqz")
        self._note("axe violations", *self.page.evaluate(f"({AXE})({context})"))

    def inspect_all(
        self, where: str, address: str, *, ours: bool = True, schemes: Sequence[str] = SCHEMES
    ) -> None:
        """Look at a page in both colour schemes, at a desk, on a telephone and at its narrowest."""
        self.open(where, address, ours=ours)
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme)
            for width in (DESK, TELEPHONE, NARROWEST):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.where = f"{where}, {scheme}, {width}"
                self.inspect()

    def figures(self) -> dict[str, int]:
        """Give the counts for the line at the end."""
        kinds = Counter(kind for kind, _ in self.found)
        return {"pages": self.pages, **{kind: kinds[kind] for kind in COUNTED}}
