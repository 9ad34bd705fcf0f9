"""Filter rules for arriving and leaving mail.

Source: `service/mail/GetFilterRules.java`, `ModifyFilterRules.java`, their outgoing siblings,
`service/admin/GetFilterRules.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import sieve
from puq_zimbra.simulator.access import acting, require_options
from puq_zimbra.simulator.context import Context, Function
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import select
from puq_zimbra.simulator.usersettings import Rule

INCOMING = "zimbraMailSieveScript"
OUTGOING = "zimbraMailOutgoingSieveScript"
#: Scripts of the administrator, by when they run.
_ADMIN = {"before": "zimbraAdminSieveScriptBefore", "after": "zimbraAdminSieveScriptAfter"}


def _rules(context: Context, account: Entry, name: str) -> tuple[Rule, ...]:
    """Rules of an account; a script that was written by hand is not read back."""
    script, rules = context.state.user_settings(account).rules.get(name, ("", ()))
    return rules if account.first(name) == script else ()


def _getter(name: str) -> Function:
    def get(context: Context, request: Element) -> Element:
        """GetFilterRulesRequest, GetOutgoingFilterRulesRequest."""
        made = el.response(request)
        sieve.put(made, _rules(context, acting(context), name))
        return made

    return get


def _setter(name: str) -> Function:
    def change(context: Context, request: Element) -> Element:
        """ModifyFilterRulesRequest, ModifyOutgoingFilterRulesRequest: all rules at once."""
        account = require_options(context)
        rules = sieve.read(el.required_child(request, "filterRules"))
        script = sieve.script(rules)
        account.put(name, script)
        context.state.user_settings(account).rules[name] = script, rules
        return el.response(request)

    return change


def get_for_admin(context: Context, request: Element) -> Element:
    """GetFilterRulesRequest of an administrator: rules set over a mailbox."""
    type_ = el.required(request, "type")
    account = select(context, request, "getAccount")
    made = el.response(request)
    made.set("type", type_)
    el.add(made, "account", {"by": "id"}, account.id)
    sieve.put(made, _rules(context, account, _ADMIN.get(type_, "")))
    return made


MAIL = {
    "GetFilterRulesRequest": _getter(INCOMING),
    "ModifyFilterRulesRequest": _setter(INCOMING),
    "GetOutgoingFilterRulesRequest": _getter(OUTGOING),
    "ModifyOutgoingFilterRulesRequest": _setter(OUTGOING),
}
ADMIN = {"GetFilterRulesRequest": get_for_admin}
