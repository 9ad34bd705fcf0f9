"""The hooks over HTTP."""
