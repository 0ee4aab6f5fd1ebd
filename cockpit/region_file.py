"""The file of a city's regions: which, of which day, and by whose codes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from layers import DatumError, FeatureFileError, Regions, RegionsError, read_features
from layers.chinese_codes import ChineseCodes
from slots.slot import Model


class RegionsDocument(Model):
    """`regions:` of city.yaml, in the long form. `file` is relative to the city's folder.

    `on`: only the regions valid that day (`valid_from` and `valid_to` of the file, both inclusive). `codes: chinese`: codes may
    be short, parents and levels follow from them; a grid has `grid_digits` behind its village's twelve.
    """

    file: str = "regions.geojson"
    on: date | None = None
    codes: Literal["any", "chinese"] = "any"
    grid_digits: Annotated[int, Field(ge=1, le=6)] = 3


def _long(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


RegionsFile = Annotated[RegionsDocument, BeforeValidator(_long)]
"""A plain name, or the long form."""


def named_file(values: Any) -> str:
    """The file that `regions:` names, however wrong the rest of it is."""
    found = values.get("file") if isinstance(values, dict) else values
    return found if isinstance(found, str) else "regions.geojson"


def load_regions(path: Path, document: RegionsDocument, datum: str) -> Regions:
    """The tree of the file. Blocks. Raises RegionsError with every problem, and DatumError for a datum nobody knows."""
    if document.codes == "any":
        return Regions.load(path, datum, on=document.on)
    try:
        features = read_features(path, datum)
    except FeatureFileError as error:
        raise RegionsError([str(error)]) from error
    return Regions(ChineseCodes(document.grid_digits).tree(features), on=document.on)


__all__ = ["DatumError", "RegionsDocument", "RegionsFile", "load_regions", "named_file"]
