"""The demonstration's billing host, over a real socket on loopback."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import lxml.html
import pytest
import requests

from puq_zimbra.clientarea.page import declared
from puq_zimbra.demo import host
from puq_zimbra.demo.step import Step
from puq_zimbra.demo.view import Mode


@dataclass
class Product:
    """What stands behind the frame: it keeps what it was asked."""

    shown: list[tuple[str, str, str]] = field(default_factory=list)
    forms: list[Mapping[str, str]] = field(default_factory=list)
    queries: list[Mapping[str, str]] = field(default_factory=list)
    acting: host.Acted = field(default_factory=lambda: host.Acted(False, "<b>no</b>"))
    acted: list[tuple[dict[str, str], str]] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    address: str = "https://127.0.0.1:7443/service/preauth?authtoken=x"

    def fragment(
        self,
        locale: str,
        mode: Mode,
        page: str,
        form: Mapping[str, str],
        query: Mapping[str, str],
    ) -> str:
        """Note what is to be shown, and answer a form."""
        self.shown.append((locale, mode, page))
        self.forms.append(form)
        self.queries.append(query)
        return (
            f'<form action="{form["action"]}"><input name="token" value="{form["token"]}"></form>'
        )

    def act(self, form: Mapping[str, str], locale: str, mode: Mode) -> host.Acted:
        """Note the form, and answer as a test wants."""
        self.acted.append((dict(form), locale))
        return self.acting

    def actions(self) -> host.HostActions:
        """Return what the frame calls."""
        return host.HostActions(
            fragment=self.fragment,
            act=self.act,
            sso=lambda target: self.address,
            timeline=lambda: [
                Step("Create %(domain)s", "", True, {"domain": "<i>firma.example</i>"}),
                Step("Renew", "", False),
            ],
            product=lambda locale: [("Data rejestracji", "5 stycznia 2026")],
            states=lambda: ("near_box", ("near_box", "new")),
            enter=self.entered.append,
        )


@pytest.fixture
def product() -> Product:
    """A product that keeps what it was asked."""
    return Product()


@pytest.fixture
def frame(product: Product) -> Iterator[host.DemoHost]:
    """A frame on a free port."""
    with host.serve(product.actions(), port=0) as frame:
        yield frame


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str


def ask(
    frame: host.DemoHost,
    path: str,
    fields: Mapping[str, str] | None = None,
    **headers: str,
) -> Answer:
    """Send a request; with fields, a form."""
    parts = urlsplit(frame.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        body = None if fields is None else urlencode(fields)
        kind = {} if fields is None else {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("GET" if fields is None else "POST", path, body, {**kind, **headers})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()


def test_the_frame_shows_the_fragment_and_keeps_its_promises(
    frame: host.DemoHost, product: Product
) -> None:
    """The page is served under the policy that the fragment must bear."""
    answer = ask(frame, "/?lang=en&mode=embedded&tab=usage&skin=3")

    assert answer.status == 200
    assert product.shown == [("en", "embedded", "usage")]
    assert "default-src 'none'; style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)
    assert "Create …i…firma.example" in answer.text
    assert "Odnowienie" in ask(frame, "/?lang=pl").text
    assert "5 stycznia 2026" in answer.text


def test_what_was_asked_of_the_table_is_handed_on(frame: host.DemoHost, product: Product) -> None:
    """The names in the address are the page's, those in the form are the hook's."""
    ask(frame, "/?puqz_page=2&puqz_search=an%26na&puqz_sort=-used")
    (form,) = product.forms

    assert (form["search"], form["sort"]) == ("an&na", "-used")
    assert product.queries == [{"search": "an&na", "sort": "-used"}]
    assert form["page_url"].endswith("puqz_page=")
    assert product.shown[0][2] == "2"


def test_unknown_choices_fall_back(frame: host.DemoHost, product: Product) -> None:
    """An address is anybody's to write."""
    ask(frame, "/?lang=%3Cb%3E&mode=x&skin=9&puqz_page=3")

    assert product.shown == [("pl", "full", "3")]


@pytest.mark.parametrize(
    ("name", "kind"), [("puqz.css", "css"), ("host.css", "css"), ("puqz.js", "javascript")]
)
def test_style_sheets_and_the_script_are_served(frame: host.DemoHost, name: str, kind: str) -> None:
    """The fragment's own come from where the host is told to serve them."""
    answer = ask(frame, f"{host.ASSETS_URL}/{name}")

    assert (answer.status, answer.headers["Content-Type"]) == (200, f"text/{kind}; charset=utf-8")


def test_a_state_is_shown_by_a_click(frame: host.DemoHost, product: Product) -> None:
    """The present one is marked, and the click is a form like any other."""
    page: Any = lxml.html.fromstring(ask(frame, "/?lang=en").text)
    (form,) = [one for one in page.forms if one.get("class") == "host-states"]
    sent = ask(frame, form.get("action"), {"token": frame.token, "state": "new"})

    assert form.xpath("button/text()") == ["a mailbox nearly full", "new and empty"]
    assert form.xpath("button[@aria-current]/@value") == ["near_box"]
    assert (sent.status, product.entered) == (303, ["new"])
    assert ask(frame, "/state", {"state": "new"}).status == 403


def test_a_form_is_carried_out_once_and_its_outcome_shown_once(
    frame: host.DemoHost, product: Product
) -> None:
    """After the form the browser is sent to the page, so a reload repeats nothing."""
    page: Any = lxml.html.fromstring(ask(frame, "/?lang=en").text)
    form = page.forms[0]
    fields = {**dict(form.form_values()), "puqz_action": "change_admin_password"}
    sent = ask(frame, form.action, fields)
    first, second = ask(frame, sent.headers["Location"]), ask(frame, sent.headers["Location"])

    assert sent.status == 303
    ((acted, locale),) = product.acted
    assert (acted["puqz_action"], acted["page_url"][:2], locale) == (
        fields["puqz_action"],
        "/?",
        "en",
    )
    assert "&lt;b&gt;no&lt;/b&gt;" in first.text
    assert "&lt;b&gt;no" not in second.text


def test_a_page_with_the_answer_or_a_way_on(frame: host.DemoHost, product: Product) -> None:
    """Errors and what is shown once come with the answer; else the browser is sent on."""
    page, sent = "/act?lang=en&puqz_page=mailbox&puqz_id=a1&puqz_notice=n", {"token": frame.token}
    product.acting = host.Acted(False, "Look.", html="<p>this once</p>")
    drawn = ask(frame, page, sent)
    product.acting = host.Acted(True, "Done.", next="/?puqz_page=mailboxes")
    done = ask(frame, page, sent)
    product.acting = host.Acted(True, "Done.", next="https://evil.example/")
    elsewhere = ask(frame, page, sent)

    assert (drawn.status, "<p>this once</p>" in drawn.text, "Look." in drawn.text) == (
        200,
        True,
        False,
    )
    assert (done.status, done.headers["Location"]) == (303, "/?puqz_page=mailboxes")
    stays = "/?lang=en&skin=4&mode=full&puqz_page=mailbox&puqz_id=a1"
    assert (elsewhere.status, elsewhere.headers["Location"]) == (303, stays)


def test_a_file_is_handed_on(frame: host.DemoHost, product: Product) -> None:
    """As the bytes that it has; the fields beside it as texts."""
    wanted = requests.Request(
        "POST",
        f"{frame.url}act?lang=en",
        data={"token": frame.token, "name": "ż"},
        files={"file": ("a.csv", b"\xb9;b\r\n", "text/csv")},
    ).prepare()
    with requests.Session() as session:
        session.trust_env = False
        answer = session.send(wanted, timeout=10, allow_redirects=False)
    ((acted, _),) = product.acted

    assert answer.status_code == 303
    assert acted["name"] == "ż"
    assert acted["file"].partition("base64,")[2] == "uTtiDQo="
    assert acted["takes_files"] == "1"


def test_the_list_of_what_to_look_at_leads_there(frame: host.DemoHost, product: Product) -> None:
    """Each is a page of the customer's."""
    page: Any = lxml.html.fromstring(ask(frame, "/?lang=en").text)
    links = page.xpath("//ol[@class='host-look']//a/@href")
    for link in links:
        assert ask(frame, link).status == 200

    assert len(links) > 5
    assert {shown for _, _, shown in product.shown[1:]} <= set(declared())


@pytest.mark.parametrize("path", ["/act?lang=pl", "/sso"])
@pytest.mark.parametrize("token", [None, "", "x", "ż"])
def test_a_form_from_elsewhere_is_refused(
    frame: host.DemoHost, product: Product, path: str, token: str | None
) -> None:
    """Only the frame's own pages know its token."""
    answer = ask(frame, path, {} if token is None else {"token": token})

    assert answer.status == 403
    assert product.acted == []


def test_nothing_is_done_by_a_link(frame: host.DemoHost, product: Product) -> None:
    """Actions are POST alone."""
    assert ask(frame, f"/act?token={frame.token}").status == 404
    assert ask(frame, f"/sso?token={frame.token}").status == 404
    assert product.acted == []


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:80", "127.0.0.1", "localhost:1", ""]
)
def test_another_name_is_refused(frame: host.DemoHost, product: Product, name: str) -> None:
    """A page elsewhere may not reach in by a name that resolves to loopback."""
    assert ask(frame, "/", Host=name).status == 421
    assert product.shown == []


def test_single_sign_on_is_a_link_that_tells_nobody_where_it_came_from(
    frame: host.DemoHost, product: Product
) -> None:
    """Only an https address becomes one."""
    good = ask(frame, "/sso", {"token": frame.token, "target": "webmail"})
    product.address = "javascript:alert(1)"
    bad = ask(frame, "/sso", {"token": frame.token, "target": "admin"})

    assert 'href="https://127.0.0.1:7443/service/preauth?authtoken=x"' in good.text
    assert 'rel="noopener noreferrer"' in good.text
    assert "javascript" not in bad.text


@pytest.mark.parametrize(
    ("length", "status"), [("", 411), ("-1", 411), ("x", 411), ("99999999", 413)]
)
def test_a_form_without_a_fit_length_is_refused(
    frame: host.DemoHost, length: str, status: int
) -> None:
    """Nothing is read that was not announced."""
    parts = urlsplit(frame.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.putrequest("POST", "/act")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()

    assert answer.status == status


def test_a_port_in_use_is_passed_over(frame: host.DemoHost, product: Product) -> None:
    """Two demonstrations run side by side."""
    taken = urlsplit(frame.url).port or 0
    with host.serve(product.actions(), port=taken) as second:
        other = urlsplit(second.url).port

        assert other != taken
        assert ask(second, "/").status == 200
