"""What happens: one file for each event, with its declaration, `HOOK`, and its one `run`.

`puq_zimbra.engine.dispatch` calls them; `puq_zimbra.registry` finds them.
"""
