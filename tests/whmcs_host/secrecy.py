"""Where secrets must not be: what the host logs, what the engine logs, and what customers read."""

from __future__ import annotations

import html
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

from .life import FIRST_PASSWORD, NEW_PASSWORD, SERVER_PASSWORD, Life

CANARY = "canary-of-the-client-record"


def found_in(life: Life) -> list[str]:
    """Which secret stands where, in whatever form."""
    places = {name: repr(life.host.rows(name)) for name in ("tblmodulelog", "tblactivitylog")}
    places["tblmodulequeue"] = repr(life.host.rows("tblmodulequeue"))
    places["the customer's pages"] = "".join(life.client.read)
    log = Path(life.host.root).parent / "engine.log"
    places["the engine's log"] = log.read_text() if log.exists() else ""
    assert places["tblmodulelog"].count("CreateAccount")
    return [
        f"{secret} in {place}"
        for secret in (*secrets_of(life), CANARY)
        for place, text in places.items()
        if any(form in text for form in forms(secret))
    ]


def secrets_of(life: Life) -> list[str]:
    """Passwords, the door's key, and every token that Zimbra has issued."""
    lines = life.host.rows("tblservers")[0]["accesshash"].splitlines()
    keys = [line.removeprefix("secret=") for line in lines if line.startswith("secret=")]
    tokens = list(life.simulator.state.tokens._known)
    assert tokens
    return [SERVER_PASSWORD, FIRST_PASSWORD, NEW_PASSWORD, *keys, *tokens]


def forms(secret: str) -> set[str]:
    """A secret as it may be written."""
    encoded = html.escape(secret).replace("&#x27;", "&#039;")
    return {
        secret,
        encoded,
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(encoded)[1:-1],
        quote(secret),
        quote_plus(secret),
        repr(secret)[1:-1],
    }
