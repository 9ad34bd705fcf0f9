"""Device profile: what a phone gets at a one-use address of the page ``devices``.

The host serves the address to somebody who is not logged in, and asks with the token alone. The
token was made for one installation, holds what the profile needs, and is used up by the answer.
"""

from __future__ import annotations

from puq_zimbra.engine import devices
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.registry.hook import Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=("installation", "form"),
    keeps_answer=False,
    audience="customer",
    whmcs=("DeviceProfile",),
    wait="click",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Give the profile."""
    token = request.form.get("token", "")
    profile = devices.profile(token, request.installation_id, runtime)
    return Reply("unchanged", N_("The profile is ready."), data=profile)
