"""Writing over HTTP, where there is no Kafka to write to: `POST /api/v1/topics/{topic}/records`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

import httpx

from streams.record import Headers
from streams.source import SinkFull, SinkLost

_BODY_BYTES = 4 << 20


class HttpSink:
    """A Sink that posts JSON lines to a cockpit at `url` (`http://host:8050`) and believes only its answer.

    HTTP carries no key per record: name the field of the records that is the key, `key_field`; the keys given to `emit` must
    be None or that field's texts and are not sent. Nor are times: the log's own count. Values must be single JSON
    values without raw line ends. One emit may take several requests; when a later one fails, the earlier ones are written.
    """

    def __init__(
        self, url: str, topic: str, key_field: str | None = None, timeout_s: float = 30.0, client: httpx.Client | None = None
    ) -> None:
        self.topic = topic
        self._address = f"{url.rstrip('/')}/api/v1/topics/{quote(topic, safe='')}/records"
        self._query = {"key": key_field} if key_field else {}
        self._client = client or httpx.Client(timeout=timeout_s, trust_env=False)

    def emit(
        self,
        values: Sequence[bytes],
        keys: Sequence[bytes | None] | None = None,
        timestamps_ms: Sequence[int] | None = None,
        headers: Sequence[Headers] | None = None,
    ) -> int:
        """As Sink.emit. Raises ValueError for a value that is no single line, and for headers, which HTTP does not carry."""
        if headers is not None and any(headers):
            raise ValueError("records posted over HTTP carry no headers. Hint: send them to Kafka, or put them into the value")
        return sum(self._post(lines) for lines in _bodies([_one_line(value) for value in values]))

    def close(self) -> None:
        """As Sink.close."""
        self._client.close()

    def _post(self, lines: Sequence[bytes]) -> int:
        headers = {"content-type": "application/x-ndjson"}
        try:
            answer = self._client.post(self._address, params=self._query, content=b"\n".join(lines) + b"\n", headers=headers)
        except httpx.HTTPError as error:
            raise SinkLost(f"{self._address} does not answer: {type(error).__name__}: {error}") from error
        if answer.status_code in (413, 507):
            raise SinkFull(f"{self._address} refused {len(lines)} records ({answer.status_code}): {answer.text[:300]}")
        if answer.status_code != 200:
            raise SinkLost(f"{self._address} refused {len(lines)} records ({answer.status_code}): {answer.text[:300]}")
        return self._accepted(answer, len(lines))

    def _accepted(self, answer: httpx.Response, sent: int) -> int:
        try:
            accepted = answer.json()["accepted"]
        except (ValueError, KeyError, TypeError) as error:
            raise SinkLost(f"{self._address} gave no count of accepted records: {answer.text[:300]!r}") from error
        if accepted != sent:
            raise SinkLost(f"{self._address} accepted {accepted} of {sent} records")
        return sent


def _one_line(value: bytes) -> bytes:
    """The record as one line; a raw line end within JSON is only white space."""
    if not value.strip():
        raise ValueError("a record posted over HTTP must not be empty: the body holds one record per line")
    if b"\n" not in value and b"\r" not in value:
        return value
    try:
        json.loads(value)
    except ValueError as error:
        raise ValueError(f"a record posted over HTTP must be one line, got {value[:80]!r}") from error
    return value.replace(b"\n", b" ").replace(b"\r", b" ")


def _bodies(lines: Sequence[bytes]) -> list[list[bytes]]:
    """The lines in bodies of at most 4 MiB; a longer line has its body for itself."""
    bodies: list[list[bytes]] = []
    room = 0
    for line in lines:
        if len(line) >= room:
            bodies.append([])
            room = _BODY_BYTES
        bodies[-1].append(line)
        room -= len(line) + 1
    return bodies
