"""Parts of the live map that need no graphics: whose words are kept where there is no room, and which picture is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MAP = Path(__file__).parents[2] / "assets" / "map"
SCRIPTS = ("ramp.js", "ground.js", "plots.js", "labels.js")
CHOSEN = """marks => {
  const viewport = {width: 800, height: 600, latitude: 30, zoom: 9, project: () => [400, 300]};
  const words = CityMap.plots.words(marks, {unit: 1}, "en");
  const reserved = [120, 480].map((y) => ({x: 400, y, w: 400, h: 120}));
  return CityMap.labels.chooser()(viewport, words, reserved).map(({text}) => text);
}"""
"""What stands on a strip of 120 pixels: five lines of words at most."""
LAID = """
<div class="city-map"><canvas class="city-map-silhouette"></canvas><div class="city-map-loading"></div>
<div class="city-map-canvas city-map-ground"></div><div class="city-map-canvas city-map-live"></div></div>"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    for script in SCRIPTS:
        page.add_script_tag(path=str(MAP / script))
    yield page
    context.close()


def _line(number: int) -> dict[str, Any]:
    properties = {"kind": "line", "words": "", "length_m": 1000.0 + 100 * number}
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[118, 29], [118.1, 29]]},
        "properties": properties,
    }


def test_what_somebody_wrote_is_not_lost_to_what_was_measured_later(page: Page) -> None:
    written = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [118, 29]},
        "properties": {"kind": "text", "words": "assembly point"},
    }
    chosen = page.evaluate(CHOSEN, [written, *map(_line, range(6))])
    assert "assembly point" in chosen
    assert 1 < len(chosen) < 7, "there is room for some, not for all"


def test_the_districts_and_the_engines_picture_of_them_are_never_seen_one_over_the_other(page: Page) -> None:
    page.set_content(f"<style>{(MAP / 'map.css').read_text(encoding='utf-8')}</style>{LAID}")
    seen = """() => ["silhouette", "ground", "live"].map((name) => getComputedStyle(document.querySelector(`.city-map-${name}`)))
      .map(({opacity, visibility}) => visibility === "visible" && Number(opacity) > 0)"""
    assert page.evaluate(seen) == [True, False, True]
    page.evaluate("document.querySelector('.city-map-silhouette').classList.add('city-map-left')")
    assert page.evaluate(seen) == [False, True, True]


HAPPENED = """() => {
  class Given { constructor(given) { Object.assign(this, given); } }
  window.deck = {ScatterplotLayer: Given, IconLayer: Given, TextLayer: Given};
  const kinds = [0, 0, 1, 1, 2, 2, 2];
  const seen = {
    n: kinds.length, version: 1, names: ["alarm", "watch", "fine"], kinds, ids: kinds.map((_, i) => i), origin: [118, 29],
    places: kinds.flatMap((kind) => [kind, 0]),
  };
  const [, signs, counts] = CityMap.incidents.layers({id: "open"}, seen, {zoom: 9, unit: 2, beat: 0}, {}, {});
  const read = (given, one) => (typeof given === "function" ? given(one) : given);
  return counts.data.map((one) => {
    const [across, down] = read(counts.getPixelOffset, one);
    const edge = Math.abs(down) + read(counts.getSize, one) / 2;
    return [read(counts.getText, one), Math.abs(across), edge, read(signs.getSize, one) / 2];
  });
}"""  # fmt: skip
"""Of marks that lie together: the words, how far aside they stand, how far down they reach, half the sign's size."""


def test_how_many_lie_together_stands_within_their_own_sign(page: Page) -> None:
    page.add_script_tag(path=str(MAP / "incidents.js"))
    said = page.evaluate(HAPPENED)
    assert [words for words, *_ in said] == ["2", "2", "3"], "small rings as well"
    for words, aside, edge, half in said:
        assert (aside, edge <= half) == (0, True), words
