"""The DNS records of a customer's domain: what they should be, what they are, how the two differ.

records   what should be there, for a domain and its mail host
lookup    what is there, asked of a resolver; whatever it answers, the text is short and plain
spf       which servers an SPF record allows
dkim      the keys with which mail is signed, and their records
verdict   each record's state: right, wrong, missing, unknown

Nothing here asks Zimbra or knows the store.
"""
