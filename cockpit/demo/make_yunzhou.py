"""Draws the invented city of Yunzhou once: `python -m cockpit.demo.make_yunzhou`. The files it writes are committed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cockpit.demo.making.cells import cells
from cockpit.demo.making.degrees import degrees
from cockpit.demo.making.files import write_geojson
from cockpit.demo.making.grids import grids
from cockpit.demo.making.ground import River, rivers
from cockpit.demo.making.tree import Area, tree

SEED = 20
GRID_DISTRICT = "990101"


def main() -> None:
    folder = Path(__file__).parent / "yunzhou"
    streams = rivers()
    areas = regions(streams)
    write_geojson(folder / "regions.geojson", [(_properties(area), area.shape) for area in areas])


def regions(streams: list[River]) -> list[Area]:
    """Every region of the city with its shape in degrees; parents before children."""
    found = cells(streams[0], SEED)
    areas = tree(replace(found, shapes=[degrees(shape) for shape in found.shapes]), streams[0], SEED)
    central = [area for area in areas if area.level == 3 and area.code.startswith(GRID_DISTRICT)]
    return areas + grids(central, SEED)


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
