"""Every kind of layer as the live map draws it, compared by picture in real Chromium.

A picture is taken of each kind alone, shrunk to 192 × 120, and laid beside the one in `pictures`: on average a channel may be
1 of 255 off, 3 of 1,000 pixels more than 24 (fonts and graphics drivers differ by less, a missing or displaced layer by more:
another test shows that). `COCKPIT_TEST_PICTURES=write` draws the stored ones anew; look at them before they are committed.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from layers import KINDS

from .map_kinds import ATTACK
from .map_screen import PROJECT, MapScreen, click, opened, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = Path(__file__).parent / "pictures"
SIZE = (192, 120)
MEAN_OFF = 1.0
FAR_OFF, FAR_SHARE = 24, 0.003
NAMES = sorted(kind for kind in KINDS)
SCREENS = {"wall": (1920, 1080, 1.0), "strip": (3840, 480, 1.0), "sharp": (1280, 800, 2.0)}

Pixels = NDArray[np.int16]
LOSE = """() => document.querySelectorAll('.city-map-canvas canvas').forEach((one) =>
  one.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext())"""


def _drawn(page: Page, layer: str) -> Pixels:
    """The map with one layer switched on."""
    page.evaluate("id => map.setShown(id, true)", layer)
    page.wait_for_timeout(150)
    until(page, "map.ready()")
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    taken = page.screenshot()
    page.evaluate("id => map.setShown(id, false)", layer)
    until(page, "map.ready()")
    return _small(taken)


def _small(png: bytes) -> Pixels:
    return np.asarray(Image.open(BytesIO(png)).convert("RGB").resize(SIZE, Image.Resampling.BOX), dtype=np.int16)


def _off(one: Pixels, other: Pixels) -> tuple[float, float]:
    """The mean difference of a channel, and the share of pixels that are far off."""
    apart = np.abs(one - other)
    return float(apart.mean()), float((apart.max(axis=2) > FAR_OFF).mean())


@pytest.mark.parametrize("kind", NAMES)
def test_each_kind_looks_as_it_did(kinds_shown: MapScreen, kind: str) -> None:
    layer = "regions" if kind == "region" else kind
    now, path = _drawn(kinds_shown.page, layer), PICTURES / f"{kind}.png"
    if os.environ.get("COCKPIT_TEST_PICTURES") == "write":
        Image.fromarray(now.astype(np.uint8)).save(path)
    mean, far = _off(now, np.asarray(Image.open(path), dtype=np.int16))
    assert mean <= MEAN_OFF and far <= FAR_SHARE, f"{kind}: {mean:.2f} of 255 off on average, {far:.1%} of the pixels far"
    kinds_shown.assert_clean()
    assert kinds_shown.page.evaluate("[seen.errors, window.hit]") == [[], None]


def test_the_comparison_tells_kinds_apart() -> None:
    stored = {kind: np.asarray(Image.open(PICTURES / f"{kind}.png"), dtype=np.int16) for kind in NAMES}
    alike = {
        frozenset((one, other))
        for one in NAMES
        for other in NAMES
        if one < other and (lambda off: off[0] <= MEAN_OFF and off[1] <= FAR_SHARE)(_off(stored[one], stored[other]))
    }
    assert alike <= {frozenset(("area", "vector_tiles"))}  # the same strips, whole and in tiles


def test_names_stay_text(kinds_shown: MapScreen) -> None:
    page = kinds_shown.page
    until(page, "map.ready()")
    page.evaluate("map.setShown('flow', true)")
    page.evaluate("map.setShown('area', true)")
    until(page, "map.ready()")
    assert ATTACK in page.locator(".city-map-legend").inner_text()
    x, y = page.evaluate(PROJECT, [120.9, 30.5])
    page.mouse.move(x - 3, y + 1)
    page.mouse.move(x - 6, y + 3)
    until(page, "!document.querySelector('.city-map-tooltip').hidden")
    assert page.locator("#map img, #map script").count() == 0
    assert page.evaluate("window.hit") is None
    page.evaluate("map.setShown('flow', false)")
    page.evaluate("map.setShown('area', false)")
    kinds_shown.assert_clean()


@pytest.mark.parametrize("screen", SCREENS)
def test_clicks_meet_what_they_aim_at(browser: Browser, kinds_address: str, screen: str) -> None:
    width, height, ratio = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=ratio)
    watched = MapScreen(context, kinds_address)
    page = opened(watched, kinds_address, "still&lang=en")
    for code, lon in (("11", 120.25), ("12", 120.75)):
        click(page, lon, 30.45)
        until(page, "code => seen.picks.length && seen.picks.at(-1)[0] === code", code)
    page.evaluate("map.setShown('vector_tiles', true)")
    until(page, "map.ready()")
    for strip in (1, 8):
        click(page, 120.05 + strip / 10, 30.2)
        until(page, "code => seen.features.length && seen.features.at(-1)[1].code === code", f"a{strip}")
    assert page.evaluate("seen.picks.length") == 2  # what is no region is not drilled into
    watched.assert_clean()
    context.close()


def test_a_cluster_opens_when_clicked(browser: Browser, kinds_address: str) -> None:
    context = browser.new_context(viewport={"width": 960, "height": 600})
    watched = MapScreen(context, kinds_address)
    page = opened(watched, kinds_address, "still&lang=en")
    before = page.evaluate("map.camera().zoom")
    page.evaluate("map.setShown('cluster', true)")
    until(page, "map.ready()")
    click(page, 120.3, 30.2)
    until(page, "before => map.camera().zoom > before + 1", before)
    watched.assert_clean()
    context.close()


def test_all_of_it_comes_back_after_a_lost_context(browser: Browser, kinds_address: str) -> None:
    context = browser.new_context(viewport={"width": 960, "height": 600})
    watched = MapScreen(context, kinds_address)
    page = opened(watched, kinds_address, "still&lang=en")
    for layer in ("hexagon", "flow", "cluster", "raster_tiles", "vector_tiles", "image"):
        page.evaluate("id => map.setShown(id, true)", layer)
    page.wait_for_timeout(200)
    until(page, "map.ready()")
    before = _small(page.screenshot())
    page.evaluate(LOSE)
    until(page, "!map.ready()")
    until(page, "map.ready()")
    page.wait_for_timeout(300)
    mean, far = _off(before, _small(page.screenshot()))
    assert mean <= MEAN_OFF and far <= FAR_SHARE
    assert watched.foreign == [] and page.evaluate("[seen.errors, violations]") == [[], []]
    context.close()
