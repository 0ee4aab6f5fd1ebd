"""Schema drift: fields that are suddenly missing, of another type, out of range or new, since when and in how many records."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from slots.drift_run import Run
from streams.codecs import Codec, Column, Decoded
from streams.record import Batch

Kind = Literal["missing", "type", "range", "new"]
Key = tuple[str, Kind]

WINDOW_S: Final = 600
MIN_SHARE: Final = 0.01
MIN_RECORDS: Final = 3
"""Fewer bad records than this, or a smaller share of the last ten minutes, are bad records and no drift."""
SAMPLED: Final = 16
"""In so many records of a batch undeclared names are looked for; those in the first batch have always been there."""
NEW_S: Final = 86_400
"""For so long a new name is news."""
EMPTY_RECORDS: Final = 100
"""An optional field that most records filled is missing when so many in a row do not."""
TOLD: Final = 20
_NAMES: Final = 4
_KEPT: Final = 1_000
"""So many new names of a record, and in all, are kept."""
_SLICE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Drift:
    """One field that is not what it was: of `share` (0…1) of the last ten minutes' records, since the log time `since_us`.

    `new`: an undeclared name, its share that of the sampled records.
    """

    field: str
    kind: Kind
    since_us: int
    share: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What one batch shows of its schema. `found`: the rows, in their order, and their log times (Unix ms).

    `filled`: in how many records each optional field is there; `names`: those of the sampled records, with their log time.
    """

    declared: frozenset[str]
    records: int
    at_ms: int
    found: Mapping[Key, Sequence[tuple[int, int]]]
    filled: Mapping[str, int]
    names: Sequence[tuple[frozenset[str], int]]


def sight(codec: Codec, columns: Sequence[Column], batch: Batch, decoded: Decoded) -> Sight:
    """What this batch shows. Costs microseconds, and a little for each rejected row."""
    found: dict[Key, list[tuple[int, int]]] = {}
    for one in sorted(decoded.rejected, key=lambda one: one.row):
        if one.field is not None:
            found.setdefault((one.field, one.fault), []).append((one.row, int(batch.timestamps_ms[one.row])))
    good = decoded.frame.height
    filled = {column.name: good - decoded.frame[column.name].null_count() for column in columns if column.optional}
    rows = sorted({len(batch) * place // SAMPLED for place in range(SAMPLED)}) if len(batch) else []
    headers = batch.headers
    names = [(codec.names(batch.values[row], headers[row] if headers else ()), int(batch.timestamps_ms[row])) for row in rows]
    at_ms = int(batch.timestamps_ms[0]) if len(batch) else 0
    return Sight(frozenset(column.name for column in columns), good + len(decoded.rejected), at_ms, found, filled, names)


@dataclass(slots=True)
class _Slice:
    """A minute's counts."""

    minute: int
    records: int = 0
    sampled: int = 0
    counts: Counter[Key] = field(default_factory=Counter)


class DriftWatch:
    """What has been seen of one slot's records lately. One thread; `now_s` (Unix s) must not go back."""

    def __init__(self, declared: frozenset[str]) -> None:
        self.declared = declared
        self._slices: deque[_Slice] = deque()
        self._runs: dict[Key, Run] = {}
        self._since_ms: dict[Key, tuple[int, int]] = {}
        self._usual: set[str] = set(declared)
        self._learnt = False
        self._totals = (0, Counter[str]())
        self._empty: dict[str, tuple[int, int]] = {}

    def add(self, seen: Sight, now_s: float) -> None:
        """Takes note of one batch, which was counted at `now_s`."""
        now = self._slice(now_s)
        now.records += seen.records
        for key, rows in seen.found.items():
            now.counts[key] += len(rows)
            run = self._runs.setdefault(key, Run())
            for row, at_ms in rows:
                run.add(self._totals[0] + row, at_ms)
        if not self._learnt:
            self._usual.update(*(names for names, _ in seen.names))
            self._learnt = any(names for names, _ in seen.names)
        for names, at_ms in seen.names:
            if names:
                now.sampled += 1
                self._meet(names, at_ms, now)
        self._fill(seen)

    def told(self, now_s: float) -> list[Drift]:
        """The drifts as of now, by field. What has not been seen for ten minutes has ended, and is forgotten."""
        self._slice(now_s)
        counts: Counter[Key] = Counter()
        for one in self._slices:
            counts.update(one.counts)
        self._runs = {key: run for key, run in self._runs.items() if counts[key]}
        self._usual |= {name for (name, kind), run in self._runs.items() if kind == "new" and now_s - run.since_ms / 1e3 > NEW_S}
        records, sampled = sum(one.records for one in self._slices), sum(one.sampled for one in self._slices)
        found = [
            (key, min(1.0, count / max(1, sampled if key[1] == "new" else records)))
            for key, count in counts.items()
            if count >= MIN_RECORDS and key[0] not in (self._usual - self.declared)
        ]
        shares = {key: share for key, share in found if share >= MIN_SHARE}
        self._since_ms = {key: self._since(key) for key in shares}
        drifts = [Drift(*key, self._since_ms[key][1] * 1000, share) for key, share in shares.items()] + self._emptied(records)
        return sorted(sorted(drifts, key=lambda one: -one.share)[:TOLD], key=lambda one: (one.field, one.kind))

    def _since(self, key: Key) -> tuple[int, int]:
        """Which of a key's runs it was told with at first, and when that one began; it may yet turn out to be later."""
        run = self._runs[key]
        told = self._since_ms.get(key)
        return told if told is not None and told[0] != run.restarts else (run.restarts, run.since_ms)

    def _slice(self, now_s: float) -> _Slice:
        minute = int(now_s // _SLICE_S)
        while self._slices and self._slices[0].minute <= minute - WINDOW_S // _SLICE_S:
            self._slices.popleft()
        if not self._slices or self._slices[-1].minute < minute:
            self._slices.append(_Slice(minute))
        return self._slices[-1]

    def _meet(self, names: frozenset[str], at_ms: int, now: _Slice) -> None:
        for name in sorted(names - self._usual)[:_NAMES]:
            key: Key = (name, "new")
            if key in self._runs or len(self._runs) < _KEPT:
                now.counts[key] += 1
                self._runs.setdefault(key, Run([(0, at_ms)], 0, 1))

    def _fill(self, seen: Sight) -> None:
        """Keeps for each optional field how many records in a row had none, and since when."""
        records, totals = self._totals
        for name, filled in seen.filled.items():
            if filled or not seen.records:
                self._empty.pop(name, None)
                continue
            count, since_ms = self._empty.get(name, (0, seen.at_ms))
            self._empty[name] = (count + seen.records, since_ms)
        totals.update(seen.filled)
        self._totals = (records + seen.records, totals)

    def _emptied(self, recent: int) -> list[Drift]:
        records, totals = self._totals
        return [
            Drift(name, "missing", since_ms * 1000, min(1.0, count / max(1, recent)))
            for name, (count, since_ms) in self._empty.items()
            if count >= EMPTY_RECORDS and totals[name] >= max(1, (records - count) / 2)
        ]
