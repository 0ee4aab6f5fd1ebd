"""The static layers of the map: what is written for each, as GeoJSON and as the YAML that names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from cockpit.demo.making.degrees import degrees
from cockpit.demo.making.files import Feature, write_geojson
from cockpit.demo.making.ground import density, noise
from cockpit.demo.making.places import Place
from cockpit.demo.making.roads import Land, Road
from cockpit.demo.making.water import contour, rounded

FILMED = "990101"
"""The district of which the cameras have a picture."""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One layer: `options` are further lines of its YAML."""

    name: str
    zh: str
    en: str
    kind: str
    style: str
    features: list[Feature]
    options: str = ""

    def write(self, folder: Path) -> None:
        """Writes NAME.geojson and NAME.yaml."""
        write_geojson(folder / f"{self.name}.geojson", [(properties, degrees(shape)) for properties, shape in self.features])
        head = f"layer: {self.name}\ntitle: {{zh: {self.zh}, en: {self.en}}}\nkind: {self.kind}\nfile: {self.name}.geojson\n"
        (folder / f"{self.name}.yaml").write_text(f"{head}datum: wgs84\nstyle: {self.style}\n{self.options}", encoding="utf-8")


def layers(
    land: Land, hills: list[tuple[int, BaseGeometry]], water: list[Feature], roads: list[Road], places: list[Place]
) -> list[MapLayer]:
    """Every static layer of the city."""
    ways = [
        _lines("roads_main", "主干道路", "Main roads", "road_main", roads, ("expressway", "ring", "radial"), "label: name\n"),
        _lines("roads", "城乡道路", "Roads", "road", roads, ("arterial", "county", "lane"), "min_zoom: 11\nlabel: name\n"),
        _lines("streets", "街道路网", "Streets", "road", roads, ("street",), "min_zoom: 12.5\n"),
        _lines("rail", "轨道交通", "Rail and metro", "rail", roads, ("metro", "railway"), "label: name\n"),
        _lines("bus", "公交线路", "Bus lines", "bus", roads, ("bus",), "label: name\n"),
        _lines("patrols", "巡逻路线", "Patrol rounds", "bus", roads, ("patrol",), "min_zoom: 13\n"),
    ]
    titles = [
        ("hospitals", "医院", "Hospitals", "place_hospital"),
        ("police", "派出所", "Police stations", "place_police"),
        ("fire", "消防站", "Fire stations", "place_fire"),
        ("shelters", "避难场所", "Emergency shelters", "place_shelter"),
        ("halls", "政务服务大厅", "Service halls", "hall"),
        ("cameras", "视频监控", "Cameras", "camera"),
    ]
    return [
        MapLayer("hills", "山地", "Hills", "area", "hill", [({"step": step}, shape) for step, shape in hills]),
        MapLayer("built", "建成区", "Built-up area", "area", "built", _built(land)),
        MapLayer("water", "水系", "Rivers and lakes", "area", "water", water, "label: name\n"),
        *ways,
        *[MapLayer(name, zh, en, "point", style, _points(places, style), "label: name\n") for name, zh, en, style in titles],
    ]


def _lines(name: str, zh: str, en: str, style: str, roads: Iterable[Road], kinds: tuple[str, ...], options: str) -> MapLayer:
    chosen = [road for road in roads if road.kind in kinds]
    return MapLayer(name, zh, en, "line", style, [(_named(road), road.line) for road in chosen], options)


def _named(road: Road) -> dict[str, object]:
    return {"name": road.name, "name_en": road.name_en, "class": road.kind} if road.name else {"class": road.kind}


def _points(places: Iterable[Place], kind: str) -> list[Feature]:
    chosen = [place for place in places if place.kind == kind]
    return [(_said(place), Point(place.spot)) for place in chosen]


def _said(place: Place) -> dict[str, object]:
    """The cameras of the inner city have a picture: a drawn one, of no real place."""
    named: dict[str, object] = {"name": place.name, "name_en": place.name_en, "region": place.code}
    filmed = place.kind == "camera" and place.code.startswith(FILMED)
    return named | ({"video": "/assets/demo/crossing.webm", "video_kind": "file"} if filmed else {})


def _built(land: Land) -> list[Feature]:
    """Where houses stand closely: the towns with ragged edges, without water and hills."""
    west, south, east, north = land.city.bounds
    whole = contour(
        lambda x, y: np.log(density(x, y) / 0.44) + 0.7 * noise(x, y, 45, 3.2, 4), 0, (west, south, east, north), 0.25
    )
    dry = shapely.difference(
        shapely.intersection(rounded(whole, 0.15), land.city), shapely.union_all([land.river, land.lakes, land.steep])
    )
    return [({}, part) for part in shapely.get_parts(dry) if part.area > 0.5]
