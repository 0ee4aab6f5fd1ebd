import threading
from pathlib import Path

import polars as pl

from slots.ledger_memory import MemoryLedger
from slots.pages import merge_frames
from slots.reading import Question
from slots.snapshot import frame_bytes, frame_of
from tests.line import NOON, Line, ago


def test_writing_a_frame_while_others_read_it_does_not_stop_for_ever() -> None:
    """Seen in Polars 2.1: writing locks the frame while it waits for the interpreter."""
    frame = pl.DataFrame({"t": range(20_000), "r": ["c"] * 20_000, "d": [""] * 20_000, "k": [""] * 20_000, "n:x": [1] * 20_000})
    writers = [threading.Thread(target=lambda: [frame_bytes(frame) for _ in range(40)], daemon=True) for _ in range(2)]
    readers = [
        threading.Thread(target=lambda: [merge_frames("cells", [frame, frame]) for _ in range(20)], daemon=True) for _ in range(2)
    ]
    for thread in [*writers, *readers]:
        thread.start()
    for thread in [*writers, *readers]:
        thread.join(60)
    assert not any(thread.is_alive() for thread in [*writers, *readers])


def test_a_frame_comes_back_as_it_was() -> None:
    frame = pl.DataFrame({"r": ["水", None], "n": [1, 2]})
    assert frame_of(frame_bytes(frame)).equals(frame)


def test_after_a_crash_numbers_and_positions_stand_where_the_last_snapshot_stood(tmp_path: Path) -> None:
    line = Line(ledger=MemoryLedger(tmp_path / "ledger.sqlite"))
    line.send(*[{"at": ago(minutes=1), "region": "a1"}] * 10)
    line.run()
    assert isinstance(line.ledger, MemoryLedger)
    line.ledger.save()
    line.send(*[{"at": ago(minutes=1), "region": "a1"}] * 5)
    line.run()  # and no further snapshot: the process is gone
    later = Line(ledger=MemoryLedger(tmp_path / "ledger.sqlite"), log=line.log)
    question = Question("desk.requests", "c", NOON.replace(hour=11), NOON)
    assert later.readings.ask(question)[0].value == 10
    later.run()
    assert later.readings.ask(question)[0].value == 15
