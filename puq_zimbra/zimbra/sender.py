"""What the requests of each subject share: the pipeline that they are sent through.

Source: `soap-admin.txt`.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from puq_zimbra.zimbra.pipeline import Pipeline


class Sender:
    """Sends requests by name."""

    pipeline: Pipeline

    def _send(self, name: str, /, **arguments: Any) -> etree._Element:
        """Send a request and return its response element."""
        response: etree._Element = self.pipeline.send(name, arguments)
        return response
