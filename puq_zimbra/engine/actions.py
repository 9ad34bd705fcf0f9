"""From a form that the customer sent to its reply: check, read, carry out, say where to go on.

The host has made sure who the customer is and that the form came from its own page. Here the form's
token says that it was made for this service, this customer, this action and this object.

    the form                                    the answer
    has no token, an old one or another's       refused, nothing is written
    has a field that cannot be read             invalid, with the page as it was typed
    was carried out before, with the same token the first answer again
    is right                                    ``data.next`` and ``data.notice``

Source: design of the hook door, "Pages and actions".
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from puq_zimbra.clientarea.fields import FieldErrors, Wrong, values_of
from puq_zimbra.clientarea.forms import Action, Failed, Forms
from puq_zimbra.clientarea.page import Links
from puq_zimbra.errors import Invalid, Refused
from puq_zimbra.i18n import translate
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

from . import form_token
from .runtime import Runtime

#: seconds for which a page says what became of a form
_NOTICE_SECONDS = 600
#: what the request id of a form begins with
FORM = "form:"
_NAME = re.compile(r"[a-z][a-z_]{0,60}", re.ASCII)
#: Zimbra's ids, and the keys of what has none
_TARGET = re.compile(r"[A-Za-z0-9.@_:+-]{0,320}", re.ASCII)


@dataclass(frozen=True)
class Form:
    """A form whose token is right and whose fields could be read."""

    #: field -> value
    values: Mapping[str, Any]
    #: Zimbra's id of what it is about; "" = a new object, or the service
    target: str
    #: every field as it was sent, for names that are made while the page is drawn
    sent: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True)
class File:
    """A table that the customer takes with him; shown once and kept nowhere."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What became of a form, and where the customer goes on."""

    #: a page
    next: str
    #: one English sentence with %(name)s values, for the customer
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    #: the page's own keys
    query: Mapping[str, str] = field(default_factory=dict)
    #: a code of the reply
    code: str = "updated"
    #: what is shown once and kept nowhere, such as a generated password
    secret: str | None = field(default=None, repr=False)
    file: File | None = None
    #: what the page shows this one time: changes that wait for a second click
    plan: Any = field(default=None, repr=False)
    #: what the store keeps of it, such as the values of before
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_shown_once(self) -> bool:
        """Whether its page comes with the answer, as nothing of it waits for another request."""
        return any(one is not None for one in (self.secret, self.file, self.plan))


class Module(Protocol):
    """A file of hooks/actions."""

    ACTION: Action

    def run(self, form: Form, request: Request, runtime: Runtime) -> Outcome:
        """Carry it out.

        Raises:
            FieldErrors: a field is wrong.
            PuqZimbraError: it cannot be done.
        """


class Opening(Module, Protocol):
    """A file of hooks/actions whose action ``opens`` something."""

    def link(self, form: Form, request: Request, runtime: Runtime) -> str:
        """Make the link, which works once.

        Raises:
            PuqZimbraError: it must not be opened any more.
        """


def module_of(name: str) -> Module:
    """The action of a name.

    Raises:
        Invalid: there is none.
    """
    if _NAME.fullmatch(name):
        try:
            module: Any = importlib.import_module(f"puq_zimbra.hooks.actions.{name}")
        except ModuleNotFoundError as error:
            if not (error.name or "").endswith(f".{name}"):
                raise
        else:
            found: Module = module
            return found
    raise Invalid("form.puqz_action: there is no action %(action)s.", action=name)


def declared(name: str) -> Action:
    """The declaration of an action."""
    return module_of(name).ACTION


def forms_of(
    request: Request, runtime: Runtime, rights: frozenset[str], failed: Failed | None = None
) -> Forms:
    """The forms of the customer's page."""
    usable = rights if request.takes_forms else frozenset()

    def token(action: str, target: str) -> str:
        return form_token.make(runtime.store().form_key, request, action, target, runtime.now())

    uid = f"puqz-{request.purchase.id}"
    return Forms(request, usable, declared, token, uid, failed)


def target_of(request: Request) -> str:
    """The object that a form names.

    Raises:
        Refused: it is no id.
    """
    target = request.form.get("puqz_object", "")
    if not _TARGET.fullmatch(target):
        raise Refused("The form names an object that cannot be: open its page again.")
    return target


def known_by_token(request: Request, runtime: Runtime) -> Request:
    """The request known by the nonce of its form's token; as it is from a host without forms.

    Raises:
        Refused: the token was made for another form, or has expired.
    """
    if not request.takes_forms:
        return request
    name, key = request.form.get("puqz_action", ""), runtime.store().form_key
    nonce = form_token.check(key, request, name, target_of(request), runtime.now())
    return request.model_copy(update={"request_id": f"{FORM}{nonce}"})


def only_looks(request: Request) -> bool:
    """Whether a form changes nothing, so that it is no operation."""
    name = request.form.get("puqz_action", "")
    return request.takes_forms and not declared(name).writes


def event_of(request: Request) -> str:
    """The event whose operation a form is, where it is not one of its own."""
    name = request.form.get("puqz_action", "")
    return declared(name).event if request.takes_forms else ""


def carry_out(request: Request, runtime: Runtime, rights: frozenset[str]) -> Outcome:
    """Carry out the form of a request whose token was checked.

    Raises:
        FieldErrors: fields are wrong.
        Refused: the product does not grant it.
    """
    module = module_of(request.form.get("puqz_action", ""))
    _require_granted(module.ACTION, request, rights)
    values = values_of(module.ACTION.fields, request.form)
    return module.run(Form(values, target_of(request), request.form), request, runtime)


def _require_granted(action: Action, request: Request, rights: frozenset[str]) -> None:
    if action.capability not in rights or request.purchase.model not in action.models:
        raise Refused("Your service does not include this: ask your provider.")


def with_link(reply: Reply, request: Request, runtime: Runtime) -> Reply:
    """The reply to a form with the link that its action leads to, made anew.

    Also where the form was carried out before: a link is kept nowhere.

    Raises:
        PuqZimbraError: it must not be opened any more.
    """
    if not reply.ok or not request.takes_forms:
        return reply
    module: Any = module_of(request.form.get("puqz_action", ""))
    if not module.ACTION.opens:
        return reply
    _require_granted(module.ACTION, request, request.purchase.plan.capabilities)
    opening: Opening = module
    url = opening.link(Form({}, target_of(request), request.form), request, runtime)
    return replace(reply, once={**reply.once, "next": url})


def failed(request: Request, errors: Mapping[str, Wrong]) -> Failed:
    """The form of a request as it is shown again."""
    return Failed(request.form.get("puqz_action", ""), target_of(request), request.form, errors)


def as_reply(outcome: Outcome, request: Request) -> Reply:
    """The reply to a form that was carried out: where to go on, and what to say there."""
    data: dict[str, Any] = {
        **outcome.data, "page": outcome.next, "query": dict(outcome.query)
    }  # fmt: skip
    url = Links(request.form.get("page_url")).to(
        outcome.next, **outcome.query, notice=(request.request_id or "").removeprefix(FORM)
    )
    if url and outcome.plan is None:  # which would be lost on the way
        data["next"] = url
    data["notice"] = (request.request_id or "").removeprefix(FORM)
    once = {} if outcome.secret is None else {"password": outcome.secret}
    if outcome.file is not None:
        # With its byte order mark a spreadsheet knows the encoding.
        once |= {"csv": f"\ufeff{outcome.file.text}", "file_name": outcome.file.name}
    return Reply(outcome.code, outcome.message, outcome.values, data=data, once=once)


def notice(request: Request, runtime: Runtime) -> str | None:
    """What became of the form whose nonce the page is asked with, said for a few minutes."""
    nonce = (request.query or {}).get("notice", "")
    if not nonce or not request.takes_forms:
        return None
    found = runtime.store().operations.by_request(request.installation_id, f"{FORM}{nonce}")
    if found is None or found.reply is None or found.service_id != request.purchase.id:
        return None
    ended = found.ended_at
    if ended is None or (runtime.now().timestamp() - ended) > _NOTICE_SECONDS:
        return None
    return translate(found.reply.message, found.reply.values, request.locale)


__all__ = ["FieldErrors", "File", "Form", "Module", "Outcome", "Wrong"]
