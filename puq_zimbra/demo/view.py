"""What a visitor of the demonstration chose, as the address says it, and what his browser sent.

Source: RFC 7578 (multipart/form-data).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from typing import Literal, TypeAlias
from urllib.parse import urlencode

from puq_zimbra import languages
from puq_zimbra.demo.words import FIRST

Mode: TypeAlias = Literal["embedded", "full"]

SKINS = ("3", "4", "5")
MODES = ("full", "embedded")


@dataclass(frozen=True)
class View:
    """What the visitor chose, as the address says it."""

    lang: str
    skin: str
    mode: Mode
    #: for `Request.page`
    page: str
    #: for `Request.query`: the page's own keys
    query: Mapping[str, str]
    #: what of the host's own the visitor asked for: pay, upgrade, ticket
    host: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> View:
        """What an address asks for; what makes no sense counts as not asked."""
        skin = query.get("skin", "")
        return cls(
            lang=query["lang"] if query.get("lang") in languages.found() else FIRST,
            skin=skin if skin in SKINS else "4",
            mode="embedded" if query.get("mode") == "embedded" else "full",
            page=(query.get("puqz_page") or query.get("tab", ""))[:40],
            query={
                name.removeprefix("puqz_"): value[:320]
                for name, value in query.items()
                if name.startswith("puqz_") and name != "puqz_page"
            },
            host=query.get("host", ""),
        )

    def address(self, **changes: str) -> str:
        """The address of the page with some choices changed."""
        chosen = {"lang": self.lang, "skin": self.skin, "mode": self.mode, **changes}
        return "/?" + urlencode(chosen)

    def stay(self, **changes: str) -> str:
        """The same of the customer's pages; what became of a form is said once."""
        own = {f"puqz_{name}": value for name, value in self.query.items() if name != "notice"}
        return self.address(**({"puqz_page": self.page} if self.page else {}), **own, **changes)

    def form(self, token: str) -> dict[str, str]:
        """For `Request.form`: where forms and links go, and what forms carry."""
        return {
            "action": "/act" + self.stay()[1:],
            "page_url": self.address(puqz_page=""),
            **{f"{name}_url": self.address(host=name) for name in ("pay", "upgrade", "ticket")},
            "sso_url": "/webmail" + self.address()[1:],
            "takes_files": "1",
            **{name: self.query.get(name, "") for name in ("search", "sort")},
            "token": token,
        }


def fields_of_parts(kind: str, content: bytes) -> dict[str, str]:
    """The fields of a form with files; a file becomes a data URL."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    found = {}
    for part in message_from_bytes(head + content, policy=HTTP).iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(data, bytes):
            continue
        text = data.decode("utf-8", "replace")
        if part.get_filename() is not None:
            text = f"data:application/octet-stream;base64,{b64encode(data).decode()}"
        found[name] = text
    return found
