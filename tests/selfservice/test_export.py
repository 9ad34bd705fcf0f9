"""A customer takes his mailboxes away as a table."""

from __future__ import annotations

import csv

from puq_zimbra.simulator import Simulator

from .conftest import Customer


def exported(customer: Customer) -> list[list[str]]:
    """The table, as a spreadsheet reads it."""
    answer = customer.does("export_mailboxes", "export", {})
    text = answer.value["data"]["csv"]
    assert text.startswith("\ufeff")
    assert answer.value["data"]["file_name"] == "mailboxes.csv"
    return list(csv.reader(text.removeprefix("\ufeff").splitlines()))


def test_the_table_has_every_mailbox(customer: Customer, simulator: Simulator) -> None:
    """System accounts are in none; the bin is told."""
    anna = simulator.create_account(
        "anna@firma.example", "Old-Pass-1", displayName="Anna, <b>", zimbraMailQuota="1610612736"
    )
    simulator.create_account("spam@firma.example", "Old-Pass-1", zimbraIsSystemResource="TRUE")
    simulator.create_resource("room@firma.example")
    customer.does("bin_mailbox", "mailbox_delete", {"id": anna.id})
    rows = exported(customer)

    assert rows[0][:3] == ["address", "name", "limit GB"]
    assert [row[0] for row in rows[1:]] == ["admin@firma.example", "anna@firma.example"]
    assert rows[2][1:3] == ["Anna, <b>", "1.5"]
    assert rows[2][5] == "in the bin"


def test_no_cell_is_run_as_a_formula(customer: Customer, simulator: Simulator) -> None:
    """It gets an apostrophe, which the import takes away again."""
    names = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")']
    for number, name in enumerate(names):
        simulator.create_account(f"box{number}@firma.example", "Old-Pass-1", displayName=name)
    rows = exported(customer)

    assert [row[1] for row in rows[2:]] == [f"'{name}" for name in names]


def test_the_table_stands_on_the_page(customer: Customer, simulator: Simulator) -> None:
    """For hosts that hand out no files; markup in a name stays text."""
    simulator.create_account("anna@firma.example", "Old-Pass-1",
                             displayName="</textarea><script>x</script>")  # fmt: skip
    answer = customer.does("export_mailboxes", "export", {})

    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.value["html"]
    assert "data-puqz-from" in answer.value["html"]
