"""The settings of the host upmind: which Zimbra, what is sold under which name, how services end.

Upmind sends a package's name and nothing of what it grants, and the name only when something is
bought. So what is sold stands in the settings, and all packages end in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo

from puq_zimbra import amounts, units
from puq_zimbra.errors import Invalid
from puq_zimbra.fields import Count, Given, Size, Text
from puq_zimbra.request import GRACE_DAYS, SuspendMode, TerminateMode
from puq_zimbra.zimbra_server import WebAddress


def _written(read: Callable[[str, str], int | None]) -> BeforeValidator:
    """An amount as it is written on the other hosts: a size without a unit is MB."""

    def validate(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, int | str) or isinstance(value, bool):
            return value
        try:
            return read(str(value), str(info.field_name))
        except Invalid as error:
            raise ValueError(str(error)) from error

    return BeforeValidator(validate)


_Count = Annotated[Count | None, _written(amounts.count)]
_Size = Annotated[Size | None, _written(amounts.size)]


class Package(Given):
    """What is sold under a name; see `puq_zimbra.request.Plan`."""

    cos: Annotated[Text, StringConstraints(min_length=1, max_length=256)] | None = None
    mailboxes: _Count = None
    mailbox_quota: _Size = None
    domain_quota: _Size = None
    aliases: _Count = None
    lists: _Count = None
    domain_aliases: _Count = None


class UpmindSettings(Given):
    """The host upmind."""

    #: the installation of calls on the command line; over HTTP the token says it
    installation: Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,64}$")] = "upmind"
    #: the address of the Zimbra, as in its section [servers.NAME]
    server: WebAddress | None = None
    #: local part of the mailbox of the customer who runs the domain
    administrator: Annotated[str, AfterValidator(units.local_part)] = "admin"
    suspend_mode: SuspendMode = "locked"
    terminate_mode: TerminateMode = "grace"
    #: days between the termination and the deletion, for mode grace
    grace_days: Annotated[int, Field(ge=0, le=3650)] = GRACE_DAYS
    #: Upmind's package identifier -> what it grants
    packages: Mapping[str, Package] = {}

    def plan(self, bought: str | None) -> dict[str, Any]:
        """What a package grants, and how its service ends; the latter alone where none is named.

        Raises:
            Invalid: there is no such package.
        """
        ending = {"mode": self.terminate_mode, "grace_days": self.grace_days}
        ends = {"suspend_mode": self.suspend_mode, "terminate": ending}
        if bought is None:
            return ends
        if bought not in self.packages:
            raise Invalid(
                "package_identifier: there is no package %(name)s; the settings have %(names)s.",
                name=bought or "without a name",
                names=", ".join(self.packages) or "none",
            )
        return {**self.packages[bought].model_dump(exclude_unset=True), **ends}
