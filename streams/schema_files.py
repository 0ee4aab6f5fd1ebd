"""Schemas on disk: files of the city's folder that say how records are written."""

from __future__ import annotations

from pathlib import Path
from typing import Final


class SchemaError(ValueError):
    """A slot's `source` that cannot be decoded by; `key` says which key is wrong: `schema` or `message`."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def schema_path(name: str | None, folder: Path | None, format: str) -> Path:
    """The file or folder a slot names, which must exist within the city's folder. Raises SchemaError."""
    if not name:
        raise SchemaError("schema", f"format {format!r} needs a schema. Hint: {{schema: schemas/NAME.{_SUFFIX[format]}}}")
    if folder is None:
        raise SchemaError("schema", f"{name!r} cannot be looked up: this slot belongs to no city's folder")
    path = folder / name
    if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        raise SchemaError("schema", f"{name!r} leads out of the city's folder")
    if not path.exists():
        raise SchemaError("schema", f"{name!r} does not exist; there are: {listed(folder / 'schemas', folder)}")
    return path


def listed(folder: Path, city: Path) -> str:
    """The schema files of a folder as messages show them, relative to the city's folder; at most twenty."""
    suffixes = {f".{suffix}" for suffix in _SUFFIX.values()}
    found = sorted(path.relative_to(city).as_posix() for path in folder.rglob("*") if path.suffix in suffixes)
    return ", ".join(found[:20]) + (f" and {len(found) - 20} more" if len(found) > 20 else "") or "none"


_SUFFIX: Final = {"avro": "avsc", "protobuf": "desc"}
