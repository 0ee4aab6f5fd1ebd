"""The live map beside Plotly's maps and Leaflet: main thread and bytes per update of moving points, first paint of polygons."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.progress import track

from layers import SCRIPTS, AreaLayer, Features, MapContainer, PointLayer, Regions, deck_spec, encode_points
from tests.bench.map_dash import dash_site
from tests.bench.row import Aim, Row, spread
from tests.browser.chromium import CHROMIUM, DRAWING
from tests.browser.map_page import MapPage, served

ROOT = Path(__file__).resolve().parents[2]
COUNTS = (10_000, 100_000)
POLYGONS = 5_000
UPDATES = {"ours": 20, "plotly": 3, "leaflet": 3, "dash": 2}
WARM = {"ours": 8, "plotly": 1, "leaflet": 1, "dash": 1}
AGAINST = {"plotly": "Plotly", "leaflet": "Leaflet canvas", "dash": "dash-leaflet"}
Floats = NDArray[np.float64]
T = TypeVar("T")


def measure(rounds: int) -> list[Row]:
    """Milliseconds of the page's main thread per update, bytes per point, milliseconds to the first picture of polygons."""
    rows: list[Row] = []
    with _site() as addresses, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(DRAWING))
        shown = Console(stderr=True)
        paints = track(list(product(range(rounds), UPDATES)), f"{POLYGONS:,} polygons", console=shown)
        painted = _gathered((side, _paint_ms(browser, addresses[side], side)) for _, side in paints)
        for count in COUNTS:
            updates = track(list(product(range(rounds), UPDATES)), f"{count:,} points", console=shown)
            rows += _updated(count, _gathered((side, _update(browser, addresses[side], side, count)) for _, side in updates))
        browser.close()
    name = f"first paint of {POLYGONS:,} polygons"
    taken, made = [whole for _, whole in painted["ours"]], [_made_ms() for _ in range(rounds)]
    return [
        *rows,
        *_rows(name, {side: [first for first, _ in told] for side, told in painted.items()}, Aim("at most", 2000)),
        Row("map", f"{name}: until the engine stands in for it", median(taken), "ms", spread=spread(taken)),
        Row("map", f"{name}: the server's shapes, once a start", median(made), "ms", spread=spread(made)),
    ]


def _made_ms() -> float:
    """What the first screen of all waits for: the shapes of the parts, and their edge."""
    regions = _polygons()
    began_s = time.perf_counter()
    regions.geojson("0")
    regions.outline("0")
    return (time.perf_counter() - began_s) * 1000


def _gathered(measured: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {side: [] for side in UPDATES}
    for side, one in measured:
        found[side].append(one)
    return found


def _updated(count: int, spent: dict[str, list[_Spent]]) -> list[Row]:
    aim = Aim("at most", 8) if count == 100_000 else None
    whole = {side: [one.whole_ms for one in told] for side, told in spent.items()}
    scripts, walls = ([getattr(one, name) for one in spent["ours"]] for name in ("script_ms", "wall_ms"))
    return [
        *_rows(f"main thread per update, {count:,} points", whole, aim),
        Row("map", f"of it our scripts, {count:,} points", median(scripts), "ms", spread=spread(scripts)),
        Row("map", f"until the picture is there, {count:,} points", median(walls), "ms", spread=spread(walls)),
        Row("map", f"bytes per point, {count:,} points", len(_frame(count, 0)) / count, "B", aim=Aim("at most", 12)),
    ]


def _rows(name: str, spent: dict[str, list[float]], aim: Aim | None) -> list[Row]:
    note = (
        "map: Chromium with software graphics. Per update: processor time of the page's main thread (CDP TaskDuration in thread "
        "ticks) from new data to the picture, positions handed over in the form the engine takes; rasterising is another process "
        "and in 'until the picture is there' only. Polygons come from a server that has made their shapes. Leaflet 1.9.4 is "
        "dash-leaflet's engine, fed as that does it (a GeoJSON layer made anew); dash-leaflet 1.1.3 in a Dash app, its data set "
        "in the page."
    )
    own = median(spent["ours"])
    rows = [Row("map", name, own, "ms", aim=aim, spread=spread(spent["ours"]), note=note)]
    for side, title in AGAINST.items():
        theirs = median(spent[side])
        rows.append(Row("map", f"{name}: {title}", theirs, "ms", "ours", theirs / own, spread=spread(spent[side])))
    return rows


@dataclass(frozen=True)
class _Spent:
    """What one update cost: processor time of the main thread, of its scripts, and the time until the picture was there."""

    whole_ms: float
    script_ms: float
    wall_ms: float


def _update(browser: Browser, address: str, side: str, count: int) -> _Spent:
    page = _opened(browser, address)
    page.evaluate("([side, count]) => run(side, 'start', count)", [side, count])
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate("([side, updates]) => run(side, 'update', 0, updates)", [side, WARM[side]])
    page.wait_for_timeout(300)
    before, began_s = _busy_ms(session), time.perf_counter()
    page.evaluate("([side, updates]) => run(side, 'update', 0, updates)", [side, UPDATES[side]])
    wall_ms = (time.perf_counter() - began_s) * 1000
    whole, script = (now - then for now, then in zip(_busy_ms(session), before, strict=True))
    page.context.close()
    return _Spent(whole / UPDATES[side], script / UPDATES[side], wall_ms / UPDATES[side])


def _paint_ms(browser: Browser, address: str, side: str) -> tuple[float, float]:
    """Until the districts stand there in their colours, and until the engine has drawn and named them (the same for others)."""
    page = _opened(browser, address)
    first, whole = page.evaluate("side => run(side, 'paint')", side)
    page.context.close()
    return first, whole


def _busy_ms(session: Any) -> tuple[float, float]:
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"]) * 1000, float(metrics["ScriptDuration"]) * 1000


def _opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(240_000)
    page.goto(address)
    return page


def _places(count: int, turn: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(3)
    step = np.random.default_rng(7).normal(0, 2e-4, (2, count)) * turn
    return 120 + rng.random(count) + step[0], 30 + rng.random(count) + step[1]


def _frame(count: int, turn: int) -> bytes:
    kinds = (np.arange(count) % 3).astype(np.uint8)
    ids = np.arange(count, dtype=np.uint32)
    return encode_points("map", "things", turn, turn, *_places(count, turn), ids, kinds, ["a", "b", "c"])


def _polygons() -> Regions:
    """A city of irregular neighbours: the Voronoi cells of random places."""
    rng = np.random.default_rng(5)
    box = shapely.box(120, 30, 121, 31)
    points = shapely.MultiPoint(np.column_stack([120 + rng.random(POLYGONS), 30 + rng.random(POLYGONS)]))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points)), box)
    shapes = [shapely.segmentize(cell, 0.001) for cell in cells]
    rows: list[dict[str, Any]] = [{"code": "0", "parent": None, "name": "城", "level": 0}]
    rows += [{"code": f"c{i}", "parent": "0", "name": f"区{i}", "level": 1} for i in range(len(shapes))]
    return Regions(Features(np.array([box, *shapes], dtype=object), rows))


class _BenchPage(MapPage):
    """The map's page with all three engines, and their data."""

    def __init__(self, regions: Regions) -> None:
        area = AreaLayer(id="regions", style="regions")
        super().__init__(regions, (), MapContainer(regions, (area,), "0"))
        self._making = threading.Lock()
        self._kept: dict[str, tuple[str, bytes] | None] = {}

    def answer(self, path: str) -> tuple[str, bytes] | None:
        route, _, query = path.partition("?")
        if route == "/":
            scripts = ("deck.js", "plotly.js", "leaflet.js", *(f"map/{name}" for name in SCRIPTS), "side.js")
            tags = "".join(f'<script src="/{name}"></script>' for name in scripts)
            links = "".join(f'<link rel="stylesheet" href="/{name}">' for name in ("map/map.css", "leaflet.css", "page.css"))
            return "text/html", f'<!doctype html><meta charset="utf-8">{links}<div id="map"></div>{tags}'.encode()
        if route in ("/points", "/places"):
            count, turn = map(int, query.split("&"))
            if route == "/points":
                return "application/octet-stream", _frame(count, turn)
            return "application/json", json.dumps([axis.round(6).tolist() for axis in _places(count, turn)]).encode()
        if route == "/spec":
            layers = (PointLayer(id="things", style="vehicle"),)
            return "application/json", json.dumps(deck_spec(MapContainer(self.container.regions, layers, "0"))).encode()
        if route == "/shapes":
            spec = deck_spec(self.container)
            values = {region.code: float(i % 100) for i, region in enumerate(self.container.regions.children("0"))}
            return "application/json", json.dumps(spec | {"values": values}).encode()
        return _script(route) or super().answer(path)

    def _shapes(self, route: str) -> tuple[str, bytes] | None:
        """Made once and kept, for all sides, as the cockpit's server keeps them; what making them costs is a row of its own."""
        with self._making:
            if route not in self._kept:
                self._kept[route] = super()._shapes(route)
            return self._kept[route]


def _script(route: str) -> tuple[str, bytes] | None:
    plotly = find_spec("plotly")
    assert plotly is not None and plotly.submodule_search_locations is not None
    vendor = ROOT / "layers" / "vendor"
    files = {
        "/plotly.js": Path(plotly.submodule_search_locations[0]) / "package_data" / "plotly.min.js",
        "/leaflet.js": vendor / "leaflet-1.9.4.js",
        "/leaflet.css": vendor / "leaflet-1.9.4.css",
        "/side.js": Path(__file__).with_name("map_side.js"),
    }
    if route not in files:
        return None
    return ("text/css" if route.endswith("css") else "text/javascript"), files[route].read_bytes()


@contextmanager
def _site() -> Iterator[dict[str, str]]:
    page = _BenchPage(_polygons())
    for shapes in ("geometry", "outline"):
        page.answer(f"/api/v1/regions/0/{shapes}")
    with served(page, policy=False) as address, dash_site(page.answer) as dash:
        yield dict.fromkeys(UPDATES, address) | {"dash": dash}
