"""What a slot's fields and its schema file say of one another; needs the city's folder, unlike `slots.slot_rules`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from slots.problem import Problem, nearest
from slots.slot_document import Field, SlotDocument
from streams.codecs import SchemaError, codec_for

_ATTRIBUTES: Final = ("ce_id", "ce_time", "ce_type", "ce_source", "ce_subject")


def schema_problems(slot: SlotDocument, folder: Path) -> list[Problem]:
    """What is wrong with the slot's schema, or with its fields beside it. Blocks: reads the schema's files."""
    try:
        fields = codec_for(slot.source, folder).fields
    except SchemaError as error:
        return [Problem(("source", error.key), str(error))]
    if slot.source.format == "cloudevents":
        return _attribute_problems(slot)
    return [] if fields is None else [p for name, field in slot.fields.items() for p in _field_problems(name, field, fields)]


def _field_problems(name: str, field: Field, fields: Mapping[str, frozenset[str]]) -> list[Problem]:
    if name not in fields:
        told = f"the schema has no field {name!r}; it has: {', '.join(fields)}.{nearest(name, fields)}"
        return [Problem(("fields", name), told)]
    if field.type in fields[name]:
        return []
    may_be = f"must be {' or '.join(sorted(fields[name]))}" if fields[name] else "is of no type that a field can have"
    return [Problem(("fields", name), f"{name!r} {may_be} by the schema, declared as {field.type}")]


def _attribute_problems(slot: SlotDocument) -> list[Problem]:
    """What begins with `ce_` is meant to be an attribute of the envelope."""
    wrong = [name for name in slot.fields if name.startswith("ce_") and name not in _ATTRIBUTES]
    there = f"it has: {', '.join(_ATTRIBUTES)}"
    return [
        Problem(("fields", name), f"an event has no attribute {name!r}; {there}.{nearest(name, _ATTRIBUTES)}") for name in wrong
    ]
