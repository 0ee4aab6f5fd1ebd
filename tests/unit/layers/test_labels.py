"""Where a region's name may stand, for many at once and for each alone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.features import Geometries
from layers.outline import label_point, label_points


def cells(count: int = 200) -> Geometries:
    places = np.random.default_rng(11).random((count, 2))
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(places)))
    return np.asarray(shapely.intersection(parts, shapely.box(0, 0, 1, 1)), dtype=object)


def test_many_at_once_stand_where_each_alone_would() -> None:
    shapes = cells()
    assert label_points(shapes) == [label_point(shape) for shape in shapes]


@pytest.mark.parametrize(
    "other", ["POINT (1 2)", "LINESTRING (0 0, 2 0)", "MULTIPOLYGON (((0 0, 3 0, 0 3, 0 0)), ((9 9, 9.1 9, 9 9.1, 9 9)))"]
)
def test_one_that_is_no_plain_polygon_leaves_the_others_their_places(other: str) -> None:
    shapes = np.array([*cells(5), shapely.from_wkt(other)], dtype=object)
    assert label_points(shapes) == [label_point(shape) for shape in shapes]


def test_none_have_no_places() -> None:
    assert label_points(np.array([], dtype=object)) == []
