"""What `check` says of region codes in a city's layers that match no region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from cockpit.joining import join_notes
from cockpit.static_layers import StaticLayer
from layers import AreaLayer, Features, FlowLayer, Regions

NAMES = {"330105": "拱墅区", "330106": "西湖区", "330113": "临平区"}


def _shapes(rows: Sequence[Mapping[str, Any]]) -> Features:
    return Features(np.array([shapely.box(120 + at, 30, 121 + at, 31) for at in range(len(rows))], dtype=object), rows)


def _regions() -> Regions:
    rows: list[Mapping[str, Any]] = [{"code": "330100", "parent": None, "name": "杭州市", "level": 0}]
    rows += [{"code": code, "parent": "330100", "name": name, "level": 1} for code, name in NAMES.items()]
    return Regions(_shapes(rows))


def _layer(codes: list[str | None], column: str = "district", **options: Any) -> StaticLayer:
    features = _shapes([{column: code, "n": 1.0} for code in codes])
    return StaticLayer("hall", {}, None, AreaLayer(id="hall", style="choropleth", column="n", features=features, **options))


def test_codes_of_another_year_are_counted_with_examples_and_the_likely_cause() -> None:
    (note,) = join_notes(_regions(), [_layer(["330105", "330106", "330103", "330104", "330104", "330102", "330110", None])])
    assert note == (
        "layer 'hall': property 'district': 2 of 8 rows found their region; 1 have no code, 5 an unknown one: '330104' (2), "
        "'330102' (1), '330103' (1), …. Hint: they are of another year: the tree has other districts of the same city "
        "(merged or renamed since?)"
    )


def test_codes_that_were_cut_are_told_even_where_none_matches() -> None:
    rows = [{"code": f"{code}000000", "parent": "330100000000", "name": code, "level": 1} for code in NAMES]
    long = Regions(_shapes([{"code": "330100000000", "parent": None, "name": "杭州市", "level": 0}, *rows]))
    (note,) = join_notes(long, [_layer(["330105", "330106"])])
    assert "0 of 2 rows" in note and note.endswith("they are shorter than the tree's: fill them with zeros")


def test_a_layers_own_codes_and_sound_ones_are_not_spoken_of() -> None:
    sound, own, numbers = _layer(["330105", "330106"]), _layer(["a1", "b2"], "code", code="code"), _layer([None, None])
    assert list(join_notes(_regions(), [sound, own, numbers])) == []


def test_both_ends_of_flows_are_looked_at() -> None:
    lines = Features(
        np.array([shapely.LineString([(120, 30), (121, 31)])] * 2, dtype=object),
        [{"from": "330105", "to": "330106"}, {"from": "330105", "to": "330103"}],
    )
    (note,) = join_notes(_regions(), [StaticLayer("trips", {}, None, FlowLayer(id="trips", features=lines))])
    assert note.startswith(
        "layer 'trips': property 'to': 1 of 2 rows found their region; 0 have no code, 1 an unknown one: '330103'"
    )
