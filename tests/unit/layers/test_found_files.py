"""Region files as they are found: other names for the columns, no city above, a level in words, GBK that nothing names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from layers import AreaLayer, FeatureFileError, Features, LayerError, Regions, RegionsError, read_features
from layers.chinese_codes import ChineseCodes
from layers.dbf_encoding import dbf_encoding

from .towns import square

NAMES = {330102: "上城区", 330105: "拱墅区", 330106: "西湖区"}


def _found(folder: Path, **more: Any) -> Path:
    """As the usual sources write them: adcode as a number, a whole object for the parent, a word for the level."""
    rows = [
        {"type": "Feature", "geometry": square(120 + at, 30), "properties": {"adcode": code, "name": name, **more}}
        for at, (code, name) in enumerate(NAMES.items())
    ]
    path = folder / "found.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False), "utf-8")
    return path


def _shapefile(folder: Path, encoding: str, names: list[str]) -> Path:
    path = folder / "old.shp"
    shapes = [shapely.box(120 + at, 30, 121 + at, 31) for at in range(len(names))]
    geopandas.GeoDataFrame({"name": names, "n": range(len(names))}, geometry=shapes, crs=4326).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def test_a_missing_column_is_said_once_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RegionsError) as said:
        Regions.load(_found(tmp_path))
    assert said.value.problems == [
        "found.geojson: no feature has the column 'code'; there are: adcode, name. "
        "Hint: say what it is called: columns={'code': 'adcode'}"
    ]


def test_without_levels_a_region_has_that_of_its_place_in_the_tree(tmp_path: Path) -> None:
    def rows(**level: int) -> Features:
        given = [{"code": code, "parent": parent, "name": code} for code, parent in (("a", ""), ("b", "a"), ("c", "b"))]
        return Features(np.array([None] * 3, dtype=object), [given[0], given[1], {**given[2], **level}])

    assert [one.level for one in map(Regions(rows()).region, "abc")] == [0, 1, 2]
    with pytest.raises(RegionsError, match=r"region 'a': field 'level' must be an int from 0, got None"):
        Regions(rows(level=2))
    with pytest.raises(RegionsError, match=r"region 'c': field 'level' must be an int from 0, got -1"):
        Regions(rows(level=-1))


def test_found_files_become_a_tree(tmp_path: Path) -> None:
    path = _found(tmp_path, level="district", parent={"adcode": 330100})
    regions = Regions.load(str(path), columns={"code": "adcode"}, root={"code": "330100", "name": "杭州市"}, codes=ChineseCodes())
    assert [region.code for region in regions.children("330100000000")] == [f"{code}000000" for code in NAMES]
    assert (regions.root.name, regions.region("330106000000").level, regions.root.has_geometry) == ("杭州市", 3, False)
    (tmp_path / "texts").mkdir()
    plain = _found(tmp_path / "texts", pac="x")
    texts = Regions.load(plain, columns={"code": "name"}, root={"code": "city", "name": "杭州市"})
    assert [region.level for region in texts.children("city")] == [1, 1, 1]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_shapefile_that_names_no_encoding_is_read_as_it_was_meant(tmp_path: Path, encoding: str) -> None:
    path = _shapefile(tmp_path, encoding, [*NAMES.values(), "一个名字很长很长的街道办事处" * 3])
    layer = AreaLayer.load(path, style="choropleth", column="n", label="name")
    assert layer.features is not None
    assert [row["name"] for row in layer.features.properties][:3] == list(NAMES.values())


def test_where_something_names_the_encoding_or_there_is_nothing_to_tell_it_is_left_to_that(tmp_path: Path) -> None:
    plain = _shapefile(tmp_path, "utf-8", ["Mitte", "Nord"])
    assert dbf_encoding(plain) is None
    assert [row["name"] for row in read_features(plain).properties] == ["Mitte", "Nord"]
    assert dbf_encoding(tmp_path / "none.shp") is None
    chinese = _shapefile(tmp_path, "gbk", list(NAMES.values()))
    assert dbf_encoding(chinese) == "GB18030"
    chinese.with_suffix(".cpg").write_text("GBK")
    assert dbf_encoding(chinese) is None
    assert [row["name"] for row in read_features(chinese).properties] == list(NAMES.values())


def test_files_of_other_forms_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FeatureFileError, match=r"format '.csv' is not read; allowed: .*Hint: Features.at\(lon, lat, rows\)"):
        read_features(tmp_path / "a.csv")
    with pytest.raises(LayerError, match=r"format '.zip' .* Hint: unpack it"):
        AreaLayer.load(tmp_path / "a.zip", style="water")
