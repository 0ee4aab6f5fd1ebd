"""Ways a record goes wrong: each takes a good record and a random generator, and answers bytes that no slot may count."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, Final

from tests.line import NOON

Good = dict[str, Any]
Mutation = Callable[[Good, Random], bytes]


def encoded(record: Good) -> bytes:
    """The record as JSON."""
    return json.dumps(record).encode()


def _with(**changes: Any) -> Mutation:
    return lambda good, random: encoded({**good, **changes})


def _spelt(text: str, field: str = "wait_s") -> Mutation:
    """The field's value written as it stands, JSON or not."""
    return lambda good, random: encoded({**good, field: "@"}).replace(b'"@"', text.encode("utf-8", "surrogatepass"))


def _truncated(good: Good, random: Random) -> bytes:
    value = encoded(good)
    return value[: random.randrange(1, len(value))]


def _without(field: str) -> Mutation:
    return lambda good, random: encoded({name: value for name, value in good.items() if name != field})


def _binary(good: Good, random: Random) -> bytes:
    return b"\x00" + random.randbytes(random.randrange(1, 300))


def _flipped(good: Good, random: Random) -> bytes:
    """A byte of no text within a text."""
    return encoded({**good, "kind": "@"}).replace(b"@", bytes([random.choice((0xC0, 0xFF, 0x80, 0xED))]))


def _deep(good: Good, random: Random) -> bytes:
    depth = random.choice((10, 200, 20_000))
    return encoded({**good, "kind": "@"}).replace(b'"@"', b"[" * depth + b"]" * depth)


def _twice(good: Good, random: Random) -> bytes:
    """Of a key given twice the first counts."""
    return b'{"wait_s": [], ' + encoded(good)[1:]


def _text_wait(good: Good, random: Random) -> bytes:
    return encoded({**good, "wait_s": str(random.randrange(100))})


FIXABLE: Final = "a number in quotes"
MUTATIONS: Final[dict[str, Mutation]] = {
    FIXABLE: _text_wait,
    "truncated": _truncated,
    "a list for a number": _with(wait_s=[1]),
    "an object for a number": _with(wait_s={"s": 1}),
    "true for a number": _with(stars=True),
    "a fraction for an integer": _with(stars=4.5),
    "a number for a text": _with(kind=5),
    "missing": _without("at"),
    "null": _with(at=None),
    "NaN": _spelt("NaN"),
    "infinite": _spelt("-Infinity"),
    "1e999": _spelt("1e999"),
    "an integer of 400 digits": _spelt("9" * 400, "stars"),
    "a huge text for a number": _with(stars="x" * 100_000),
    "deep": _deep,
    "a key twice": _twice,
    "no UTF-8": _flipped,
    "half a surrogate pair": _spelt('"\\ud800"', "kind"),
    "no time": _with(at="yesterday"),
    "no such day": _with(at="2026-02-30T08:00:00Z"),
    "a time without a zone": _with(at="2026-11-21T08:00:00"),
    "a number for a time": _with(at=1_700_000_000),
    "the future": _with(at=(NOON + timedelta(hours=1)).isoformat()),
    "an unknown region": _with(region="zz"),
    "empty": lambda good, random: b"",
    "white space": lambda good, random: b" \n ",
    "binary": _binary,
    "a list": lambda good, random: b"[" + encoded(good) + b"]",
    "a text": lambda good, random: encoded(good).decode().__repr__().encode(),
    "null itself": lambda good, random: b"null",
    "two records": lambda good, random: encoded(good) + encoded(good),
}
