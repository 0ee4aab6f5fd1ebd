from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dash import dcc, html

import cockpit.demo
from cockpit.city import load_city
from cockpit.context import CityContext
from cockpit.grid import style_sheet
from cockpit.page import page, title_of
from cockpit.panels import BUILT_IN
from cockpit.scope import Lang, Scope
from cockpit.skeleton import skeleton
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
NOW = datetime(2026, 5, 6, tzinfo=UTC)


@pytest.fixture
def tiny() -> Iterator[TinyCity]:
    made = tiny_city(ManualClock(NOW))
    yield made
    made.close()


def context(tiny: TinyCity, lang: Lang = "zh") -> CityContext:
    return CityContext(tiny.parts, Scope(lang=lang), NOW)


def test_each_layout_has_its_own_grid_and_hides_what_it_does_not_place(tiny: TinyCity) -> None:
    rules = style_sheet(tiny.parts.city.boards["city"]).splitlines()
    assert "[data-layout=wall] .panel[data-id=map]{grid-area:1/7/span 10/span 12}" in rules
    assert "[data-layout=strip] .panel[data-id=feed]{display:none}" in rules
    assert "[data-layout=tablet] .panel[data-id=map]{order:3}" in rules
    assert any(rule.startswith("[data-layout=strip] .grid{grid-template-columns:repeat(48,") for rule in rules)
    assert not any("transform" in rule for rule in rules)


def test_a_tablets_rows_of_numbers_have_no_holes() -> None:
    board = load_city(YUNZHOU, {panel.name: panel for panel in BUILT_IN}).boards["business"]
    rules = style_sheet(board).splitlines()
    assert any("repeat(12,minmax(0,1fr));--third:4;--half:6;--all:12" in rule for rule in rules)
    assert not any(".grid .panel[data-id=registered]" in rule and not rule.startswith("@media") for rule in rules)
    assert [rule for rule in rules if rule.startswith("@media")] == [
        "@media (max-width:820px){[data-layout=tablet] .grid .panel[data-id=registered]{grid-column:span 12}}"
    ]


def test_a_panel_is_titled_by_the_board_or_by_what_it_shows(tiny: TinyCity) -> None:
    panels = tiny.parts.city.boards["city"].panels
    assert {id: title_of(panels[id], context(tiny, "en")) for id in ("feed", "requests", "map", "clock")} == {
        "feed": "Latest", "requests": "Requests", "map": "Requests", "clock": "",
    }  # fmt: skip


def test_the_skeleton_holds_titles_and_places_but_no_ids_and_nothing_live(tiny: TinyCity) -> None:
    drawn = skeleton(page(tiny.parts.city, tiny.parts.city.boards["city"], context(tiny)))
    assert '<h2 class="panel-title">诉求量</h2>' in drawn
    assert 'data-id="wait"' in drawn
    assert drawn.count(" id=") == 1
    assert "演示数据" in drawn


def test_the_skeleton_escapes_and_leaves_out_what_only_scripts_can_draw() -> None:
    node = html.Div([html.P("<b>&"), dcc.Graph(), None, 3], title='"><script>', className="x")
    assert skeleton(node) == (
        '<div id="skeleton" aria-hidden="true"><div class="x" title="&quot;&gt;&lt;script&gt;"><p>&lt;b&gt;&amp;</p>3</div></div>'
    )
