"""Every kind of panel keeps the contract of cockpit.panels.panel; a new one enters by standing in BUILT_IN."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from dash.development.base_component import Component
from pydantic import ValidationError

from cockpit.context import CityContext
from cockpit.panels import BUILT_IN, Panel
from cockpit.scope import Scope
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 21, 4, 32, 10, tzinfo=UTC)
ASSETS = Path(__file__).parents[2] / "assets"

WORDS: dict[str, dict[str, Any]] = {
    "indicator": {"indicator": "hotline.wait"},
    "slot": {"slot": "vehicles"},
    "text": {"text": {"zh": "你好", "en": "Hello"}},
    "indicators": {"indicators": ["hotline.wait", "hotline.satisfaction"]},
    "scheme": {"scheme": "service"},
    "address": {"address": "/camera/1.m3u8"},
}
"""What a panel is given for the options it cannot do without."""

CHOSEN: dict[str, dict[str, Any]] = {"table": {"indicators": ["hotline.wait"]}, "radar": {"scheme": "service"}}
"""What panels are given that need one of several options."""


@pytest.fixture(params=BUILT_IN, ids=lambda panel: panel.name)
def panel(request: pytest.FixtureRequest) -> Panel:
    found: Panel = request.param
    return found


@pytest.fixture(scope="module")
def city() -> Iterator[TinyCity]:
    """A city with a request of this very moment, which no test changes."""
    made = tiny_city(ManualClock(NOW))
    made.hotline(NOW)
    yield made
    made.close()


@pytest.fixture(scope="module")
def silent() -> Iterator[TinyCity]:
    """A city without a single record."""
    made = tiny_city(ManualClock(NOW))
    yield made
    made.close()


def needed(panel: Panel) -> dict[str, Any]:
    required = [name for name, field in panel.Options.model_fields.items() if field.is_required()]
    return {key: value for name in required for key, value in WORDS[name].items()} | CHOSEN.get(panel.name, {})


def options(panel: Panel) -> Any:
    return panel.Options.model_validate(needed(panel))


def context(city: TinyCity, **scope: Any) -> CityContext:
    return CityContext(city.parts, Scope(**scope), NOW)


@pytest.mark.parametrize("region", ["", "7701", "770101", "770201"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_answers_in_json_at_every_level_and_in_both_languages(panel: Panel, city: TinyCity, region: str, lang: str) -> None:
    props = panel.props(options(panel), context(city, region=region, lang=lang))
    assert msgspec.json.decode(msgspec.json.encode(props)) == props


def test_it_answers_for_a_city_without_a_single_record(panel: Panel, silent: TinyCity) -> None:
    assert isinstance(panel.props(options(panel), context(silent)), dict)


@pytest.mark.parametrize("window", ["today", "yesterday", "week", "month", "year", "10m", "24h", "48h", "7d", "30d", "100d"])
def test_it_obeys_the_window_of_the_address(panel: Panel, city: TinyCity, window: str) -> None:
    props = panel.props(options(panel), context(city, window=window))
    assert props.get("window", window) == window


def test_the_same_moment_answers_the_same(panel: Panel, city: TinyCity) -> None:
    first, second = (panel.props(options(panel), context(city)) for _ in range(2))
    assert first == second


def test_the_body_is_one_component_that_a_page_can_be_made_of(panel: Panel, city: TinyCity) -> None:
    body = panel.layout(options(panel), context(city))
    assert isinstance(body, Component)


def test_the_slots_it_names_exist(panel: Panel, city: TinyCity) -> None:
    assert panel.slots(options(panel)) <= set(city.parts.city.slots)


def test_an_unknown_option_is_refused(panel: Panel) -> None:
    with pytest.raises(ValidationError):
        panel.Options.model_validate({**needed(panel), "colour": "red"})


def test_a_script_of_its_name_draws_it(panel: Panel) -> None:
    script = (ASSETS / "panels" / f"{panel.name}.js").read_text(encoding="utf-8")
    assert f'Cockpit.define("{panel.name}"' in script


def test_no_script_turns_data_into_markup() -> None:
    scripts = [*ASSETS.glob("*.js"), *(ASSETS / "panels").glob("*.js")]
    found = [path.name for path in scripts if "innerHTML" in path.read_text(encoding="utf-8")]
    assert found == []


def test_every_reason_a_panel_gives_has_words_in_both_languages() -> None:
    words = (ASSETS / "i18n.js").read_text(encoding="utf-8")
    said = ("no_records", "no_records_then", "not_counted", "not_asked", "not_kept", "too_early", "then_not_whole", "nothing_yet")
    assert [key for key in said if f"    {key}: [" not in words] == []
