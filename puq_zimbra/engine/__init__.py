"""Carries a request: from a host's event to its reply."""
