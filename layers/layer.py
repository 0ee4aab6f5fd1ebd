"""The contract of a layer: one kind of thing on the map, validated when it is constructed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import shapely

from .addresses import Addresses
from .columns import column_problems
from .datum import DatumError
from .drawing import Key, Look, Part, Shape, Text, View
from .feature_file import FeatureFileError, read_features
from .features import Features, out_of_range
from .looks import NAMED_FROM, SECOND, look_of
from .mistakes import Checked, LayerError
from .outline import collection, label_point, span_km
from .repair import repaired, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer(metaclass=Checked):
    """What every layer has. A subclass names its `kind`, the geometry it takes and the styles it can have (the first is
    the usual one); `entry` and `address` are its part of the live map's spec, `parts` what any other engine draws.

    `features` are the things of a static layer (WGS84, whatever the file's datum was); a layer without features
    is fed while it lives: regions by their values, points by binary frames. `title`: zh and en.
    `label` and the like name properties. `min_zoom`: web map zoom from which it is drawn; None = the style's own.
    `reports`: what was wrong in the features and was repaired when it was made, one sentence each.
    """

    kind: ClassVar[str] = ""
    geometry_types: ClassVar[tuple[str, ...]] = ()
    styles: ClassVar[tuple[str, ...]] = ()

    id: str
    style: str
    title: Mapping[str, str] = field(default_factory=dict)
    features: Features | None = None
    label: str = ""
    min_zoom: float | None = None
    reports: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._repair()
        problems = [f"layer {self.id!r}: {problem}" for problem in self._problems()]
        if problems:
            raise LayerError(problems)

    @classmethod
    def load(cls, path: Path | str, *, datum: str = "wgs84", **options: Any) -> Self:
        """The layer of a GeoJSON, GeoPackage or GeoParquet file; `options` are the fields. Blocks. Raises LayerError."""
        path = Path(path)
        try:
            features = read_features(path, datum)
        except (FeatureFileError, DatumError) as error:
            raise LayerError([f"layer {options.get('id', path.stem)!r}: {error}"]) from error
        return cls(features=features, **{"id": path.stem, **options})

    @property
    def live(self) -> bool:
        """Whether its content arrives while it is shown, instead of standing in a file."""
        return self.features is None

    @property
    def by_zoom(self) -> bool:
        """Whether its parts are others at every zoom, not only finer."""
        return False

    def geojson(self) -> bytes:
        """Its features as a GeoJSON FeatureCollection in WGS84, 6 digits.

        The properties are `name`, `name_en`, `label` ([lon, lat], where the name stands) and `span` (km from corner to
        corner of its box), and only where it is labelled.
        """
        if self.features is None:
            return collection(())
        shapes = shapely.transform(self.features.geometries, lambda points: np.round(points, 6))
        return collection(
            (self._properties(row, shape), shape) for row, shape in zip(self.features.properties, shapes, strict=True)
        )

    def entry(self) -> dict[str, Any]:
        """Its part of the browser's spec, without the address."""
        entry: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "style": self.style,
            "live": self.live,
            "title": dict(self.title),
        }
        if self.label:
            entry["label"] = "name"
        if self.min_zoom is not None:
            entry["min_zoom"] = self.min_zoom
        return entry

    def address(self, at: Addresses, shown: str) -> dict[str, str]:
        """Where the browser fetches its content; `shown` is the region whose children are drawn. Empty when it is live."""
        return {} if self.live else {"url": at.layer.format(id=self.id)}

    def parts(self, view: View) -> Iterable[Part]:
        """What engines without a browser draw of it, in drawing order. A live layer has nothing of its own."""
        if self.features is None or view.zoom < (self.min_zoom or 0):
            return
        look, rows = look_of(self.style), self.features.properties
        for row, shape in zip(rows, self.features.geometries, strict=True):
            yield Shape(shape, look, self._name(row, view.language))
        if self.label:
            yield from self._texts(view)

    def key(self) -> Key | None:
        """Its legend, where colours stand for numbers."""
        return None

    def sign(self) -> Look | None:
        """What its marks look like, for the legend; None where there are none, or where they need no word."""
        points = self.features is not None and bool((shapely.get_dimensions(self.features.geometries) == 0).any())
        return look_of(self.style) if points else None

    def _repair(self) -> None:
        """Sound polygons in the place of invalid ones, read from a file or given by code, with a report of each."""
        if self.features is None:
            return
        shapes, reports = repaired(self.features.geometries, lambda at: f"layer {self.id!r}: feature {at}")
        if reports:
            object.__setattr__(self, "features", Features(shapes, self.features.properties))
            object.__setattr__(self, "reports", (*self.reports, *shortened(reports)))

    def _texts(self, view: View) -> Iterable[Text]:
        assert self.features is not None
        from_zoom = NAMED_FROM.get(self.style, 0.0)
        beside_px = look.radius_px if (look := self.sign()) is not None else 0.0
        for row, shape in zip(self.features.properties, self.features.geometries, strict=True):
            if name := self._name(row, view.language):
                lon, lat = label_point(shape)
                yield Text(lon, lat, name, 12, SECOND, -1000 + span_km(shape), beside_px, from_zoom)

    def _name(self, row: Mapping[str, Any], language: str) -> str:
        if not self.label:
            return ""
        return str((row.get(f"{self.label}_en") if language == "en" else None) or row.get(self.label) or "")

    def _properties(self, row: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
        if not self.label or not row.get(self.label):
            return {}
        return {
            "name": row[self.label],
            "name_en": row.get(f"{self.label}_en") or "",
            "label": label_point(shape),
            "span": span_km(shape),
        }

    def _problems(self) -> list[str]:
        problems: list[str] = []
        if not self.id.isidentifier():
            problems.append(f"id must be letters, digits and _, got {self.id!r}")
        if self.style not in self.styles:
            near = get_close_matches(self.style, self.styles, 1)
            hint = f" Hint: did you mean {near[0]!r}?" if near else ""
            problems.append(f"style {self.style!r} is not one of {', '.join(self.styles)}.{hint}")
        if self.min_zoom is not None and not 0 <= self.min_zoom <= 22:
            problems.append(f"min_zoom must be 0…22, got {self.min_zoom}")
        return problems + (self._feature_problems(self.features) if self.features is not None else [])

    def _feature_problems(self, features: Features) -> list[str]:
        if not len(features):
            return ["the file holds no features"]
        problems = []
        types = {"nothing" if shape is None or shape.is_empty else shape.geom_type for shape in features.geometries}
        if wrong := sorted(types - set(self.geometry_types)):
            given = ", ".join(wrong)
            problems.append(f"geometry must be {' or '.join(self.geometry_types)}, got {given}. Hint: is the kind right?")
        west, south, east, north = shapely.total_bounds(features.geometries)
        if np.isnan(west):
            problems.append("no feature has a place")
        elif said := out_of_range(west, south, east, north):
            problems.append(said)
        return problems + (column_problems(features, "label", self.label) if self.label else [])
