"""The page's view as HTML for the host's page: escaped, without inline script, style or handler.

Three walls stand between somebody's mailbox name and the customer's browser: Jinja2's autoescape,
the address filters (a template cannot print a link that is not one), and the braces, which
leave here as numeric entities so that a host that runs the fragment through Smarty finds nothing
to run.

Source: OWASP "Cross Site Scripting Prevention"; Smarty 3.1 (a literal ``{php}`` in a template is
code); CSP Level 3 (``style-src 'self'`` drops ``style=`` attributes: bars are SVG geometry).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from puq_zimbra import __version__, i18n, readings, units
from puq_zimbra.clientarea import status, views
from puq_zimbra.clientarea.addresses import host_address, https_address
from puq_zimbra.clientarea.compiled import CompiledTemplates
from puq_zimbra.clientarea.format import Figures
from puq_zimbra.clientarea.page import FIRST, Links, PageContext, declared, draw_of, shown
from puq_zimbra.clientarea.typeset import typeset
from puq_zimbra.request import Request


def fragment(
    request: Request,
    state: readings.ServiceState | None,
    usage: readings.ServiceUsage | None,
    history: Sequence[readings.UsagePoint],
    *,
    compiled: Path | None = None,
    **known: Any,
) -> str:
    """Give the customer's page for a call, in the call's language and mode.

    ``compiled`` is a folder of our own, where compiled templates are kept from one process to the
    next: compiling them takes longer than all the rest of the page. ``known`` is what else
    `context` takes.
    """
    return drawn(context(request, state, usage, history, **known), compiled)


def context(  # noqa: PLR0913 - what a page may use, each by its name
    request: Request,
    state: readings.ServiceState | None,
    usage: readings.ServiceUsage | None,
    history: Sequence[readings.UsagePoint],
    *,
    growth: Sequence[readings.Growth] = (),
    machines: readings.Machines = views.NOT_TOLD,
    mailboxes_now: int | None = None,
    policy: str = "",
    problem: str | None = None,
    notice: str | None = None,
    now: datetime,
    **more: Any,
) -> PageContext:
    """Gather what a page may use; ``more`` is ``zimbra``, ``stamped``, ``rights`` and ``forms``."""
    view = views.build(
        request,
        state,
        usage,
        history,
        growth=growth,
        machines=machines,
        mailboxes_now=mailboxes_now,
        policy=policy,
        problem=problem,
        notice=notice,
        now=now,
    )
    return PageContext(
        request=request,
        view=view,
        figures=Figures(i18n.language(request.locale), view.zone, view.now),
        links=Links(request.form.get("page_url")),
        now=now,
        state=state,
        usage=usage,
        notice=notice,
        problem=problem,
        **more,
    )


def drawn(page: PageContext, compiled: Path | None = None) -> str:
    """Draw the page that was asked for; both of the first ones where none can be asked for."""
    environment = _environment(page.figures.language, compiled)
    common = {
        "page": page,
        "view": page.view,
        "figures": page.figures,
        "uid": page.view.uid,
        "card": status.card(page.view),
    }
    names = [name if page.grants(name) else FIRST for name in shown(page.request)]
    bodies = [Markup(_body(environment, page, name, common)) for name in names]
    html = environment.get_template("frame.html").render(
        **common, names=names, bodies=bodies, pages=declared(), version=__version__
    )
    return _sent(typeset(html, page.figures.language))


def _body(environment: Environment, page: PageContext, name: str, common: dict[str, Any]) -> str:
    # A page that is off for now says why; it could not read what it shows.
    if not page.offers(name):
        return environment.get_template("off.html").render(**common, title=declared()[name].title)
    values = draw_of(name)(page)
    return environment.get_template(f"pages/{name}.html").render(**common, **values)


def admin_fields(
    request: Request,
    state: readings.ServiceState | None,
    usage: readings.ServiceUsage | None,
    *,
    now: datetime | None = None,
) -> dict[str, str]:
    """Give the rows of the billing host's admin page: label and small HTML.

    Source: WHMCS "Admin Services Tab" (AdminServicesTabFields prints both unescaped).
    """
    view = views.build(request, state, usage, (), now=now or datetime.now(UTC))
    figures = Figures(i18n.language(request.locale), view.zone, view.now)
    stamped = units.shown_domain(usage.domain) if usage else view.title
    known = i18n.translations(figures.language)
    labels = {
        "state": known.gettext("State"),
        "domain": known.gettext("Mail domain in Zimbra"),
        "space": known.gettext("Space"),
        "measured": known.gettext("Measured"),
        "versions": known.gettext("Versions"),
    }
    return {
        label: _text(
            _environment(figures.language, None),
            "admin.html",
            part=part,
            view=view,
            figures=figures,
            domain=stamped,
            engine=__version__,
            module=request.module_version,
        )
        for part, label in labels.items()
    }


def compile_all(compiled: Path | None) -> None:
    """Compile the templates of all pages, so that no customer waits for it; once in a process."""
    environment = _environment("en", compiled)
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)


@cache
def _environment(language: str, compiled: Path | None) -> Environment:
    environment = Environment(
        bytecode_cache=CompiledTemplates(str(compiled)) if compiled else None,
        loader=PackageLoader("puq_zimbra.templates", ""),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
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
    return _sent(environment.get_template(template).render(**values))


def _sent(html: str) -> str:
    # Nothing here has braces of its own, so every one is data; lone surrogates cannot be sent.
    html = html.replace("{", "&#123;").replace("}", "&#125;")
    return html.encode("utf-8", "replace").decode("utf-8").strip()
