"""The customer's page: views (pure), their rendering, and the words in his language.

Source: the client area of PUQ's "Prywatny serwer pocztowy" (doc.puq.info, two tabs and a table of
users), WHMCS "Module Client Area Output" (what the host prints itself).
"""
