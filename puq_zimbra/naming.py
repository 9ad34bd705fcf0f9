"""`[mailbox]` and `[names]` of the settings: what is sold, beside what `provisioning.names` knows.

Source: RFC 2142 (local parts are compared without regard to case).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from puq_zimbra import units

LocalParts = list[Annotated[str, AfterValidator(units.local_part)]]
Domains = list[Annotated[str, AfterValidator(units.mail_domain)]]


class _Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class MailboxSettings(_Setting):
    """Mailboxes sold by themselves."""

    #: the domains (A-labels) in which they are sold; None = every one that is nobody's service
    domains: Domains | None = None


class NameSettings(_Setting):
    """Names that are sold though they would not be, and others that are not; to allow wins."""

    #: local parts that are not sold in shared domains, beside the usual ones
    reserved_local_parts: LocalParts = []
    #: local parts that are sold in shared domains all the same
    allow_local_parts: LocalParts = []
    #: domains (A-labels), each with all under it, that are not sold, beside the usual ones
    reserved_domains: Domains = []
    #: domains, each with all under it, that are sold all the same
    allow_domains: Domains = []
