"""Our own memory: storage over time. What was sold the host remembers, what exists Zimbra."""
