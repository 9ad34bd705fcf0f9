"""`[http]` and `[log]` of the settings: `puq-zimbra serve`, which `puq_zimbra.http` carries out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class HttpSettings(_Setting):
    """The hook door over HTTP, `puq-zimbra serve`."""

    #: 127.0.0.1:PORT, unix:/PATH; any other address only with a certificate
    listen: str = "127.0.0.1:7410"
    #: a PEM file of the certificate with its chain
    certificate: str | None = None
    #: a PEM file of its key
    key: str | None = None
    #: a file of lines NAME whsec_…, the newest first; None = http-secret in the state directory
    secret_file: str | None = None
    #: hooks carried out at a time
    workers: Annotated[int, Field(ge=1, le=256)] = 32
    #: how many more may wait for their turn
    waiting: Annotated[int, Field(ge=0, le=10000)] = 200
    #: seconds in which a request's body must have come
    body_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    #: seconds between two looks for operations to carry on; 0 = puq-zimbra work does it
    work_every: Annotated[int, Field(ge=0, le=86400)] = 30


class LogSettings(_Setting):
    """What `puq-zimbra serve`, `hook` and the jobs of cron log on standard error."""

    #: json, text, or auto: text on a terminal, JSON elsewhere
    format: Literal["auto", "json", "text"] = "auto"
    #: the least that is logged: info, warning or error; jobs outside the journal log no info unless
    #: this is set
    level: Literal["info", "warning", "error"] = "info"
