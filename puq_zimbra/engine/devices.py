"""One-use addresses of device profiles: made for the page, answered once.

The billing host serves the address without a log-in, since the phone that scans the code is not
logged in there. It holds a sealed token and no password, counts once and for half an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from puq_zimbra.clientarea.addresses import https_address
from puq_zimbra.devices import apple
from puq_zimbra.devices.programs import Programs
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.request import Request
from puq_zimbra.units import shown_address

#: seconds for which an address counts
LIFETIME = 1800


@dataclass(frozen=True)
class Link:
    """A one-use address."""

    url: str
    until: datetime


@dataclass(frozen=True)
class Devices:
    """Makes the addresses of one service's page."""

    request: Request
    runtime: Runtime

    def link(self, programs: Programs) -> Link | None:
        """An address of a mailbox's profile; None where the host serves none."""
        base = https_address(self.request.form.get("profile_url"))
        if not base:
            return None
        until = int(self.runtime.now().timestamp()) + LIFETIME
        # Short, so that a phone's camera can read the code.
        other = "" if programs.dav_host == programs.host else programs.dav_host
        content = {"a": programs.address, "h": programs.host, "d": other, "p": programs.dav_port}
        with suppress(PuqZimbraError):  # without the store the page has the values alone
            token = self.runtime.store().links.make(content, self.request.installation_id, until)
            url = https_address(base + token)
            return Link(url, datetime.fromtimestamp(until, UTC)) if url else None
        return None


def profile(token: str, installation: str, runtime: Runtime) -> Mapping[str, Any]:
    """The profile of a token, which is used up by that.

    Raises:
        Refused: it was used before, has run out, or is none.
    """
    now = int(runtime.now().timestamp())
    content = runtime.store().links.take(token, installation, now)
    host = content["h"]
    programs = Programs(content["a"], host, content["d"] or host, content["p"])
    body = apple.profile(programs, shown_address(programs.address))
    return {
        "content_type": apple.CONTENT_TYPE,
        "file_name": apple.FILE_NAME,
        "body": body.decode("utf-8"),
    }
