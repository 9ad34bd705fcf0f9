"""The billing hosts' words and ours: one module a host.

A host module has `EVENTS` (its event -> our hook), `read(event, params, default_installation)`
which gives a `Call`, and `answer(event, reply, message)` which gives what the host wants to hear,
as a JSON value. What is common to all of them is the schema of `puq_zimbra.model.Call`.
"""
