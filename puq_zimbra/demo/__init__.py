"""The demonstration: a mail domain's life on a simulated Zimbra, with the customer's page."""
