"""Still pictures: what is drawn over what, where names stand, what the legend explains."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from PIL import Image

from layers import AreaLayer, Features, IconLayer, Layer, MapContainer, PointLayer, Regions, Shape, Text, Viewport
from layers.drawing import Look
from layers.focus import inside, veil
from layers.leaflet import page_content
from layers.lettering import Marks, Sheet
from layers.looks import LOOKS
from layers.picture import picture
from layers.signs import SIGNS, outlines

RED = (255, 92, 92)


@pytest.fixture(scope="module")
def regions() -> Regions:
    west, east = shapely.box(120, 30, 120.5, 31), shapely.box(120.5, 30, 121, 31)
    rows: list[dict[str, object]] = [
        {"code": "1", "parent": None, "name": "市", "level": 0}, {"code": "11", "parent": "1", "name": "西区", "level": 1},
        {"code": "12", "parent": "1", "name": "东区", "level": 1}, {"code": "111", "parent": "11", "name": "街道", "level": 2},
    ]  # fmt: skip
    return Regions(Features(np.array([west.union(east), west, east, shapely.box(120, 30, 120.5, 30.5)], dtype=object), rows))


def _incidents(*places: tuple[float, float], light: str = "alarm") -> PointLayer:
    lon, lat = np.array(places, dtype=np.float64).T
    features = Features.at(lon, lat, [{"light": light} for _ in places])
    return PointLayer(id="cases", style="incident", title={"zh": "紧急案件"}, features=features, told_by="light")


def _drawn(*layers: Layer, regions: Regions, at: str = "1", title: str = "", side_px: int = 600) -> NDArray[np.uint8]:
    body = picture(MapContainer(regions, layers, at), width_px=side_px, height_px=side_px, title=title)
    return np.asarray(Image.open(BytesIO(body)))


def _count(pixels: NDArray[np.uint8], color: tuple[int, int, int]) -> int:
    return int((pixels == color).all(axis=2).sum())


def _written(
    *texts: tuple[Text, float, float], large: tuple[tuple[float, float, float], ...] = ()
) -> list[tuple[str, float, float]]:
    sheet = Sheet(400, 400, Marks(large), [(0.0, 360.0, 400.0, 400.0)])
    return [(text.words, x, y) for text, x, y in sheet.written(texts, lambda _: (60.0, 14.0))]


def test_a_name_steps_aside_for_a_large_mark_and_a_roads_name_stays_away() -> None:
    mark = ((205.0, 200.0, 11.0),)
    assert _written((Text(0, 0, "区", rank=1), 200, 200), large=mark) == [("区", 200, 179)]
    assert _written((Text(0, 0, "路", rank=-900), 200, 200), large=mark) == []
    assert _written((Text(0, 0, "×3", rank=1e6), 205, 200), large=mark) == [("×3", 205, 200)], "in its own mark a text may stand"


def test_a_count_stands_in_its_mark_or_nowhere() -> None:
    """A sign at the edge of a cluster does not push the number out of it; one that lies on the number hides it."""
    count = Text(0, 0, "58", rank=1e6 + 58), 200.0, 200.0
    assert _written(count, large=((200.0, 200.0, 14.0), (160.0, 205.0, 7.0))) == [("58", 200, 200)]
    assert _written((Text(0, 0, "7", rank=1e6), 200, 200), large=((200, 200, 12), (228, 191, 7))) == []
    assert _written((Text(0, 0, "集合", rank=1e9), 200, 200), large=((200, 200, 12), (228, 191, 7))) == [("集合", 200, 221)]


def test_of_names_that_touch_the_higher_rank_stays_and_nothing_stands_on_the_frame_or_outside() -> None:
    assert _written((Text(0, 0, "小", rank=-2), 200, 200), (Text(0, 0, "大", rank=-1), 220, 205)) == [("大", 220, 205)]
    assert _written((Text(0, 0, "甲", rank=-1), 200, 370), (Text(0, 0, "乙", rank=-1), 10, 100)) == []
    twice = [(Text(0, 0, "环路", rank=-1), 100.0, 100.0), (Text(0, 0, "环路", rank=-1), 300.0, 300.0)]
    assert len(_written(*twice)) == 1, "the same road is named once"


def test_the_name_of_a_mark_stands_beside_it_where_there_is_room() -> None:
    assert _written((Text(0, 0, "医院", beside_px=5), 200, 200)) == [("医院", 239, 200)]
    assert _written((Text(0, 0, "医院", beside_px=5), 380, 200)) == [("医院", 341, 200)], "at the right edge, to the left"


def test_no_name_is_written_over_an_incident(regions: Regions) -> None:
    """The name of the west region belongs exactly where the incident is."""
    area = AreaLayer(id="regions", style="regions", values={"11": 1.0, "12": 2.0})
    alone = _count(_drawn(_incidents((120.25, 30.5)), regions=regions), RED)
    assert alone > 120
    assert _count(_drawn(area, _incidents((120.25, 30.5)), regions=regions), RED) == alone


def test_incidents_that_would_touch_are_one_with_a_count_and_the_worst_is_seen(regions: Regions) -> None:
    container = MapContainer(regions, (), "1")
    near = [(120.25, 30.5), (120.251, 30.501), (120.8, 30.5)]
    view = container.view(600, 600)
    parts = list(_incidents(*near).parts(view))
    assert [part.words for part in parts if isinstance(part, Text)] == ["×2"]
    assert len([part for part in parts if isinstance(part, Shape)]) == 4, "two marks, each with its halo"
    mixed = Features.at(np.array([120.25, 120.25]), np.array([30.5, 30.5]), [{"light": "fine"}, {"light": "alarm_new"}])
    found = list(replace(_incidents(*near), features=mixed).parts(view))
    assert [part.look.sign for part in found if isinstance(part, Shape)][-1] == "square"
    assert len([part for part in _incidents(*near).parts(replace(view, at_zoom=15)) if isinstance(part, Text)]) == 0


def test_the_legend_explains_the_marks_that_are_on_the_picture(regions: Regions) -> None:
    here, away = _incidents((120.25, 30.5)), _incidents((100.0, 20.0))
    low = slice(550, 600)
    assert _count(_drawn(here, regions=regions)[low], RED) > 40
    assert _count(_drawn(away, regions=regions), RED) == 0


def test_nothing_that_moves_drives_over_what_has_happened(regions: Regions) -> None:
    case = _incidents((120.25, 30.5))
    cars = PointLayer(id="cars", style="vehicle", features=Features.at(np.array([120.25]), np.array([30.5])))
    alone, passed = (_count(_drawn(*layers, regions=regions), RED) for layers in ((case,), (case, cars)))
    assert alone == passed > 40
    page = page_content(MapContainer(regions, (case, cars), "1"))
    assert [layer["id"] for layer in page["layers"]] == ["cars", "cases"]


def test_kinds_of_moving_things_keep_their_colours(regions: Regions) -> None:
    features = Features.at(np.array([120.2, 120.4]), np.array([30.5, 30.5]), [{"kind": "taxi"}, {"kind": "bus"}])
    layer = PointLayer(id="cars", style="vehicle", features=features, told_by="kind")
    looks = [part.look.fill for part in layer.parts(MapContainer(regions, (), "1").view()) if isinstance(part, Shape)]
    assert looks == ["#7EC8FF", "#D6F5FF"], "in the order of the alphabet, as on the live map"
    with pytest.raises(ValueError, match="told_by 'sort' is not a property of any feature; there are: kind"):
        replace(layer, told_by="sort")


def test_what_lies_outside_the_region_is_dimmed_and_not_named(regions: Regions) -> None:
    top, drilled = MapContainer(regions, (), "1"), MapContainer(regions, (), "11")
    assert veil(top) is None and inside(top) is None
    shade = veil(drilled)
    assert shade is not None and not shapely.intersects_xy(shade.geometry, 120.2, 30.2)
    assert shapely.intersects_xy(shade.geometry, 120.8, 30.2)
    assert page_content(drilled)["around"] and not page_content(top)["around"]


def test_the_region_stands_between_title_and_legend(regions: Regions) -> None:
    area = AreaLayer(id="regions", style="regions", title={"zh": "数量"}, values={"11": 1.0, "12": 2.0})
    edges = np.flatnonzero((_drawn(area, regions=regions)[:, 300] != (11, 18, 32)).any(axis=1))
    titled = np.flatnonzero((_drawn(area, regions=regions, title="一")[:, 300] != (11, 18, 32)).any(axis=1))
    assert edges[0] < titled[0] and titled[0] >= 40 and titled[-1] < 600 - 16 - 26


def test_a_moved_view_shows_exactly_its_place(regions: Regions) -> None:
    container = MapContainer(regions, (_incidents((120.5, 30.5)),), "1").look(Viewport(120.5, 30.5, 12))
    pixels = np.asarray(Image.open(BytesIO(picture(container, width_px=600, height_px=500))))
    assert tuple(pixels[250, 300]) == RED


def test_every_sign_is_drawn_and_each_is_another(regions: Regions) -> None:
    places = Features.at(np.array([120.25]), np.array([30.5]))
    drawn = {
        sign: _drawn(IconLayer(id="x", style=sign, features=places, color="#FF5C5C", size_px=40), regions=regions).tobytes()
        for sign in SIGNS
    }
    assert len(set(drawn.values())) == len(SIGNS)
    assert all(outlines(look.sign) or look.sign in ("disc", "ring") for look in LOOKS.values())
    assert outlines(Look().sign) == []
