"""How a slot's state and commits are written in Redis, see slots.redis_scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from slots.advance import span
from slots.dimensions import MAX_VALUES
from slots.ledger import SHADOW, Commit, PageKey, SlotState
from slots.snapshot import frame_of

ID = 16
MAX_PARTS = 24
_GROUPS: Final = {"o": "offsets", "w": "watermarks", "c": "counters", "a": "since", "f": "floors"}
_SINGLE: Final = {
    "seq": "sequence",
    "first": "first_event_us",
    "last": "last_event_us",
    "committed": "committed_us",
    "epoch": "epoch",
    "cells": "cells",
}


def key_of(prefix: str, slot: str, name: str) -> str:
    """The key of one thing of a slot; a slot and its shadow share the hash tag."""
    tag, shadow, rest = slot.partition(SHADOW)
    return f"{prefix}:{{{tag}}}{shadow}{rest}:{name}"


def described(commit: Commit, prefix: str, closed: Mapping[PageKey, str]) -> dict[str, Any]:
    """The commit as the script reads it. Large numbers travel as texts. `closed`: page → by when it was closed."""
    return {
        "begin": {part: "" if offset is None else str(offset) for part, offset in commit.begin.items()},
        "finish": {part: str(offset) for part, offset in commit.end.items()},
        "span": span(commit),
        "counters": dict(commit.counters),
        "watermarks": {part: str(mark) for part, mark in commit.watermarks.items()},
        "dimensions": dict(commit.dimensions),
        "since": {aspect: str(time_us) for aspect, time_us in commit.since.items()},
        "first": "" if commit.first_event_us is None else str(commit.first_event_us),
        "last": "" if commit.last_event_us is None else str(commit.last_event_us),
        "committed": str(commit.committed_us),
        "epoch": "" if commit.epoch is None else str(commit.epoch),
        "limit": MAX_VALUES,
        "parts": MAX_PARTS,
        "prefix": prefix,
        "closed": {page_name(key): stamp for key, stamp in closed.items()},
    }


def state_of(fields: Mapping[bytes, bytes], dims: Mapping[bytes, bytes]) -> SlotState:
    """The state two hashes tell of."""
    values: dict[str, Any] = {name: {} for name in _GROUPS.values()}
    for field, number in fields.items():
        group, _, name = field.decode().partition(":")
        if name:
            values[_GROUPS[group]][name] = int(number)
        else:
            values[_SINGLE[group]] = int(number)
    dimensions: dict[str, list[str]] = {}
    for field, _order in sorted(dims.items(), key=lambda item: int(item[1])):
        name, _, value = field.decode().partition("\0")
        dimensions.setdefault(name, []).append(value)
    return SlotState(**values, dimensions=dimensions)


def fields_of(state: SlotState) -> dict[str, str]:
    """The hash of a state; its dimensions are in another one."""
    singles = {short: getattr(state, name) for short, name in _SINGLE.items()}
    grouped = {f"{g}:{key}": number for g, name in _GROUPS.items() for key, number in getattr(state, name).items()}
    return {field: str(number) for field, number in {**singles, **grouped}.items() if number is not None}


def pairs(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    """A hash as a script answers it."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


def page_name(key: PageKey) -> str:
    return f"{key.kind}:{key.size}:{key.start}"


def page_key(name: bytes | str) -> PageKey:
    kind, size, start = (name.decode() if isinstance(name, bytes) else name).split(":")
    return PageKey(kind, size, int(start))  # type: ignore[arg-type]


def page_version(meta: bytes | None) -> int:
    """The version in "VERSION ROWS CLOSED"; 0 where there is none."""
    return int(meta.split()[0]) if meta else 0


def delta_of(part: bytes) -> pl.DataFrame:
    """The delta behind its identity."""
    return frame_of(part[ID:])


def closed_of(metas: Mapping[bytes, bytes]) -> dict[PageKey, str]:
    """The closed ones of "VERSION ROWS CLOSED" by page: by when each was closed."""
    stamps = {page_key(name): meta.split()[2].decode() for name, meta in metas.items()}
    return {key: stamp for key, stamp in stamps.items() if stamp != "0"}
