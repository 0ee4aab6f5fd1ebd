"""Region codes in the files of a city's layers, held against its regions: which of them match nothing, and why perhaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from cockpit.static_layers import StaticLayer
from layers import Layer, Regions
from layers.join_report import JoinReport, join_report

_COLUMNS: Final = ("region", "region_code", "code", "adcode", "district", "from", "to")
"""Properties that usually hold a region's code, beside the one a layer names itself."""
_EXPLAINED: Final = "the codes are of another year or another city"


def join_notes(regions: Regions, layers: Iterable[StaticLayer]) -> Iterator[str]:
    """One sentence per column of codes of which some match no region: how many, three of them, the likely cause.

    Codes of which none matches and none is explained are taken for the layer's own and are not spoken of.
    """
    for static in layers:
        for column, codes in _columns(static.layer):
            report = join_report(regions, codes)
            if report.unknown and (report.matched or not report.hint.startswith(_EXPLAINED)):
                yield f"layer {static.name!r}: {_said(report, column)}"


def _said(report: JoinReport, column: str) -> str:
    return f"property {column!r}: {report}"


def _columns(layer: Layer) -> Iterator[tuple[str, pl.Series]]:
    if layer.features is None:
        return
    named = getattr(layer, "code", "")
    there = {name for row in layer.features.properties for name in row}
    for name in dict.fromkeys((named, *_COLUMNS)):
        if name and name in there:
            values = [row.get(name) for row in layer.features.properties]
            if any(isinstance(value, str) for value in values):
                yield name, pl.Series([None if value is None else str(value) for value in values], dtype=pl.String)
