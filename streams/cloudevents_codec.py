"""CloudEvents 1.0 to columns: the envelope's attributes and the JSON data within, structured or binary."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import polars as pl

from streams.cells import settle_cells
from streams.columns import Column, Decoded, Reason
from streams.json_codec import JsonCodec
from streams.record import Headers
from streams.settle import rejections, show

PREFIX: Final = "ce_"
ATTRIBUTES: Final = ("ce_id", "ce_time", "ce_type", "ce_source", "ce_subject")
"""The fields that come from the envelope; all others come from the data."""

_REQUIRED: Final = ("id", "source", "type")
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


@dataclass(frozen=True, slots=True)
class _Event:
    """An event whose envelope is right: its attributes and its data as JSON."""

    attributes: Mapping[str, str | None]
    data: bytes


class CloudEventsCodec:
    """One event per record, JSON within. Holds no state.

    Structured: the value is the event, with `data` or `data_base64`. Binary, recognised by the header `ce_specversion`: the
    attributes are the headers `ce_*` and the value is the data. The attributes are fields where they are declared as `ce_id`,
    `ce_time`, `ce_type`, `ce_source`, `ce_subject`; extension attributes are not.
    """

    def __init__(self) -> None:
        self._json = JsonCodec()
        self._structured = msgspec.json.Decoder(_Envelope)

    @property
    def fields(self) -> None:
        """Nobody says beforehand what the data holds."""
        return None

    def decode(self, values: Sequence[bytes], columns: Sequence[Column], headers: Sequence[Headers] | None = None) -> Decoded:
        """As Codec.decode; an event without a required attribute, of another version or not in JSON is refused, too."""
        rows: list[int] = []
        events: list[_Event] = []
        reasons: dict[int, Reason] = {}
        for row, value in enumerate(values):
            found = self._event(value, headers[row] if headers is not None else ())
            if isinstance(found, Reason):
                reasons[row] = found
            else:
                rows.append(row)
                events.append(found)
        return self._settled(events, rows, columns, reasons)

    def _settled(
        self, events: Sequence[_Event], rows: Sequence[int], columns: Sequence[Column], reasons: dict[int, Reason]
    ) -> Decoded:
        """The columns of the data beside those of the envelope; a row is good where both are."""
        inner = [column for column in columns if column.name not in ATTRIBUTES]
        outer = [column for column in columns if column.name in ATTRIBUTES]
        data = self._json.decode([event.data for event in events], inner)
        cells = {column.name: [event.attributes[column.name] for event in events] for column in outer}
        told = settle_cells(cells, range(len(events)), outer, [])
        bad = {one.row: Reason(one.reason, one.field) for one in [*told.rejected, *data.rejected]}
        reasons = reasons | {rows[number]: reason for number, reason in bad.items()}
        frame = data.frame.join(told.frame, on="_row", how="inner", maintain_order="left") if outer else data.frame
        numbers = pl.Series("_row", rows, dtype=pl.UInt32).gather(frame["_row"])
        frame = frame.with_columns(numbers).select("_row", *(column.name for column in columns))
        return Decoded(frame, sorted(rejections(reasons), key=lambda one: one.row))

    def _event(self, value: bytes, headers: Headers) -> _Event | Reason:
        given = dict(headers)
        return _binary(value, given) if "ce_specversion" in given else self._open(value)

    def _open(self, value: bytes) -> _Event | Reason:
        if not value.strip():
            return Reason("the value is empty")
        try:
            envelope = self._structured.decode(value)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            return Reason(f"the value is not a CloudEvent in JSON: {error}")
        attributes = {name: getattr(envelope, name) for name in ("id", "time", "type", "source", "subject")}
        if fault := _fault(envelope.specversion, attributes, envelope.datacontenttype):
            return fault
        if envelope.data_base64 is None:
            return _Event(_prefixed(attributes), bytes(envelope.data))
        try:
            return _Event(_prefixed(attributes), base64.b64decode(envelope.data_base64, validate=True))
        except (binascii.Error, ValueError) as error:
            return Reason(f"the event's data_base64 is not base64: {error}")


def _binary(value: bytes, given: Mapping[str, bytes]) -> _Event | Reason:
    try:
        texts = {name: content.decode("utf-8") for name, content in given.items() if name.startswith(PREFIX)}
        content_type = given[name].decode("utf-8") if (name := _content_type(given)) else None
    except UnicodeDecodeError:
        return Reason("an attribute in the headers is not UTF-8")
    attributes = {name: texts.get(PREFIX + name) for name in ("id", "time", "type", "source", "subject")}
    return _fault(texts["ce_specversion"], attributes, content_type) or _Event(_prefixed(attributes), value)


def _content_type(given: Mapping[str, bytes]) -> str | None:
    return next((name for name in given if name.lower() == "content-type"), None)


def _fault(version: str | None, attributes: Mapping[str, str | None], content_type: str | None) -> Reason | None:
    if version != _SPOKEN:
        return Reason(f"the event's specversion must be '{_SPOKEN}', got {show(version)}", "ce_specversion")
    for name in _REQUIRED:
        if not attributes[name]:
            return Reason(f"the event's attribute '{name}' is missing", PREFIX + name)
    media = (content_type or "application/json").partition(";")[0].strip().lower()
    if media.endswith(("/json", "+json")):
        return None
    return Reason(f"the event's data must be JSON, got {show(content_type)}", "ce_datacontenttype")


def _prefixed(attributes: Mapping[str, str | None]) -> dict[str, str | None]:
    return {PREFIX + name: text for name, text in attributes.items()}
