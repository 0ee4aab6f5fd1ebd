"""What flows into the history and when, what leaves the ledger, and what a crash or an absent database does to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from slots.archiver import Archiver
from slots.fold import Fold
from slots.history import HistoryLost, Replacement, heal, swapped
from slots.history_sql import SqlHistory
from slots.ledger import Health, PageKey, shadow_of
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.reading import Question, Reading
from slots.readings import Readings
from streams.embedded import EmbeddedLog
from streams.json_codec import JsonCodec
from tests.archived_line import DAY_S, SHORT, ArchivedLine, batch_line
from tests.line import NOON, ZONE, ago, small_slot

Make = Callable[..., ArchivedLine]


class Away(SqlHistory):
    """A history whose database can be taken away: a real one whose calls are refused meanwhile."""

    away = False
    meanwhile: Callable[[], None] | None = None
    """Happens once, between the reading of the ledger and the writing here."""

    def write(self, *given: Any) -> int:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return super().write(*given)

    def __getattribute__(self, name: str) -> Any:
        if name in ("held", "read", "write", "drop", "announced", "describe") and self.away:
            raise HistoryLost("the history's database does not answer: connection refused")
        return super().__getattribute__(name)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[SqlHistory] = []

    def one(**given: Any) -> ArchivedLine:
        made.append(Away(f"sqlite:///{tmp_path / 'history.sqlite'}", "small", ZONE))
        standard = {"slot": small_slot(lateness="1h"), "log": EmbeddedLog(":memory:", partitions=1)}
        return ArchivedLine(made[-1], **{**standard, **given})

    yield one
    for history in made:
        history.close()


def send(line: ArchivedLine, *days: float, **fields: Any) -> None:
    line.send(*[{"at": ago(days=age), "region": "a1", "wait_s": 1.0, **fields} for age in days])
    line.run()


def held(line: ArchivedLine, size: str = "hour") -> dict[int, int]:
    """Cells of one bucket size: start → version."""
    pages = line.history.held("desk").items()
    return {start: bucket.version for key, buckets in pages if key[:2] == ("cells", size) for start, bucket in buckets.items()}


def counted(line: ArchivedLine, days: float) -> float | None:
    """Requests of whole days up to now, of which `days` have begun."""
    start = NOON.replace(hour=16) - timedelta(days=days + 1)
    (reading,) = line.readings.ask(Question("desk.requests", "c", start, NOON.replace(hour=16)))
    return reading.value


def hour_count(line: ArchivedLine, days: float) -> float | None:
    start = NOON - timedelta(days=days, hours=1)
    (reading,) = line.readings.ask(Question("desk.requests", "c", start, start + timedelta(hours=2)))
    return reading.value


def test_only_closed_buckets_are_written_and_each_once(make: Make) -> None:
    line = make()
    send(line, 3, 1, 0.01, 0)
    closed = line.archiver.round()
    assert (sorted(held(line)), sorted(held(line, "day"))) == (
        [hour_of(line, 3), hour_of(line, 1)], [day_of(line, 3), day_of(line, 1)]
    )  # fmt: skip
    assert closed == 2 * 4  # cells and bins
    assert line.archiver.round() == 0
    assert Archiver({"desk": line.slot}, line.ledger, line.history, SHORT, ZONE).round() == 0  # another worker


def hour_of(line: ArchivedLine, days: float) -> int:
    return int((NOON - timedelta(days=days)).timestamp()) // 3600 * 3600


def day_of(line: ArchivedLine, days: float) -> int:
    moment = int((NOON - timedelta(days=days)).timestamp())
    return (moment + 8 * 3600) // DAY_S * DAY_S - 8 * 3600


def test_a_late_record_reaches_the_day_that_is_open_and_is_written_again(make: Make) -> None:
    line = make()
    send(line, 5, 0)
    line.archiver.round()
    before = held(line, "day")
    send(line, 5)
    assert line.archiver.round() == 2
    assert held(line, "day")[day_of(line, 5)] > before[day_of(line, 5)]
    assert held(line).keys() == {hour_of(line, 5)}
    assert line.ledger.state("desk").counters["late"] == 1


def test_what_is_older_than_every_hot_day_is_late_and_beyond(make: Make) -> None:
    line = make()
    send(line, 500, 0)
    line.archiver.round()
    assert line.ledger.state("desk").floors["day"] == 1754006400  # the end of July 2025
    send(line, 500, 499)
    send(line, 200)
    counters = line.ledger.state("desk").counters
    assert (counters["late"], counters["beyond"], counters["accepted"]) == (3, 2, 5)
    assert counted(line, 510) == 3


def test_a_partition_that_comes_late_reaches_the_days_of_hours_that_left(make: Make) -> None:
    line = make(log=EmbeddedLog(":memory:", partitions=2))
    send(line, 20, 0)
    line.archiver.round()
    assert len(line.ledger.state("desk").offsets) == 1 and line.left()
    send(line, 20)
    state = line.ledger.state("desk")
    assert len(state.offsets) == 2 and state.counters["late"] == 1 and "beyond" not in state.counters
    line.archiver.round()
    assert counted(line, 30) == 3
    assert hour_count(line, 20) == 1


def test_nothing_leaves_before_the_slowest_partition_has_come(make: Make) -> None:
    line = make()
    send(line, 10, 0)
    state = line.ledger.state("desk")
    ends = {**state.offsets, "city.desk/7": 3}  # nobody has read this one yet
    line.ledger.report("desk", Health(True, "", 1, ends))
    line.archiver.round()
    assert len(held(line)) == 1 and line.left() == {}
    line.ledger.report("desk", Health(True, "", 1, state.offsets))
    line.archiver.round()
    assert line.left().keys() == {PageKey("cells", "hour", hour_of(line, 10) // DAY_S * DAY_S),
                                  PageKey("bins", "hour", hour_of(line, 10) // DAY_S * DAY_S)}  # fmt: skip
    assert counted(line, 10) == 2


def test_a_page_that_changed_while_it_was_written_does_not_leave(make: Make) -> None:
    line = make()
    send(line, 500, 0)
    assert isinstance(line.history, Away)
    line.history.meanwhile = lambda: send(line, 500)
    line.archiver.round()
    a_month = PageKey("cells", "day", 1751328000)
    assert a_month in line.ledger.versions("desk") and counted(line, 510) == 3
    line.archiver.round()
    assert a_month in line.left() and counted(line, 510) == 3


def test_killed_between_writing_and_letting_go(make: Make, tmp_path: Path) -> None:
    line = make(ledger=MemoryLedger(tmp_path / "ledger.sqlite"))
    send(line, 500, 20, 10, 3, 0)
    before = answers(line)
    line.ledger.settle()

    class Killed(MemoryLedger):
        """Dies where it should let go."""

        def expire(self, slot: str, pages: Mapping[PageKey, int]) -> None:
            raise SystemExit

    dying = Killed(tmp_path / "ledger.sqlite")
    with pytest.raises(SystemExit):
        Archiver({"desk": line.slot}, dying, line.history, SHORT, ZONE).round()
    line.ledger.close()
    again = make(ledger=MemoryLedger(tmp_path / "ledger.sqlite"), log=line.log)
    again.run()
    assert again.left() == {} and held(again, "day")
    assert answers(again) == before
    assert again.archiver.round() == 0  # it is all there already
    assert again.left() and answers(again) == before
    again.ledger.close()


def answers(line: ArchivedLine, readings: Readings | None = None) -> list[list[Reading]]:
    windows = [(NOON - timedelta(days=days, hours=4), NOON - timedelta(hours=4)) for days in (600, 30)]
    return line.answers([(start.replace(hour=16), end.replace(hour=16)) for start, end in windows], readings)


def test_while_the_history_is_away_counting_goes_on_and_nothing_leaves(make: Make) -> None:
    line = make()
    send(line, 500, 20, 3)
    line.archiver.round()
    assert isinstance(line.history, Away)
    line.history.away = True
    send(line, 1, 0)
    with pytest.raises(HistoryLost, match="does not answer"):
        line.archiver.round()
    assert (counted(line, 1), counted(line, 30)) == (2, 4)  # hot answers
    with pytest.raises(HistoryLost):
        counted(line, 600)
    with pytest.raises(HistoryLost):
        hour_count(line, 20)
    line.history.away = False
    assert line.archiver.round() > 0
    assert (hour_count(line, 20), counted(line, 600)) == (1, 5)


def test_a_history_that_is_away_is_logged_once_and_once_when_back(make: Make) -> None:
    line, rounds = make(), []
    send(line, 20, 0)
    assert isinstance(line.history, Away)
    history = line.history

    class Stop(threading.Event):
        """Lets five rounds pass at once; the database is away in the second to the fourth."""

        def wait(self, timeout: float | None = None) -> bool:
            rounds.append(timeout)
            history.away = len(rounds) in (2, 3, 4)
            return len(rounds) == 5

    with capture_logs() as logs:
        line.archiver.run(Stop())
    told = [entry for entry in logs if entry["log_level"] != "debug"]
    assert [entry["event"] for entry in told] == ["the history cannot be written", "the history is written again"]
    assert rounds == [60.0, 60.0, 5.0, 5.0, 5.0] and held(line)


def test_hours_are_dropped_from_the_history_when_they_are_kept_no_longer(make: Make) -> None:
    line = make()
    send(line, 30, 20, 0)
    line.archiver.round()
    assert len(held(line)) == 2
    line.clock.advance(timedelta(days=65))
    line.send({"at": line.clock().isoformat(), "region": "b"}, {"at": line.clock().isoformat(), "region": "b"})
    line.run()
    line.archiver.round()
    assert hour_of(line, 30) not in held(line) and hour_of(line, 20) in held(line)
    assert held(line, "day").keys() >= {day_of(line, 30), day_of(line, 20)}


def test_a_ledger_that_went_back_is_counted_anew_and_written_again(make: Make) -> None:
    line = make()
    send(line, 500, 20, 3, 0)
    line.archiver.round()
    again = make(log=line.log)  # the same log, an empty ledger
    again.run()
    again.archiver.round()
    assert answers(again) == answers(again, batch_line(again).readings)


def test_a_replaced_slot_replaces_its_history(make: Make) -> None:
    line = make()
    send(line, 500, 20, 3)
    send(line, 400, 19, 0, wait_s=9.0)
    line.archiver.round()
    start = NOON.replace(hour=16) - timedelta(days=450)
    shadow = line.slot.model_copy(update={"slot": shadow_of("desk"), "where": "wait_s > 1"})
    fold = Fold(shadow, JsonCodec(), line.regions, ZONE)
    recount = Pipeline(line.log.source("city.desk"), {shadow.slot: fold}, line.ledger, line._note, line.clock)
    while recount.step(0.01):
        pass
    swapped(line.ledger, line.history, "desk", shadow.slot, int(start.timestamp()))
    assert held(line).keys() | held(line, "day").keys() == {day_of(line, 500)}
    for _ in range(2):
        assert (counted(line, 600), counted(line, 440), counted(line, 30)) == (4, 3, 2)
        line.archiver.round()
    assert held(line).keys() == {hour_of(line, 19)} and line.left()


def test_a_replacement_that_was_cut_short_heals_when_the_ledger_was_changed(make: Make) -> None:
    line = make()
    send(line, 500, 20, 0)
    line.archiver.round()
    epoch = line.ledger.state("desk").epoch
    line.history.announce("desk", Replacement(day_of(line, 30), epoch))
    heal(line.ledger, line.history, "desk")
    assert hour_of(line, 20) in held(line) and line.history.announced("desk") is not None  # it has not happened yet
    line.ledger.swap("desk", shadow_of("desk"), day_of(line, 30))
    line.archiver.round()
    assert held(line) == {} and held(line, "day").keys() == {day_of(line, 500)}
    assert line.history.announced("desk") is None
