"""`puq-zimbra worker`: carries on operations and does what is due, on any number of machines."""
