"""For each server setting: what a customer types, what Zimbra then holds, and what is refused."""

from __future__ import annotations

from typing import Any

from puq_zimbra.settings.table import BY_KEY
from puq_zimbra.simulator import Simulator

MB = 2**20
#: key -> what is typed, and what Zimbra holds for it
GOOD: dict[str, tuple[str, list[str]]] = {
    "largest_message": ("40", [str(40 * MB)]),
    "largest_upload": ("7,5", [str(15 * MB // 2)]),
    "blocked_attachments": (".exe, BAT\nexe vbs", ["bat", "exe", "vbs"]),
    "forwarding": ("FALSE", ["FALSE"]),
    "forwarding_in_filters": ("FALSE", ["FALSE"]),
    "relay_host": ("[Relay.firma.example]:587", ["[relay.firma.example]:587"]),
    "trusted_networks": ("127.0.0.0/8\n192.0.2.0/24, ::1", ["127.0.0.0/8 192.0.2.0/24 [::1]/128"]),
    "trash_days": ("7", ["7d"]),
    "spam_days": ("1,5", ["36h"]),
    "message_days": ("365", ["365d"]),
    "recovery": ("TRUE", ["TRUE"]),
    "recovery_days": ("60", ["60d"]),
    "spam_tag": ("5,4", ["27"]),
    "spam_kill": ("12", ["60"]),
    "spam_subject": ("[SPAM]", ["[SPAM]"]),
    "encrypted_archives": ("FALSE", ["FALSE"]),
    "virus_notice": ("FALSE", ["FALSE"]),
    "password_length": ("12", ["12"]),
    "password_most": ("128", ["128"]),
    "password_capitals": ("1", ["1"]),
    "password_small": ("1", ["1"]),
    "password_digits": ("2", ["2"]),
    "password_marks": ("1", ["1"]),
    "password_common": ("TRUE", ["TRUE"]),
    "password_history": ("5", ["5"]),
    "password_youth": ("2", ["2"]),
    "lockout": ("TRUE", ["TRUE"]),
    "lockout_failures": ("5", ["5"]),
    "lockout_minutes": ("15", ["15m"]),
    "lockout_window": ("120", ["2h"]),
    "session_hours": ("8", ["8h"]),
    "admin_session_hours": ("6", ["6h"]),
    "idle_minutes": ("30", ["30m"]),
    "imap_from": ("192.0.2.7", ["192.0.2.7/32"]),
    "pop_from": ("192.0.2.0/24 198.51.100.0/24", ["192.0.2.0/24", "198.51.100.0/24"]),
    "mobile_from": ("2001:db8::/32", ["2001:db8::/32"]),
    "public_host": ("Mail.firma.example", ["mail.firma.example"]),
    "catch_all": ("Admin@firma.example", ["admin@firma.example"]),
    "time_zone": ("Europe/Warsaw", ["Europe/Warsaw"]),
    "disclaimer": ("TRUE", ["TRUE"]),
    "disclaimer_text": ("Firma Przykład\r\nNIP 123", ["Firma Przykład\nNIP 123"]),
    "disclaimer_html": ("<p>Firma</p>", ["<p>Firma</p>"]),
    "logo_link": ("https://firma.example/", ["https://firma.example/"]),
    "logo_login": ("https://firma.example/a.png", ["https://firma.example/a.png"]),
    "logo_app": ("https://firma.example/b.png?x=1", ["https://firma.example/b.png?x=1"]),
    "favicon": ("https://firma.example/f.ico", ["https://firma.example/f.ico"]),
    "colour_text": ("#112233", ["#112233"]),
    "colour_ground": ("#445566", ["#445566"]),
    "colour_second": ("#778899", ["#778899"]),
    "colour_chosen": ("#AABBCC", ["#AABBCC"]),
}
#: those that need a class of which our administrator is not, and so another set-up
OTHERS = {"web_from", "password_age", "default_class"}
#: of the Network Edition
NOT_OFFERED = {"two_factors", "two_factors_required"}
#: key -> what is refused
BAD: dict[str, tuple[str, ...]] = {
    "largest_message": ("4", "201", "-1", "20M", "1e6", "", "lots"),
    "largest_upload": ("1", "9999"),
    "blocked_attachments": ("e*e", "a/b", " ".join(f"x{n}" for n in range(101))),
    "forwarding": ("yes", ""),
    "relay_host": ("127.0.0.1", "a b", "relay.example.test:99999", "localhost", "a.test b.test",
                   "[a.test", "http://relay.test"),
    "trusted_networks": (
        "0.0.0.0/0", "::/0", "127.0.0.0/8 0.0.0.0/0", "127.0.0.0/8 0.0.0.0/1 128.0.0.0/1",
        "127.0.0.0/8 8.0.0.0/7", "127.0.0.0/8 8.0.0.0/8 9.0.0.0/8", "127.0.0.0/8 ::ffff:0:0/96",
        "127.0.0.0/8 64:ff9b::/96", "127.0.0.0/8 2000::/3", "127.0.0.0/8 0.0.0.0",
        "127.0.0.0/8 [::]/0", "127.0.0.0/8 0.0.0.0/00", "192.0.2.0/24", "everyone",
        "127.0.0.0/8 !10.0.0.0/8", "127.0.0.0/8 /etc/hosts", "127.0.0.0/8 10.0.0.5/8",
        "127.0.0.0/8 300.1.1.1/8", "127.0.0.0/40", "127.0.0.0/8 hash:/etc/x",
    ),
    "trash_days": ("-1", "3651", "1h"),
    "message_days": ("30", "1"),
    "spam_tag": ("2", "11", "a"),
    "spam_kill": ("7", "21", "101"),
    "spam_subject": ("x" * 33,),
    "password_length": ("5", "65", "8,5", "2147483648"),
    "password_most": ("19", "257"),
    "password_capitals": ("11",),
    "password_history": ("25",),
    "password_youth": ("31",),
    "lockout_failures": ("-1", "2", "0"),
    "lockout_minutes": ("0", "15 m"),
    "session_hours": ("0", "12345678", "2d"),
    "admin_session_hours": ("0", "25"),
    "idle_minutes": ("4",),
    "imap_from": ("0.0.0.0/0", "::/0", "everyone"),
    "pop_from": ("0.0.0.0/1",),
    "default_class": ("business", "00000000-0000-0000-0000-000000000000"),
    "catch_all": ("x", "a b@firma.example", "anna@firma.example, jan@firma.example"),
    "public_host": ("not a host", "https://mail.firma.example", "10.0.0.1", "<b>"),
    "time_zone": ("Nowhere/City", "Europe", "../etc/passwd"),
    "disclaimer_text": ("x" * 4001,),
    "disclaimer_html": ("<script>x</script>", "<p>a</p>< SCRIPT src=x>", '<a href="javascript:x">',
                        "<p onclick='x'>"),
    "logo_link": ("javascript:alert(1)", "http://a.test/", "https://a b/", 'https://a.test/"><b>'),
    "favicon": ("data:image/png,x",),
    "colour_text": ("red", "#12345", "#112233;}"),
}  # fmt: skip


def held(simulator: Simulator, key: str) -> list[str]:
    """What Zimbra holds of its own for a setting."""
    row, directory = BY_KEY[key], simulator.state.directory
    if row.scope == "mailbox":
        boxes = directory.all("account")
        return sorted(
            one.name for one in boxes if "@firma.example" in one.attrs.get(row.attribute, ())
        )
    domain = simulator.domain("firma.example")
    assert domain is not None
    places: dict[str, Any] = {
        "global": simulator.state.config_entry,
        "server": next(iter(directory.servers.values())),
        "class": directory.coses["default"],
        "domain": domain,
    }
    return list(places[row.scope].attrs.get(row.attribute, []))
