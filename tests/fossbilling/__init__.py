"""The FOSSBilling server manager: real PHP over stubs of what it meets there."""
