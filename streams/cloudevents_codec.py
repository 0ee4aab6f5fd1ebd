"""CloudEvents 1.0 to columns: the envelope's attributes and the JSON data within, structured or binary."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import polars as pl

from streams.cells import settle_cells
from streams.columns import Column, Decoded, Reason
from streams.json_codec import JsonCodec
from streams.json_reason import json_reason
from streams.record import Headers
from streams.settle import rejections, show

PREFIX: Final = "ce_"
ATTRIBUTES: Final = ("ce_id", "ce_time", "ce_type", "ce_source", "ce_subject")
"""The fields that come from the envelope; all others come from the data."""

_REQUIRED: Final = ("id", "source", "type")
_VERSION: Final = "ce_specversion"
_SPOKEN: Final = "1.0"


class _Envelope(msgspec.Struct):
    """A structured event; its data stays as it was sent until the JSON codec reads all of them at once."""

    specversion: str | None = None
    id: str | None = None
    source: str | None = None
    type: str | None = None
    time: str | None = None
    subject: str | None = None
    datacontenttype: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    data_base64: str | None = None


Attributes = tuple[str | None, ...]
Event = tuple[Attributes, bytes]
"""The attributes that are declared as fields, and the data as JSON."""


class CloudEventsCodec:
    """One event per record, JSON within. Holds no state.

    Structured: the value is the event, with `data` or `data_base64`. Binary, recognised by the header `ce_specversion`: the
    attributes are the headers `ce_*` and the value is the data. The attributes are fields where they are declared as `ce_id`,
    `ce_time`, `ce_type`, `ce_source`, `ce_subject`; extension attributes are not.
    """

    def __init__(self) -> None:
        self._json = JsonCodec()
        self._envelopes = msgspec.json.Decoder(_Envelope)

    @property
    def fields(self) -> None:
        """Nobody says beforehand what the data holds."""
        return None

    def decode(self, values: Sequence[bytes], columns: Sequence[Column], headers: Sequence[Headers] | None = None) -> Decoded:
        """As Codec.decode; an event without a required attribute, of another version or not in JSON is refused, too."""
        inner = [column for column in columns if column.name not in ATTRIBUTES]
        outer = [column for column in columns if column.name in ATTRIBUTES]
        names = [column.name.removeprefix(PREFIX) for column in outer]
        rows: list[int] = []
        events: list[Event] = []
        reasons: dict[int, Reason] = {}
        for row, value in enumerate(values):
            given = dict(headers[row]) if headers is not None else {}
            found = _binary(value, given, names) if _VERSION in given else self._structured(value, names, inner)
            if isinstance(found, Reason):
                reasons[row] = found
            else:
                rows.append(row)
                events.append(found)
        return _settled(self._json.decode([data for _, data in events], inner), events, rows, (columns, outer), reasons)

    def names(self, value: bytes, headers: Headers = ()) -> frozenset[str]:
        """As Codec.names: those in the data, and the attributes that can be fields."""
        given = dict(headers)
        found = _binary(value, given, ()) if _VERSION in given else self._structured(value, (), ())
        return frozenset() if isinstance(found, Reason) else self._json.names(found[1]) | set(ATTRIBUTES)

    def _structured(self, value: bytes, names: Sequence[str], inner: Sequence[Column]) -> Event | Reason:
        if not value.strip():
            return Reason("the value is empty")
        try:
            envelope = self._envelopes.decode(value)
        except msgspec.ValidationError as error:
            name = PREFIX + str(error).rpartition("`$.")[2].rstrip("`")
            return Reason(f"the value is not a CloudEvent: {error}", name if name in ATTRIBUTES else None)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            return _not_json(value, inner) or Reason(f"the value is not a CloudEvent in JSON: {error}")
        required = (envelope.id, envelope.source, envelope.type)
        if fault := _fault(envelope.specversion, required, envelope.datacontenttype):
            return fault
        attributes = tuple([getattr(envelope, name) for name in names])
        if envelope.data_base64 is None:
            return attributes, bytes(envelope.data)
        try:
            return attributes, base64.b64decode(envelope.data_base64, validate=True)
        except (binascii.Error, ValueError) as error:
            return Reason(f"the event's data_base64 is not base64: {error}")


def _binary(value: bytes, given: Mapping[str, bytes], names: Sequence[str]) -> Event | Reason:
    try:
        required = [given.get(PREFIX + name, b"").decode("utf-8") for name in _REQUIRED]
        kind = given.get("content-type") or next((told for name, told in given.items() if name.lower() == "content-type"), None)
        version = given[_VERSION].decode("utf-8")
        attributes = tuple([given[PREFIX + name].decode("utf-8") if PREFIX + name in given else None for name in names])
        content_type = kind.decode("utf-8") if kind is not None else None
    except UnicodeDecodeError:
        return Reason("an attribute in the headers is not UTF-8")
    return _fault(version, required, content_type) or (attributes, value)


def _settled(
    data: Decoded,
    events: Sequence[Event],
    rows: Sequence[int],
    columns: tuple[Sequence[Column], Sequence[Column]],
    reasons: Mapping[int, Reason],
) -> Decoded:
    """The columns of the data beside those of the envelope; a row is good where both are. `columns`: all, the envelope's."""
    every, outer = columns
    cells = {column.name: [attributes[place] for attributes, _ in events] for place, column in enumerate(outer)}
    told = settle_cells(cells, range(len(events)), outer, [])
    bad = {rows[one.row]: Reason(one.reason, one.field, one.fault) for one in [*told.rejected, *data.rejected]}
    frame = data.frame.join(told.frame, on="_row", how="inner", maintain_order="left") if outer else data.frame
    numbers = pl.Series("_row", rows, dtype=pl.UInt32).gather(frame["_row"])
    frame = frame.with_columns(numbers).select("_row", *(column.name for column in every))
    return Decoded(frame, sorted(rejections({**reasons, **bad}), key=lambda one: one.row))


def _not_json(value: bytes, columns: Sequence[Column]) -> Reason | None:
    """Which field it is, of an event that is JSON but for NaN and infinity in its data."""
    try:
        data = json.dumps(json.loads(value)["data"]).encode()
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return json_reason(data, columns)


def _fault(version: str | None, required: Sequence[str | None], content_type: str | None) -> Reason | None:
    if version != _SPOKEN:
        return Reason(f"the event's specversion must be '{_SPOKEN}', got {show(version)}", _VERSION)
    for name, given in zip(_REQUIRED, required, strict=True):
        if not given:
            return Reason(f"the event's attribute '{name}' is missing", PREFIX + name, "missing")
    if content_type is None or content_type == "application/json":
        return None
    if content_type.partition(";")[0].strip().lower().endswith(("/json", "+json")):
        return None
    return Reason(f"the event's data must be JSON, got {show(content_type)}", "ce_datacontenttype")
