"""Avro schemas on disk: one for all records of a slot, or one per id of a schema registry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastavro import parse_schema
from fastavro.schema import SchemaParseException, UnknownType

from streams.schema_files import SchemaError, listed, schema_path

Schema = Mapping[str, Any]
_BARE: Final = {
    "string": {"string", "datetime"}, "int": {"int", "float", "datetime"}, "long": {"int", "float", "datetime"},
    "float": {"float", "datetime"}, "double": {"float", "datetime"}, "boolean": {"bool"},
}  # fmt: skip
_LOGICAL: Final = {
    "decimal": {"float"}, "uuid": {"string"}, "date": {"datetime"},
    "timestamp-millis": {"datetime"}, "timestamp-micros": {"datetime"},
    "local-timestamp-millis": {"datetime"}, "local-timestamp-micros": {"datetime"},
}  # fmt: skip
_NO_FIELDS: Final = {"time-millis", "time-micros", "duration", "timestamp-nanos", "local-timestamp-nanos"}
MOMENTS: Final = {"timestamp-millis": "ms", "timestamp-micros": "us"}


@dataclass(frozen=True, slots=True)
class AvroSchemas:
    """What a slot's `schema` names. `own`: the schema of its file. `registry`: the folder of the schemas by id, or None.

    A folder with numbered schemas (`schemas/17.avsc`) is a registry: then every value begins with a zero byte and the id
    of the schema it was written with, and `own` is what it is read as. Without any, values are plain and written with `own`.
    """

    own: Schema | None
    registry: Path | None
    city: Path

    def writer(self, number: int) -> Schema:
        """The schema of an id. Reads a file. Raises SchemaError, which names the id and what there is."""
        assert self.registry is not None
        path = self.registry / f"{number}.avsc"
        if not path.is_file():
            there = listed(self.registry, self.city)
            wanted = path.relative_to(self.city).as_posix()
            raise SchemaError("schema", f"no schema with id {number}: {wanted} does not exist; there are: {there}")
        return read_schema(path, self.city)


def open_schemas(name: str | None, city: Path | None) -> AvroSchemas:
    """The schemas a slot's `schema` names: a file, or a folder of numbered ones. Raises SchemaError."""
    path = schema_path(name, city, "avro")
    assert city is not None
    folder = path if path.is_dir() else path.parent
    numbered = any(file.stem.isdecimal() for file in folder.glob("*.avsc"))
    if path.is_dir() and not numbered:
        hint = "Hint: name the file, or put the registry's schemas there as ID.avsc"
        raise SchemaError("schema", f"no numbered schema in {name!r}; there are: {listed(path, city)}. {hint}")
    own = None if path.is_dir() else read_schema(path, city)
    if numbered:
        for file in sorted(folder.glob("*.avsc")):
            if file.stem.isdecimal():
                read_schema(file, city)
    return AvroSchemas(own, folder if numbered else None, city)


def read_schema(path: Path, city: Path) -> Schema:
    """The parsed schema of one file, which must be a record. Raises SchemaError."""
    name = path.relative_to(city).as_posix()
    try:
        schema: Any = parse_schema(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError, SchemaParseException, UnknownType) as error:
        raise SchemaError("schema", f"{name} is not an Avro schema: {type(error).__name__} {error}") from None
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise SchemaError("schema", f"{name} must be a record, got {_type_name(schema)}")
    found: Schema = schema
    return found


def readable(schema: Schema) -> dict[str, frozenset[str]]:
    """Field name → the types of a slot's field it may be read as; none for records, arrays, maps and bytes."""
    return {field["name"]: frozenset(_types(field["type"])) for field in schema["fields"]}


def moment_units(schema: Schema) -> dict[str, str]:
    """Field name → `ms` or `us`, of the top-level fields that hold a timestamp and nothing else but null."""
    units: dict[str, str] = {}
    for field in schema["fields"]:
        kinds = [kind for kind in _members(field["type"]) if kind != "null"]
        if len(kinds) == 1 and isinstance(kinds[0], Mapping) and (unit := MOMENTS.get(kinds[0].get("logicalType", ""))):
            units[field["name"]] = unit
    return units


def without_moments(schema: Schema) -> Schema:
    """The same schema with those timestamps as the whole numbers they are written as: ten times as fast to turn into columns."""
    units = moment_units(schema)
    fields = [field | {"type": _as_long(field["type"])} if field["name"] in units else field for field in schema["fields"]]
    bare = {key: value for key, value in schema.items() if not key.startswith("__")}
    parsed: Any = parse_schema({**bare, "fields": fields})
    found: Schema = parsed
    return found


def _as_long(kind: Any) -> Any:
    return [one if one == "null" else "long" for one in kind] if isinstance(kind, list) else "long"


def _members(kind: Any) -> Iterator[Any]:
    yield from kind if isinstance(kind, list) else [kind]


def _types(kind: Any) -> set[str]:
    found: set[str] = set()
    for member in _members(kind):
        name = member if isinstance(member, str) else member.get("type")
        logical = None if isinstance(member, str) else member.get("logicalType")
        if logical in _NO_FIELDS:
            continue
        found |= _LOGICAL.get(logical or "", _BARE.get(str(name), {"string"} if name == "enum" else set()))
    return found


def _type_name(schema: Any) -> str:
    return str(schema.get("type")) if isinstance(schema, dict) else "a union" if isinstance(schema, list) else str(schema)
