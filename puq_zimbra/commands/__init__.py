"""What the commands of `puq-zimbra` print: one file a command, beside the hooks."""
