"""What brings a store of version 3 to version 4: the answers given over HTTP."""

from __future__ import annotations

FROM_3_TO_4 = (
    "CREATE TABLE answer ("
    " id VARCHAR(200) NOT NULL,"
    " digest VARCHAR(64) NOT NULL,"
    " timestamp BIGINT NOT NULL,"
    " status INTEGER NOT NULL,"
    " final INTEGER NOT NULL,"
    " body {bytes},"
    " at BIGINT NOT NULL,"
    " PRIMARY KEY (id))",
    "CREATE INDEX answer_at ON answer (at)",
)
