"""What `puq-zimbra setup` makes on a machine, step by step; each may be there already."""
