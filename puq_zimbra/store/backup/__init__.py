"""Backups of the store: made, checked, and put in its place."""
