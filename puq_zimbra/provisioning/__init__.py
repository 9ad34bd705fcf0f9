"""Repeatable steps towards what was sold: read, compare, write the difference.

A step called twice changes nothing more. Everything is read before the first write, and nothing is
written to an object whose stamp was not read as ours in the same operation.
"""
