"""The commands, one file per family; every file lists its own in a table."""
