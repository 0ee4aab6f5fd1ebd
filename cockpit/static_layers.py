"""Map layers of a city: each a YAML file with its kind and options, and a file of shapes, pictures or tiles beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_type_hints

from pydantic import ConfigDict, Field, ValidationError, create_model

from layers import KINDS, Classes, Layer, LayerError, RasterTileLayer, TileError, WebTiles
from slots.problem import DocumentError, Problem, nearest, problems_of
from slots.slot import Datum, Model, Name, Titles

FORMATS: Final = (
    ".geojson", ".gpkg", ".parquet", ".shp", ".shx", ".dbf", ".prj", ".cpg", ".png", ".jpg", ".jpeg", ".mbtiles", ".pmtiles",
)  # fmt: skip
"""The endings of what may lie in layers/ beside the YAML files."""

KEY_NAME: Final = "map"
"""The name under which the proxy finds the key of a tile service; its value is the setting COCKPIT_MAP_KEY."""

_OURS: Final = frozenset({"id", "title", "features", "reports", "values", "source", "content"})
"""Fields of layers that no file says: they come from the document's other keys, or while the layer lives."""
_LIVE_ONLY: Final = frozenset({("point", "trail_s"), ("point", "told_by")})
_PLACES: Final = MappingProxyType({"geometry": "kind", "coordinates": "datum", "unknown": "datum", "id": "layer"})

_NAMED: Final = re.compile(r"^layer '[^']*': ")

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class LayerDocument(Model):
    """What every layers/NAME.yaml has; the options of its kind come on top. `file` stands beside it."""

    layer: Name
    title: Titles = Field(default_factory=dict)
    kind: str
    file: FileName | None = None
    datum: Datum = "wgs84"


class FiledDocument(LayerDocument):
    """A layer of a file."""

    file: FileName


class ServiceDocument(Model):
    """A tile service that our server asks: 天地图 by the name of its layer, or any other by `template`, as `layers.WebTiles`."""

    tianditu: Literal["vec", "img", "ter", "cva", "cia", "cta"] | None = None
    template: str | None = None
    servers: tuple[str, ...] = ()
    zooms: tuple[int, int] = (0, 18)


class TilesDocument(LayerDocument):
    """Picture tiles, of a file or (`web`) of a service."""

    web: ServiceDocument | None = None


class ClassesDocument(Model):
    """How a choropleth cuts its values; `method` and `count` go without saying where `breaks` are given."""

    method: Literal["quantile", "equal", "natural", "manual"] | None = None
    count: int | None = None
    breaks: tuple[float, ...] = ()


class _Loose(LayerDocument):
    """A document whose kind is wrong, so that nobody knows its other keys."""

    model_config = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True)
class StaticLayer:
    """A layer that stands in a file (or on the web: None), read and validated; its features are WGS84 whatever the file was."""

    name: str
    title: Titles
    file: Path | None
    layer: Layer


def parse_layer(values: Mapping[str, Any]) -> LayerDocument:
    """The document of a layer file, its options checked by its kind. Raises DocumentError with every mistake."""
    kind = values.get("kind")
    known = kind if isinstance(kind, str) and kind in KINDS else None
    problems = [] if known or "kind" not in values else [_kind_problem(kind)]
    model = document_of(known) if known else _Loose
    try:
        found = model.model_validate(values)
    except ValidationError as error:
        wrong = problems_of(error, model)
        raise DocumentError([*problems, *(one for one in wrong if one.path != ("kind",) or not problems)]) from None
    if problems:
        raise DocumentError(problems)
    if isinstance(found, TilesDocument) and (found.file is None) == (found.web is None):
        raise DocumentError([Problem(("file",), "give either file or web")])
    return found


@cache
def document_of(kind: str) -> type[LayerDocument]:
    """The shape of the layer files of a kind: the fields of its class are its options."""
    layer = KINDS[kind]
    hints = get_type_hints(layer)
    options = {
        field.name: (_written(hints[field.name]), _default(field))
        for field in fields(layer)
        if field.init and field.name not in _OURS and field.name not in LayerDocument.model_fields
        and (kind, field.name) not in _LIVE_ONLY
    }  # fmt: skip
    base: type[LayerDocument] = TilesDocument if layer is RasterTileLayer else FiledDocument
    made: type[LayerDocument] = create_model(f"{layer.__name__}Document", __base__=base, **options)  # type: ignore[call-overload]
    return made


def load_layer(document: LayerDocument, path: Path | None) -> StaticLayer:
    """The layer of a document whose content stands in `path`. Blocks. Raises DocumentError with every mistake."""
    given = {name: getattr(document, name) for name in type(document).model_fields if name not in _ABOUT}
    if isinstance(given.get("classes"), ClassesDocument):
        given["classes"] = _classes(given["classes"])
    options = {"id": document.layer, "title": document.title, **given}
    try:
        if path is not None:
            layer = KINDS[document.kind].load(path, datum=document.datum, **options)
        else:
            layer = RasterTileLayer(source=_service(document), datum=document.datum, **options)
    except LayerError as error:
        raise DocumentError([_problem(_NAMED.sub("", text), document) for text in error.problems]) from None
    return StaticLayer(document.layer, document.title, path, layer)


_ABOUT: Final = frozenset({*LayerDocument.model_fields, "web"})


def reports(layers: Iterable[StaticLayer]) -> list[str]:
    """What was wrong in the files of the layers and could be repaired, one sentence each."""
    return [report for static in layers for report in static.layer.reports]


def _kind_problem(kind: object) -> Problem:
    return Problem(("kind",), f"got {kind!r}; allowed: {', '.join(KINDS)}.{nearest(kind, KINDS)}")


def _written(hint: Any) -> Any:
    return ClassesDocument if hint is Classes else hint


def _default(field: Any) -> Any:
    if field.default_factory is Classes:
        return Field(default_factory=ClassesDocument)
    if field.default_factory is not MISSING:
        return Field(default_factory=field.default_factory)
    return ... if field.default is MISSING else field.default


def _classes(given: ClassesDocument) -> Classes:
    count = given.count if given.count is not None else len(given.breaks) + 1 if given.breaks else Classes().count
    try:
        return Classes(given.method or ("manual" if given.breaks else "quantile"), count, given.breaks)
    except ValueError as error:
        raise DocumentError([Problem(("classes",), str(error).removeprefix("classes: "))]) from None


def _service(document: LayerDocument) -> WebTiles:
    web = document.web if isinstance(document, TilesDocument) else None
    if web is None or (web.tianditu is None) == (web.template is None):
        raise DocumentError([Problem(("web",), "give either tianditu or template")])
    try:
        if web.tianditu is not None:
            return WebTiles.tianditu(web.tianditu, KEY_NAME)
        template = web.template or ""
        return WebTiles(template, KEY_NAME if "{key}" in template else "", web.servers, web.zooms)
    except TileError as error:
        raise DocumentError([Problem(("web",), str(error).removeprefix("tiles: "))]) from None


def _problem(text: str, document: LayerDocument) -> Problem:
    """A layer's own sentence, put where the author can mend it."""
    word = text.split(" ", 1)[0]
    key = word if word in type(document).model_fields and word != "file" else _PLACES.get(word, "file")
    return Problem((key,), text)
