"""The store: operations under way and done, and usage over time.

The billing host remembers what was sold, and Zimbra what exists.
"""
