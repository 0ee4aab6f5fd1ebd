"""Dead letters travel over their topic and are kept once, found again in order, and bounded."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streams.dead_letters import DeadLetter, DeadLetters
from streams.embedded import EmbeddedLog
from streams.letter import Address, Replayed, Trial, Withdrawn, cause, decode, encode

AT = datetime(2026, 1, 31, 8, 0, 0, 123_456, tzinfo=UTC)
TOPIC = "c.dead-letters"


def letter(offset: int, slot: str = "hotline", raw: bytes = b"{}", **more: object) -> DeadLetter:
    return DeadLetter(slot, "city.hotline", 2, offset, AT, "decode", f"reason {offset}", raw, **more)  # type: ignore[arg-type]


def kept(path: Path | str = ":memory:", log: EmbeddedLog | None = None, room: int = 1_000_000) -> DeadLetters:
    return DeadLetters(log or EmbeddedLog(":memory:"), TOPIC, path, room)


def put(letters: DeadLetters, *entries: DeadLetter | Trial | Replayed | Withdrawn, slot: str = "hotline") -> None:
    letters.write(entries)
    letters.catch_up(slot)


def test_what_others_wrote_on_the_topic_is_passed_over_however_strange() -> None:
    strange = [b"", b"no json", b"\xff", b"{}", b'{"kind": "letter"}', b'{"x": ' + b"[" * 5000 + b"]" * 5000 + b"}"]
    assert [decode(value) for value in strange] == [None] * len(strange)


def test_a_letter_comes_back_as_it_was(tmp_path: Path) -> None:
    log = EmbeddedLog(":memory:")
    one = letter(7, raw=b"\xff\x00", field="wait_s", headers=(("ce_type", b"x"),), truncated=True)
    letters = kept(tmp_path / "letters.sqlite", log)
    put(letters, one)
    letters.close()
    again = kept(tmp_path / "letters.sqlite", log)
    assert again.view.latest("hotline", 10) == [one]
    assert again.view.latest("hotline", 10)[0].address == "city.hotline[2]@7"
    again.close()


def test_what_is_written_is_json_with_the_raw_bytes_in_base64() -> None:
    assert encode(letter(7, field="wait_s")) == (
        b'{"kind":"letter","slot":"hotline","topic":"city.hotline","partition":2,"offset":7,"at":"2026-01-31T08:00:00.123456Z",'
        b'"stage":"decode","reason":"reason 7","raw":"e30=","truncated":false,"field":"wait_s",'
        b'"headers":[],"replay":0}'
    )
    assert decode(b"not ours") is decode(b"{}") is decode(b"") is decode(b"\xff") is None


def test_two_processes_show_the_same_letters(tmp_path: Path) -> None:
    log = EmbeddedLog(":memory:")
    here, there = kept(log=log), kept(log=log)
    shared = [kept(tmp_path / "shared.sqlite", log) for _ in range(2)]
    put(here, letter(1), letter(2), letter(1, slot="other"))
    for other in (there, *shared):
        other.catch_up("hotline")
        other.catch_up("other")
        assert other.view.latest("hotline", 9) == here.view.latest("hotline", 9)
        assert (other.view.count("hotline"), other.view.count("other")) == (2, 1)
    for one in (here, there, *shared):
        one.close()


def test_a_view_that_is_lost_is_made_again_from_the_topic() -> None:
    log = EmbeddedLog(":memory:")
    here = kept(log=log)
    put(here, letter(1), letter(2), letter(3))
    _, number = here.catch_up("hotline")
    put(here, letter(2, replay=number), Trial("hotline", number, number), Replayed("hotline", number, number))
    put(here, letter(9), Withdrawn("hotline", "city.hotline", 2, 9))
    assert [one.replay for one in here.view.latest("hotline", 9)] == [number]
    there = kept(log=log)
    there.catch_up("hotline")
    assert there.view.latest("hotline", 9) == here.view.latest("hotline", 9)
    here.close()
    there.close()


def test_the_same_address_is_kept_once() -> None:
    letters = kept()
    put(letters, letter(1), letter(2), letter(1))
    put(letters, letter(2), letter(3))
    put(letters, letter(1, slot="other"), slot="other")
    assert [letters.view.count(slot) for slot in ("hotline", "other", "none")] == [3, 1, 0]
    letters.close()


def test_a_counted_letter_leaves_a_tombstone_that_no_repetition_wakes() -> None:
    letters = kept()
    put(letters, letter(1), letter(2, truncated=True))
    _, number = letters.catch_up("hotline")
    put(letters, Trial("hotline", number, number), Replayed("hotline", number, number))
    put(letters, letter(1), letter(2))
    assert [one.offset for one in letters.view.latest("hotline", 9)] == [2], "a cut letter stays"
    letters.close()


def test_what_a_replay_refused_is_hidden_until_the_replay_has_happened() -> None:
    letters = kept()
    put(letters, letter(1))
    _, number = letters.catch_up("hotline")
    put(letters, letter(1, replay=number), Trial("hotline", number, number))
    assert [one.replay for one in letters.view.latest("hotline", 9)] == [0]
    assert letters.view.trial("hotline", letters.catch_up("hotline")[0], number) == number
    put(letters, Replayed("hotline", number, number))
    assert [one.replay for one in letters.view.latest("hotline", 9)] == [number]
    letters.close()


def test_the_newest_come_first_page_by_page() -> None:
    letters = kept()
    put(letters, *(letter(offset) for offset in range(10)))
    first = letters.view.latest("hotline", 4)
    assert [one.offset for one in first] == [9, 8, 7, 6]
    last = first[-1]
    older = letters.view.latest("hotline", 4, before=Address(last.topic, last.partition, last.offset))
    assert [one.offset for one in older] == [5, 4, 3, 2]
    letters.close()


def test_letters_are_found_by_stage_and_field_and_counted_by_cause() -> None:
    letters = kept()
    why = "field 'wait_s' must be float, got str '{}'"
    soon = "field 'at' is 2030-01-0{}, more than 300 s ahead of 2026"
    times = [AT + timedelta(seconds=n) for n in range(5)]
    wrong = [DeadLetter("s", "t", 0, n, at, "decode", why.format(n), b"{}", field="wait_s") for n, at in enumerate(times)]
    ahead = [DeadLetter("s", "t", 1, n, AT, "time", soon.format(n), b"") for n in (1, 2)]
    put(letters, *wrong, *ahead, slot="s")
    assert [(one.reason, one.count, one.since) for one in letters.view.causes("s")] == [
        ("field 'wait_s' must be float", 5, AT),
        ("field 'at' is …, more than … s ahead of …", 2, AT),
    ]
    assert [one.offset for one in letters.view.latest("s", 9, field="wait_s")] == [4, 3, 2, 1, 0]
    assert [one.offset for one in letters.view.latest("s", 9, stage="time")] == [2, 1]
    assert (letters.view.count("s", "time"), letters.view.count("s", "time", "wait_s")) == (2, 0)
    letters.close()


def test_a_cause_names_the_field_and_none_of_the_values() -> None:
    assert cause("field 'code': the region code 'zz' is not in the city's regions") == (
        "field 'code': the region code … is not in the city's regions"
    )
    assert cause("line 3 column 17: 'x' is 4 bytes") == "line … column … … is … bytes"


def test_a_full_slot_only_counts_until_there_is_room_again() -> None:
    letters = kept(room=25)
    put(letters, *(letter(offset, raw=b"0123456789") for offset in range(5)))
    assert (letters.view.count("hotline"), letters.view.dropped("hotline")) == (2, 3)
    put(letters, letter(1, slot="other", raw=b"0123456789"), slot="other")
    assert letters.view.count("other") == 1
    put(letters, Withdrawn("hotline", "city.hotline", 2, 0))
    put(letters, letter(9, raw=b"0123456789"))
    assert [one.offset for one in letters.view.latest("hotline", 9)] == [9, 1]
    letters.close()


def test_the_view_follows_the_topic_by_itself() -> None:
    log = EmbeddedLog(":memory:")
    seen = threading.Event()
    letters = kept(log=log)
    with letters.following():
        take = letters.view.take

        def noting(*arguments: object) -> None:
            take(*arguments)  # type: ignore[arg-type]
            seen.set()

        letters.view.take = noting  # type: ignore[method-assign,assignment]
        log.sink(TOPIC).emit([encode(letter(1))], [b"hotline"])
        assert seen.wait(10)
        assert letters.view.count("hotline") == 1


def test_many_threads_write_at_once(tmp_path: Path) -> None:
    letters = kept(tmp_path / "letters.sqlite")

    def add(part: int) -> None:
        for one in range(20):
            letters.write([letter(100 * part + one), letter(one)])

    threads = [threading.Thread(target=add, args=(part,)) for part in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    letters.catch_up("hotline")
    assert letters.view.count("hotline") == 100
    letters.close()
