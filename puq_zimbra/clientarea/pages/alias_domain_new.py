"""A new domain alias: the record that proves whose the domain is, and the form that adds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from puq_zimbra import units
from puq_zimbra.clientarea.forms import FormView
from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.selfservice import domain_proof, scope

PAGE = Page(
    title=N_("New domain alias"),
    capability="domain_aliases",
    parent="lists",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show the record of the domain asked for; ``record`` is None where it is no domain."""
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    asked = page.query.get("domain") or page.query.get("id", "")
    chosen = next((one for one in domains if domain_of(one) == asked), domains[0])
    target = "" if chosen is domains[0] else domain_of(chosen)
    values = {"domain": page.query.get("new", "")}
    form: FormView | None = page.forms.of("add_alias_domain", target, values=values)
    record = _record(page, form.field("domain").value) if form else None
    return {
        "domain": shown_name(chosen),
        "name": units.shown_domain(record.domain) if record else "",
        "record": record,
        "form": _hidden(form) if form and record else None,
    }


def _record(page: PageContext, typed: str) -> domain_proof.Record | None:
    try:
        domain = units.mail_domain(typed.strip())
    except ValueError:
        return None
    assert page.store is not None
    return domain_proof.record_of(page.store().proof_key, page.request, domain)


def _hidden(form: FormView) -> FormView:
    """The form with its domain out of sight, and what is wrong with that on top."""
    field = form.field("domain")
    errors = (*form.errors, field.error) if field.error else form.errors
    return replace(form, fields=(replace(field, kind="hidden", error=""),), errors=errors)
