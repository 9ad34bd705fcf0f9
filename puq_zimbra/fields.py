"""The types of fields that come from outside, and the base of the models that hold them.

Models are frozen and refuse unknown keys and wrong types. Sizes are bytes.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from puq_zimbra import units

#: keys of a form that are the host's and not typed: where things are, and what was asked
OF_HOST = frozenset({
    "action", "page_url", "search", "sort", "sso_url", "pay_url", "upgrade_url", "ticket_url",
    "profile_url", "takes_files",
})  # fmt: skip

Text = Annotated[str, AfterValidator(units.plain_text)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Size = Annotated[int, Field(ge=0, le=2**63 - 1)]


def _plain_secret(secret: SecretStr) -> SecretStr:
    units.plain_text(secret.get_secret_value())
    return secret


Secret = Annotated[SecretStr, AfterValidator(_plain_secret)]


class Given(BaseModel):
    """A part of a host's call: frozen, strict, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)
