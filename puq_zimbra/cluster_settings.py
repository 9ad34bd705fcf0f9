"""`[cluster]` of the settings: several machines over one store in PostgreSQL.

Source: crontab(5) for the times.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Cron = Annotated[str, Field(pattern=r"^$|^\S+( \S+){4}$")]


class ClusterSettings(BaseModel):
    """Machines that share the store, each with `puq-zimbra worker`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    #: how many machines there are; 0 = one, without workers
    nodes: Annotated[int, Field(ge=0, le=1000)] = 0
    #: when workers measure usage, as crontab(5) writes it; "" = never
    usage: Cron = "17 * * * *"
    #: when workers delete what is due
    purge: Cron = "23 4 * * *"
    #: when workers forget old readings and operations
    prune: Cron = "41 4 * * *"
