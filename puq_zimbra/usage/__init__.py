"""Storage figures: read them whole or not at all, keep them, hand them to the host.

Unknown is not zero. A figure is written only when everything that feeds it was read whole; when a
reading fails, the last good figures stay, marked as stale.
"""
