"""Reading ahead: what the other source gives and raises comes out in order, and it goes on after both."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import pytest

from streams.batching import Row, make_batch
from streams.read_ahead import ReadAhead
from streams.record import Batch, Span
from streams.source import Positions, SourceLost, at


class Scripted:
    """A source that gives or raises what it was told, one after the other."""

    topic = "t"

    def __init__(self, script: Sequence[Batch | Exception]) -> None:
        self._script = list(script)

    def open(self, positions: Positions) -> None:
        """Nothing to ask."""

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        found = self._script.pop(0) if self._script else None
        if isinstance(found, Exception):
            raise found
        return found

    def ends(self) -> Mapping[int, int]:
        return {}

    def close(self) -> None:
        """Nothing to let go of."""


def one(offset: int) -> Batch:
    return make_batch("t", [Row(0, offset, 0, None, b"x")], {0: Span(offset, offset + 1)})


@pytest.mark.parametrize("error", [SourceLost("away"), LookupError("the positions cannot be had")])
def test_it_goes_on_after_what_it_raised(error: Exception) -> None:
    source = ReadAhead(Scripted([one(0), error, one(1)]))
    source.open(at({}))
    found: list[int | str] = []
    while len(found) < 3:
        try:
            batch = source.poll(5)
        except (SourceLost, LookupError) as raised:
            found.append(str(raised))
        else:
            assert batch is not None
            found.append(int(batch.offsets[0]))
    source.close()
    assert found == [0, str(error.args[0]), 1]


def test_a_batch_without_records_is_handed_over_too() -> None:
    gap = make_batch("t", [], {0: Span(3, 9, lost=6)})
    source = ReadAhead(Scripted([gap]))
    source.open(at({}))
    assert source.poll(5) is gap
    source.close()


class Away(Scripted):
    """Raises at once, then tries again for as long as it is not let go."""

    def __init__(self) -> None:
        super().__init__([SourceLost("away")])
        self.trying, self.let_go = threading.Event(), threading.Event()

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        if not self._script:
            self.trying.set()
            self.let_go.wait()
        return super().poll(timeout_s, max_records)


def test_silence_while_it_tries_again_is_no_good_news() -> None:
    away = Away()
    source = ReadAhead(away)
    source.open(at({}))
    with pytest.raises(SourceLost):
        source.poll(5)
    assert away.trying.wait(5)
    with pytest.raises(SourceLost):
        source.poll(0)
    away.let_go.set()
    source.close()
