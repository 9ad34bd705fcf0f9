"""The billing hosts' words and ours: one module for each host, which declares it.

A host's module ends with `HOST = Host(...)` (`puq_zimbra.registry.host`), and nothing else names
it: the command line, HTTP and OpenAPI find it. Each request becomes a `puq_zimbra.request.Request`.
"""
