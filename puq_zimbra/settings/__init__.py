"""Server settings: what a customer may change of his private Zimbra, as a table of one row each.

    mail.py, security.py, domain.py    the rows
    row.py                             what a row is
    kinds.py, texts.py, networks.py    how values are read, written and refused
    table.py                           all rows, and what they rule out together
    reading.py                         what Zimbra holds now, in one HTTP request
    changing.py                        what is to be written: told, applied, read back, undone
    document.py                        docs/server-settings.md

The provider's own file is the *configuration*, what a product grants is its *plan*.
"""
