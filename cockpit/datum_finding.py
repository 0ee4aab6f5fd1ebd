"""Which datum a slot's records are in: their points held against the regions they say they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from layers import Guess, Regions, StatedPoints, guess
from layers.join_report import JoinReport, join_report
from slots.slot import Slot
from streams.codecs import Codec
from streams.record import Batch

_PAIRS: Final = (("lon", "lat"), ("lng", "lat"), ("longitude", "latitude"), ("x", "y"))
_DATUMS: Final = ("wgs84", "gcj02", "bd09")


def find_datum(
    slot: Slot, records: Batch, codec: Codec, regions: Regions, fields: Sequence[str] = ()
) -> tuple[Guess, JoinReport]:
    """The datum that fits best, and how the stated codes fit the tree. `fields`: lon, lat and code; else they are looked for.

    The slot's own datum is among those compared. Raises ValueError (and DatumError, which is one) where there is nothing to
    compare, saying what is missing.
    """
    frame = codec.decode(records.values, slot.columns, records.headers).frame
    if not frame.height:
        raise ValueError(f"slot {slot.slot!r}: none of {len(records):,} records can be read. Hint: try `cockpit dry-run`")
    lon, lat, code = fields if fields else (*_point(slot), _code(slot, frame, regions))
    for name in (lon, lat, code):
        if name not in slot.fields:
            raise ValueError(f"slot {slot.slot!r} has no field {name!r}; it has: {', '.join(slot.fields)}")
    codes = frame[code].cast(pl.String)
    x, y = (frame[axis].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() for axis in (lon, lat))
    datums = tuple(dict.fromkeys((*_DATUMS, slot.region.datum)))
    points = StatedPoints(x, y, codes.fill_null("").to_list())
    return guess(points, regions, [one for one in datums if one != "cgcs2000"]), join_report(regions, codes)


def _point(slot: Slot) -> tuple[str, str]:
    """The fields of the place: those the slot names, else a usual pair."""
    if slot.region.point is not None:
        return slot.region.point
    for pair in _PAIRS:
        if all(name in slot.fields for name in pair):
            return pair
    raise ValueError(f"slot {slot.slot!r} names no point. Hint: --fields LON,LAT,CODE, of: {', '.join(slot.fields)}")


def _code(slot: Slot, frame: pl.DataFrame, regions: Regions) -> str:
    """The field of the stated region: the one the slot names, else the text most of whose values are regions."""
    if slot.region.code is not None:
        return slot.region.code
    texts = [name for name, field in slot.fields.items() if field.type == "string"]
    known = {name: int((regions.find(frame[name]) >= 0).sum()) for name in texts}
    best = max(known, key=lambda name: known[name], default="")
    if not best or not known[best]:
        raise ValueError(
            f"slot {slot.slot!r}: no field holds codes of the city's regions, so a point cannot be held against where it is said "
            "to lie. Hint: --fields LON,LAT,CODE"
        )
    return best
