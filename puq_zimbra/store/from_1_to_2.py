"""What brings a store of version 1 to version 2: operations that go on, and their steps.

It only adds, so hooks of version 1 that are under way go on.
"""

from __future__ import annotations

FROM_1_TO_2 = (
    "ALTER TABLE operation ADD COLUMN call TEXT",
    "ALTER TABLE operation ADD COLUMN runs INTEGER DEFAULT '1' NOT NULL",
    "ALTER TABLE operation ADD COLUMN written INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE operation ADD COLUMN supersedes INTEGER DEFAULT '1' NOT NULL",
    "ALTER TABLE lease ADD COLUMN until_here BIGINT DEFAULT '0' NOT NULL",
    "CREATE INDEX operation_state ON operation (state)",
    "CREATE TABLE step ("
    " operation BIGINT NOT NULL REFERENCES operation (number),"
    " number INTEGER NOT NULL,"
    " at BIGINT NOT NULL,"
    " request VARCHAR(60) NOT NULL,"
    " target VARCHAR(320) NOT NULL,"
    " answer VARCHAR(60),"
    " PRIMARY KEY (operation, number))",
)
