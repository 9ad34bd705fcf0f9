"""What classes of service are called: figures name them by id, people by name.

Before version 5 the highest figures of a month named classes by name. They are brought over when a
class of that name is first seen by its id, so that none of its mailboxes stands there twice.

Source: SQLAlchemy Core.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.readings import ServiceUsage
from puq_zimbra.store.tables import COS_FIGURE, cos_name, peak, service

#: characters of a name that are kept
_MOST = 300
_OF_SERVER = sa.select(cos_name.c.id, cos_name.c.name).where(
    cos_name.c.server == sa.bindparam("of_server")
)
_CHANGE = (
    cos_name.update()
    .where(cos_name.c.server == sa.bindparam("of_server"), cos_name.c.id == sa.bindparam("of_id"))
    .values(name=sa.bindparam("now"))
)
_there = peak.alias()
_BRING_OVER = (
    peak.update()
    .where(
        peak.c.figure == sa.bindparam("by_name"),
        peak.c.service.in_(
            sa.select(service.c.id).where(service.c.server == sa.bindparam("of_server"))
        ),
        ~sa.exists().where(
            _there.c.service == peak.c.service,
            _there.c.month == peak.c.month,
            _there.c.figure == sa.bindparam("by_id"),
        ),
    )
    .values(figure=sa.bindparam("by_id"))
)


def of_server(connection: Connection, server: str) -> dict[str, str]:
    """The names of a server's classes of service by id, as they were last seen."""
    return {row.id: row.name for row in connection.execute(_OF_SERVER, {"of_server": server})}


def everywhere(connection: Connection) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """The names by server and id, and by id alone for services that moved to another server."""
    rows = connection.execute(sa.select(cos_name)).all()
    return {(row.server, row.id): row.name for row in rows}, {row.id: row.name for row in rows}


def note(connection: Connection, server: str, readings: Iterable[ServiceUsage]) -> None:
    """Note what the classes of service of readings are called, where that is new."""
    seen = {cos: name[:_MOST] for one in readings for cos, name in one.counts.names.items()}
    known = of_server(connection, server)
    for cos, name in sorted(seen.items()):
        if cos in known:
            if known[cos] != name:
                names = {"of_server": server, "of_id": cos, "now": name}
                connection.execute(_CHANGE, names)
            continue
        connection.execute(cos_name.insert(), {"server": server, "id": cos, "name": name})
        figures: Mapping[str, str] = {"by_name": COS_FIGURE + name, "by_id": COS_FIGURE + cos}
        connection.execute(_BRING_OVER, {"of_server": server, **figures})
