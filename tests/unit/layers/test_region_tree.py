"""A wrong region file lists everything that is wrong with it, once and together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers import Regions, RegionsError

from .towns import feature, square, town, written


def _problems(tmp_path: Path, features: list[dict[str, Any]]) -> list[str]:
    with pytest.raises(RegionsError) as caught:
        Regions.load(written(tmp_path, features))
    return caught.value.problems


def test_all_problems_come_together(tmp_path: Path) -> None:
    rows = [
        *town(),
        feature("91", "9", None),
        feature("95", "nowhere", None),
        feature("96", None, None),
        feature("a", "b", None),
        feature("b", "a", None),
        feature("97", "9", square(500_000, 3_000_000, 1000, 1000)),
        feature("98", "9", {"type": "Point", "coordinates": [10.5, 20.5]}),
        feature("", "9", None),
        feature("99", "9", None, level=-1),
    ]
    problems = "\n".join(_problems(tmp_path, rows))
    for expected in (
        "region '91': code appears 2 times",
        "region '95': parent 'nowhere' is not in the file",
        "2 roots ('9', '96'), exactly one is allowed. Hint: add a feature for the city",
        "cycle: a → b → a",
        "region '97': coordinates must be lon -180…180, lat -90…90, got west 500000, south 3000000",
        "east 501000, north 3001000. Hint: are these metres? Declare the datum, e.g. datum: epsg:4549",
        "region '98': geometry must be Polygon or MultiPolygon, got Point",
        "feature 13: field 'code' must be a non-empty string, got ''",
        "region '99': field 'level' must be an int from 0, got -1",
    ):
        assert expected in problems
    assert all(line.startswith("regions.geojson: ") for line in problems.splitlines())


def test_many_districts_without_a_city_ask_for_one(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, [feature(str(i), None, square(i, 0)) for i in range(9)])
    assert problem.startswith("regions.geojson: 9 roots ('0', '1', '2', '3', '4', …)")


def test_a_number_as_a_code_is_refused_with_the_reason(tmp_path: Path) -> None:
    rows = town()
    rows[0]["properties"]["code"] = 911
    assert any(
        "field 'code' must be a string, got int 911. Hint: quote codes" in problem for problem in _problems(tmp_path, rows)
    )


def test_a_long_list_of_one_kind_is_cut_and_counted(tmp_path: Path) -> None:
    problems = _problems(tmp_path, [*town(), *(feature(f"x{i}", "gone", None) for i in range(50))])
    assert len(problems) == 21
    assert problems[-1].endswith("… and 30 more of this kind")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no regions in the file"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_no_region_file(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "regions.geojson"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RegionsError, match=said):
        Regions.load(path)


def test_another_format_names_the_allowed_ones(tmp_path: Path) -> None:
    with pytest.raises(RegionsError, match=r"'.kml' is not read; allowed: .geojson, .json, .gpkg, .parquet, .shp"):
        Regions.load(tmp_path / "regions.kml")


def test_an_invalid_polygon_is_repaired_and_reported(tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[10, 20], [11, 21], [11, 20], [10, 21], [10, 20]]]}
    regions = Regions.load(written(tmp_path, [feature("9", None, square(10, 20), 0), feature("91", "9", bow)]))
    assert regions.reports == ("region '91': invalid polygon repaired (Self-intersection[10.5 20.5])",)
    assert regions.region("91").has_geometry
