"""China's codes, trees through time, and what became of codes that were joined."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from layers import Classes, Features, Regions, RegionsError
from layers.chinese_codes import ChineseCodes, CodeError
from layers.join_report import join_report
from layers.versions import RegionVersions

from .towns import feature, square, town, written

CODES = ChineseCodes()


@pytest.mark.parametrize(
    ("code", "full", "level", "parent"),
    [
        ("33", "330000000000", 1, ""),
        ("3301", "330100000000", 2, "330000000000"),
        ("330106", "330106000000", 3, "330100000000"),
        ("330106109", "330106109000", 4, "330106000000"),
        ("330106109001", "330106109001", 5, "330106109000"),
        ("330106109001002", "330106109001002", 6, "330106109001"),
        ("110101", "110101000000", 3, "110100000000"),
        ("441900003", "441900003000", 4, "441900000000"),  # a township right under the city: no county between
    ],
)
def test_a_code_knows_its_level_and_its_parent(code: str, full: str, level: int, parent: str) -> None:
    assert (CODES.padded(code), CODES.level(code), CODES.parent(code)) == (full, level, parent)


@pytest.mark.parametrize("code", ["110100", "500200", "419000", "429000", "469000", "659000", "330101", "310100000000"])
def test_placeholders_mean_nothing(code: str) -> None:
    assert CODES.is_placeholder(code)


@pytest.mark.parametrize("code", ["110000", "110101", "330106", "3301", "469001", "310115", "330106109"])
def test_places_are_no_placeholders(code: str) -> None:
    assert not CODES.is_placeholder(code)


def test_placeholders_are_left_out_on_the_way_down() -> None:
    assert CODES.above("110101001") == ["110000000000", "110101000000"]
    assert CODES.above("469001100") == ["460000000000", "469001000000"]
    assert CODES.above("330106109001002") == ["330000000000", "330100000000", "330106000000", "330106109000", "330106109001"]


@pytest.mark.parametrize("code", ["", "33010", "33o1", "330106109000002", "330100000001", "000106", "3301061090010", "٣٣٠١"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(CodeError):
        CODES.padded(code)


def test_grids_of_two_digits_and_kinds_of_townships() -> None:
    assert ChineseCodes(grid_digits=2).parent("33010610900107") == "330106109001"
    assert [CODES.township_kind(code) for code in ("330106001", "330106100", "330106200", "330106400")] == [
        "subdistrict", "town", "township", "enterprise",
    ]  # fmt: skip
    assert CODES.township_kind("330106") is None


def test_a_tree_grows_from_codes_alone() -> None:
    rows = [{"code": code, "name": f"名{code}"} for code in ("11", "1101", "110101", "110101001", "110101001001", "110108")]
    regions = Regions(CODES.tree(Features(np.full(len(rows), None, dtype=object), rows)))
    assert regions.root.code == "110000000000"
    assert regions.region("110101001001").level == 5
    assert [region.code for region in regions.ancestors("110101001000")] == ["110000000000", "110101000000"]
    gap = [{"code": code, "name": code} for code in ("33", "330106")]  # the city is not in the file
    assert Regions(CODES.tree(Features(np.full(2, None, dtype=object), gap))).region("330106000000").parent == "330000000000"


def test_the_real_codes_of_a_city_make_a_tree() -> None:
    folder = Path(__file__).parents[4] / "shared" / "data" / "hangzhou"
    if not folder.is_dir():
        pytest.skip("the real division codes are not at hand (../shared/data)")
    names = ("divisions_areas_6digit.csv", "divisions_streets_9digit.csv", "divisions_villages_12digit.csv")
    frames = [pl.read_csv(folder / name, infer_schema=False).select("code", "name") for name in names]
    rows = [{"code": "3301", "name": "杭州市"}, *pl.concat(frames).to_dicts()]
    regions = Regions(CODES.tree(Features(np.full(len(rows), None, dtype=object), rows)))
    assert len(regions) == 1 + 13 + 196 + 3320
    assert [region.name for region in regions.ancestors("330102001051")] == ["杭州市", "上城区", "清波街道"]


def _history() -> Features:
    whole, west, east = shapely.box(0, 0, 2, 1), shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    rows: list[dict[str, object]] = [
        {"code": "1", "parent": None, "name": "市", "level": 0},
        {"code": "11", "parent": "1", "name": "旧区", "level": 1, "valid_to": "2021-04-08"},
        {"code": "11", "parent": "1", "name": "新区", "level": 1, "valid_from": "2021-04-09"},
        {"code": "12", "parent": "1", "name": "东区", "level": 1, "valid_from": "2021-04-09"},
    ]
    return Features(np.array([whole, whole, west, east], dtype=object), rows)


def test_each_day_has_the_borders_that_were_valid() -> None:
    versions = RegionVersions(_history())
    assert versions.changes == (date(2021, 4, 9),)
    point = np.array([1.5]), np.array([0.5])
    before, after = versions.on(date(2021, 4, 8)), versions.on(date(2021, 4, 9))
    assert before.region(before.codes[before.locate(*point)[0]]).name == "旧区"
    assert after.region(after.codes[after.locate(*point)[0]]).name == "东区"
    assert versions.on(date(2030, 1, 1)) is after
    with pytest.raises(RegionsError, match="code appears 2 times"):
        Regions(_history())


def test_a_join_says_what_matched_nothing_and_why(tmp_path: Path) -> None:
    regions = Regions.load(written(tmp_path, town()))
    report = join_report(regions, pl.Series(["911", "911", "912", None, "77", "77", "78"]))
    assert (report.matched, report.missing, dict(report.unknown)) == (3, 1, {"77": 2, "78": 1})
    assert report.unused == ("913",)
    assert str(report).startswith("3 of 7 rows found their region; 1 have no code, 3 an unknown one: '77' (2), '78' (1). Hint: ")


@pytest.mark.parametrize(
    ("codes", "hint"),
    [
        (["330106", "330102"], "fill them with zeros"),
        (["330106000000000"], "cut the zeros"),
        (["330106000000.0"], "read them as text"),
        ([" 330106000000"], "they hold blanks"),
        (["x"], "another year or another city"),
        (["330106000000"], ""),
    ],
)
def test_the_likely_cause_of_a_bad_join(tmp_path: Path, codes: list[str], hint: str) -> None:
    rows = [feature("33", None, None, 0), *(feature(code, "33", square(10, 20)) for code in ("330106000000", "330102000000"))]
    if hint == "cut the zeros":
        rows.append(feature("330106", "33", None))
    assert hint in join_report(Regions.load(written(tmp_path, rows)), pl.Series(codes)).hint


def test_placeholders_of_municipalities_and_codes_of_other_days_are_told() -> None:
    beijing = [("110000", "", "北京市", None), ("110101", "110000", "东城区", None), ("110103", "110000", "崇文区", "2010-06-30")]
    rows = [
        {"code": code, "parent": up, "name": name, "level": 1 + bool(up), "valid_to": until} for code, up, name, until in beijing
    ]
    features = Features(np.array([shapely.box(x, 0, x + 1, 1) for x in range(3)], dtype=object), rows)
    now = Regions(features, on=date(2024, 1, 1))
    assert now.elsewhen == {"110103"} and Regions(features).elsewhen == frozenset()
    assert "placeholder of a municipality" in join_report(now, pl.Series(["110100", "110100", "110101"])).hint
    assert "codes of another day" in join_report(now, pl.Series(["110103"])).hint
    assert "of another year: the tree has other districts" in join_report(now, pl.Series(["110104", "110103", "110199"])).hint


def test_natural_classes_are_the_best_there_are() -> None:
    """Beside every way to cut the sorted values in three."""
    rng = np.random.default_rng(4)
    values = np.sort(np.round(np.concatenate([rng.normal(m, 1, 9) for m in (0, 10, 30)]), 2))

    def spread(edges: list[float]) -> float:
        groups = np.split(values, np.searchsorted(values, edges))
        return float(sum(((group - group.mean()) ** 2).sum() for group in groups if len(group)))

    best = min(spread([values[i], values[j]]) for i in range(1, 26) for j in range(i + 1, 27))
    assert spread(Classes("natural", 3).edges(values.tolist())) == pytest.approx(best)
    assert Classes("natural", 5).edges([3, 3, 7, None, float("nan")]) == [7]
    assert Classes("natural", 5).edges([3, 3]) == []
    assert len(Classes("natural", 5).edges(rng.lognormal(3, 1, 100_000).tolist())) == 4
