"""A small line whose closed buckets flow into a history, with a hot range of days and months instead of weeks and years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slots.archiver import Archiver
from slots.fold import Fold
from slots.history import History
from slots.ledger import Health, Ledger, PageKey
from slots.pipeline import Pipeline
from slots.reading import Question, Reading
from slots.readings import Readings
from slots.retention import Retention
from slots.slot import Slot
from streams.embedded import EmbeddedLog
from streams.json_codec import JsonCodec
from tests.line import ZONE, Line, small_slot

DAY_S = 86400
SHORT = Retention(hours_hot_s=2 * DAY_S, days_hot_s=30 * DAY_S)
MEASURES = ("requests", "total", "mean", "least", "most", "newest", "median", "kinds", "good")


class ArchivedLine(Line):
    """log → pipeline → ledger → archiver → history; `everything` is a ledger of the same records that keeps all of it."""

    def __init__(
        self,
        history: History,
        slot: Slot | None = None,
        ledger: Ledger | None = None,
        log: EmbeddedLog | None = None,
        retention: Retention = SHORT,
    ) -> None:
        self.retention = retention
        super().__init__(slot or small_slot(lateness="9d"), ledger, log)
        self.history = history
        slots = {self.slot.slot: self.slot}
        self.readings = Readings(slots, self.ledger, self.regions, ZONE, self.clock, retention, history)
        self.archiver = Archiver(slots, self.ledger, history, retention, ZONE)

    def new_pipeline(self) -> Pipeline:
        """Another worker, which knows only what the ledger knows."""
        fold = Fold(self.slot, JsonCodec(), self.regions, ZONE, self.retention)
        source = self.log.source(self.slot.source.topic)
        return Pipeline(source, {self.slot.slot: fold}, self.ledger, self._note, self.clock, retention=self.retention)

    def run(self) -> int:
        """Counts until the log is drained, and says so: no partition holds the others up."""
        total = super().run()
        ends = self.ledger.state(self.slot.slot).offsets
        self.ledger.report(self.slot.slot, Health(True, "", int(self.clock().timestamp() * 1e6), ends))
        return total

    def left(self) -> dict[PageKey, int]:
        """The pages that only the history has, and how many buckets it has of them."""
        held, hot = self.history.held(self.slot.slot), self.ledger.versions(self.slot.slot)
        return {key: len(buckets) for key, buckets in held.items() if key not in hot}

    def answers(self, windows: Sequence[tuple[datetime, datetime]], readings: Readings | None = None) -> list[list[Reading]]:
        """What is said of every measure in these windows: whole, by region, by day, by dimension and of one of its values."""
        shapes: list[Mapping[str, Any]] = [
            {}, {"by": "region"}, {"by": "time", "step_s": DAY_S}, {"by": "kind"}, {"dimension": "kind", "key": "water"}
        ]  # fmt: skip
        return [
            (readings or self.readings).ask(Question(f"{self.slot.slot}.{name}", "c", *window, **shape))
            for window in windows
            for name in MEASURES
            for shape in shapes
        ]


def batch_line(line: Line) -> Line:
    """A line that counts the same log whole, and keeps everything in its ledger."""
    whole = Line(line.slot, log=line.log)
    whole.clock = line.clock
    whole.readings = Readings({line.slot.slot: line.slot}, whole.ledger, line.regions, ZONE, line.clock)
    whole.run()
    return whole
