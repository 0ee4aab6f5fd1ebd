"""Jobs as they are asked for over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cockpit.jobs import Jobs, Order, Progress, Work
from cockpit.server import create_app
from tests.cities.client import Client
from tests.cities.line import CityLine


class Bench:
    """A city with one kind of job that waits for the test."""

    def __init__(self) -> None:
        self.line = CityLine()
        self.go = threading.Event()
        self.orders: list[Order] = []
        self.jobs = Jobs({"recompute": self.prepare})
        self.client = Client(create_app(replace(self.line.parts, jobs=self.jobs)))

    def prepare(self, order: Order) -> Work:
        if order.since is None:
            raise ValueError("a recomputation needs the moment it begins at. Hint: from")
        self.orders.append(order)
        return self.work

    def work(self, progress: Progress) -> str:
        progress(1, 4)
        self.go.wait(10)
        return "4 records counted anew"

    def post(self, body: bytes, **headers: str) -> Any:
        return self.client.post("/api/v1/jobs", body, headers)

    def close(self) -> None:
        self.go.set()
        self.jobs.close()
        self.client.close()
        self.line.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


@pytest.fixture(scope="module")
def idle() -> Iterator[Bench]:
    """For calls that start nothing."""
    made = Bench()
    yield made
    made.close()


GOOD = b'{"kind": "recompute", "slot": "hotline", "from": "2026-11-20T00:00:00+08:00"}'


def test_a_job_is_started_once_and_asked_after(bench: Bench) -> None:
    answer = bench.post(GOOD)
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}" and job["state"] == "running"
    assert bench.post(GOOD).status_code == 409
    bench.go.set()
    bench.jobs.close()
    shown = bench.client.get(f"/api/v1/jobs/{job['id']}").json()
    assert (shown["state"], shown["done"], shown["total"]) == ("done", 1, 4) and shown["message"] == "4 records counted anew"
    assert [each["id"] for each in bench.client.get("/api/v1/jobs").json()["jobs"]] == [job["id"]]
    assert {order.slot for order in bench.orders} == {"hotline"}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b'{"kind": "recount", "slot": "hotline"}', 422, "there are: recompute"),
        (b'{"kind": "recompute", "slot": "hotlin"}', 404, "there is no slot 'hotlin'"),
        (b'{"kind": "recompute", "slot": "hotline"}', 422, "needs the moment"),
        (b'{"kind": "recompute", "slot": "hotline", "from": "2026-11-20T08:00"}', 422, "needs a time zone"),
        (b'{"kind": "recompute", "slot": "hotline", "form": 1}', 422, "form"),
        (b"recompute", 422, "describes no job"),
        (b'{"kind": ' + b"[" * 2000 + b"]" * 2000 + b"}", 422, "describes no job"),
        (b" " * 5000, 413, "4096"),
    ],
)
def test_what_is_no_order_is_refused(idle: Bench, body: bytes, status: int, said: str) -> None:
    answer = idle.post(body)
    assert answer.status_code == status and said in answer.json()["error"]
    assert not idle.jobs.latest()


def test_a_page_of_another_site_starts_nothing(idle: Bench) -> None:
    assert idle.post(GOOD, origin="http://elsewhere.example").status_code == 403
    assert not idle.jobs.latest()


def test_a_job_nobody_knows(idle: Bench) -> None:
    assert idle.client.get("/api/v1/jobs/abc").status_code == 404


def test_the_description_tells_what_a_job_is(idle: Bench) -> None:
    post = idle.client.get("/api/openapi.json").json()["paths"]["/api/v1/jobs"]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["kind"]["enum"] == ["recompute"] and "202" in post["responses"]
