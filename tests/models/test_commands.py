"""Commands for people know the models ``mailbox`` and ``server``."""

from __future__ import annotations

from puq_zimbra.simulator import Simulator

from ..conftest import Command, Hook

ADDRESS = "anna@poczta.example"


def test_commands_know_every_model(
    mailbox: Hook, server: Hook, simulator: Simulator, command: Command
) -> None:
    """By the ids in the stamp alone, from a table, and against the platform's list."""
    simulator.create_account(ADDRESS, "Old-Pass-1")
    table = f"installation,service_id,domain,mailbox\ncrm.example,44,,{ADDRESS}\n"
    adopted = command("service", "adopt", "--csv", "-", given=table)
    shown = command("service", "show", "crm.example", "44")
    listed = ("orphans", "--installation", "crm.example", "--services", "-")
    agreed = command(*listed, given=f'[{{"service_id": "44", "mailbox": "{ADDRESS}"}}]')
    domain = command(*listed, given='[{"service_id": "44", "domain": "poczta.example"}]')
    differs = command(*listed, given='[{"service_id": "44", "mailbox": "jan@poczta.example"}]')

    stamps = simulator.account(ADDRESS).attrs["zimbraForeignPrincipal"]
    assert (adopted.status, stamps) == (0, ["puq_zimbra:crm.example:44"])
    assert shown.status == 0
    assert f"name         {ADDRESS}" in shown.stdout
    assert "model        mailbox" in shown.stdout
    assert (agreed.status, domain.status, differs.status) == (0, 0, 1)
    assert "in the list: jan@poczta.example" in differs.stdout


def test_show_counts_all_of_a_private_server(
    server: Hook, simulator: Simulator, command: Command
) -> None:
    """The accounts of every domain on it."""
    server("create")
    simulator.create_domain("druga.example")
    simulator.create_account("anna@druga.example", "Some-Pass-1")
    shown = command("service", "show", "crm.example", "42")

    assert "model        server" in shown.stdout
    assert "accounts 3" in shown.stdout  # with the one of the provider in example.test
