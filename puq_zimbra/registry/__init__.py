"""Finds what is declared: hooks in `hooks/`, hosts in `billing/`, each in a file of its own.

The file's name is the hook's or the host's. A hook's declaration is read from its source, so that
what needs only that (the store, a host, `describe`) imports no hook. It may use the names of
`puq_zimbra.registry.hook` and no others.

Source: importlib, pkgutil ("iter_modules").
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from puq_zimbra.errors import Misconfigured
from puq_zimbra.registry import hook as words
from puq_zimbra.registry.hook import Hook

if TYPE_CHECKING:
    from puq_zimbra.registry.host import Host
    from puq_zimbra.reply import Reply

_HOOKS, _HOSTS = "puq_zimbra.hooks", "puq_zimbra.billing"
#: on one line, or closed by a bracket on a line of its own
_HOOK = re.compile(r"^HOOK = (Hook\((?:.*\)$|\n(?:[ ].*\n)*\)$))", re.MULTILINE)
_RUN = re.compile(r"^def run\(", re.MULTILINE)
_HOST = re.compile(r"^HOST = ", re.MULTILINE)
#: (host, its name of an event) -> the event, as far as looked up
_found: dict[tuple[str, str], str] = {}


@cache
def hook_of(event: str) -> Hook:
    """The declaration of an event's hook.

    Raises:
        KeyError: there is no such event.
        Misconfigured: its file declares it wrongly; names the field.
    """
    if event not in _names(_HOOKS):
        raise KeyError(event)
    source = _source(_HOOKS, event)
    written = _HOOK.search(source)
    if written is None:
        raise _wrong(_HOOKS, event, "it has no HOOK")
    if _RUN.search(source) is None:
        raise _wrong(_HOOKS, event, "it has no function run")
    try:
        declared: Hook = eval(written[1], {"__builtins__": {}}, vars(words))
    except (TypeError, ValueError, NameError, SyntaxError) as error:
        raise _wrong(_HOOKS, event, str(error)) from error
    return declared


def find_hook(event: str) -> Hook | None:
    """The declaration of an event's hook; None if this version has no such event."""
    try:
        return hook_of(event)
    except KeyError:
        return None


def declared(event: str) -> Hook:
    """The declaration of a stored event; an event of another version is about itself alone."""
    return find_hook(event) or Hook(needs=(), writes=True, aspects={event})


def hooks() -> dict[str, Hook]:
    """Every event and its declaration."""
    return {event: hook_of(event) for event in sorted(_names(_HOOKS))}


def run_of(event: str) -> Callable[[Any, Any], Reply]:
    """The function that carries out an event: request and runtime -> reply."""
    run: Callable[[Any, Any], Reply] = importlib.import_module(f"{_HOOKS}.{event}").run
    return run


@cache
def host_of(name: str) -> Host:
    """The declaration of a host.

    Raises:
        KeyError: there is no such host.
        Misconfigured: its file declares it wrongly; names the field.
    """
    from puq_zimbra.registry.host import Host

    if name not in host_names():
        raise KeyError(name)
    try:
        declared = importlib.import_module(f"{_HOSTS}.{name}").HOST
    except (TypeError, ValueError) as error:
        raise _wrong(_HOSTS, name, str(error)) from error
    if not isinstance(declared, Host):
        raise _wrong(_HOSTS, name, "HOST is no Host")
    return declared


def host_names() -> list[str]:
    """The names of all hosts."""
    # `billing/` holds parts of hosts, too.
    return sorted(name for name in _names(_HOSTS) if _HOST.search(_source(_HOSTS, name)))


def event_of(host_name: str, name: str) -> str | None:
    """The event that a host's name for it means; None if the host has no such event."""
    if (host_name, name) not in _found:
        event = _event_of(host_of(host_name), name)
        if event is None:
            return None
        _found[host_name, name] = event
    return _found[host_name, name]


def _event_of(host: Host, name: str) -> str | None:
    if host.names_in or host.names:
        return _events(host).get(name)
    if name in host.further_names:
        return host.further_names[name]
    hook = find_hook(name)
    return name if hook is not None and hook.public else None


def events(host_name: str) -> Mapping[str, str]:
    """Every name that a host has for an event, and the event."""
    return _events(host_of(host_name))


def _events(host: Host) -> Mapping[str, str]:
    if host.names_in:
        pairs = [(event, getattr(hook, host.names_in)) for event, hook in hooks().items()]
        return {name: event for event, names in pairs for name in names}
    ours = {event: event for event, hook in hooks().items() if hook.public}
    return host.names or {**ours, **host.further_names}


def _wrong(package: str, name: str, problem: str) -> Misconfigured:
    file = f"{package.rpartition('.')[2]}/{name}.py"
    return Misconfigured(
        "%(file)s is declared wrongly: %(problem)s. Correct the declaration.",
        file=file,
        problem=problem,
    )


def _folders(package: str) -> list[str]:
    return list(importlib.import_module(package).__path__)


def _names(package: str) -> Iterator[str]:
    """The names of a package's modules."""
    for found in pkgutil.iter_modules(_folders(package)):
        if not found.ispkg and not found.name.startswith("_"):
            yield found.name


def _source(package: str, name: str) -> str:
    files = (Path(folder, f"{name}.py") for folder in _folders(package))
    return next((file.read_text("utf-8") for file in files if file.is_file()), "")
