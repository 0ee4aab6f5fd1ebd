"""Features out of tables: GeoPackage, GeoParquet and Shapefile, each opened by its own reader and by no other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from .dbf_encoding import dbf_encoding
from .features import Features, Geometries
from .reference import CrsError, in_degrees
from .wkb import WkbError, read_wkb

ROWS_MAX: Final = 5_000_000


class TableFileError(ValueError):
    """A table that cannot be read as features."""


def read_geopackage(path: Path, declared: str) -> Features:
    """The features of a GeoPackage with one layer of features, read by SQLite. `declared`: the datum to believe."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            table, column, crs = _layer(file)
            cursor = file.execute(f'SELECT * FROM "{table}" LIMIT {ROWS_MAX}')
            names = [entry[0] for entry in cursor.description]
            rows = cursor.fetchall()
    except sqlite3.Error as error:
        raise TableFileError(f"not a GeoPackage ({error})") from None
    at = names.index(column)
    properties = [{name: value for name, value in zip(names, row, strict=True) if name != column} for row in rows]
    return _degrees(_read([_bare(row[at]) for row in rows]), properties, crs, declared)


def read_geoparquet(path: Path, declared: str) -> Features:
    """The features of a GeoParquet file whose geometry is WKB. `declared`: the datum to believe."""
    import polars as pl

    try:
        about = json.loads(pl.read_parquet_metadata(path)["geo"])
        column = about["primary_column"]
        described = about["columns"][column]
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        if described["encoding"] != "WKB" or rows > ROWS_MAX:
            raise TableFileError(f"geometry must be WKB in at most {ROWS_MAX:,} rows, got {described['encoding']!r}, {rows:,}")
        frame = pl.read_parquet(path)
    except (KeyError, TypeError, json.JSONDecodeError):
        raise TableFileError("there is no geometry column. Hint: write it with GeoDataFrame.to_parquet") from None
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TableFileError(f"cannot be read ({str(error)[:120]})") from None
    crs = described.get("crs")
    geometries = _read(frame[column].to_list())
    return _degrees(geometries, frame.drop(column).to_dicts(), json.dumps(crs) if crs else None, declared)


def read_shapefile(path: Path, declared: str) -> Features:
    """The features of a Shapefile (with its .shx, .dbf, .prj, .cpg beside it), read by GDAL. `declared`: the datum to believe.

    Without .cpg its texts are UTF-8 where they can be that, else GBK.
    """
    import pyogrio

    encoding = dbf_encoding(path)
    try:
        about, _, geometries, columns = pyogrio.raw.read(path.resolve(), force_2d=True, max_features=ROWS_MAX, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FieldError, ValueError, UnicodeDecodeError) as error:
        hint = "Hint: are .shx and .dbf beside it, and does .cpg name the encoding (GBK, UTF-8)?"
        raise TableFileError(f"cannot be read ({str(error)[:120]}). {hint}") from None
    names = about["fields"].tolist()
    values = [_column(column) for column in columns]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)] if names else [{} for _ in geometries]
    return _degrees(_read(list(geometries)), rows, about["crs"], declared)


def _column(column: NDArray[Any]) -> list[Any]:
    values = column.tolist()
    return [None if value is None or value != value else value for value in values]


def _layer(file: sqlite3.Connection) -> tuple[str, str, str | None]:
    """Table, geometry column and reference system of the one layer; views are refused, as they may compute for ever."""
    question = """
        SELECT g.table_name, g.column_name, upper(s.organization) || ':' || s.organization_coordsys_id
        FROM gpkg_geometry_columns g JOIN sqlite_master m ON m.name = g.table_name AND m.type = 'table'
        LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"""
    found = file.execute(question).fetchall()
    if len(found) != 1:
        names = ", ".join(repr(str(row[0])[:40]) for row in found[:5]) or "none"
        raise TableFileError(f"a GeoPackage must hold one layer of features, got {names}. Hint: export the one that is meant")
    table, column, crs = found[0]
    if '"' in table:
        raise TableFileError(f"layer {table[:40]!r} has a name that is not read")
    return table, column, crs if crs and not crs.startswith("NONE") else None


_ENVELOPES: Final = (0, 32, 48, 48, 64)


def _bare(value: object) -> bytes | None:
    """The WKB within the GeoPackage's own header (OGC 12-128r19, 2.1.3); None for an empty geometry."""
    if value is None:
        return None
    if not isinstance(value, bytes) or value[:2] != b"GP" or len(value) < 8 or (value[3] >> 1 & 7) > 4:
        raise TableFileError("a geometry does not begin as GeoPackages have it")
    return None if value[3] & 16 else value[8 + _ENVELOPES[value[3] >> 1 & 7] :]


def _read(values: Sequence[bytes | None]) -> Geometries:
    try:
        return read_wkb(values)
    except WkbError as error:
        raise TableFileError(str(error)) from None


def _degrees(geometries: Geometries, rows: Sequence[Mapping[str, Any]], crs: str | None, declared: str) -> Features:
    """In degrees, or as declared; raises where the file and the declaration contradict each other."""
    try:
        return in_degrees(Features(geometries, rows), crs, declared)
    except CrsError as error:
        raise TableFileError(str(error)) from None
