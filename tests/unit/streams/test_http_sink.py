"""The HTTP sink believes only an answer that counts every record."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from streams.http_sink import HttpSink
from streams.sinks import open_sink
from streams.source import SinkFull, SinkLost

Answer = Callable[[httpx.Request], httpx.Response]


def sink(answer: Answer, key_field: str | None = None) -> HttpSink:
    return HttpSink("http://cockpit:8050/", "city.hotline", key_field, client=httpx.Client(transport=httpx.MockTransport(answer)))


def test_records_are_posted_as_lines() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"accepted": request.content.count(b"\n")})

    assert sink(answer, key_field="id").emit([b'{"id":1}', b'{"id":\n2}']) == 2
    assert str(seen[0].url) == "http://cockpit:8050/api/v1/topics/city.hotline/records?key=id"
    assert seen[0].content == b'{"id":1}\n{"id": 2}\n'


def test_large_emits_are_split() -> None:
    sizes: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sizes.append(len(request.content))
        return httpx.Response(200, json={"accepted": request.content.count(b"\n")})

    assert sink(answer).emit([b"x" * 1_000_000] * 10 + [b"y" * 5_000_000]) == 11
    assert len(sizes) == 4
    assert sum(sizes) == 10 * 1_000_001 + 5_000_001


@pytest.mark.parametrize(
    ("response", "error", "message"),
    [
        (httpx.Response(200, json={"accepted": 1}), SinkLost, "accepted 1 of 2 records"),
        (httpx.Response(200, text="hello"), SinkLost, "gave no count of accepted records: 'hello'"),
        (httpx.Response(503, text="later"), SinkLost, r"refused 2 records \(503\): later"),
        (httpx.Response(413, text="too much"), SinkFull, r"refused 2 records \(413\): too much"),
    ],
)
def test_any_other_answer_is_a_loss(response: httpx.Response, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        sink(lambda _: response).emit([b"{}", b"{}"])


def test_no_answer_is_a_loss() -> None:
    made = open_sink("http://127.0.0.1:1", "t")
    with pytest.raises(SinkLost, match="does not answer"):
        made.emit([b"{}"])
    made.close()


def test_what_is_no_single_line_is_refused() -> None:
    made = sink(lambda _: httpx.Response(500))
    with pytest.raises(ValueError, match="must not be empty"):
        made.emit([b" "])
    with pytest.raises(ValueError, match="must be one line"):
        made.emit([b"a\nb"])
    with pytest.raises(ValueError, match="carry no headers"):
        made.emit([b"{}"], headers=[(("trace", b"1"),)])


@pytest.mark.parametrize("url", ["", "kafka", "kafka://", "ftp://host", "kafka://host"])
def test_unusable_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        open_sink(url, "t")
