"""Client action: what the customer does on his page. So far: the administrator's new password.

The host has made sure who the customer is and that the form came from its own page.
"""

from __future__ import annotations

import hmac

from pydantic import SecretStr

from puq_zimbra import units
from puq_zimbra.call import Call
from puq_zimbra.errors import Invalid
from puq_zimbra.model import Reply

from . import change_password
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Carry out the form that the customer sent."""
    action = call.form.get("puqz_action", "")
    if action != "change_admin_password":
        raise Invalid("form.puqz_action: there is no action %(action)s.", action=action)
    password = call.form.get("password", "")
    again = call.form.get("password_again", "")
    if not hmac.compare_digest(
        password.encode("utf-8", "replace"), again.encode("utf-8", "replace")
    ):
        raise Invalid("The two passwords are not the same.")
    try:
        units.plain_text(password)
    except ValueError as error:
        raise Invalid("The password holds a character that cannot be kept.") from error
    if not password:
        raise Invalid("The password is empty.")
    changed = call.model_copy(update={"new_password": SecretStr(password)})
    return change_password.run(changed, runtime)
