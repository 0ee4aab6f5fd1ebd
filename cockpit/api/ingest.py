"""`POST /api/v1/topics/{topic}/records`: records without Kafka; answered only once the log has them."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import Annotated

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import Query, Request, Response

from cockpit.api.answer import Refusal, answer, calls, check_origin, known
from cockpit.api.posted import Posted, posted
from cockpit.dispatch.announcing import OWN
from cockpit.parts import Parts
from streams.source import Sink
from streams.unreadable import UNREADABLE

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_RECORD_BYTES = 1_000_000
_AT_ONCE = 8


class Ingest:
    """The call that writes. Emitting blocks until the log has acknowledged: in a thread, eight at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._sinks: dict[str, Sink] = {}
        self._lock = Lock()
        self._limiter = CapacityLimiter(_AT_ONCE)
        self.router = calls(prefix="/api/v1/topics", tags=["ingest"])
        self.router.add_api_route("/{topic}/records", self.accept, methods=["POST"])

    async def accept(
        self,
        topic: str,
        request: Request,
        key: Annotated[str | None, Query(description="the field that gives each record its key")] = None,
    ) -> Response:
        """Records into a topic that some slot of the city reads; the content type says how many.

        JSON lines or CSV lines, one record each (`application/x-ndjson`, `application/json`, `text/*` or none; a CSV header is
        no record). One record as it stands: `application/octet-stream`, `application/x-protobuf`, `application/avro`,
        `application/cloudevents+json`. A CloudEvent in binary form: its attributes are the headers `ce-*`.
        What the toolbox writes itself is refused (403): a made-up row there would count as work done.
        """
        _check_free(topic)
        known(topic, self._parts.city.topics, "topic that a slot reads")
        check_origin(request)
        body = await _body(request)
        readers = [slot for slot in self._parts.city.slots.values() if slot.source.topic == topic]
        found = posted(body, request.headers, readers)
        count = await to_thread.run_sync(partial(self._emit, topic, found, key), limiter=self._limiter)
        return answer({"accepted": count})

    def _emit(self, topic: str, found: Posted, key: str | None) -> int:
        values = found.values
        for number, value in enumerate(values, 1):
            if len(value) > MAX_RECORD_BYTES:
                raise Refusal(413, f"record {number} has {len(value):,} bytes; at most {MAX_RECORD_BYTES:,} are allowed")
        if not values:
            return 0
        keys = [_key(value, key) for value in values] if key else None
        return self._sink(topic).emit(values, keys, headers=[found.headers] if found.headers else None)

    def _sink(self, topic: str) -> Sink:
        with self._lock:
            if topic not in self._sinks:
                self._sinks[topic] = self._parts.log.sink(topic)
            return self._sinks[topic]


def _check_free(topic: str) -> None:
    if topic in OWN:
        hint = "what happened is said at /api/v1/incidents, what a unit answers at /api/v1/orders/{number}/{verb}"
        raise Refusal(403, f"{topic!r} is the toolbox's own; records of others are not taken there", hint)


async def _body(request: Request) -> bytes:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise Refusal(415, f"content-encoding {encoding!r:.40} is not read", "send plain JSON lines")
    chunks: list[bytes] = []
    size = 0
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        raise _too_large()
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large() -> Refusal:
    return Refusal(413, f"more than {MAX_BODY_BYTES // 1024 // 1024} MiB at once are not taken", "send several smaller batches")


def _key(value: bytes, field: str) -> bytes | None:
    """The record's key; None where the record has none or is no JSON object: what is wrong with it, the slot says."""
    try:
        found = msgspec.json.decode(value)
    except UNREADABLE:
        return None
    key = found.get(field) if isinstance(found, dict) else None
    return None if key is None else str(key).encode()
