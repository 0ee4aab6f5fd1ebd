"""The line of a mistake in a region file, however the file is laid out."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.region_lines import line_of

TEXT = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"code": "1", "parent": null}, "geometry": null},
{"type":"Feature",
 "properties": {"parent": "1", "code" : "1.1"}, "geometry": null}, {"type": "Feature", "properties": {"code": "1x1"}},
{"type": "Feature", "properties": {"code": "1.1"}, "geometry": null}
]}
"""


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        ("feature 0: field 'code' is wrong", 2),
        ("feature 1: …", 3),
        ("feature 2: …", 4),
        ("feature 99: …", 1),
        ("region '1': …", 2),
        ("region '1.1': parent 'x' is not in the file", 4),
        ("region '1.1': code appears 2 times", 5),
        ("region 'nowhere': …", 1),
        ("2 roots ('1', '2'), exactly one is allowed", 1),
    ],
)
def test_lines(tmp_path: Path, problem: str, line: int) -> None:
    file = tmp_path / "regions.geojson"
    file.write_text(TEXT, "utf-8")
    assert line_of(file, problem) == line


def test_other_formats_have_no_lines(tmp_path: Path) -> None:
    assert line_of(tmp_path / "regions.gpkg", "feature 1: …") == 1
