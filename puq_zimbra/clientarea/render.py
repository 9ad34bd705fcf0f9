"""The page's view as HTML for the host's page: escaped, without script, style or event handler.

Three walls stand between somebody's mailbox name and the customer's browser: Jinja2's autoescape,
the address filters below (a template cannot print a link that is not one), and the braces, which
leave here as numeric entities so that a host that runs the fragment through Smarty finds nothing
to run.

Source: OWASP "Cross Site Scripting Prevention"; Smarty 3.1 (a literal ``{php}`` in a template is
code); CSP Level 3 (``style-src 'self'`` drops ``style=`` attributes: bars are SVG geometry).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from puq_zimbra import model, units
from puq_zimbra.call import Call
from puq_zimbra.clientarea import i18n, views
from puq_zimbra.clientarea.compiled import CompiledTemplates
from puq_zimbra.clientarea.figures import Figures

_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+|\[[0-9a-fA-F:.]+\]")
_UNFIT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f\"'<>\\`]")


def https_address(url: str | None) -> str:
    """Let an https address of a host through, and nothing else.

    >>> https_address("https://mail.example.test/"), https_address("javascript:alert(1)")
    ('https://mail.example.test/', '')
    """
    if not url or _UNFIT_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc.removesuffix(f":{parts.port}" if parts.port else "")
    except ValueError:  # a port that is no number, a bracket too many
        return ""
    return url if parts.scheme == "https" and _HOST.fullmatch(host) else ""


def host_address(url: str | None) -> str:
    """Let through an address on the host's own site, or an https address.

    >>> host_address("clientarea.php?id=4"), host_address("//evil.example/"), host_address("data:x")
    ('clientarea.php?id=4', '', '')
    """
    if not url or _UNFIT_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or url.startswith("//"):
        return https_address(url)
    # RFC 3986, 4.2: a colon in the first segment of a relative address could pass for a scheme.
    return "" if ":" in parts.path.partition("/")[0] else url


def fragment(
    call: Call,
    state: model.ServiceState | None,
    usage: model.ServiceUsage | None,
    history: Sequence[model.UsagePoint],
    *,
    problem: str | None = None,
    notice: str | None = None,
    now: datetime,
    compiled: Path | None = None,
) -> str:
    """Give the customer's page for a call, in the call's language and mode.

    ``compiled`` is a folder of our own, where compiled templates are kept from one process to the
    next: compiling them takes longer than all the rest of the page.
    """
    view = views.build(
        call,
        state,
        usage,
        history,
        problem=problem,
        notice=notice,
        now=now,
        page=views.page_number(call.page),
    )
    return page(view, call.locale, call.mode, compiled)


def page(
    view: views.PageView,
    locale: str,
    mode: views.Mode = "full",
    compiled: Path | None = None,
) -> str:
    """Render a page; ``embedded`` leaves out the rows that the host prints around it."""
    left_out = views.PRINTED_BY_HOST if mode == "embedded" else ()
    figures = Figures(i18n.language(locale), view.zone, view.now)
    return _text(
        _environment(figures.language, compiled),
        "page.html",
        view=view,
        rows=[row for row in view.rows if row.key not in left_out],
        figures=figures,
        uid=f"puqz-{view.service_id}",
    )


def admin_fields(
    call: Call,
    state: model.ServiceState | None,
    usage: model.ServiceUsage | None,
    *,
    now: datetime | None = None,
) -> dict[str, str]:
    """Give the rows of the billing host's admin page: label and small HTML.

    Source: WHMCS "Admin Services Tab" (AdminServicesTabFields prints both unescaped).
    """
    view = views.build(call, state, usage, (), now=now or datetime.now(UTC))
    figures = Figures(i18n.language(call.locale), view.zone, view.now)
    stamped = units.shown_domain(usage.domain) if usage else view.title
    known = i18n.translations(figures.language)
    labels = {
        "state": known.gettext("State"),
        "domain": known.gettext("Mail domain in Zimbra"),
        "space": known.gettext("Space"),
        "measured": known.gettext("Measured"),
    }
    return {
        label: _text(
            _environment(figures.language, None),
            "admin.html",
            part=part,
            view=view,
            figures=figures,
            domain=stamped,
        )
        for part, label in labels.items()
    }


@cache
def _environment(language: str, compiled: Path | None) -> Environment:
    environment = Environment(
        bytecode_cache=CompiledTemplates(str(compiled)) if compiled else None,
        loader=PackageLoader("puq_zimbra.templates", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(https=https_address, host_address=host_address)
    # The i18n extension adds its methods at run time, so the type checker does not know them.
    install = environment.install_gettext_translations  # type: ignore[attr-defined]
    install(i18n.translations(language), newstyle=True)
    return environment


def _text(environment: Environment, template: str, **values: object) -> str:
    html = environment.get_template(template).render(**values)
    # Nothing here has braces of its own, so every one is data; lone surrogates cannot be sent.
    html = html.replace("{", "&#123;").replace("}", "&#125;")
    return html.encode("utf-8", "replace").decode("utf-8").strip()
