"""Tables of the kinds whose rows are more than plain values: headings with units, figures as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cockpit.boards import PlacedPanel
from cockpit.columns import figure, headed
from cockpit.context import CityContext
from cockpit.panels import BUILT_IN
from cockpit.scope import Scope
from cockpit.sheets import as_csv
from cockpit.tables import Table, table_of
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
KINDS = {kind.name: kind for kind in BUILT_IN}


@pytest.fixture(scope="module")
def city() -> Iterator[TinyCity]:
    made = tiny_city(ManualClock(NOW))
    made.hotline(NOW - timedelta(minutes=5), "770101", count=3)
    made.hotline(NOW - timedelta(minutes=5), "770201", count=2)
    yield made
    made.close()


def table(city: TinyCity, kind: str, lang: str = "en", **options: Any) -> Table:
    panel = KINDS[kind]
    placed = PlacedPanel("one", panel, panel.Options(**options), {"en": "One", "zh": "一"})
    return table_of(placed, CityContext(city.parts, Scope(lang="en" if lang == "en" else "zh"), NOW))


def heads(found: Table) -> list[str]:
    return [column.title for column in found.columns]


@pytest.mark.parametrize(
    ("value", "decimals", "wanted"),
    [(10091.0, 0, 10091), (23.239483, 0, 23.2), (97.97979, 1, 97.98), (0.1 + 0.2, 1, 0.3), (None, 1, None), (5.5, None, 5.5)],
)
def test_a_figure_has_no_decimals_nobody_measured(value: float | None, decimals: int | None, wanted: float | None) -> None:
    found = figure(value, decimals)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_number_has_its_unit_in_the_heading(city: TinyCity) -> None:
    english = heads(table(city, "number", indicator="hotline.wait"))
    assert english[1:5] == ["Value (s)", "Target (s)", "This period (s)", "Period before (s)"]
    assert heads(table(city, "number", "zh", indicator="hotline.wait"))[1] == "数值（秒）"
    context = CityContext(city.parts, Scope(), NOW)
    assert headed("诉求量", "1", context) == "诉求量"


def test_a_spreadsheet_reads_chinese(city: TinyCity) -> None:
    written = as_csv(table(city, "number", "zh", indicator="hotline.wait"))
    assert written.startswith("\ufeff指标,数值（秒）".encode())


def test_bullets_have_a_unit_a_row(city: TinyCity) -> None:
    found = table(city, "bullet", indicators=["hotline.wait", "hotline.satisfaction"])
    assert heads(found)[:4] == ["Indicator", "Value", "Target", "Unit"]
    assert [row[3] for row in found.rows] == ["s", "%"]


def test_a_table_has_its_columns_names_and_units(city: TinyCity) -> None:
    found = table(city, "table", indicators=["hotline.requests", "hotline.wait"])
    assert heads(found)[:2] == ["Code", "Name"]
    assert heads(found)[3].endswith("(s)")
    assert [(row[0], row[1], row[2]) for row in found.rows] == [("7701", "East", 3), ("7702", "West", 2)]


def test_a_heat_calendar_has_an_hour_a_column(city: TinyCity) -> None:
    found = table(city, "heat_calendar", indicator="hotline.requests", shape="hours", days=2)
    assert heads(found) == ["Day", *(f"{hour:02}:00" for hour in range(24))]
    assert len(found.rows) == 2


def test_a_scheme_is_a_row_a_node(city: TinyCity) -> None:
    tree = table(city, "score_tree", scheme="service")
    assert heads(tree)[:6] == ["Level", "Indicator", "Score (points)", "Weight", "Adds (points)", "Coverage (%)"]
    radar = table(city, "radar", scheme="service")
    assert heads(radar)[:2] == ["Indicator", "Score (points)"]
    assert len(radar.rows) >= 1
    assert {len(row) for row in (*tree.rows, *radar.rows)} == {len(tree.columns), len(radar.columns)}


def test_indicators_on_axes_have_value_and_share_of_the_target(city: TinyCity) -> None:
    found = table(city, "radar", indicators=["hotline.wait", "hotline.satisfaction"], compare="none")
    assert heads(found)[:4] == ["Indicator", "Score (%)", "Value", "Unit"]
