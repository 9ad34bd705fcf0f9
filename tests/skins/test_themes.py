"""The page inside the real product page of WHMCS's public themes, as Smarty renders it.

Needs `PUQZ_WHMCS_THEMES`, a folder that holds WHMCS's repositories templates-six and
templates-twenty-one as `six/` and `twenty-one/`, and Debian's php-cli with smarty3 or smarty4.

A theme brings its own style sheets, or else the Bootstrap it was made of is served. Its scripts do
not run under our policy, and what else of the theme is forbidden there is not counted.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from . import site
from .look import Look
from .states import STATES, Sold
from .test_skins import asked

MODULE = (
    Path(__file__).parents[2] / "hooks/whmcs/modules/servers/puqzimbra/templates/clientarea.tpl"
)
SMARTIES = [
    path
    for version in ("smarty3", "smarty4")
    if (path := Path(f"/usr/share/php/{version}/Smarty.class.php")).exists()
]
#: theme -> the skin it was made of, and its own style sheets
THEMES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "six": ("Bootstrap 3", ("css/all.min.css",)),
    "twenty-one": ("Bootstrap 4", ("css/all.min.css", "css/theme.min.css")),
}
#: scripts of WHMCS's own that a theme loads
SCRIPTS = ("/bootstrap-tabdrop.js",)
#: what WHMCS itself prints around us
PRODUCT: Mapping[str, Any] = {
    "id": 42,
    "type": "hostingaccount",
    "product": "Poczta Business",
    "groupname": "Poczta",
    "status": "Active",
    "rawstatus": "Active",
    "regdate": "2026-01-05",
    "recurringamount": "49,00 PLN",
    "firstpaymentamount": "49,00 PLN",
    "billingcycle": "Monthly",
    "nextduedate": "2026-12-05",
    "paymentmethod": "Przelew",
    "domain": "firma.example",
    "username": "admin",
    "serverdata": {"hostname": "mail.example.test", "ipaddress": "192.0.2.10"},
    "packagesupgrade": True,
    "showcancelbutton": True,
    "hookOutput": [],
    "downloads": [],
    "addons": [],
    "maximumPasswordLength": 64,
}


@pytest.fixture
def themes() -> Path:
    """Where the themes are."""
    folder = os.environ.get("PUQZ_WHMCS_THEMES")
    if not folder:
        pytest.skip("needs PUQZ_WHMCS_THEMES")
    if not shutil.which("php") or not SMARTIES:
        pytest.skip("needs php-cli and smarty3 or smarty4")
    return Path(folder)


def rendered(smarty: Path, themes: Path, theme: str, fragment: str, compiled: Path) -> str:
    """The theme's product page with the fragment in it."""
    given = {
        "smarty": str(smarty),
        "themes": str(themes),
        "theme": theme,
        "module": str(MODULE),
        "fragment": fragment,
        "product": PRODUCT,
        "compiled": str(compiled / smarty.parent.name),
    }
    done = subprocess.run(
        ["php", Path(__file__).with_name("theme.php")],
        input=json.dumps(given).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    return done.stdout.decode()


def sheets(served: site.Site, themes: Path, theme: str) -> list[str]:
    """The addresses of a theme's style sheets."""
    skin, names = THEMES[theme]
    own = [name for name in names if (themes / theme / name).exists()]
    for name in SCRIPTS:
        served.files[name] = (b"", "text/javascript; charset=utf-8")
    for name in own:
        served.put_sheet(f"/{theme}/{name}", themes / theme / name)
    return [f"/{theme}/{name}" for name in own] or [site.SKINS[skin].address]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_each_state_in_whmcs_themes(
    look: Look,
    served: site.Site,
    sold: Sold,
    themes: Path,
    tmp_path: Path,
    theme: str,
    state: str,
) -> None:
    """Every Smarty leaves the fragment as it was, and no theme spoils it."""
    draw = STATES[state](sold)
    for locale in ("pl", "en"):
        for name, mode in (("overview", "embedded"), ("usage", "full")):
            fragment = draw(asked(locale, mode, page=name))
            for smarty in SMARTIES:
                html = rendered(smarty, themes, theme, fragment, tmp_path)
                assert html.count(fragment) == 1
            page = site.around(html, locale, sheets(served, themes, theme))
            where = f"{theme}, {state}, {locale}, {name}"
            look.inspect_all(where, served.put(page), ours=False)

    assert look.found == []


@pytest.mark.skipif(not shutil.which("php") or not SMARTIES, reason="needs php-cli and a Smarty")
def test_a_theme_finds_what_it_calls_of_whmcs(tmp_path: Path) -> None:
    """Addresses by name and phrases below phrases: the public themes ask for both."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/clientareaproductdetails.tpl").write_text(
        "{routePath('service-renewals-service', $id)} {$LANG.sslState.sslStatus}"
        ' {lang key="store.buy"} {$LANG.clientareahostingregdate}: {$regdate} {$moduleclientarea}',
        "utf-8",
    )
    for smarty in SMARTIES:
        html = rendered(smarty, tmp_path, "own", "<div>{$x}</div>", tmp_path)
        assert html.strip() == (
            "/service-renewals-service/42 sslState.sslStatus store.buy"
            " clientareahostingregdate: 2026-01-05 <div>{$x}</div>"
        )
