"""Compiled templates of the customer's page: kept for the next process, never in a page's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from puq_zimbra.clientarea.render import _environment, compile_all
from puq_zimbra.config import Config

from .conftest import Hook
from .test_client_area_hook import text_of


@pytest.fixture
def compiled() -> None:
    """Nothing was compiled before."""


def test_compiled_templates_serve_the_next_process_in_any_language(
    hook: Hook, config: Config
) -> None:
    """What one language's page kept draws the other's, in its own words."""
    hook("create")
    first = hook("client_area", locale="en").value["html"]
    kept = list((config.store_directory() / "templates").iterdir())
    _environment.cache_clear()
    polish = hook("client_area", locale="pl").value["html"]
    _environment.cache_clear()

    assert kept != []
    assert "Informacja o serwerze" in polish
    assert text_of(hook("client_area", locale="en").value["html"]) == text_of(first)


def test_the_service_compiles_every_page_before_it_is_asked_for(tmp_path: Path) -> None:
    """A page has three seconds, of which nothing is left for compiling."""
    _environment.cache_clear()
    compile_all(tmp_path)
    kept = len(list(tmp_path.iterdir()))
    compile_all(tmp_path)
    _environment.cache_clear()

    pages = Path(__file__).parents[1] / "templates"
    assert kept == len(list(pages.rglob("*.html"))) == len(list(tmp_path.iterdir()))


def test_a_folder_that_others_can_write_to_is_left_alone(hook: Hook, config: Config) -> None:
    """Compiled templates are code: nobody else may put any in our way."""
    hook("create")
    folder = config.store_directory() / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    answer = hook("client_area")

    assert answer.value["ok"]
    assert list(folder.iterdir()) == []


def test_no_place_for_compiled_templates_costs_no_page(hook: Hook, config: Config) -> None:
    """A file where the folder should be, as after a restored backup."""
    hook("create")
    (config.store_directory() / "templates").write_text("")

    assert hook("client_area").value["ok"]


@pytest.mark.parametrize("length", [0, 10, 30, 50, 200, 1000])
def test_a_broken_compiled_template_is_compiled_anew(
    hook: Hook, config: Config, length: int
) -> None:
    """A machine that lost power leaves files cut short."""
    hook("create")
    hook("client_area")
    for kept in (config.store_directory() / "templates").iterdir():
        kept.write_bytes(kept.read_bytes()[:length])
    _environment.cache_clear()

    assert hook("client_area").value["ok"]
