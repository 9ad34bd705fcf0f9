"""The module in a billing host that orders, pays and cancels."""
