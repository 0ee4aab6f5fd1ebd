"""Layer files: every kind is read with its own options, and every mistake is told where it can be mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from cockpit.static_layers import document_of, load_layer, parse_layer
from cockpit.tile_services import keyless
from layers import KINDS, AreaLayer, RasterTileLayer, WebTiles
from slots.problem import DocumentError
from tests.cities.map_layers import DOCUMENTS, files


def mistakes(values: dict[str, Any], folder: Path | None = None) -> list[str]:
    with pytest.raises(DocumentError) as raised:
        document = parse_layer({"layer": "x", **values})
        load_layer(document, folder / str(document.file) if folder and document.file else None)
    return [str(problem) for problem in raised.value.problems]


def test_there_is_an_example_of_every_kind() -> None:
    assert {document["kind"] for document in DOCUMENTS} == set(KINDS)


@pytest.mark.parametrize("values", DOCUMENTS, ids=lambda values: values["kind"])
def test_every_kind_is_read_with_its_options(values: dict[str, Any], tmp_path: Path) -> None:
    files(tmp_path)
    document = parse_layer({"layer": "shown", "title": {"zh": "层"}, **values})
    layer = load_layer(document, tmp_path / values["file"]).layer
    assert (layer.id, layer.kind, layer.title) == ("shown", values["kind"], {"zh": "层"})
    for name in values.keys() - {"kind", "file", "classes"}:
        given = tuple(values[name]) if isinstance(values[name], list) else values[name]
        assert getattr(layer, name) == given, name


def test_breaks_say_how_many_classes_there_are(tmp_path: Path) -> None:
    files(tmp_path)
    document = parse_layer({"layer": "x", **DOCUMENTS[0], "classes": {"method": "manual", "breaks": [1, 2]}})
    layer = load_layer(document, tmp_path / "areas.geojson").layer
    assert isinstance(layer, AreaLayer)
    assert (layer.classes.count, layer.legend()[0]) == (3, [1.0, 2.0])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "hexagn"}, "kind: got 'hexagn'; allowed: area, line, point, icon, cluster, heat, grid, hexagon, flow, trips, "
                             "label, raster_tiles, vector_tiles, image. Hint: did you mean 'hexagon'?"),
        ({"file": "p.geojson"}, "document: the key 'kind' is missing"),
        ({"kind": "heat"}, "document: the key 'file' is missing"),
        ({"kind": "heat", "file": "../p.geojson"}, "file: got '../p.geojson'; it must match ^[A-Za-z0-9][A-Za-z0-9._-]*$"),
        ({"kind": "hexagon", "file": "p.geojson", "resolutoin": 8},
         "resolutoin: unknown key 'resolutoin'; allowed: agg, classes, column, datum, file, kind, label, layer, min_zoom, "
         "resolution, style, title, unit. Hint: did you mean 'resolution'?"),
        ({"kind": "grid", "file": "p.geojson", "agg": "avg"}, "agg: got 'avg'; allowed: 'count', 'sum', 'mean', 'min' or 'max'."),
        ({"kind": "point", "file": "p.geojson", "style": "camera", "trail_s": 3},
         "trail_s: unknown key 'trail_s'; allowed: datum, file, kind, label, layer, min_zoom, style, title."),
        ({"kind": "raster_tiles"}, "file: give either file or web"),
        ({"kind": "point", "file": "p.geojson", "style": "camera", "datum": "gcj2"},
         "datum: got 'gcj2'; allowed: wgs84, gcj02, bd09, cgcs2000, epsg:NUMBER. Hint: did you mean 'gcj02'?"),
    ],
)  # fmt: skip
def test_what_a_file_says_wrongly(values: dict[str, Any], said: str) -> None:
    assert mistakes(values) == [said]


@pytest.mark.parametrize(
    ("values", "place", "words"),
    [
        ({"kind": "hexagon", "file": "points.geojson", "resolution": 99}, "resolution", "0…15"),
        ({"kind": "heat", "file": "points.geojson", "weight": "lod"}, "weight", "did you mean 'load'?"),
        ({"kind": "heat", "file": "lines.geojson"}, "kind", "geometry must be Point"),
        ({"kind": "heat", "file": "points.geojson", "ramp": ["red", "#000000"]}, "ramp", "#RRGGBB"),
        ({"kind": "grid", "file": "points.geojson", "classes": {"method": "manual"}}, "classes", "takes 4 breaks"),
        ({"kind": "image", "file": "plan.png", "bounds": [3, 2, 1, 0]}, "bounds", "west, south"),
        ({"kind": "image", "file": "points.geojson", "bounds": [0, 0, 1, 1]}, "file", "neither PNG nor JPEG"),
        ({"kind": "raster_tiles", "file": "plan.png"}, "file", ".mbtiles, .pmtiles"),
        ({"kind": "line", "file": "gone.geojson", "style": "road"}, "file", "no such file"),
        ({"kind": "line", "file": "lines.geojson", "style": "rode"}, "style", "did you mean 'road'?"),
        ({"kind": "line", "file": "lines.geojson", "style": "road", "datum": "epsg:9999"}, "datum", "unknown datum"),
    ],
)
def test_what_does_not_fit_its_file(values: dict[str, Any], place: str, words: str, tmp_path: Path) -> None:
    files(tmp_path)
    found = mistakes(values, tmp_path)
    assert found[0].startswith(f"{place}: ") and words in found[0], found


def test_layers_that_stay_empty_for_want_of_a_key_are_named() -> None:
    documents = (
        {"layer": "base", "kind": "raster_tiles", "web": {"tianditu": "vec"}},
        {"layer": "open", "kind": "raster_tiles", "web": {"template": "https://tiles.example/{z}/{x}/{y}.png"}},
    )
    layers = [load_layer(parse_layer(document), None) for document in documents]
    assert keyless(layers, None) == ["base"]
    assert keyless(layers, SecretStr("k")) == []


def test_a_service_is_described_without_its_key() -> None:
    layer = load_layer(parse_layer({"layer": "base", "kind": "raster_tiles", "web": {"tianditu": "vec"}}), None).layer
    assert isinstance(layer, RasterTileLayer) and isinstance(layer.source, WebTiles)
    assert layer.source.hosts[0] == "t0.tianditu.gov.cn"
    assert "tianditu" not in str(layer.entry())
    found = mistakes({"kind": "raster_tiles", "web": {"template": "https://tiles.test/{z}/{x}/{y}.png?tk=abc"}})
    assert found == ["web: template holds a key. Hint: write {key} there and put the key into the server's settings"]
    assert mistakes({"kind": "raster_tiles", "web": {}}) == ["web: give either tianditu or template"]


def test_the_shape_of_a_kind_is_made_once() -> None:
    assert document_of("heat") is document_of("heat")
