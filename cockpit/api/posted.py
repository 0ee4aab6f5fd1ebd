"""The records in the body of a POST, by its content type: lines, or one record as it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec

from cockpit.api.answer import Refusal
from slots.slot import Slot
from streams.csv_lines import below_header, lines_of
from streams.record import Headers
from streams.unreadable import UNREADABLE

UNTOLD: Final = ("", "application/x-www-form-urlencoded")
"""No content type, and what curl sends where none is given."""
LINES: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json")
WHOLE: Final = (
    "application/octet-stream", "application/x-protobuf", "application/protobuf", "application/avro",
    "application/vnd.apache.avro", "application/cloudevents+json",
)  # fmt: skip
_BINARY: Final = ("avro", "protobuf")
_ATTRIBUTE: Final = "ce-"


@dataclass(frozen=True, slots=True)
class Posted:
    """The records of one body; `headers` are those of the only one, of a CloudEvent in binary form."""

    values: list[bytes]
    headers: Headers = ()


def posted(body: bytes, headers: Mapping[str, str], readers: Collection[Slot]) -> Posted:
    """What the body holds for the slots that read the topic. Raises Refusal 415 for what would not be read as it was meant."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    attributes = _attributes(headers)
    if attributes:
        return Posted([body], attributes)
    if kind in WHOLE:
        return Posted([body] if body else [])
    if kind not in (*UNTOLD, *LINES) and not kind.startswith("text/"):
        raise Refusal(415, f"content-type {kind!r:.60} is not read", f"one of {', '.join((*LINES, 'text/csv', *WHOLE))}")
    formats = {slot.source.format for slot in readers}
    if formats and formats <= set(_BINARY):
        told = " and ".join(sorted(formats))
        raise Refusal(415, f"the topic's records are {told}, which lines cannot carry", f"one record a call, as {WHOLE[0]}")
    if kind == "application/json" and _one_value(body):
        return Posted([body.strip()])
    fields = [tuple(slot.fields) for slot in readers if slot.source.format == "csv"]
    return Posted(list(below_header(lines_of(body), fields)))


def _attributes(headers: Mapping[str, str]) -> Headers:
    """The attributes of a CloudEvent in binary form as the headers of its record; none where it is no such event."""
    if "ce-specversion" not in headers:
        return ()
    found = {name.lower(): value for name, value in headers.items()}
    told = [
        ("ce_" + name.removeprefix(_ATTRIBUTE), unquote_to_bytes(value))
        for name, value in sorted(found.items())
        if name.startswith(_ATTRIBUTE)
    ]
    return (*told, *([("content-type", found["content-type"].encode())] if "content-type" in found else []))


def _one_value(body: bytes) -> bool:
    """Whether it is one JSON value, however many lines it has."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except UNREADABLE:
        return False
    return True
