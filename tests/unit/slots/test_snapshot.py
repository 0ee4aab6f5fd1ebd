import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import polars as pl

from slots.ledger import Commit, PageKey
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


def test_a_file_of_the_former_version_is_read_and_written_on(tmp_path: Path) -> None:
    """As it was before slots had epochs and pages could be closed."""
    file = tmp_path / "ledger.sqlite"
    frame = pl.DataFrame({"t": [0], "r": ["c"], "d": [""], "k": [""], "n:x": [7]})
    state = {"sequence": 3, "offsets": {"t/0": 7}, "counters": {"accepted": 7}, "dimensions": {"kind": ["a"]}, "last_event_us": 5}
    with closing(sqlite3.connect(file)) as former:
        former.executescript(
            "CREATE TABLE state (slot TEXT PRIMARY KEY, json BLOB NOT NULL);"
            "CREATE TABLE page (slot TEXT, kind TEXT, size TEXT, start INTEGER, version INTEGER NOT NULL, frame BLOB NOT NULL,"
            " PRIMARY KEY (slot, kind, size, start)) WITHOUT ROWID;"
        )
        former.execute("INSERT INTO state VALUES ('desk', ?)", [json.dumps(state).encode()])
        former.execute("INSERT INTO page VALUES ('desk', 'cells', 'day', 0, 4, ?)", [frame_bytes(frame)])
        former.commit()
    key = PageKey("cells", "day", 0)
    for expected in (7, 14):
        ledger = MemoryLedger(file)
        held = ledger.state("desk")
        begin = held.offsets["t/0"]
        assert (begin, held.dimensions, held.last_event_us) == (expected, {"kind": ["a"]}, 5)
        assert rows_of(ledger.read("desk", key)[1]) == expected
        change = Commit("desk", {"t/0": begin}, {"t/0": begin + 7}, {key: frame}, {}, {}, {}, None, None, 9, epoch=held.epoch)
        assert ledger.commit(change).epoch
        ledger.close()


def rows_of(frame: pl.DataFrame | None) -> int:
    return 0 if frame is None else int(frame["n:x"].sum())
