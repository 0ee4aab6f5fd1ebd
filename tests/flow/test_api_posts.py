"""Records over the HTTP interface: what is taken is in the log, and of what is refused nothing is."""

from __future__ import annotations

import gzip

import pytest

from tests.cities.client import Client
from tests.cities.line import CityLine
from tests.flow.api import client, get, idle, line, untouched

__all__ = ["client", "idle", "line", "untouched"]


def test_what_is_posted_is_in_the_log_and_counts(client: Client, line: CityLine) -> None:
    body = b'{"id":"1","created_at":"2026-11-21T11:59:00+08:00","district":"7701","category":"noise"}\n\n{"id":"2"}\n'
    posted = client.post("/api/v1/topics/city.hotline/records?key=id", content=body)
    assert (posted.status_code, posted.json()) == (200, {"accepted": 2})
    batch = line.log.read("city.hotline", 0, 1 << 60, 10)
    assert batch.keys == [b"1", b"2"]
    line.run()
    (reading,) = get(client, "/api/v1/indicators/hotline.requests?window=1h")["readings"]
    assert reading["value"] == 1.0
    assert get(client, "/api/v1/dead-letters/hotline")["count"] == 1


def test_posted_csv_lines_count_too(client: Client, line: CityLine) -> None:
    body = b"1,2026-11-21 11:50:00,7701,5\n2,2026-11-21 11:51:00,7702,1\n"
    assert client.post("/api/v1/topics/city.reviews/records", content=body).json() == {"accepted": 2}
    line.run()
    assert get(client, "/api/v1/indicators/reviews.good_rate?window=1h")["readings"][0]["value"] == 50.0


GZIPPED = gzip.compress(b"{}", mtime=0)


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "said"),
    [
        ("/api/v1/topics/city.hotlin/records", b"{}", {}, 404, "did you mean 'city.hotline'"),
        ("/api/v1/topics/city.hotline/records", b"x" * (16 * 1024 * 1024 + 1), {}, 413, "16 MiB"),
        ("/api/v1/topics/city.hotline/records", b"{}\n" + b"x" * 1_000_001, {}, 413, "record 2"),
        (
            "/api/v1/topics/city.hotline/records",
            gzip.compress(b"{}", mtime=0),
            {"content-encoding": "gzip"},
            415,
            "plain JSON lines",
        ),
        ("/api/v1/topics/city.hotline/records", b"{}", {"origin": "http://evil.example"}, 403, "origins"),
        ("/api/v1/topics/dispatch.journal/records", b"{}", {}, 403, "/api/v1/incidents"),
        ("/api/v1/topics/dispatch.feedback/records", b"{}", {}, 403, "/api/v1/orders"),
    ],
)
def test_a_wrong_post_writes_nothing(
    idle: Client, untouched: CityLine, path: str, body: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    found = idle.post(path, content=body, headers=headers)
    assert (found.status_code, said in found.text) == (status, True), found.text
    assert len(untouched.log.read("city.hotline", 0, 1 << 60, 10)) == 0


def test_a_body_without_a_length_is_bounded_too(idle: Client) -> None:
    chunks = (b"x" * 1_000_000 for _ in range(17))
    assert idle.post("/api/v1/topics/city.hotline/records", content=chunks).status_code == 413


def test_our_own_pages_may_post(client: Client) -> None:
    found = client.post("/api/v1/topics/city.hotline/records", content=b"{}", headers={"origin": "http://localhost"})
    assert found.json() == {"accepted": 1}


def test_a_log_that_does_not_take_records_is_said(client: Client, line: CityLine) -> None:
    line.log.close()
    found = client.post("/api/v1/topics/city.hotline/records", content=b"{}")
    assert found.status_code == 503, found.text
    assert (found.headers["retry-after"], set(found.json())) == ("2", {"error", "hint"})
