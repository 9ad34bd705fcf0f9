"""docs/server-settings.md."""

from __future__ import annotations

from pathlib import Path

from puq_zimbra.settings.document import document

ROOT = Path(__file__).parents[2]


def test_the_document_is_up_to_date() -> None:
    """It is written from the table."""
    assert (ROOT / "docs/server-settings.md").read_text("utf-8") == document()
