"""Dead letters are told once, and counted once after a fix, whatever crashes and whoever else does the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from slots.fold import Fold
from slots.ledger import LedgerLost, SlotState
from slots.ledger_memory import MemoryLedger
from slots.letters import Aside, Outcome, Replay
from slots.pipeline import Pipeline
from slots.reading import Question
from slots.slot import Slot
from streams.dead_letters import DeadLetters
from streams.json_codec import JsonCodec
from streams.source import SinkLost
from tests.line import NOON, ZONE, Line, ago, small_slot

TOPIC = "c.dead-letters"


def lenient() -> Slot:
    """The desk after the fix: a wait may be a text."""
    optional = dict.fromkeys(("region", "kind", "channel", "wait_s"), "string?")
    fields = {"at": "datetime", "stars": "int?", **optional}
    return small_slot(fields=fields, indicators=[{"name": "requests", "measure": {"agg": "count"}}])


class Desk:
    """A line whose slot can be fixed, with its letters."""

    def __init__(self, ledger: MemoryLedger | None = None) -> None:
        self.line = Line(slot=small_slot(indicators=[{"name": "requests", "measure": {"agg": "count"}}]), ledger=ledger)
        self.letters = DeadLetters(self.line.log, TOPIC)
        self.slot = self.line.slot
        self.pipeline = self.worker()

    def worker(self) -> Pipeline:
        source = self.line.log.source("city.desk")
        aside = Aside(self.letters, self.line.clock)
        return Pipeline(source, {"desk": self.fold("desk")}, self.line.ledger, aside, self.line.clock)

    def fold(self, slot: str) -> Fold:
        return Fold(self.slot, JsonCodec(), self.line.regions, ZONE)

    def replay(self, ledger: Any = None, durable: Any = lambda: None, letters: DeadLetters | None = None) -> Replay:
        return Replay(letters or self.letters, self.fold, ledger or self.line.ledger, self.line.clock, durable)

    def fix(self) -> None:
        self.slot = lenient()

    def run(self) -> None:
        while self.pipeline.step(0.0):
            pass
        self.letters.catch_up("desk")

    def counted(self) -> float:
        """What the hour, the day and the minutes say; all of them must agree."""
        day = NOON - timedelta(hours=20), NOON + timedelta(hours=4)
        hours = NOON - timedelta(hours=3), NOON + timedelta(hours=1)
        found = {self.line.readings.ask(Question("desk.requests", "c", *window))[0].value or 0.0 for window in (day, hours)}
        assert len(found) == 1, found
        return found.pop()

    @property
    def state(self) -> SlotState:
        return self.line.ledger.state("desk")


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.letters.close()


def good(n: int) -> list[dict[str, Any]]:
    return [{"at": ago(minutes=1 + i), "region": "a1", "wait_s": 1.0} for i in range(n)]


def bad(n: int) -> list[dict[str, Any]]:
    return [{"at": ago(minutes=30 + i), "region": "a1", "wait_s": "12"} for i in range(n)]


def test_after_a_fix_letters_count_once_however_often_one_presses(desk: Desk) -> None:
    desk.line.send(*good(10), *bad(7))
    desk.run()
    assert (desk.counted(), desk.letters.view.count("desk")) == (10, 7)
    desk.fix()
    marks = desk.state.watermarks
    assert desk.replay().run("desk") == Outcome(counted=7)
    assert (desk.counted(), desk.letters.view.count("desk")) == (17, 0)
    assert desk.replay().run("desk") == Outcome()
    assert desk.counted() == 17
    assert desk.state.watermarks == marks
    assert desk.state.counters["rejected"] == desk.state.counters["replayed"] == 7


def test_what_fails_again_stays_with_its_new_reason(desk: Desk) -> None:
    desk.line.send(*bad(3), {"at": ago(minutes=3), "region": "nowhere", "wait_s": "x"})
    desk.run()
    desk.fix()
    desk.line.clock.advance(timedelta(minutes=5))
    assert desk.replay().run("desk") == Outcome(counted=3, refused=1)
    (left,) = desk.letters.view.latest("desk", 10)
    assert left.stage == "region" and "nowhere" in left.reason and left.at == NOON + timedelta(minutes=5)
    assert desk.replay().run("desk") == Outcome(refused=1)
    assert (desk.counted(), desk.letters.view.count("desk")) == (3, 1)


def test_cut_letters_are_never_replayed_and_say_so(desk: Desk) -> None:
    long = {"at": ago(minutes=3), "region": "a1", "wait_s": "x" * 70_000}
    desk.line.send(*bad(2), long, *bad(2))
    desk.run()
    desk.fix()
    assert desk.replay().run("desk") == Outcome(counted=4, truncated=1)
    assert [one.truncated for one in desk.letters.view.latest("desk", 10)] == [True]
    assert "never replayed" in str(desk.replay().run("desk"))


class Tripping:
    """A ledger that dies once, before or after it has taken the commit; everything else is the real one's."""

    def __init__(self, ledger: MemoryLedger, after: bool) -> None:
        self._ledger = ledger
        self._after = after
        self._dead = False

    def commit(self, commit: Any) -> SlotState:
        if self._dead:
            return self._ledger.commit(commit)
        self._dead = True
        if self._after:
            self._ledger.commit(commit)
        raise LedgerLost("gone")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fresh_view", [False, True])
def test_a_crash_around_the_commit_counts_once(desk: Desk, after: bool, fresh_view: bool) -> None:
    desk.line.send(*good(2), *bad(6), {"at": ago(minutes=3), "region": "nowhere", "wait_s": "x"})
    desk.run()
    desk.fix()
    assert isinstance(desk.line.ledger, MemoryLedger)
    with pytest.raises(LedgerLost):
        desk.replay(Tripping(desk.line.ledger, after)).run("desk")
    letters = DeadLetters(desk.line.log, TOPIC) if fresh_view else desk.letters
    desk.replay(letters=letters).run("desk")
    assert desk.counted() == 8
    letters.catch_up("desk")
    assert [one.stage for one in letters.view.latest("desk", 10)] == ["region"]
    assert desk.replay(letters=letters).run("desk") == Outcome(refused=1)
    assert desk.counted() == 8


def test_of_two_replays_at_once_with_different_slots_one_counts(desk: Desk) -> None:
    desk.line.send(*bad(6))
    desk.run()
    assert isinstance(desk.line.ledger, MemoryLedger)

    class Overtaken(Tripping):
        """While the unfixed replay is about to commit that all failed, the fixed one is through."""

        def commit(self, commit: Any) -> SlotState:
            if not self._dead:
                self._dead = True
                desk.fix()
                assert desk.replay().run("desk") == Outcome(counted=6)
            return self._ledger.commit(commit)

    assert desk.replay(Overtaken(desk.line.ledger, False)).run("desk") == Outcome()
    assert (desk.counted(), desk.letters.view.count("desk")) == (6, 0)
    assert desk.replay().run("desk") == Outcome()
    assert desk.counted() == 6


def test_a_letter_waits_until_its_worker_has_committed(desk: Desk) -> None:
    desk.line.send(*bad(3))
    assert isinstance(desk.line.ledger, MemoryLedger)
    aside = Aside(desk.letters, desk.line.clock)
    source = desk.line.log.source("city.desk")
    dying = Pipeline(source, {"desk": desk.fold("desk")}, Tripping(desk.line.ledger, False), aside, desk.line.clock)
    with pytest.raises(LedgerLost):
        dying.step(0.0)
    desk.fix()
    assert desk.replay().run("desk") == Outcome(unsettled=3)
    desk.pipeline = desk.worker()
    desk.run()  # with the fix it can use them after all
    assert (desk.counted(), desk.letters.view.count("desk")) == (3, 0)
    assert desk.replay().run("desk") == Outcome()
    assert desk.counted() == 3


def test_a_ledger_that_lost_everything_opens_its_letters_again(desk: Desk) -> None:
    desk.line.send(*good(2), *bad(3))
    desk.run()
    unfixed = desk.slot
    desk.fix()
    desk.replay().run("desk")
    desk.line.ledger.clear("desk")
    desk.slot = unfixed
    desk.pipeline = desk.worker()
    desk.run()
    assert (desk.counted(), desk.letters.view.count("desk")) == (2, 3)
    desk.fix()
    assert desk.replay().run("desk") == Outcome(counted=3)
    assert desk.counted() == 5


def test_a_topic_that_is_away_makes_the_batch_wait(desk: Desk) -> None:
    desk.line.send(*good(2), *bad(2))
    away = [True]

    class Away:
        def __call__(self, slot: str, batch: Any, rejected: Any) -> None:
            if away[0]:
                raise SinkLost("the log did not acknowledge")
            Aside(desk.letters, desk.line.clock)(slot, batch, rejected)

    source = desk.line.log.source("city.desk")
    pipeline = Pipeline(source, {"desk": desk.fold("desk")}, desk.line.ledger, Away(), desk.line.clock)
    with pytest.raises(SinkLost):
        pipeline.step(0.0)
    assert desk.state.sequence == 0
    away[0] = False
    while pipeline.step(0.0):
        pass
    desk.letters.catch_up("desk")
    assert (desk.counted(), desk.letters.view.count("desk")) == (2, 2)
