"""The page's view as HTML for the host's page: escaped, without script, style or event handler.

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

from jinja2 import Environment, PackageLoader, StrictUndefined

from puq_zimbra import model, units
from puq_zimbra.call import Call
from puq_zimbra.clientarea import i18n, rows, views
from puq_zimbra.clientarea.addresses import host_address, https_address
from puq_zimbra.clientarea.compiled import CompiledTemplates
from puq_zimbra.clientarea.figures import Figures


def fragment(
    call: Call,
    state: model.ServiceState | None,
    usage: model.ServiceUsage | None,
    history: Sequence[model.UsagePoint],
    *,
    growth: Sequence[model.Growth] = (),
    machines: model.Machines = views.NOT_TOLD,
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
        growth=growth,
        machines=machines,
        problem=problem,
        notice=notice,
        now=now,
    )
    return page(view, call.locale, call.mode, compiled)


def page(
    view: views.PageView,
    locale: str,
    mode: views.Mode = "full",
    compiled: Path | None = None,
) -> str:
    """Render a page; ``embedded`` leaves out the rows that the host prints around it."""
    left_out = rows.PRINTED_BY_HOST if mode == "embedded" else ()
    figures = Figures(i18n.language(locale), view.zone, view.now)
    return _text(
        _environment(figures.language, compiled),
        "page.html",
        view=view,
        rows=[row for row in view.rows if row.key not in left_out],
        figures=figures,
        uid=view.uid,
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
    html = environment.get_template(template).render(**values)
    # Nothing here has braces of its own, so every one is data; lone surrogates cannot be sent.
    html = html.replace("{", "&#123;").replace("}", "&#125;")
    return html.encode("utf-8", "replace").decode("utf-8").strip()
