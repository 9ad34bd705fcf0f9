"""Hooks over HTTP: signed requests in, signed answers out (`puq-zimbra serve`)."""
