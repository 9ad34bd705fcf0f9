"""What the demonstration's host says around the page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LANGUAGES = {"pl": "Polski", "en": "English"}
#: names of the states
STATES = {
    "pl": {
        "near_box": "skrzynka prawie pełna",
        "ok": "wszystko działa",
        "over_box": "skrzynka przepełniona",
        "near_whole": "kończy się przestrzeń",
        "over_whole": "brak miejsca",
        "suspended": "zawieszona",
        "ending": "do usunięcia",
        "unknown": "Zimbra nie odpowiada",
        "new": "nowa i pusta",
    },
    "en": {
        "near_box": "a mailbox nearly full",
        "ok": "all is well",
        "over_box": "a mailbox over its limit",
        "near_whole": "space running out",
        "over_whole": "no space left",
        "suspended": "suspended",
        "ending": "to be deleted",
        "unknown": "Zimbra does not answer",
        "new": "new and empty",
    },
}
#: what stands where a real host has pages of its own
WANTED = {
    "pl": {
        "pay": "Tu host pokazałby fakturę do opłacenia.",
        "upgrade": "Tu host sprzedałby większy plan.",
        "ticket": "Tu host przyjąłby zgłoszenie.",
    },
    "en": {
        "pay": "Here the host would show the invoice to pay.",
        "upgrade": "Here the host would sell a larger plan.",
        "ticket": "Here the host would take a ticket.",
    },
}
#: what to look at: what to do, and the page where it is done
LOOK_AT: Mapping[str, Sequence[tuple[str, str]]] = {
    "pl": (
        ("Utwórz skrzynkę. Hasło zobaczysz raz.", "mailbox_new"),
        ("Wyślij ten sam formularz z błędem: to, co wpisano, zostaje.", "mailbox_new"),
        ("Otwórz skrzynkę: alias, przekierowanie, autoresponder, limit.", "mailboxes"),
        ("Usuń skrzynkę i przywróć ją z kosza.", "bin"),
        ("Utwórz listę i dodaj do niej adresy.", "list_new"),
        ("Dodaj drugą domenę do tych samych skrzynek.", "lists"),
        ("Sprawdź w historii, kto i co zmienił.", "activity"),
        ("Zmień stan usługi niżej: strona mówi, co się dzieje i co zrobić.", "overview"),
        ("Zwęź okno do telefonu, włącz tryb ciemny, zmień język.", "usage"),
    ),
    "en": (
        ("Create a mailbox. Its password is shown once.", "mailbox_new"),
        ("Send the same form with a mistake: what was typed stays.", "mailbox_new"),
        ("Open a mailbox: alias, forwarding, out-of-office reply, limit.", "mailboxes"),
        ("Delete a mailbox, and restore it from the bin.", "bin"),
        ("Create a list and add addresses to it.", "list_new"),
        ("Add a second domain to the same mailboxes.", "lists"),
        ("See in the activity who changed what.", "activity"),
        ("Change the state below: the page says what happens and what to do.", "overview"),
        ("Make the window as narrow as a phone, go dark, change the language.", "usage"),
    ),
}
