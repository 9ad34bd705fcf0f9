"""The forms of a page: declared by actions, filled in here, drawn by the templates.

Source: design of the hook door, "Pages and actions": every form is a POST to the host's own page,
with the host's hidden fields beside ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from puq_zimbra.clientarea.fields import Field, Wrong
from puq_zimbra.fields import OF_HOST
from puq_zimbra.i18n import translate
from puq_zimbra.request import Request

#: a field's kind -> what the browser shows, where it is another word
_KINDS = {"size": "text", "day": "date", "choice": "select"}


@dataclass(frozen=True)
class Action:
    """What the customer does on his page; ``ACTION`` on top of each file of hooks/actions."""

    #: the capability that the product must grant
    capability: str
    #: the page that holds the form, and is shown again when something is wrong
    page: str
    fields: tuple[Field, ...] = ()
    #: what the page of activity calls it: "New mailbox"
    noun: str = ""
    #: models whose customers may do it
    models: frozenset[str] = frozenset({"domain", "server"})
    #: it leads to a link, which is made anew each time the form is sent, and kept nowhere
    opens: bool = False
    #: the event whose operation it is; "" = one of its own, about its object alone
    event: str = ""
    #: whether it changes anything; one that shows what would be changed is no operation
    writes: bool = True


@dataclass(frozen=True)
class FieldView:
    """A field as the template draws it."""

    name: str
    label: str
    #: an HTML input's type, or textarea, select, radio
    kind: str
    value: str
    hint: str
    required: bool
    #: value and label
    choices: tuple[tuple[str, str], ...]
    autocomplete: str
    #: a finished sentence; "" = nothing is wrong
    error: str = ""


@dataclass(frozen=True)
class FormView:
    """A form as the template draws it."""

    #: what the ids of its fields begin with
    id: str
    #: where it goes, on the host
    action: str
    hidden: Mapping[str, str]
    fields: tuple[FieldView, ...]
    #: finished sentences about the form as a whole
    errors: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether it was sent and refused."""
        return bool(self.errors) or any(one.error for one in self.fields)

    def field(self, name: str) -> FieldView:
        """One of its fields."""
        return next(one for one in self.fields if one.name == name)


@dataclass(frozen=True)
class Failed:
    """A form that was sent and refused: what was typed, and what is wrong with it."""

    action: str
    target: str
    typed: Mapping[str, str]
    errors: Mapping[str, Wrong]


@dataclass(frozen=True)
class Forms:
    """Makes the forms of one page."""

    request: Request
    #: the capabilities that the customer may use now
    rights: frozenset[str]
    find: Callable[[str], Action]
    #: action, id of its object -> the form's token
    token: Callable[[str, str], str]
    uid: str = "puqz"
    failed: Failed | None = None
    #: names of the actions whose forms were drawn, so that their ids differ
    _drawn: list[str] = field(default_factory=list)

    def of(
        self,
        name: str,
        target: str = "",
        *,
        values: Mapping[str, Any] | None = None,
        choices: Mapping[str, Mapping[str, str]] | None = None,
    ) -> FormView | None:
        """The form of an action on an object of Zimbra's id ``target``.

        ``values`` are shown at first, ``choices`` offered by field. None where the customer may
        not send it.
        """
        action = self.find(name)
        to = self.request.form.get("action")
        if not to or action.capability not in self.rights:
            return None
        if self.request.purchase.model not in action.models:
            return None
        carried = {
            key: value for key, value in self.request.form.items()
            if key not in OF_HOST and not key.startswith("puqz_")
        }  # fmt: skip
        hidden = {
            **{key: value for key, value in carried.items() if key not in _names(action)},
            "puqz_action": name,
            "puqz_object": target,
            "puqz_token": self.token(name, target),
        }
        failed = self.failed
        if failed is not None and (failed.action, failed.target) != (name, target):
            failed = None
        self._drawn.append(name)
        return FormView(
            f"{name}-{self._drawn.count(name)}",
            to,
            hidden,
            self._fields(action, values or {}, choices or {}, failed),
            self._say(failed.errors.get("")) if failed else (),
        )

    def _fields(
        self,
        action: Action,
        values: Mapping[str, Any],
        choices: Mapping[str, Mapping[str, str]],
        failed: Failed | None,
    ) -> tuple[FieldView, ...]:
        found = []
        for one in action.fields:
            view = self._field(one, values.get(one.name), choices.get(one.name))
            if failed is not None:
                typed = "" if one.kind == "password" else one.again(failed.typed.get(one.name, ""))
                error = " ".join(self._say(failed.errors.get(one.name)))
                view = replace(view, value=typed, error=error)
            found.append(view)
        return tuple(found)

    def _field(self, one: Field, value: Any, choices: Mapping[str, str] | None) -> FieldView:
        offered = choices or {key: self._text(label) for key, label in one.choices.items()}
        return FieldView(
            name=one.name,
            label=self._text(one.label),
            kind=_KINDS.get(one.kind, one.kind),
            value="" if value is None and one.kind != "size" else one.write(value),
            hint=self._text(one.hint),
            required=one.required,
            choices=tuple(offered.items()),
            autocomplete=one.autocomplete,
        )

    def _text(self, message: str) -> str:
        return translate(message, {}, self.request.locale)

    def _say(self, wrong: Wrong | None) -> tuple[str, ...]:
        if wrong is None:
            return ()
        return (translate(wrong.message, wrong.values, self.request.locale),)


def _names(action: Action) -> set[str]:
    return {one.name for one in action.fields}
