"""Bring what the PHP side copies from here up to date: `python hooks/whmcs/refresh.py`.

WHMCS asks for a module's settings and metrics when there may be no engine, so they lie beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from puq_zimbra.billing import whmcs
from puq_zimbra.billing.whmcs_answers import METRICS
from puq_zimbra.model import Reply

HERE = Path(__file__).parent
MODULE = HERE / "modules/servers/puqzimbra"
STYLE_SHEET = HERE.parents[1] / "templates/puqz.css"
FOSSBILLING = HERE.parent / "fossbilling/library/PuqZimbra"
#: what reaches the engine, for whatever platform
BRIDGE = ("Command", "Engine", "EngineError", "Http", "Settings", "Signature")


def declared() -> dict[str, Any]:
    """What WHMCS is told without a server."""
    reply = Reply("unchanged", "")
    said = {event: whmcs.answer(event, reply, "", "") for event in ("MetaData", "ConfigOptions")}
    return {**said, "metrics": METRICS}


def copies() -> dict[Path, str]:
    """What each of the copied files has to hold."""
    files = {
        MODULE / "declared.json": json.dumps(declared(), indent=2, ensure_ascii=False) + "\n",
        MODULE / "assets/puqz.css": STYLE_SHEET.read_text("utf-8"),
    }
    for name in BRIDGE:
        text = (MODULE / f"lib/{name}.php").read_text("utf-8")
        files[FOSSBILLING / f"{name}.php"] = text.replace(
            "\nnamespace WHMCS\\Module\\Server\\Puqzimbra;\n", "\nnamespace PuqZimbra;\n"
        )
    return files


if __name__ == "__main__":
    for path, text in copies().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
