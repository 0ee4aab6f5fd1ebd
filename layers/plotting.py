"""Plotting: what people draw on the map by hand, measured on the ellipsoid, kept and exchanged as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self, get_args

import msgspec
import numpy as np
import shapely

from .colors import color_problems
from .drawing import Look, Part, Shape, Text
from .geodesic import area_m2, buffer_m, distance_m, length_m
from .geojson import GeoJsonError, read_geojson
from .looks import TEXT
from .mistakes import Checked, LayerError

MarkKind = Literal["point", "line", "polygon", "circle", "arrow", "text"]
MARKS_MAX = 2000
"""Marks on one map at most."""
_CORNERS_MAX = 10_000
_WORDS_MAX = 500
_WATCH = "#F5B83D"

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(metaclass=Checked):
    """One thing drawn by hand. `places` (lon, lat; WGS84): one for point, text and circle (its middle), two or more for
    line and arrow (its head is the last), three or more for polygon (not closed).

    `radius_m` is a circle's. `at` is aware; `author` is who drew it. Raises LayerError.
    """

    id: str
    kind: MarkKind
    places: Sequence[Place]
    words: str = ""
    color: str = _WATCH
    width_px: float = 3.0
    radius_m: float = 0.0
    author: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def __post_init__(self) -> None:
        problems = [f"mark {self.id!r}: {problem}" for problem in self._problems()]
        if problems:
            raise LayerError(problems)

    @property
    def geometry(self) -> shapely.Geometry:
        """Point, LineString or Polygon; a circle is its middle."""
        if self.kind in ("line", "arrow"):
            return shapely.LineString(self.places)
        return shapely.Polygon(self.places) if self.kind == "polygon" else shapely.Point(self.places[0])

    @property
    def flaw(self) -> str:
        """Why its shape has no sound inside, as that of a polygon that crosses itself has not; empty where all is well."""
        return "" if shapely.is_valid(self.geometry) else str(shapely.is_valid_reason(self.geometry))

    @property
    def outline(self) -> shapely.Geometry:
        """As `geometry`, a circle as the polygon on the ground."""
        return buffer_m(self.geometry, self.radius_m) if self.kind == "circle" else self.geometry

    @property
    def length_m(self) -> float:
        """The length of line and arrow, the way around polygon and circle; 0 otherwise."""
        return length_m(self.outline)

    @property
    def area_m2(self) -> float:
        """The area of polygon and circle; 0 otherwise."""
        return area_m2(self.outline)

    @property
    def legs_m(self) -> Sequence[float]:
        """The distance from each place to the next."""
        places = np.array(self.places, dtype=np.float64)
        return [float(leg) for leg in distance_m(places[:-1, 0], places[:-1, 1], places[1:, 0], places[1:, 1])]

    def parts(self) -> Iterable[Part]:
        """What engines draw of it."""
        if self.kind != "text":
            filled = self.kind in ("polygon", "circle", "point")
            opacity = 0.9 if self.kind == "point" else 0.15
            look = Look(self.color if filled else None, opacity, self.color, 1.0, self.width_px, 6)
            yield Shape(self.outline, look, self.words, _measure(self))
        if self.kind == "arrow":
            yield Shape(_head(self), Look(fill=self.color), self.words)
        if self.words:
            lon, lat = self.places[-1] if self.kind == "arrow" else _anchor(self.outline)
            yield Text(lon, lat, self.words, 15, self.color if self.kind == "text" else TEXT, 1e9)

    def _problems(self) -> list[str]:
        least = {"line": 2, "arrow": 2, "polygon": 3}.get(self.kind, 1)
        problems = color_problems("color", self.color)
        if self.kind not in get_args(MarkKind):
            problems.append(f"kind must be {', '.join(get_args(MarkKind))}, got {self.kind!r}")
        if not (len(self.places) == 1 if least == 1 else least <= len(self.places) <= _CORNERS_MAX):
            wanted = "one place" if least == 1 else f"{least} or more places"
            problems.append(f"a {self.kind} has {wanted}, got {len(self.places)}")
        if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in self.places):
            problems.append("places must be lon -180…180, lat -90…90. Hint: is the order lon, lat?")
        if (self.kind == "circle") != (0 < self.radius_m <= 2_000_000):
            problems.append(f"radius_m must be above 0, at most 2,000,000, for a circle and 0 otherwise, got {self.radius_m}")
        if len(self.words) > _WORDS_MAX or (self.kind == "text" and not self.words.strip()):
            problems.append(f"words must be 1…{_WORDS_MAX} characters for a text, at most that for the others")
        if not 0.5 <= self.width_px <= 32:
            problems.append(f"width_px must be 0.5…32, got {self.width_px}")
        if self.at.tzinfo is None:
            problems.append("at must be aware. Hint: datetime.now(UTC)")
        return problems


@dataclass(frozen=True, slots=True)
class Plotting(metaclass=Checked):
    """All marks of one map, in drawing order; at most 2,000. Every change returns a new one."""

    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if len(self.marks) > MARKS_MAX:
            raise LayerError([f"plotting: {len(self.marks)} marks, at most {MARKS_MAX}. Hint: make a layer of so many things"])
        if len({mark.id for mark in self.marks}) < len(self.marks):
            raise LayerError(["plotting: two marks have the same id"])

    def put(self, mark: Mark) -> Self:
        """With one more mark, or another in the place of the one with its id."""
        if all(one.id != mark.id for one in self.marks):
            return replace(self, marks=(*self.marks, mark))
        return replace(self, marks=tuple(mark if one.id == mark.id else one for one in self.marks))

    def drop(self, id: str) -> Self:
        """Without the mark of this id."""
        return replace(self, marks=tuple(mark for mark in self.marks if mark.id != id))

    def parts(self) -> Iterable[Part]:
        """What engines draw."""
        return (part for mark in self.marks for part in mark.parts())

    def geojson(self) -> bytes:
        """A FeatureCollection, WGS84. Circles are points with `radius_m`; `length_m` and `area_m2` go with what has them."""
        return msgspec.json.encode({"type": "FeatureCollection", "features": [_feature(mark) for mark in self.marks]})

    @classmethod
    def read(cls, content: bytes) -> Self:
        """The marks of such a FeatureCollection (of a stranger too: bounded). Raises LayerError with every problem."""
        try:
            features = read_geojson(content, name="plotting")
        except GeoJsonError as error:
            raise LayerError([str(error)]) from None
        marks: list[Mark] = []
        problems: list[str] = []
        rows = zip(features.geometries, features.properties, strict=True)
        for number, (geometry, row) in enumerate(rows):
            try:
                marks.append(_mark(number, geometry, row))
            except LayerError as error:
                problems += error.problems
            if len(problems) > 20 or len(marks) > MARKS_MAX:
                break
        if problems:
            raise LayerError(problems)
        return cls(tuple(marks))


def _feature(mark: Mark) -> Mapping[str, Any]:
    about = {"id": mark.id, "kind": mark.kind, "words": mark.words, "color": mark.color, "width_px": mark.width_px}
    about |= {"author": mark.author, "at": mark.at.isoformat()}
    about |= {"radius_m": mark.radius_m} if mark.kind == "circle" else {}
    sizes = {"length_m": round(mark.length_m, 2), "area_m2": round(mark.area_m2, 2)}
    shape = msgspec.Raw(shapely.to_geojson(mark.geometry).encode())
    return {"type": "Feature", "geometry": shape, "properties": about | {name: size for name, size in sizes.items() if size}}


def _mark(number: int, geometry: Any, row: Mapping[str, Any]) -> Mark:
    kinds = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
    if geometry is None or geometry.geom_type not in kinds:
        given = "nothing" if geometry is None else geometry.geom_type
        raise LayerError([f"mark {number}: geometry must be {', '.join(kinds)}, got {given}"])
    if geometry.geom_type == "Polygon" and len(geometry.interiors):
        raise LayerError([f"mark {number}: a polygon with holes cannot be a mark. Hint: draw its outer edge alone"])
    corners = shapely.get_coordinates(geometry).tolist()
    places = tuple((lon, lat) for lon, lat in (corners[:-1] if geometry.geom_type == "Polygon" else corners))
    kind = row.get("kind") or kinds[geometry.geom_type]
    allowed = {"Point": ("point", "circle", "text"), "LineString": ("line", "arrow"), "Polygon": ("polygon",)}
    if kind not in allowed[geometry.geom_type]:
        raise LayerError([f"mark {number}: a {geometry.geom_type} cannot be a {str(kind)[:20]!r}"])
    texts = {name: str(row[name])[: _WORDS_MAX + 1] for name in ("words", "color", "author") if row.get(name) is not None}
    try:
        sizes = {name: float(row[name]) for name in ("radius_m", "width_px") if row.get(name) is not None}
        at = {"at": datetime.fromisoformat(str(row["at"]))} if row.get("at") else {}
    except (TypeError, ValueError):
        raise LayerError([f"mark {number}: radius_m and width_px must be numbers, at an ISO 8601 time"]) from None
    return Mark(id=str(row.get("id") or number)[:64], kind=kind, places=places, **texts, **sizes, **at)  # type: ignore[arg-type]


def _measure(mark: Mark) -> str:
    if mark.kind in ("polygon", "circle"):
        return f"{mark.area_m2 / 1e6:,.2f} km²" if mark.area_m2 >= 1e5 else f"{mark.area_m2:,.0f} m²"
    if mark.kind in ("line", "arrow"):
        return f"{mark.length_m / 1e3:,.2f} km" if mark.length_m >= 1e3 else f"{mark.length_m:,.0f} m"
    return ""


def _head(mark: Mark) -> shapely.Geometry:
    """A triangle at the goal, a tenth of the arrow long."""
    (x, y), (end_x, end_y) = mark.places[-2], mark.places[-1]
    squeeze = max(float(np.cos(np.radians(end_y))), 1e-6)
    step = np.array([(end_x - x) * squeeze, end_y - y])
    reach = float(np.sum(np.hypot(*np.diff(np.array(mark.places) * [squeeze, 1], axis=0).T))) / 10
    ahead = step / max(float(np.hypot(*step)), 1e-12) * reach
    across = np.array([-ahead[1], ahead[0]]) * 0.45
    corners = [np.zeros(2), -ahead + across, -ahead - across]
    return shapely.Polygon([(end_x + corner[0] / squeeze, end_y + corner[1]) for corner in corners])


def _anchor(geometry: shapely.Geometry) -> Place:
    point = shapely.point_on_surface(geometry)
    return float(shapely.get_x(point)), float(shapely.get_y(point))
