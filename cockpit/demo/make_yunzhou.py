"""Draws the invented city of Yunzhou once: `python -m cockpit.demo.make_yunzhou`. The files it writes are committed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from cockpit.demo.making.cells import cells
from cockpit.demo.making.degrees import degrees, kilometres
from cockpit.demo.making.files import Feature, write_geojson
from cockpit.demo.making.grids import grids
from cockpit.demo.making.ground import River, rivers
from cockpit.demo.making.map_layers import MapLayer, layers
from cockpit.demo.making.naming import Names
from cockpit.demo.making.places import places
from cockpit.demo.making.roads import Land, network, rails, roads
from cockpit.demo.making.routes import bus_lines, patrol_rounds
from cockpit.demo.making.tree import Area, tree
from cockpit.demo.making.water import hills, lakes

SEED = 20
GRID_DISTRICT = "990101"


def main() -> None:
    folder = Path(__file__).parent / "yunzhou"
    streams = rivers()
    areas = regions(streams)
    write_geojson(folder / "regions.geojson", [(_properties(area), area.shape) for area in areas])
    for layer in ground(areas, streams):
        layer.write(folder / "layers")


def regions(streams: list[River]) -> list[Area]:
    """Every region of the city with its shape in degrees; parents before children."""
    found = cells(streams[0], SEED)
    areas = tree(replace(found, shapes=[degrees(shape) for shape in found.shapes]), streams[0], SEED)
    central = [area for area in areas if area.level == 3 and area.code.startswith(GRID_DISTRICT)]
    return areas + grids(central, SEED)


def ground(areas: list[Area], streams: list[River]) -> list[MapLayer]:
    """The static layers, among them the rounds the patrols drive."""
    land, steps, water = _land(kilometres(areas[0].shape), streams)
    seats = [(area.name[:2], area.name_en.split()[0], area.site) for area in areas if area.level == 2]
    villages = [area.site for area in areas if area.level == 3 and area.name.endswith("村")][::3]
    built = roads(land, seats, villages, Names(SEED + 1))
    graph = network(built)
    ways = [*built, *rails(land), *bus_lines(graph, seats), *patrol_rounds(graph, SEED)]
    return layers(land, steps, water, ways, places(areas, graph, SEED))


def _land(city: BaseGeometry, streams: list[River]) -> tuple[Land, list[tuple[int, BaseGeometry]], list[Feature]]:
    river = shapely.union_all([stream.surface() for stream in streams])
    found = lakes(streams)
    standing = shapely.union_all([shape for _, _, shape in found])
    steps = hills(streams, city, shapely.union(river, standing).buffer(0.1))
    steep = shapely.union_all([shape for step, shape in steps if step == 2])
    water: list[Feature] = [({"name": name, "name_en": name_en}, shape) for name, name_en, shape in found]
    for stream in streams:
        flowing = shapely.intersection(shapely.difference(stream.surface(), standing), city)
        water.append(({"name": stream.name, "name_en": stream.name_en}, flowing))
    return Land(city, streams, river, standing, steep), steps, water


def _properties(area: Area) -> dict[str, object]:
    return {
        "code": area.code,
        "parent": area.parent,
        "name": area.name,
        "name_en": area.name_en,
        "level": area.level,
        "population": area.population,
    }


if __name__ == "__main__":
    main()
