"""One thing that the demonstration did, told in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from puq_zimbra.i18n import translate


@dataclass(frozen=True)
class Step:
    """What was done and what came of it: messages, whose places ``values`` fill."""

    title: str
    detail: str
    ok: bool
    values: Mapping[str, object] = field(default_factory=dict)

    def told(self, locale: str) -> Step:
        """The same in a language, with its places filled in."""
        title, detail = (translate(one, self.values, locale) for one in (self.title, self.detail))
        return Step(title, detail, self.ok)
