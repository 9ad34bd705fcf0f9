"""Forms of a private server's customer: its settings by scope, and the messages that wait there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.selfservice.examples import Example, Stage, plan

#: scope of settings -> what is typed; "whole" = one form with all of them
_SCOPES: Mapping[str, dict[str, str]] = {
    "global": {"set_largest_message": "40", "set_spam_subject": "[SPAM]"},
    "server": {"set_relay_host": "relay.firma.example", "set_largest_upload": "20"},
    "class": {"set_trash_days": "7"},
}
_CATCH = {"set_catch_all": "admin@firma.example"}
SCOPES = {**_SCOPES, "whole": {"set_logo_link": "https://firma.example/", **_CATCH}}
for _typed in _SCOPES.values():
    SCOPES["whole"].update(_typed)
#: what is done to a message -> the queue it waits in
DEEDS = {"requeue": "deferred", "hold": "deferred", "delete": "deferred", "release": "hold"}
MESSAGE = "3F1A2B"


def _planned(scope: str) -> Callable[[Stage], dict[str, str]]:
    return lambda stage: plan(stage, SCOPES[scope])


def _changed(scope: str) -> Callable[[Stage], str]:
    def before(stage: Stage) -> str:
        assert stage.customer.send(plan(stage, SCOPES[scope])).code == "updated"
        return ""

    return before


def _waiting(queue: str) -> Callable[[Stage], str]:
    def before(stage: Stage) -> str:
        zimbra = stage.simulator
        for identity in (MESSAGE, "4F1A2C"):
            zimbra.queue_message(identity, queue, to="anna@else.example")
        return f"{queue}:{MESSAGE}:{zimbra.state.hostname}"

    return before


#: action and what of it -> its example
OWNERS: dict[tuple[str, str], Example] = {
    **{("change_settings", scope): Example(form=_planned(scope)) for scope in SCOPES},
    **{("undo_settings", scope): Example(_changed(scope)) for scope in SCOPES},
    **{
        ("act_on_queue", deed): Example(_waiting(queue), {"op": deed}, {"queue": queue})
        for deed, queue in DEEDS.items()
    },
}
