"""`cockpit datum`: records whose points lie a few hundred metres off, and the command that says why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app import command_line
from layers import convert
from tests.cities.line import TINY

Run = Callable[..., Result]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """The tiny city, its hotline with a point beside the code of the district."""
    folder = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    slot = folder / "slots" / "hotline.yaml"
    slot.write_text(
        slot.read_text("utf-8").replace("  stars: int?\n", "  stars: int?\n  lon: float?\n  lat: float?\n", 1), "utf-8"
    )
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def go(*arguments: str) -> Result:
        environment = {"COCKPIT_STATE": str(tmp_path), "COLUMNS": "220"}
        return CliRunner().invoke(command_line, ["datum", *arguments], env=environment)  # type: ignore[return-value]

    return go


def recording(path: Path, datum: str, count: int = 300) -> str:
    """Requests around the border of the two districts, in a datum."""
    chance = np.random.default_rng(2)
    lon, lat = chance.uniform(120.08, 120.12, count), chance.uniform(30.01, 30.09, count)
    x, y = convert(lon, lat, "wgs84", datum)
    same = {"created_at": "2026-11-21T04:00:00Z", "category": "noise"}
    codes = np.where(lon < 120.1, "7702", "7701").tolist()
    rows = [{"id": str(n), "district": codes[n], "lon": x[n], "lat": y[n], **same} for n in range(count)]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return str(path)


def test_it_names_the_datum_and_the_remedy(city: Path, run: Run, tmp_path: Path) -> None:
    result = run(str(city), "hotline", "--file", recording(tmp_path / "r.jsonl", "gcj02"))
    assert result.exit_code == 0, result.output
    first, *_, last = result.output.strip().splitlines()
    assert first.strip() == "100.0%  gcj02"
    assert last == "the records look like gcj02. Hint: region: {datum: gcj02} in slots/hotline.yaml"
    assert "300 of 300 rows found their region" in result.output


def test_it_says_nothing_more_where_all_fits(city: Path, run: Run, tmp_path: Path) -> None:
    result = run(str(city), "hotline", "--file", recording(tmp_path / "r.jsonl", "wgs84"), "--fields", "lon,lat,district")
    assert result.exit_code == 0 and "wgs84 (declared)" in result.output.splitlines()[0]
    assert "Hint" not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hotline",), "give either --file or --last"),
        (("hotline", "--last", "10m", "--fields", "lon,lat"), "--fields is LON,LAT,CODE"),
        (("hotline", "--last", "10 minutes"), "a duration is a whole number and a unit"),
        (("hotlin", "--last", "10m"), "did you mean 'hotline'?"),
        (("hotline", "--last", "10m"), "none of 0 records can be read"),
    ],
)
def test_what_cannot_be_asked(city: Path, run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run(str(city), *arguments)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output


def test_a_slot_without_codes_says_what_is_missing(city: Path, run: Run, tmp_path: Path) -> None:
    records = tmp_path / "v.jsonl"
    records.write_text(
        json.dumps({"id": "b1", "at": 1795233600000, "kind": "bus", "speed_kmh": 3, "lon": 120.1, "lat": 30.0}), "utf-8"
    )
    result = run(str(city), "vehicles", "--file", str(records))
    assert result.exit_code == 2 and "no field holds codes of the city's regions" in result.stderr


def test_check_names_codes_of_layers_that_are_no_region(city: Path, tmp_path: Path) -> None:
    square = [[[120.1, 30.0], [120.2, 30.0], [120.2, 30.1], [120.1, 30.0]]]
    rows = [
        {"type": "Feature", "properties": {"region": code, "n": 1}, "geometry": {"type": "Polygon", "coordinates": square}}
        for code in ("7701", "7702", "7799")
    ]
    (city / "layers" / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    document = "layer: zones\nkind: area\nfile: zones.geojson\nstyle: choropleth\ncolumn: n\ncode: region\n"
    (city / "layers" / "zones.yaml").write_text(document, "utf-8")
    said = CliRunner().invoke(command_line, ["check", str(city)], env={"COCKPIT_STATE": str(tmp_path), "COLUMNS": "300"})
    assert said.exit_code == 0, said.output
    assert (
        "note: layer 'zones': property 'region': 2 of 3 rows found their region; 0 have no code, 1 an unknown one: '7799' (1)"
        in (" ".join(said.output.split()))
    )
