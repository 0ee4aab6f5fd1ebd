"""A backlog of records becomes incidents a few at a time: what somebody orders meanwhile does not wait for all of them."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from cockpit.dispatch.follower import Follower
from cockpit.dispatch.intake import AT_ONCE, Intake
from cockpit.dispatch.intake_rule import IntakeRule
from streams.codecs import codec_for
from streams.embedded import EmbeddedLog
from tests.desk import Desk, desk
from tests.line import NOON, small_slot

RULE = IntakeRule(slot="desk", when="stars <= 2", category="kind")


def backlog(log: EmbeddedLog, count: int, stars: int = 1) -> None:
    at = (NOON - timedelta(hours=1)).isoformat()
    record = json.dumps({"at": at, "region": "a1", "kind": "noise", "stars": stars}).encode()
    log.sink("city.desk").emit([record] * count)


def following(one: Desk, log: EmbeddedLog) -> Follower:
    intake = Intake(one.toolbox, small_slot(), RULE, codec_for(small_slot().source))
    return Follower(one.toolbox, log.source("city.desk"), "intake:desk", ahead=intake.ahead)


def test_each_transaction_is_small_and_every_record_is_reported_once(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        log = EmbeddedLog(":memory:")
        backlog(log, 130)
        follower = following(one, log)
        while follower.step(0.05):
            pass
        follower.stop()
        rows = [0, *(head.seq for head in one.heads)]
        assert max(after - before for before, after in pairwise(rows)) == AT_ONCE
        assert len(one.store.incidents([], None, None, 500)) == 130
        log.close()


def test_what_was_reported_before_a_crash_is_not_reported_again(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        log = EmbeddedLog(":memory:")
        backlog(log, 50)
        batch = log.read("city.desk", 0, 1 << 60, 45)
        Intake(one.toolbox, small_slot(), RULE, codec_for(small_slot().source)).ahead(batch)  # then the power was cut
        follower = following(one, log)
        while follower.step(0.05):
            pass
        follower.stop()
        assert len(one.store.incidents([], None, None, 500)) == 50
        log.close()


def test_an_order_goes_between_two_pieces(tmp_path: Path) -> None:
    """The order comes while the first piece is written; it is there before the last one."""
    with desk(tmp_path) as one:
        log = EmbeddedLog(":memory:")
        follower, drafted = following(one, log), []
        backlog(log, 10, stars=5)
        assert follower.step(5.0)  # it has asked where it stands; these are no incidents
        backlog(log, 200)

        def order() -> None:
            drafted.append(one.draft(region="a1").version)

        thread = threading.Thread(target=order)
        with one.store.writing():  # nobody writes yet: both wait, the order second
            reading = threading.Thread(target=lambda: follower.step(5.0))
            reading.start()
            while one.store.waiting < 1:
                threading.Event().wait(0.001)
            thread.start()
            while one.store.waiting < 2:
                threading.Event().wait(0.001)
        for each in (thread, reading):
            each.join(60)
        assert drafted == [AT_ONCE + 1] and one.heads[-1].seq == 201
        follower.stop()
        log.close()
