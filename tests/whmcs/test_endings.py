"""Products that do not say what becomes of a terminated service's mail, in their settings' page."""

from __future__ import annotations

from .conftest import Start
from .hosting import Hosting

TABLE = (
    "CREATE TABLE tblproducts (id INTEGER PRIMARY KEY, name VARCHAR(64), servertype VARCHAR(64),"
    " configoption1 VARCHAR(64), configoption10 VARCHAR(64), configoption11 VARCHAR(64))"
)
#: id, name, module, model, mode, days
PRODUCTS = [
    (1, "Mail 5", "puqzimbra", "domain", "", "0"),
    (2, "Mail <25>", "puqzimbra", "domain", "", "30"),
    (3, "Mail 50", "puqzimbra", "domain", "grace", "0"),
    (4, "Mail 75", "puqzimbra", "domain", "grace", "14"),
    (5, "Mail 100", "puqzimbra", "domain", "delete", "0"),
    (6, "Private", "puqzimbra", "server", "", "0"),
    (7, "Web", "cpanel", "", "", "0"),
    (8, "One", "puqzimbra", "mailbox", "grace", ""),
]


def test_the_settings_list_every_product_that_says_nothing(start: Start, hosting: Hosting) -> None:
    """Stored with the old defaults they deleted at once; staff may have meant that."""
    hosting.execute(TABLE)
    for product in PRODUCTS:
        hosting.execute(f"INSERT INTO tblproducts VALUES ({', '.join(map(repr, product))})")
    hosting.execute("UPDATE tblproducts SET configoption10 = NULL WHERE id = 1")
    module = start()
    told = module.call("ConfigOptions", {}, stub={"database": hosting.address}).value

    words = told["On termination"]["Description"]
    assert words.endswith("in: Mail 5 (#1), Mail &lt;25&gt; (#2), Mail 50 (#3), One (#8)")


def test_without_such_products_or_a_table_the_settings_are_as_declared(
    start: Start, hosting: Hosting
) -> None:
    """The list must not keep anybody from a product's settings."""
    module = start()
    stub = {"database": hosting.address}
    without_a_table = module.call("ConfigOptions", {}, stub=stub)
    hosting.execute(TABLE)
    with_none = module.call("ConfigOptions", {}, stub=stub)

    assert without_a_table.thrown == ""
    assert without_a_table.value == with_none.value
    assert len(with_none.value) == 15
