"""The invented city's regions: five levels that fit into each other exactly."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

import cockpit.demo

YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
Features = list[tuple[dict[str, object], BaseGeometry]]


@pytest.fixture(scope="module")
def features() -> Features:
    loaded = json.loads((YUNZHOU / "regions.geojson").read_text(encoding="utf-8"))
    return [(feature["properties"], shapely.geometry.shape(feature["geometry"])) for feature in loaded["features"]]


def test_levels_have_the_promised_numbers(features: Features) -> None:
    count = Counter(properties["level"] for properties, _ in features)
    assert count[0] == 1
    assert count[1] == 9
    assert 65 <= count[2] <= 76
    assert 560 <= count[3] <= 660
    assert 150 <= count[4] <= 200


def test_codes_and_names_are_unique_and_parents_stand_before_children(features: Features) -> None:
    seen: set[object] = {None}
    for properties, _ in features:
        assert properties["parent"] in seen
        assert properties["code"] not in seen
        seen.add(properties["code"])
    for key in ("name", "name_en"):
        assert len({properties[key] for properties, _ in features}) == len(features)


def test_code_lengths_follow_the_levels(features: Features) -> None:
    lengths = {0: 4, 1: 6, 2: 9, 3: 12, 4: 15}
    assert all(len(str(properties["code"])) == lengths[int(str(properties["level"]))] for properties, _ in features)
    assert all(str(properties["code"]).startswith(str(properties["parent"] or "")) for properties, _ in features)


def test_every_polygon_is_valid_and_whole(features: Features) -> None:
    assert all(shape.is_valid and shape.geom_type == "Polygon" for _, shape in features)


def test_children_fill_their_parent_without_gap_or_overlap(features: Features) -> None:
    shapes = {str(properties["code"]): shape for properties, shape in features}
    below: dict[str, list[BaseGeometry]] = {}
    for properties, shape in features:
        below.setdefault(str(properties["parent"]), []).append(shape)
    below.pop("None")
    for code, parts in below.items():
        assert shapely.symmetric_difference(shapely.union_all(parts), shapes[code]).area < 1e-9, code
        assert abs(sum(part.area for part in parts) - shapes[code].area) < 1e-9, code


def test_no_two_communities_overlap(features: Features) -> None:
    shapes = np.array([shape for properties, shape in features if properties["level"] == 3])
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    assert pairs.sum() > 1500
    assert np.all(shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]])) == 0)


def test_people_add_up(features: Features) -> None:
    people = {str(properties["code"]): int(str(properties["population"])) for properties, _ in features}
    below: Counter[str] = Counter()
    for properties, _ in features:
        below[str(properties["parent"])] += int(str(properties["population"]))
    assert {code: total for code, total in below.items() if code != "None"} == {
        code: people[code] for code in below if code != "None"
    }


def test_the_folder_stays_small() -> None:
    files = [path for path in YUNZHOU.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 3_000_000
