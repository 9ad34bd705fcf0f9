"""What the customer does on his page: one file each, with its ``ACTION`` on top.

`puq_zimbra.engine.actions` finds them by their names; nothing lists them.
"""
