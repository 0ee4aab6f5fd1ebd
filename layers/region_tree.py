"""Region rows put in order: checked all together, the root first, parents before children."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import shapely

from .features import Features, Geometries, out_of_range
from .region import Region, RegionsError
from .repair import repaired, shortened

_BY_DEPTH: Final = -1
"""The level of regions of a file that names none: how deep they lie in the tree, the root 0."""


@dataclass(frozen=True, slots=True)
class RegionTree:
    """Regions in breadth-first order with their polygons (None where a region has none), what was repaired, and the codes
    of regions that were not valid on the day asked for."""

    regions: Sequence[Region]
    geometries: Geometries
    reports: Sequence[str]
    elsewhen: frozenset[str] = frozenset()


def rooted(features: Features, root: Mapping[str, str]) -> Features:
    """The features with the city above those that name no parent, or none but it; it has no shape of its own."""
    code = root.get("code", "")
    leveled = any(row.get("level") is not None for row in features.properties)
    highest, below = ({"level": 0}, {"level": 1}) if leveled else ({}, {})
    rows: list[Mapping[str, Any]] = [{"parent": None, **highest, **root}]
    for row in features.properties:
        above = row.get("parent")
        rows.append({**below, **row, "parent": above if isinstance(above, str) and above else code})
    return Features(np.array([None, *features.geometries], dtype=object), rows)


def grow(features: Features, on: date | None = None) -> RegionTree:
    """The tree of these features; with `on`, only of the regions valid that day. Raises RegionsError with every problem."""
    if len(features) and (lost := _lost_columns(features)):
        raise RegionsError(lost)
    rows, problems = _rows(features, on)
    problems += _tree_problems([region for region, _ in rows])
    problems += _range_problems(rows)
    if problems:
        raise RegionsError(problems)
    shapes = np.array([geometry for _, geometry in rows] + [None], dtype=object)[:-1]
    geometries, reports = repaired(shapes, lambda at: f"region {rows[at][0].code!r}")
    regions = [region for region, _ in rows]
    order, depths = _breadth_first(regions)
    placed = [_placed(regions[i], depths[regions[i].code], geometries[i] is not None) for i in order]
    there = {region.code for region in regions}
    return RegionTree(placed, geometries[order], reports, frozenset(_codes(features) - there) if on is not None else frozenset())


def _codes(features: Features) -> set[str]:
    return {str(row.get("code") or "").strip() for row in features.properties}


def _placed(region: Region, depth: int, has_geometry: bool) -> Region:
    """As dataclasses.replace, in a fifth of its time: there may be a million of them."""
    level = depth if region.level == _BY_DEPTH else region.level
    return Region(
        region.code, region.parent, region.name, region.name_en, level, depth, has_geometry,
        region.placeholder, region.valid_from, region.valid_to,
    )  # fmt: skip


Row = tuple[Region, Any]


def _rows(features: Features, on: date | None) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    problems: list[str] = []
    shapes = features.geometries.copy()
    shapes[shapely.is_empty(shapes)] = None
    by_depth = all(row.get("level") is None for row in features.properties)
    for number, (values, geometry) in enumerate(zip(features.properties, shapes, strict=True)):
        try:
            region = _region(values, by_depth)
        except ValueError as error:
            problems.append(f"feature {number}: {error}")
            continue
        if on is None or _valid_on(region, on):
            rows.append((region, geometry))
    return rows, shortened(problems)


def _lost_columns(features: Features) -> list[str]:
    """The columns that no feature at all has, said once."""
    there = list(dict.fromkeys(name for row in features.properties[:1000] for name in row if row[name] is not None))
    wanted = ["code"] * ("code" not in there) + ["name"] * (not {"name", "name_en"} & set(there))
    if not wanted:
        return []
    listed = ", ".join(there[:20]) or "none"
    hint = f"say what it is called: columns={{'{wanted[0]}': '{_likely(wanted[0], there)}'}}"
    return [f"no feature has the column {' nor '.join(map(repr, wanted))}; there are: {listed}. Hint: {hint}"]


_USUAL: Final = MappingProxyType(
    {
        "code": ("adcode", "gb", "id", "pac", "xzqdm", "CODE"),
        "name": ("NAME", "xzqmc", "title"),
    }
)


def _likely(wanted: str, there: Sequence[str]) -> str:
    return next((name for name in _USUAL[wanted] if name in there), there[0] if there else "…")


def _region(values: Mapping[str, Any], by_depth: bool) -> Region:
    code = _text(values, "code")
    if not code:
        raise ValueError(f"field 'code' must be a non-empty string, got {values.get('code')!r}")
    level = _BY_DEPTH if by_depth else _level(code, values.get("level"))
    name, name_en = _text(values, "name"), _text(values, "name_en")
    if not name and not name_en:
        raise ValueError(f"region {code!r}: field 'name' must be a non-empty string, got {values.get('name')!r}")
    return Region(
        code, _text(values, "parent"), name or name_en, name_en, level, 0, False,
        bool(values.get("placeholder")), _day(values, "valid_from"), _day(values, "valid_to"),
    )  # fmt: skip


def _level(code: str, given: Any) -> int:
    level = int(given) if isinstance(given, float) and given.is_integer() else given
    if not isinstance(level, int) or isinstance(level, bool) or level < 0:
        raise ValueError(f"region {code!r}: field 'level' must be an int from 0, got {given!r}")
    return level


def _text(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    if value is None:
        return ""
    if isinstance(value, int | float | bool):
        given = f"{type(value).__name__} {value!r}"
        raise ValueError(f"field {column!r} must be a string, got {given}. Hint: quote codes, or leading zeros are lost")
    return str(value).strip()


def _day(values: Mapping[str, Any], column: str) -> date | None:
    text = str(values.get(column) or "")
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise ValueError(f"field {column!r} must be a date like 2024-01-31, got {text!r}") from None


def _valid_on(region: Region, on: date) -> bool:
    return (region.valid_from or date.min) <= on <= (region.valid_to or date.max)


def _tree_problems(regions: Sequence[Region]) -> list[str]:
    if not regions:
        return ["no regions in the file"]
    codes = Counter(region.code for region in regions)
    doubles = [f"region {code!r}: code appears {count} times" for code, count in codes.items() if count > 1]
    lost = [region for region in regions if region.parent and region.parent not in codes]
    orphans = [f"region {region.code!r}: parent {region.parent!r} is not in the file" for region in lost]
    return shortened(doubles) + shortened(orphans) + _root_problems(regions) + shortened(_cycles(regions))


def _root_problems(regions: Sequence[Region]) -> list[str]:
    roots = [region.code for region in regions if not region.parent]
    if len(roots) == 1:
        return []
    if not roots:
        return ["no root: every region names a parent. Hint: leave 'parent' empty (null) for the city itself"]
    named = ", ".join(repr(code) for code in roots[:5]) + (", …" if len(roots) > 5 else "")
    hint = "Hint: add a feature for the city (geometry may be null) and name it as 'parent'"
    return [f"{len(roots)} roots ({named}), exactly one is allowed. {hint}"]


def _cycles(regions: Sequence[Region]) -> list[str]:
    parents = {region.code: region.parent for region in regions}
    safe: set[str] = {""}
    found: list[str] = []
    for code in parents:
        path: dict[str, None] = {}
        while code in parents and code not in safe and code not in path:
            path[code] = None
            code = parents[code]
        if code in path:
            way = list(path)
            ring = way[way.index(code) :]
            found.append("cycle: " + " → ".join([*ring[:10], *(["…"] if len(ring) > 10 else []), code]))
        safe.update(path)
    return found


def _range_problems(rows: Sequence[Row]) -> list[str]:
    problems: list[str] = []
    shapes = np.array([geometry for _, geometry in rows] + [None], dtype=object)[:-1]
    boxes = shapely.bounds(shapes)
    flat = np.isin(shapely.get_type_id(shapes), (3, 6))
    fitting = flat & (boxes[:, :2] >= (-180, -90)).all(axis=1) & (boxes[:, 2:] <= (180, 90)).all(axis=1)
    for number in np.flatnonzero(~shapely.is_missing(shapes) & ~fitting).tolist():
        region, geometry = rows[number]
        west, south, east, north = boxes[number].tolist()
        if not flat[number]:
            problems.append(f"region {region.code!r}: geometry must be Polygon or MultiPolygon, got {geometry.geom_type}")
        if said := out_of_range(west, south, east, north):
            problems.append(f"region {region.code!r}: {said}")
    return shortened(problems)


def _breadth_first(regions: Sequence[Region]) -> tuple[list[int], dict[str, int]]:
    children: dict[str, list[int]] = {}
    for index, region in enumerate(regions):
        children.setdefault(region.parent, []).append(index)
    order: list[int] = []
    depths = {"": -1}
    waiting = list(children[""])
    while waiting:
        order += waiting
        for index in waiting:
            depths[regions[index].code] = depths[regions[index].parent] + 1
        waiting = [child for index in waiting for child in children.get(regions[index].code, ())]
    return order, depths
