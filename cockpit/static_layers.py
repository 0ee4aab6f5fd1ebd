"""Static map layers of a city: roads, water, places, each a file of shapes and one YAML file that names it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from layers import AreaLayer, Layer, LayerError, LineLayer, PointLayer
from slots.problem import DocumentError, Problem
from slots.slot import Datum, Model, Name, Titles

_KINDS: Final[tuple[tuple[str, type[Layer]], ...]] = (("area", AreaLayer), ("line", LineLayer), ("point", PointLayer))


class LayerDocument(Model):
    """The shape of a layers/NAME.yaml; `file` stands beside it."""

    layer: Name
    title: Titles = Field(default_factory=dict)
    kind: Literal["area", "line", "point"]
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    datum: Datum = "wgs84"
    style: str
    min_zoom: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class StaticLayer:
    """A layer that stands in a file, read and validated; its features are WGS84 whatever the file was."""

    name: str
    title: Titles
    file: Path
    layer: Layer


def load_layer(document: LayerDocument, path: Path) -> StaticLayer:
    """The layer of a document whose features stand in `path`. Blocks. Raises DocumentError with every mistake."""
    kind = dict(_KINDS)[document.kind]
    options = document.model_dump(include={"style", "title", "label", "min_zoom"})
    try:
        layer = kind.load(path, datum=document.datum, id=document.layer, **options)
    except LayerError as error:
        own = f"layer {document.layer!r}: "
        raise DocumentError([_problem(text.removeprefix(own)) for text in error.problems]) from None
    return StaticLayer(document.layer, document.title, path, layer)


def _problem(text: str) -> Problem:
    """A layer's own sentence, put where the author can mend it."""
    keys = {"style": "style", "label": "label", "geometry": "kind", "coordinates": "datum", "min_zoom": "min_zoom", "id": "layer"}
    return Problem((keys.get(text.split(" ", 1)[0], "file"),), text)
