"""Operations of the store, for tests that know that they exist."""

from __future__ import annotations

from puq_zimbra.engine import unfinished
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.reply import Reply
from puq_zimbra.store.operations.records import OperationRecord


def carried_on(reference: str, runtime: Runtime, seconds: float | None = None) -> Reply:
    """Carry on an operation that is not finished, and return its outcome."""
    reply = unfinished.carry_on(reference, runtime, seconds)
    assert reply is not None
    return reply


def operation(runtime: Runtime, reference: str) -> OperationRecord:
    """Return an operation as the store holds it."""
    kept = runtime.store().operations.get(reference)
    assert kept is not None
    return kept
