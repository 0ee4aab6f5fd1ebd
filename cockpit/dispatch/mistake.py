"""What is wrong with a body, in words: the field, what was given, what is allowed, and the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from slots.problem import nearest

_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_CHOICE: Final = re.compile(r"Invalid enum value (?P<given>.+)")
_PLACE: Final = re.compile(r" - at `\$\.?(?P<path>.*)`$")


def worded(error: Exception, shape: type[Any]) -> str:
    """The decoder's sentence about a body that should be a `shape`, as people say it."""
    text = str(error)
    place = _PLACE.search(text)
    path, what = (place["path"], text[: place.start()]) if place else ("", text)
    if found := _UNKNOWN.fullmatch(what):
        return _unknown(found["name"], path, shape)
    if found := _MISSING.fullmatch(what):
        inside = f" in {path!r}" if path else ""
        return f"{found['name']!r} is missing{inside}"
    if found := _CHOICE.fullmatch(what):
        allowed = list(_choices(get_type_hints(shape).get(path)))
        listed = f"; allowed: {', '.join(allowed)}.{nearest(found['given'].strip(chr(39)), allowed)}" if allowed else ""
        return f"{path!r} is {found['given']}{listed}"
    plain = what.replace("`", "")
    return f"{path!r}: {plain[:1].lower()}{plain[1:]}" if path else plain


def _unknown(name: str, path: str, shape: type[Any]) -> str:
    if path:
        return f"there is no field {name!r:.60} in {path!r}"
    fields: Sequence[str] = shape.__struct_fields__ if issubclass(shape, msgspec.Struct) else ()
    return f"there is no field {name!r:.60}; there are: {', '.join(fields)}.{nearest(name, fields)}"


def _choices(hint: Any) -> Iterator[str]:
    """The names that a field may hold, of a Literal, an Enum, or a union with one of them."""
    if get_origin(hint) is Literal:
        yield from map(str, get_args(hint))
    elif isinstance(hint, type) and issubclass(hint, Enum):
        yield from (str(one.value) for one in hint)
    else:
        for one in get_args(hint):
            yield from _choices(one)
