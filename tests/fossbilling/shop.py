"""What the tests of the product type sell, and how they order it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..whmcs.php import Told

PRODUCT = {
    "server_id": "1", "cos": "business", "mailboxes": "10", "mailbox_quota": "2 GB",
    "self_service": "full",
}  # fmt: skip
SMALL = {**PRODUCT, "mailboxes": "3", "mailbox_quota": "1024", "terminate": "delete"}
Call = Callable[..., Told]
#: a test of what the lines differ in
BOTH = pytest.mark.parametrize("line", ["0.7", "0.8"], indirect=True)


def ordered(shop: Call, domain: str, client: int = 7, product: int = 1) -> int:
    """Order a domain; the order's number."""
    told = shop("order", client=client, product=product, data={"domain": domain})
    assert told.thrown == "", told
    return int(told.value)
