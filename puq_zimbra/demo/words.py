"""What the demonstration's host says around the page; its words are messages like all others."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale

from puq_zimbra import i18n, languages
from puq_zimbra.errors import N_

#: what the demonstration opens in
FIRST = "pl"
#: names of the states
STATES = {
    "near_box": N_("a mailbox nearly full"),
    "ok": N_("all is well"),
    "over_box": N_("a mailbox over its limit"),
    "near_whole": N_("space running out"),
    "over_whole": N_("no space left"),
    "suspended": N_("service suspended"),
    "ending": N_("to be deleted"),
    "unknown": N_("Zimbra does not answer"),
    "new": N_("new and empty"),
}
#: what stands where a real host has pages of its own
WANTED = {
    "pay": N_("Here the host would show the invoice to pay."),
    "upgrade": N_("Here the host would sell a larger plan."),
    "ticket": N_("Here the host would take a ticket."),
}
#: what to look at: what to do, and the page where it is done
LOOK_AT = (
    (N_("Create a mailbox. Its password is shown once."), "mailbox_new"),
    (N_("Send the same form with a mistake: what was typed stays."), "mailbox_new"),
    (N_("Open a mailbox: alias, forwarding, out-of-office reply, limit."), "mailboxes"),
    (N_("Delete a mailbox, and restore it from the bin."), "bin"),
    (N_("Create a list and add addresses to it."), "list_new"),
    (N_("Add a second domain to the same mailboxes."), "lists"),
    (N_("See in the activity who changed what."), "activity"),
    (N_("Change the state below: the page says what happens and what to do."), "overview"),
    (N_("Make the window as narrow as a phone, go dark, change the language."), "usage"),
)


def names() -> Mapping[str, str]:
    """The languages that a visitor can choose, each by its own name."""
    return {tag: (Locale.parse(tag).display_name or tag).capitalize() for tag in languages.found()}


def say(message: str, language: str) -> str:
    """A message in the visitor's language."""
    return i18n.translations(language).gettext(message) if message else ""
