"""A customer of a private server, and one of a domain, on their page of settings."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.engine.dispatch import Answer
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..models.conftest import SERVER, laid_over
from ..selfservice.conftest import Customer, Page, as_read

#: the plan names no class, so that the customer may choose the domain's
PRIVATE: dict[str, Any] = {**SERVER, "plan": {**SERVER["plan"], "cos": None}}


class Owner(Customer):
    """A customer who changes settings."""

    def preview(self, query: dict[str, str] | None = None, /, **typed: str) -> Answer:
        """Type values into the page of settings, by key, and send it."""
        form = self.open("settings", **(query or {})).form("preview_settings")
        return self.send(form, **{f"set_{key}": text for key, text in typed.items()})

    def reset(self, key: str) -> Answer:
        """Press the button that brings a default back."""
        return self.send(self.open("settings").form("preview_settings"), puqz_reset=key)

    def agree_form(self, plan: Answer) -> dict[str, str]:
        """The form by which a plan is agreed to."""
        assert plan.code == "unchanged", plan
        return as_read(plan.value["html"]).form("change_settings")

    def agree(self, plan: Answer) -> Answer:
        """Agree to a plan that was shown."""
        return self.send(self.agree_form(plan))

    def change(self, query: dict[str, str] | None = None, /, **typed: str) -> Answer:
        """Change settings: look at the plan and agree to it."""
        return self.agree(self.preview(query, **typed))

    def undo(self, page: Page | None = None) -> Answer:
        """Undo the last change."""
        return self.send((page or self.open("settings")).form("undo_settings"))


@pytest.fixture
def owner(hook: Hook, simulator: Simulator) -> Owner:
    """The customer of a private server that was made."""
    private = laid_over(hook, PRIVATE)
    assert private("create").code == "created"
    simulator.reset_log()
    return Owner(private)


@pytest.fixture
def tenant(hook: Hook, simulator: Simulator) -> Owner:
    """The customer of a domain on a shared Zimbra."""
    assert hook("create").code == "created"
    simulator.reset_log()
    return Owner(hook)
