"""Whatever a mailbox, a host or a message is called, it stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from puq_zimbra import readings
from puq_zimbra.clientarea import addresses, render
from puq_zimbra.request import Request
from puq_zimbra.units import GB

Draw = Callable[..., Any]

HOSTILE = [
    "<script>alert(1)</script>",
    "</table></div><img src=x onerror=alert(1)>",
    '"\' onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "{php}echo 1;{/php}{$smarty.version}",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&amp;&#123;",
    "%(x)s %s %%",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd",
    "ż" * 300,
    "emoji 🦊 \u200b\ufeff",
    "style=position:fixed",
]
TEMPLATES = sorted(Path(__file__).parents[2].glob("templates/**/*.html"))
ALLOWED = {
    "a", "bdi", "body", "button", "caption", "circle", "dd", "desc", "details", "div", "dl", "dt",
    "form", "h2", "h3", "h4", "header", "input", "label", "li", "link", "nav", "ol", "p", "path",
    "rect", "script", "section", "small", "span", "strong", "summary", "svg", "table", "tbody",
    "td", "tfoot", "th", "thead", "title", "tr", "ul", "wbr",
}  # fmt: skip


def _assert_harmless(page: Any) -> None:
    """No element, attribute or address that could do anything."""
    for element in page.iter():
        assert element.tag in ALLOWED
        assert element.tag != "script" or (set(element.attrib), element.text) == (
            {"src", "defer"},
            None,
        )
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc", "formaction")
            assert name != "src" or element.tag == "script"
            if name in ("href", "action", "src"):
                assert re.match(r"https://|[\w./?=&;#%+-]+$", value)
                assert "script:" not in value


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(
    draw: Draw, active: readings.ServiceState, now: datetime, hostile: str
) -> None:
    """In every place that a value from outside can reach, in both tabs and the form."""
    state = readings.ServiceState(hostile, False, None, hostile)
    box = readings.MailboxUsage(hostile, hostile, 6 * GB, 5 * GB, hostile)
    overview, usage = (
        draw(
            state,
            readings.ServiceUsage(
                "i",
                "42",
                hostile,
                "domain-1",
                now,
                6 * GB,
                None,
                None,
                readings.Counts({hostile: {hostile: 1}}),
                (box,),
                hostile,
            ),
            growth=(readings.Growth(hostile, 6 * GB, GB, now.date()),),
            machines=readings.Machines(
                (readings.Daemon(hostile, hostile, False),),
                (readings.MachineLoad(hostile, now, {now: 3}, (1, 2), {hostile: (9, 10)}),),
            ),
            service={"id": "42", "model": "server", "domain": "firma.example", "disk": 6 * GB},
            problem=hostile,
            notice=hostile,
            billing={
                "recurring_amount": hostile,
                "currency": hostile,
                "cycle": hostile,
                "payment_method": hostile,
            },
            server={"url": "https://127.0.0.1:7071", "hostname": hostile, "ip": hostile},
            form={
                "action": hostile,
                "page_url": hostile,
                "search": hostile,
                "sort": hostile,
                hostile: hostile,
            },
            assets_url=hostile,
            time_zone=hostile,
            page=asked,
        )
        for asked in (None, "usage")
    )
    _assert_harmless(overview)
    _assert_harmless(usage)
    names = [*overview.iter("bdi"), *usage.iter("bdi")]
    texts = ["".join(element.itertext()).strip() for element in names]

    # The card, the table, the warning, growth, a daemon and its machine, the machine, its disk.
    assert texts.count(hostile.strip()) >= 8
    for page in (overview, usage):
        assert page.xpath("string(.//*[@role='alert']//strong)") == hostile


@pytest.mark.parametrize(
    "hostile", [*HOSTILE, "\ud800", "\x00\x1b[31m", "a&puqz_sort=used#x", "%00%"]
)
def test_a_hostile_search_stays_a_search(
    draw: Draw, usage: Callable[..., readings.ServiceUsage], hostile: str
) -> None:
    """It comes back in the field and in links, where it is one value and nothing else."""
    many = usage(*((f"{hostile}{number}@x.example", 1, 2) for number in range(60)))
    page = draw(usage=many, form={"page_url": "x.php?p=", "search": hostile, "sort": hostile})
    _assert_harmless(page)
    field = page.find(".//input[@type='search']")
    queries = [parse_qs(urlsplit(link).query) for link in page.xpath(".//th/a/@href")]

    found = "".join(one for one in hostile if one.isprintable()).strip() in hostile
    assert len(queries) == (4 if found else 0)  # without a mailbox there is no table
    assert {name for query in queries for name in query} <= {"p", "puqz_search", "puqz_sort"}
    assert {query.get("puqz_search", [""])[0] for query in queries} <= {field.get("value")}
    assert set(field.get("value")) <= set(hostile)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hidden_fields_arrive_as_they_were(draw: Draw, hostile: str) -> None:
    """The host's token comes back byte for byte, whatever it holds."""
    form = draw(form={"action": "details.php", hostile: hostile}).find(".//form")

    assert dict(form.form_values())[hostile] == hostile


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_brace_leaves_the_house(
    call: Callable[..., Request], now: datetime, hostile: str
) -> None:
    """A host that runs the fragment through Smarty finds nothing to run."""
    given = call(billing={"payment_method": hostile}, form={"action": "a", "t": hostile})
    html = render.fragment(given, None, None, (), problem=hostile, now=now)
    fields = render.admin_fields(given, readings.ServiceState(hostile, True, None, hostile), None)

    assert not set(html + "".join(fields.values())) & set("{}")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "vbscript:x",
        "//evil.example/", "https:evil.example", "https:///x", "http://mail.example/",
        "https://user@evil.example/", "https://a b/", 'https://x/"onx=', "https://x/\\y", " https://x/",
        "https://[::1", "https://x:port/", "https://x.example:99999/", "\tjavascript:x", "",
    ],
)  # fmt: skip
def test_only_https_addresses_become_links(url: str) -> None:
    """The text may be shown, the link is not made; forms may also stay on the host's own site."""
    assert addresses.https_address(url) == ""
    assert addresses.host_address(url) == ""


@pytest.mark.parametrize(
    "url", ["https://mail.example.test/", "https://127.0.0.1:7443/x?y=z#a", "https://[::1]:7071/"]
)
def test_good_addresses_pass(url: str) -> None:
    """Links of servers known by name or number."""
    assert addresses.https_address(url) == url


@pytest.mark.parametrize("url", ["clientarea.php?action=x&id=4", "/act?lang=pl", "./x", "?id=4"])
def test_forms_may_stay_on_the_hosts_site(url: str) -> None:
    """A relative address cannot leave it."""
    assert (addresses.host_address(url), addresses.https_address(url)) == (url, "")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_keep_the_rules(path: Path) -> None:
    """Variables are listed first; attributes are quoted; nothing is declared safe."""
    text = path.read_text(encoding="utf-8")
    markup = re.sub(r"\{#.*?#\}", "", text, flags=re.S)

    assert re.match(r"\{# .*[Vv]ariables", text)
    assert not re.search(
        r"\|\s*safe|Markup|autoescape|<script(?! src=)|<style|\sstyle=|\son\w+=", markup
    )
    assert not re.search(r"\s[\w-]+=(?![\"\w ])", re.sub(r"\{[{%].*?[%}]\}", "x", markup))
    assert not re.search(r"<[^>]*\s[\w-]+=\{\{", markup)


def test_the_style_sheet_touches_nothing_but_the_fragment() -> None:
    """Every selector begins with our class, and nothing is loaded from elsewhere."""
    css = Path(__file__).parents[2].joinpath("templates", "puqz.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    selectors = [
        one.strip()
        for match in re.finditer(r"([^{}]+)\{", rules)
        for one in re.split(r",(?![^(]*\))", match[1])
        if not match[1].strip().startswith("@")
    ]

    assert selectors
    assert [
        one for one in selectors if not re.match(r"(\[data-bs-theme=\"dark\"\] )?\.puqz\b", one)
    ] == []


def test_the_two_dark_sets_are_alike() -> None:
    """CSS cannot join a media query and a selector, so the set stands twice."""
    css = Path(__file__).parents[2].joinpath("templates", "puqz.css").read_text(encoding="utf-8")
    first, second = re.findall(r"\{([^{}]*color-scheme: dark;)", css)

    assert first.split() == second.split()


def test_the_script_sends_nothing_and_writes_no_markup() -> None:
    """It only saves clicks: no request, no HTML, no style, no text of its own."""
    script = Path(__file__).parents[2].joinpath("templates", "puqz.js").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", script, flags=re.S)

    assert not re.search(
        r"fetch|XMLHttp|sendBeacon|innerHTML|outerHTML|insertAdj|eval|\.style", rules
    )
    assert not re.search(r"createElement|import|https?:", rules)


def test_the_style_sheet_loads_nothing() -> None:
    """No font, no picture, no other sheet."""
    css = Path(__file__).parents[2].joinpath("templates", "puqz.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.S)

    assert "url(" not in rules
    assert "@import" not in rules
