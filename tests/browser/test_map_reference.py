"""Every kind of layer of the live map against a reference that is none of ours: where pyproj, shapely, h3 and numpy say that
something lies, the picture has the colour that the numbers and the ramp of look.md ask for; beside it, it has not."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import h3  # type: ignore[import-untyped]
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser
from pyproj import Transformer

from layers import encode_points

from .map_kinds import container
from .map_page import MapPage, served
from .map_screen import PROJECT, MapScreen, opened, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WIDTH, HEIGHT = 960, 600
RAMP = np.array([[0x12, 0x30, 0x4F], [0x1E, 0x6E, 0x9C], [0x35, 0xC2, 0xE8], [0xD6, 0xF5, 0xFF]], dtype=float)
REACH = 0.72  # areas stop short of its white end
CELL_ALPHA = 165 / 255
REGION_ALPHA = 135 / 255
MERCATOR = Transformer.from_crs(4326, 3857, always_xy=True)
WORLD_M = 2 * np.pi * 6378137

Pixels = NDArray[np.int16]


class Seen:
    """The map with one layer on at a time, and where pyproj says that a place is."""

    def __init__(self, watched: MapScreen, served: MapPage) -> None:
        self.watched, self.page, self.served = watched, watched.page, served
        self.bare = self._picture()

    def on(self, layer: str) -> Pixels:
        self.page.evaluate("id => map.setShown(id, true)", layer)
        try:
            return self._picture()
        finally:
            self.page.evaluate("id => map.setShown(id, false)", layer)

    def _picture(self) -> Pixels:
        self.page.wait_for_timeout(150)
        until(self.page, "map.ready()")
        taken = b""
        for _ in range(40):  # until nothing fades in any more
            self.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
            before, taken = taken, self.page.screenshot()
            if taken == before:
                break
        return np.asarray(Image.open(BytesIO(taken)).convert("RGB"), dtype=np.int16)

    def at(self, lon: float, lat: float) -> tuple[int, int]:
        """Row and column of the pixel, by EPSG:3857."""
        camera = self.page.evaluate("map.camera()")
        per_px = WORLD_M / (512 * 2 ** camera["zoom"])
        x, y = MERCATOR.transform(lon, lat)
        middle_x, middle_y = MERCATOR.transform(camera["longitude"], camera["latitude"])
        return round(HEIGHT / 2 - (y - middle_y) / per_px), round(WIDTH / 2 + (x - middle_x) / per_px)

    def over(self, color: NDArray[np.float64], alpha: float, lon: float, lat: float) -> NDArray[np.float64]:
        """What a colour makes of the bare ground there."""
        return np.asarray(self.bare[self.at(lon, lat)] * (1 - alpha) + color * alpha, dtype=np.float64)


def near(picture: Pixels, at: tuple[int, int], reach: int = 2) -> Pixels:
    """The pixels around a place."""
    row, column = at
    return picture[row - reach : row + reach + 1, column - reach : column + reach + 1].reshape(-1, 3)


def shade(value: float, values: NDArray[np.float64], count: int = 5, equal: bool = False) -> NDArray[np.float64]:
    """The colour of a value: its class by numpy, the class's place on the ramp."""
    shares = np.arange(1, count) / count
    cuts = values.min() + np.ptp(values) * shares if equal else np.quantile(values, shares)
    cuts = np.unique(cuts[(cuts > values.min()) & (cuts <= values.max())])
    place = REACH * (value >= cuts).sum() / len(cuts)
    return np.array([np.interp(place, np.linspace(0, 1, len(RAMP)), RAMP[:, channel]) for channel in range(3)])


@pytest.fixture(scope="module")
def seen(browser: Browser) -> Iterator[Seen]:
    made = container()
    maps = MapPage(made.regions, (), made)
    with served(maps) as address:
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        watched = MapScreen(context, address)
        opened(watched, address, "still&lang=en")
        yield Seen(watched, maps)
        context.close()


def layer(name: str) -> Any:
    return next(one for one in container().layers if one.id == name)


def xy(name: str) -> NDArray[np.float64]:
    found: NDArray[np.float64] = shapely.get_coordinates(layer(name).features.geometries)
    return found


def test_places_lie_where_pyproj_puts_them(seen: Seen) -> None:
    for place in ([120.1, 30.1], [120.5, 30.3], [120.93, 30.57]):
        row, column = seen.at(*place)
        assert seen.page.evaluate(PROJECT, place) == pytest.approx([column, row], abs=0.6)


@pytest.mark.parametrize("kind", ["area", "vector_tiles"])
def test_strips_have_the_colours_of_their_classes(seen: Seen, kind: str) -> None:
    picture, values = seen.on(kind), np.array([x for x in range(10) if x != 3], dtype=float)
    for strip in (0, 2, 5, 7, 9):
        place = (120.05 + strip / 10 + 0.02, 30.13)
        wanted = seen.over(shade(strip, values, equal=kind == "vector_tiles"), CELL_ALPHA, *place)
        assert picture[seen.at(*place)] == pytest.approx(wanted, abs=4), (kind, strip)
    gap = near(picture, seen.at(120.37, 30.13), 6)
    assert len(np.unique(gap, axis=0)) > 1, "what has no number is hatched"


def test_regions_have_the_colours_of_their_values(seen: Seen) -> None:
    seen.page.evaluate("map.setValues('regions', {'11': 1, '12': 9}, {})")
    picture = seen._picture()
    ground = np.array([11.0, 18.0, 32.0])
    for place, color in (((120.1, 30.5), RAMP[0]), ((120.9, 30.5), shade(9, np.array([1.0, 9.0])))):
        assert picture[seen.at(*place)] == pytest.approx(ground * (1 - REGION_ALPHA) + color * REGION_ALPHA, abs=6)
    seen.page.evaluate("map.setValues('regions', {}, {})")
    assert seen.served.paths.count("/api/v1/regions/1/geometry") == 1, "shapes are sent once, values alone afterwards"
    seen.bare = seen._picture()


def test_squares_count_as_numpy_counts(seen: Seen) -> None:
    picture, places = seen.on("grid"), xy("grid")
    middle = round(float(places[:, 1].mean()), 1)
    steps = np.array([5000 / (WORLD_M / 360 * np.cos(np.radians(middle))), 5000 / (WORLD_M / 360)])
    cells, counts = np.unique(np.floor(places / steps), axis=0, return_counts=True)
    for pick in (counts.argmax(), counts.argmin(), len(counts) // 2):
        lon, lat = (cells[pick] + [0.35, 0.65]) * steps
        wanted = seen.over(shade(counts[pick], counts.astype(float)), CELL_ALPHA, lon, lat)
        assert picture[seen.at(lon, lat)] == pytest.approx(wanted, abs=5), int(counts[pick])
    empty = next(
        at for at in ((120.03, 30.57), (120.97, 30.03)) if not (cells == np.floor(np.array(at) / steps)).all(axis=1).any()
    )
    assert picture[seen.at(*empty)] == pytest.approx(seen.bare[seen.at(*empty)], abs=3)


def test_hexagons_are_those_of_h3(seen: Seen) -> None:
    picture, places = seen.on("hexagon"), xy("hexagon")
    numbers = np.array([row["n"] for row in layer("hexagon").features.properties])
    of = np.array([h3.latlng_to_cell(lat, lon, 6) for lon, lat in places])
    cells = np.unique(of)
    means = np.array([numbers[of == cell].mean() for cell in cells])
    checked = 0
    for cell, mean in zip(cells, means, strict=True):
        lat, lon = h3.cell_to_latlng(cell)
        if 120.03 < lon < 120.97 and 30.03 < lat < 30.57 and abs(lon - 120.5) > 0.02:
            around = np.median(near(picture, seen.at(lon, lat), 7), axis=0)  # a name may run through the middle
            assert around == pytest.approx(seen.over(shade(mean, means), CELL_ALPHA, lon, lat + 0.012), abs=12), cell
            checked += 1
    assert checked >= 20


def test_heat_is_where_points_lie_thick(seen: Seen) -> None:
    change = np.abs(seen.on("heat") - seen.bare).sum(axis=2).astype(float)
    down, across = np.mgrid[0:HEIGHT:4, 0:WIDTH:4]
    places = np.array([seen.at(lon, lat) for lon, lat in xy("heat")])
    apart = (down[..., None] - places[:, 0]) ** 2 + (across[..., None] - places[:, 1]) ** 2
    density = np.exp(-apart / (2 * 18.0**2)).sum(axis=2)
    drawn = change[::4, ::4]
    hot = drawn >= np.quantile(drawn, 0.95)
    assert (density[hot] >= np.quantile(density, 0.85)).mean() > 0.95, "the hottest lies where most points are"
    assert drawn[density < 0.02].max() <= 30, "where no point is near there is nothing"


def test_tiles_and_pictures_lie_on_their_corners(seen: Seen) -> None:
    picture = seen.on("raster_tiles")
    places = [(lon, lat) for lon in np.linspace(120.04, 120.44, 19) for lat in np.linspace(30.05, 30.55, 17)]
    dots = np.array([np.median(near(picture, seen.at(*place)), axis=0) for place in places])
    right = [
        (np.abs(dots - [_tile_color(lon, lat, z) for lon, lat in places]).max(axis=1) <= 3).mean() for z in range(7, 13)
    ]  # names and edges of regions lie above some of them; at any other zoom than the one that is shown half are wrong
    assert max(right) > 0.85, "no zoom of EPSG:3857's tiles explains the colours"
    assert picture[seen.at(120.9, 30.3)] == pytest.approx(seen.bare[seen.at(120.9, 30.3)], abs=2), "there is no tile"
    picture = seen.on("image")
    for place in ((120.21, 30.11), (120.79, 30.49), (120.4, 30.3)):
        assert tuple(picture[seen.at(*place)]) == pytest.approx((180, 90, 30), abs=3)
    for place in ((120.19, 30.3), (120.81, 30.3), (120.4, 30.09), (120.4, 30.51)):
        assert picture[seen.at(*place)] == pytest.approx(seen.bare[seen.at(*place)], abs=2)


def _tile_color(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    x, y = MERCATOR.transform(lon, lat)
    column, row = int((x / WORLD_M + 0.5) * 2**z), int((0.5 - y / WORLD_M) * 2**z)
    return (40, 70, 60) if (column + row) % 2 else (70, 50, 40)


@pytest.mark.parametrize(
    ("kind", "color"),
    [
        ("icon", (245, 184, 61)),
        ("point", (154, 170, 194)),
        ("label", None),
        ("line", (150, 172, 205)),
        ("trips", None),
        ("flow", None),
    ],
)
def test_marks_and_lines_stand_on_their_places(seen: Seen, kind: str, color: tuple[int, int, int] | None) -> None:
    picture, shapes = seen.on(kind), layer(kind).features.geometries
    if kind == "label":  # few names find room: the one of the highest rank does
        rows = layer(kind).features.properties
        shapes = [shapes[max(range(len(rows)), key=lambda i: rows[i]["n"])]]
    hits = 0
    for shape in shapes:
        lon, lat = _along(shape, bent=kind == "flow")
        dots = near(picture, seen.at(lon, lat), 5 if kind in ("label", "point") else 3)
        changed = np.abs(dots - near(seen.bare, seen.at(lon, lat), 5 if kind in ("label", "point") else 3)).max(axis=1) > 12
        reached = changed.any() if color is None else (np.abs(dots - color).max(axis=1) < 110).any()
        hits += bool(changed.any() and reached)
    assert hits == len(shapes)
    clear = np.abs(picture - seen.bare).max(axis=2)[: HEIGHT // 20].max()
    assert clear <= 12, "nothing is drawn where nothing is"


def _along(shape: Any, bent: bool) -> tuple[float, float]:
    """A place that the drawing must touch: of a line one of its own; of a flow the top of its arc, out to the right."""
    if shape.geom_type == "Point":
        return shape.x, shape.y
    if not bent:
        middle = shape.interpolate(0.3, normalized=True)
        return middle.x, middle.y
    (ax, ay), (bx, by) = shape.coords[0], shape.coords[-1]
    bend = layer("flow").bend
    squeeze = np.cos(np.radians((ay + by) / 2))
    dx, dy = (bx - ax) * squeeze, by - ay
    return (ax + bx) / 2 + bend * dy / squeeze / 2, (ay + by) / 2 - bend * dx / 2


def test_clusters_gather_where_points_are(seen: Seen) -> None:
    picture = seen.on("cluster")
    disc = np.array([30, 110, 156]) * 225 / 255 + np.array([11, 18, 32]) * 30 / 255
    blue = np.abs(picture - disc).max(axis=2) < 14
    places = np.array([seen.at(lon, lat) for lon, lat in xy("cluster")])
    far = [np.hypot(*(places - [row, column]).T).min() for row, column in np.argwhere(blue)[::50]]
    assert blue.sum() > 1500 and max(far) < 60, "discs stand among their points only"


def test_moving_things_and_incidents_stand_where_their_frame_says(seen: Seen) -> None:
    lon, lat = np.array([120.2, 120.6, 120.85]), np.array([30.15, 30.5, 30.2])
    ids = np.arange(3, dtype=np.uint32)
    seen.page.evaluate("['vehicles', 'incidents'].forEach((id) => map.setShown(id, true))")
    for name, kinds, names in (("vehicles", [0, 1, 2], ["a", "b", "c"]), ("incidents", [0, 1, 2], ["alarm", "watch", "fine"])):
        frame = encode_points(
            "map", name, 1, 1, lon + (0.05 if name == "incidents" else 0), lat, ids, np.array(kinds, np.uint8), names
        )
        seen.page.evaluate(
            "([id, text]) => map.setPoints(id, Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer)",
            [name, base64.b64encode(frame).decode()],
        )
    picture = seen._picture()
    for index, color in enumerate(((214, 245, 255), (126, 200, 255), (255, 236, 196))):
        assert np.abs(near(picture, seen.at(lon[index], lat[index]), 1) - color).max(axis=1).min() < 40
    for index, color in enumerate(((255, 92, 92), (245, 184, 61))):
        assert np.abs(picture[seen.at(lon[index] + 0.05, lat[index])] - color).max() < 12
    ring = near(picture, seen.at(lon[2] + 0.05, lat[2]), 7)  # what is in order is a small ring
    assert np.abs(ring - (60, 203, 140)).max(axis=1).min() < 60
    seen.watched.assert_clean()
