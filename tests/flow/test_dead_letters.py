"""A bad record neither stops a slot nor vanishes: mutated records among good ones, and what people see of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from random import Random

import pytest
from fastapi import FastAPI

from cockpit.api import OPENAPI, create_routes
from slots.ledger import Health
from slots.letters import Outcome
from streams.letter import RAW_BYTES
from tests.cities.client import Client
from tests.cities.line import CityLine, request
from tests.flow.mutations import FIXABLE, MUTATIONS, encoded
from tests.line import NOON, ago
from tests.unit.slots.test_letters import Desk

MUTATED = 100_000 if os.environ.get("COCKPIT_TEST_LONG") else 2_000
STAGES = {"decode", "time", "region"}


@pytest.fixture
def seed() -> int:
    """Printed, so that a failure can be had again: COCKPIT_TEST_SEED."""
    found = int(os.environ.get("COCKPIT_TEST_SEED", 0)) or Random().randrange(1 << 32)
    print(f"COCKPIT_TEST_SEED={found}")
    return found


@pytest.mark.timeout(1800)
def test_mutated_records_become_letters_and_good_ones_count(seed: int) -> None:
    random = Random(seed)
    desk = Desk()
    kinds = [random.choice(list(MUTATIONS)) for _ in range(MUTATED)]
    sent: dict[bytes, str] = {}
    for start in range(0, MUTATED, 500):
        values: list[bytes] = []
        for n, kind in enumerate(kinds[start : start + 500], start):
            good = {"at": ago(seconds=random.randrange(1, 300)), "region": "a1", "kind": f"k{n % 20}", "wait_s": 1.0, "stars": 4}
            bad = MUTATIONS[kind](good, random)
            sent[bad] = kind
            values += [encoded(good), bad]
        random.shuffle(values)
        desk.line.send(*values)
        while desk.pipeline.step(0.0):
            pass
    desk.letters.catch_up("desk")
    letters = desk.letters.view.latest("desk", MUTATED + 1)

    assert desk.counted() == MUTATED, "good ones count, all of them and nothing else"
    assert len(letters) == desk.letters.view.count("desk") == MUTATED
    assert len({one.address for one in letters}) == MUTATED
    assert desk.letters.view.dropped("desk") == 0
    whole = {value[:RAW_BYTES]: kind for value, kind in sent.items()}
    assert Counter(whole[one.raw] for one in letters) == Counter(kinds), "each is there as it was sent"
    batch = desk.line.log.read("city.desk", 0, 1 << 60, 2 * MUTATED)
    lies = {batch.address(row): value for row, value in enumerate(batch.values)}
    for one in letters:
        assert (one.slot, one.topic, one.at) == ("desk", "city.desk", NOON)
        assert one.stage in STAGES and one.reason
        assert one.raw == lies[one.address][:RAW_BYTES] and one.truncated == (whole[one.raw] == "a huge text for a number")

    desk.fix()
    fixable, cut = kinds.count(FIXABLE), kinds.count("a huge text for a number")
    assert desk.replay().run("desk") == Outcome(fixable, MUTATED - fixable - cut, cut)
    assert desk.replay().run("desk") == Outcome(0, MUTATED - fixable - cut, cut)
    assert desk.counted() == MUTATED + fixable
    assert desk.letters.view.count("desk") == MUTATED - fixable
    desk.letters.close()


@pytest.mark.parametrize("kind", MUTATIONS)
def test_each_mutation_alone_is_one_letter_with_its_reason(kind: str, seed: int) -> None:
    desk = Desk()
    good = {"at": ago(minutes=3), "region": "a1", "kind": "k", "wait_s": 1.0, "stars": 4}
    desk.line.send(encoded(good), MUTATIONS[kind](good, Random(seed)), encoded(good))
    desk.run()
    (letter,) = desk.letters.view.latest("desk", 9)
    assert desk.counted() == 2
    assert letter.reason and letter.stage in STAGES
    desk.letters.close()


@pytest.fixture
def line() -> Iterator[CityLine]:
    with closing(CityLine()) as line:
        yield line


@pytest.fixture
def client(line: CityLine) -> Iterator[Client]:
    app = FastAPI(openapi_url=OPENAPI)
    app.router.routes.extend(create_routes(line.parts))
    with closing(Client(app)) as client:
        yield client


def test_letters_are_grouped_filtered_and_turned_page_by_page(line: CityLine, client: Client) -> None:
    line.send("city.hotline", *(request(str(n), wait_s="12") for n in range(5)), request("5", district="zz"), b"{broken")
    line.run()
    found = client.get("/api/v1/dead-letters/hotline?limit=4").json()
    assert (found["causes"][0]["field"], found["causes"][0]["count"]) == ("wait_s", 5)
    assert found["causes"][0]["reason"] == "field 'wait_s' must be float"
    assert [letter["offset"] for letter in found["letters"]] == [6, 5, 4, 3]
    older = client.get(f"/api/v1/dead-letters/hotline?limit=4&before={found['next']}").json()
    assert [letter["offset"] for letter in older["letters"]] == [2, 1, 0]
    assert older["next"] is None
    assert client.get("/api/v1/dead-letters/hotline?stage=region").json()["found"] == 1
    assert {one["field"] for one in client.get("/api/v1/dead-letters/hotline?field=wait_s").json()["letters"]} == {"wait_s"}
    refused = client.get("/api/v1/dead-letters/hotline?before=381")
    assert refused.status_code == 422 and "topic[partition]@offset" in refused.json()["error"]


def test_a_degraded_slot_says_so_in_the_interface_and_to_prometheus(line: CityLine, client: Client) -> None:
    why = "7 % of the last minute's records could not be used: 7 of 100"
    at_us = int(line.clock().timestamp() * 1e6)
    for degraded in (why, ""):
        line.ledger.report("hotline", Health(True, "", at_us, degraded=degraded))
        slots = {one["slot"]: one for one in client.get("/api/v1/slots").json()["slots"]}
        assert (slots["hotline"]["degraded"], slots["reviews"]["degraded"]) == (degraded, "")
        told = f'cockpit_slot_degraded{{slot="hotline"}} {float(bool(degraded))}'
        assert told in client.get("/metrics").text.splitlines()
