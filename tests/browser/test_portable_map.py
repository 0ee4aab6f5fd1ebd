"""The portable map in a real Chromium without any network: drawn, asking nobody, and never taking words for markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser, Page, sync_playwright

from layers import AreaLayer, ClusterLayer, Features, IconLayer, MapContainer, Mark, Plotting, PointLayer, Regions
from layers.leaflet import leaflet_page

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
ATTACKS = (
    "<script>window.hit = 1</script>", "<img src=x onerror='window.hit=1'>", "</script><script>window.hit=1</script>",
    "<!--<script>", "\u2028window.hit=1//", "{{7*7}}", "{% raw %}", "'\"><svg onload=window.hit=1>", "javascript:window.hit=1",
    "&lt;img src=x onerror=window.hit=1&gt;",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing. Hint: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


def _container(words: tuple[str, ...]) -> MapContainer:
    shapes = [shapely.box(120 + x * 0.1, 30, 120.1 + x * 0.1, 30.5) for x in range(len(words))]
    rows = [{"code": "0", "parent": None, "name": words[0], "level": 0}]
    rows += [{"code": f"0{x}", "parent": "0", "name": name, "name_en": name, "level": 1} for x, name in enumerate(words)]
    regions = Regions(Features(np.array([shapely.union_all(shapes), *shapes], dtype=object), rows))
    at = np.linspace(120.05, 120.95, 300)
    points = Features.at(at, np.full(300, 30.2), [{"name": words[i % len(words)]} for i in range(300)])
    values = {f"0{x}": float(x) if x else None for x in range(len(words))}
    title = {"zh": words[1], "en": words[1]}
    layers = (
        AreaLayer(id="regions", style="regions", values=values, unit=words[2], title=title),
        ClusterLayer(id="clusters", features=points, title={"zh": words[3]}),
        IconLayer(
            id="icons", features=Features(points.geometries[:20], points.properties[:20]), label="name", title={"zh": words[4]}
        ),
    )
    marks = Plotting(tuple(Mark(id=str(i), kind="text", places=((120.1, 30.1),), words=word) for i, word in enumerate(words)))
    return MapContainer(regions, layers, "0", plotting=marks)


def _open(browser: Browser, tmp_path: Path, content: str) -> tuple[Page, list[str], list[str]]:
    path = tmp_path / "map.html"
    path.write_text(content, encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 900, "height": 500})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    return page, [url for url in asked if not url.startswith(("data:", path.as_uri()))], said


def test_it_opens_from_disk_and_asks_nobody(browser: Browser, tmp_path: Path) -> None:
    names = tuple(f"{name}区" for name in "甲乙丙丁戊己庚辛壬癸")
    page, asked, said = _open(browser, tmp_path, leaflet_page(_container(names), title="晨报"))
    assert (asked, said) == ([], [])
    assert page.title() == "晨报"
    assert page.locator(".leaflet-control-layers input:checked").count() == 4  # what was drawn by hand, too
    assert page.locator("path.leaflet-interactive").count() >= 10
    assert page.locator("path[fill='url(#city-hatch)']").count() == 1  # the region without a number
    assert "乙区" in page.locator(".leaflet-control-layers").inner_text()
    shown = page.locator(".city-text").all_inner_texts()
    assert "300" in shown or any(word.isdigit() and int(word) > 1 for word in shown)
    page.evaluate("cityPage.map.setZoom(15, {animate: false})")
    page.locator(".leaflet-control-layers input").first.uncheck()
    assert page.locator("path[fill='url(#city-hatch)']").count() == 0
    assert (asked, said) == ([], [])


def test_a_count_stands_in_its_mark(browser: Browser, tmp_path: Path) -> None:
    """A sign at the edge of a cluster does not push its number out."""
    shape = Features(np.array([shapely.box(120, 30, 121, 31)]), [{"code": "0", "parent": None, "name": "市"}])
    flock = Features.at(np.array([120.5] * 58), np.array([30.5] * 58), [{}] * 58)
    police = Features.at(np.array([120.516]), np.array([30.503]), [{"name": "派出所"}])
    layers = ClusterLayer(id="flock", features=flock), IconLayer(id="police", style="shield", features=police)
    page, asked, said = _open(browser, tmp_path, leaflet_page(MapContainer(Regions(shape), layers, "0")))
    page.evaluate("cityPage.map.setView([30.5, 120.5], 10, {animate: false})")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    middle = "box => { const { x, y, width, height } = box.getBoundingClientRect(); return [x + width / 2, y + height / 2]; }"
    count = page.locator(".city-text:visible", has_text="58").evaluate(middle)
    place = page.evaluate("(({x, y}) => [x, y])(cityPage.map.latLngToContainerPoint([30.5, 120.5]))")
    sign = page.evaluate("(({x, y}) => [x, y])(cityPage.map.latLngToContainerPoint([30.503, 120.516]))")
    assert count == pytest.approx(place, abs=2)
    assert 6 < np.hypot(sign[0] - place[0], sign[1] - place[1]) < 24, "the sign lies beside the middle, not on it"
    assert (asked, said) == ([], [])


def test_words_never_become_markup(browser: Browser, tmp_path: Path) -> None:
    page, asked, said = _open(browser, tmp_path, leaflet_page(_container(ATTACKS), title=ATTACKS[2], language="en"))
    page.evaluate("cityPage.layers.forEach((one) => { one.layer.remove(); one.layer.addTo(cityPage.map); })")
    page.evaluate(
        "() => { const open = (layer) => { if (layer.getPopup?.()) { layer.openPopup(); layer.openTooltip?.(); }"
        " layer.eachLayer?.(open); }; cityPage.layers.forEach((one) => open(one.layer)); }"
    )
    page.mouse.move(450, 250)
    page.mouse.click(450, 250)
    page.wait_for_timeout(200)
    assert page.evaluate("window.hit") is None
    assert page.locator("svg[onload], img[onerror], .city-text *, .city-told script").count() == 0
    assert ATTACKS[0] in page.locator(".city-text").all_inner_texts()
    assert page.title() == ATTACKS[2]
    assert asked == [] and not [text for text in said if "hit" in text]


def test_no_name_lies_over_an_incident_and_the_legend_tells_what_is_to_be_seen(browser: Browser, tmp_path: Path) -> None:
    """The incident lies where the name of the first region belongs; the police only comes from near."""
    shapes = [None, *(shapely.box(120 + x, 30, 121 + x, 31) for x in range(2))]
    rows = [{"code": "0", "parent": None, "name": "市", "level": 0}]
    rows += [{"code": f"0{x}", "parent": "0", "name": f"{x}区", "level": 1} for x in range(2)]
    at = Features.at(np.array([120.5, 120.5]), np.array([30.5, 30.5]), [{"light": "alarm"}, {"light": "fine"}])
    police = Features.at(np.array([121.5]), np.array([30.5]), [{"name": "派出所"}])
    layers = (
        AreaLayer(id="regions", style="regions", values={"00": 1.0, "01": 2.0}, title={"zh": "数"}),
        PointLayer(id="police", style="place_police", features=police, title={"zh": "派出所"}, min_zoom=12),
        PointLayer(id="cases", style="incident", features=at, title={"zh": "事件"}, told_by="light"),
    )
    container = MapContainer(Regions(Features(np.array(shapes, dtype=object), rows)), layers, "0")
    page, asked, said = _open(browser, tmp_path, leaflet_page(container))
    told = "all => all.map(one => [one.textContent, one.getBoundingClientRect().toJSON()])"
    named = dict(page.locator(".city-text:visible").evaluate_all(told))
    x, y = page.evaluate("(({x, y}) => [x, y])(cityPage.map.latLngToContainerPoint([30.5, 120.5]))")
    assert {"0区", "×2"} <= named.keys()
    for words, box in named.items():
        across, down = box["left"] < x + 7 and box["right"] > x - 7, box["top"] < y + 7 and box["bottom"] > y - 7
        assert not (across and down), words
    assert page.locator(".city-mark").all_inner_texts() == ["事件"]
    page.evaluate("cityPage.map.setView([30.5, 121.5], 14, {animate: false})")
    page.wait_for_function("() => document.querySelectorAll('.city-mark').length === 2")
    assert page.locator(".city-mark").all_inner_texts() == ["派出所", "事件"]
    assert (asked, said) == ([], [])
