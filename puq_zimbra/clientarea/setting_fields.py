"""The fields of the server settings' forms, made from their table."""

from __future__ import annotations

from puq_zimbra.clientarea.fields import Field, Kind
from puq_zimbra.settings.kinds import choices_of
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.table import SETTINGS

#: what stands before a key in the name of its field
PREFIX = "set_"
_KINDS: dict[str, Kind] = {"text": "text", "textarea": "textarea", "select": "choice"}


def _field(row: ServerSetting) -> Field:
    return Field(
        PREFIX + row.key,
        row.label,
        _KINDS[row.kind.control],
        required=False,
        choices=choices_of(row.kind),
    )


FIELDS = tuple(map(_field, SETTINGS))
