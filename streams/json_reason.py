"""Why one JSON record cannot be used: the slow, exact look at a single value."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec

from streams.columns import Column, Reason
from streams.settle import show
from streams.times import expected_time

_ZLIB: Final = (b"x\x01", b"x^", b"x\x9c", b"x\xda")
_PACKED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"} | dict.fromkeys(_ZLIB, "zlib")
"""How something compressed begins. It is never unpacked: nobody knows how large it becomes."""

_INT64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


@lru_cache(maxsize=256)
def json_checker(columns: tuple[Column, ...]) -> Callable[[bytes], bool]:
    """A quick test (about 1 µs) that says True only for what is very likely a good record of these columns."""
    types: dict[str, Any] = {"string": str, "int": _INT64, "float": float, "bool": bool}
    of = {f"f{place}": column for place, column in enumerate(columns)}
    fields = [(name, types.get(column.type, float if column.epoch else str) | None, None) for name, column in of.items()]
    record = msgspec.defstruct("Record", fields, rename={name: column.name for name, column in of.items()})
    decoder = msgspec.json.Decoder(record)

    def check(value: bytes) -> bool:
        try:
            decoder.decode(value)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return False
        return True

    return check


def json_reason(value: bytes, columns: Sequence[Column]) -> Reason | None:
    """What is wrong with the record's syntax or types; None when nothing is (a missing field is found later)."""
    if not value.strip():
        return Reason("the value is empty")
    endless: list[str] = []

    def number(text: str) -> float:
        found = float(text)
        if not math.isfinite(found):
            endless.append(text)
        return found

    try:
        record = json.loads(value.decode("utf-8"), object_pairs_hook=_first_wins, parse_constant=number, parse_float=number)
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        if packed := next((name for begin, name in _PACKED.items() if value.startswith(begin)), None):
            return Reason(f"the value is compressed ({packed}), not JSON. Hint: send it plain; the topic can be compressed")
        return Reason(f"the value is not UTF-8: byte {value[error.start]:#04x} at position {error.start}")
    except UnicodeEncodeError:
        return Reason("the value is not JSON: half of a surrogate pair is no character")
    except RecursionError:
        return Reason("the value is nested too deeply")
    except ValueError as error:
        return Reason(f"the value is not JSON: {error}")
    if not isinstance(record, dict):
        return Reason(f"the value must be a JSON object, got {_type_name(record)}")
    found = ((_field_reason(record.get(column.name), column), column.name) for column in columns)
    if reason := next((Reason(text, name) for text, name in found if text), None):
        return reason
    return Reason(f"the value is not JSON: {endless[0]} is no finite number") if endless else None


def _field_reason(given: object, column: Column) -> str | None:
    if given is None or _fits(given, column):
        return None
    if column.type == "datetime":
        return f"field '{column.name}' must be {expected_time(column)}, got {_type_name(given)} {show(given)}"
    if column.type == "int" and isinstance(given, int) and not isinstance(given, bool):
        return f"field '{column.name}' must be int between -2^63 and 2^63-1, got {show(given)}"
    if isinstance(given, float) and not math.isfinite(given):
        return f"field '{column.name}' must be a finite number, got {show(given)}"
    hint = _hint(given, column)
    return f"field '{column.name}' must be {column.type}, got {_type_name(given)} {show(given)}{hint}"


def _fits(given: object, column: Column) -> bool:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if column.type == "datetime" and column.epoch is None:
        return isinstance(given, str)
    if column.type in ("float", "datetime"):
        return number and (not isinstance(given, float) or math.isfinite(given))
    if column.type == "int":
        return isinstance(given, int) and number and -(2**63) <= given < 2**63
    return isinstance(given, bool if column.type == "bool" else str)


def _hint(given: object, column: Column) -> str:
    if column.type in ("int", "float") and isinstance(given, str):
        return ". Hint: send numbers unquoted"
    if column.type == "string" and not isinstance(given, dict | list):
        return ". Hint: send texts in quotes"
    return ""


def _type_name(given: object) -> str:
    names: tuple[tuple[type, str], ...] = ((bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (dict, "object"))
    return "null" if given is None else next((name for kind, name in names if isinstance(given, kind)), "array")


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key given twice: the first counts, as the batch parser has it."""
    return dict(reversed(pairs))
