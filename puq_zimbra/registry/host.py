"""The declaration of a host: `HOST = Host(...)` in its file in `billing/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from puq_zimbra.registry.hook import Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request


@dataclass(frozen=True, kw_only=True)
class Host:
    """How a billing platform's words become ours, and ours become its."""

    #: the host's name of the event, its hook's declaration, the host's JSON object, the host's
    #: section of the settings -> the request. Raises Invalid, which names the key
    read: Callable[[str, Hook, Mapping[str, Any], Any], Request]
    #: the host's name of the event, the reply, its translated sentence, its reference -> JSON value
    answer: Callable[[str, Reply, str, str], Any]
    #: JSON value, not validated yet -> the reader's language
    locale: Callable[[object], str]
    #: JSON value, not validated yet -> host and port of the Zimbra, "" if it names none
    host_port: Callable[[object], str]
    #: a request with a service -> what answers say of it, beside the reply's own data
    about: Callable[[Request], Mapping[str, Any]] = lambda request: {}
    #: its section of the settings, which names an installation
    settings: str = "whmcs"
    #: its calls are not signed, but bear the secret of their installation as a token
    bearer: bool = False
    #: the host's names of events -> ours; empty = it uses our names
    names: Mapping[str, str] = field(default_factory=dict)
    #: names that it has besides ours, for events that are not every host's
    further_names: Mapping[str, str] = field(default_factory=dict)
    #: its names stand in this field of each `Hook` instead
    names_in: str = ""
    #: it sends and gets our JSON unchanged, so OpenAPI shows its schema
    is_plain: bool = False
