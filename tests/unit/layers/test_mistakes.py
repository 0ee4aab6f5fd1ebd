"""Every public constructor called wrongly answers with a sentence: where, what was given, what is allowed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import layers
import layers.nearby as near
from layers import (
    KINDS,
    ArgumentError,
    HeatLayer,
    LayerError,
)
from layers.mistakes import Named
from layers.nearby import Along, Circle, Things, Within
from tests.contract.test_layers import EXAMPLES
from tests.forms import form, proof

ANY: Any = layers
NEAR: Any = near
"""Called as a program calls them that no type checker has read."""
ONLY_COME_BACK = {"Guess", "Region"}
CLASSES: list[Any] = [
    *(
        one for name in layers.__all__ if inspect.isclass(one := getattr(layers, name))
        and not issubclass(one, Exception) and not getattr(one, "_is_protocol", False) and name not in ONLY_COME_BACK
    ),
    Along, Circle, Things, Within,
]  # fmt: skip


@pytest.mark.parametrize("cls", CLASSES, ids=lambda one: str(one.__name__))
def test_a_wrong_name_and_too_many_values_are_told(cls: Any) -> None:
    assert isinstance(cls, Named)
    with pytest.raises(ArgumentError, match=rf"^{cls.__name__}.*: there is no 'colour_of_it'; allowed: "):
        cls(colour_of_it=1)
    with pytest.raises(ArgumentError, match=rf"^{cls.__name__}: 40 values without a name, allowed: "):
        cls(*range(40))


def test_what_is_missing_is_named_and_a_slip_is_put_right() -> None:
    with pytest.raises(LayerError, match=r"^AreaLayer: id, style must be given; all there are: id, style, title"):
        ANY.AreaLayer()
    with pytest.raises(TypeError, match=r"^Viewport: zoom must be given"):
        ANY.Viewport(120, 30)
    with pytest.raises(ArgumentError, match=r"^AreaLayer 'lake': there is no 'clases'; .* Hint: did you mean 'classes'\?"):
        ANY.AreaLayer(id="lake", style="water", clases=3)
    with pytest.raises(ArgumentError, match="Viewport: lon is given twice"):
        ANY.Viewport(120, 30, 9, lon=1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ANY.Viewport("120", 30, 9), "Viewport: lon must be a number, got str '120'. Hint: write numbers unquoted"),
        (lambda: ANY.AreaLayer(id="x", style="water", title="湖"), "title must be a mapping of text to text, got str"),
        (lambda: ANY.AreaLayer(id="x", style="water", features=[1]), "features must be Features or None, got list .* Hint: read"),
        (lambda: ANY.HeatLayer(id="x", ramp="#112233"), "ramp must be a list of text, got str '#112233'. Hint: a single one"),
        (lambda: ANY.HeatLayer(id="x", radius_px=True), "radius_px must be a number, got bool True"),
        (lambda: ANY.Classes(count="5"), "Classes: count must be a whole number, got str '5'. Hint: write numbers unquoted"),
        (lambda: ANY.ImageLayer(id="x", content=b"", bounds=(1, 2, 3)), r"bounds must be \(a number, a number, .*got tuple"),
        (lambda: ANY.RasterTileLayer(id="x", source="http://a/{z}"), "source must be TileSource or WebTiles, got str"),
        (lambda: NEAR.Circle(1, 2, "9"), "Circle: radius_m must be a number"),
        (lambda: ANY.Mark(id="a", kind="circle", places=[(1, "2")]), "Mark 'a': places must be a list of .* got list"),
        (lambda: ANY.MbTiles("x.mbtiles"), r"MbTiles: path must be Path, got str 'x.mbtiles'. Hint: Path\('x.mbtiles'\)"),
        (lambda: ANY.Features([1], [{}]), r"geometries must be an array, got list \[1\]. Hint: numpy.array\(…\) makes one"),
        (lambda: ANY.Features(np.array([None]), [3]), r"properties must be a list of a mapping of text to Any"),
        (lambda: ANY.MapContainer("a", (), "1"), "MapContainer: regions must be Regions, got str 'a'"),
        (lambda: ANY.Regions([1]), r"Regions: features must be Features, got list \[1\]"),
        (lambda: NEAR.Things("a", "bc", np.zeros(2), np.zeros(2)), "Things: ids must be a list of text, got str 'bc'"),
        (lambda: ANY.Look(fil="#112233"), "Look: there is no 'fil'; .* Hint: did you mean 'fill'"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_told_with_the_likely_cause(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        make()


NONSENSE = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=True), st.text(max_size=8), st.binary(max_size=4),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2), st.just(object()),
)  # fmt: skip


@proof
@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=form(20, 200), deadline=None)
@given(data=st.data())
def test_no_kind_of_layer_answers_nonsense_with_anything_but_sentences(kind: str, data: st.DataObject) -> None:
    """Any one field of a sound layer in the place of which stands whatever there is."""
    sound = EXAMPLES[kind]()
    options: Mapping[str, Any] = {one.name: getattr(sound, one.name) for one in fields(sound) if one.init}
    name = data.draw(st.sampled_from(sorted(options)))
    value = data.draw(NONSENSE)
    try:
        made = type(sound)(**{**options, name: value})
    except LayerError as error:
        assert error.problems and all(len(one) > 12 for one in error.problems)
    else:
        assert made.id


def test_a_layer_is_loaded_by_the_name_of_its_file_too(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"layer 'no': no\.geojson: there is no such file in"):
        HeatLayer.load(str(tmp_path / "no.geojson"))


def test_a_file_that_is_not_there_is_looked_for_where_the_process_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LayerError, match=rf"there is no such file in {tmp_path.name}/"):
        HeatLayer.load("no.geojson")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda one: str(one.__name__))
def test_help_shows_the_names_of_the_constructor(cls: Any) -> None:
    assert list(inspect.signature(cls).parameters) == list(inspect.signature(cls.__init__).parameters)[1:]


def test_columns_of_points_that_are_not_equally_long_are_counted() -> None:
    said = r"the columns must be equally long, got 2 lon, 1 lat, 0 properties"
    with pytest.raises(LayerError, match=said):
        layers.Features.at(np.array([120.1, 120.2]), np.array([30.1]))
    with pytest.raises(LayerError, match="got 1 lon, 1 lat, 2 properties"):
        layers.Features.at(np.array([120.1]), np.array([30.1]), [{}, {}])


def test_values_that_are_right_cost_no_check_where_there_are_many() -> None:
    """Shapes, texts and looks are made by the hundred thousand: only a failure is looked into."""
    for cls in (layers.Shape, layers.Text, layers.Look):
        assert type(cls) is Named and is_dataclass(cls)
