"""Many mailboxes at once: from a table into Zimbra, and from Zimbra into a table."""
