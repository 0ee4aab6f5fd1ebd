"""Dead letters are kept once, found again in order, and bounded."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from streams.dead_letters import DeadLetter, DeadLetters

AT = datetime(2026, 1, 31, 8, 0, 0, 123_456, tzinfo=UTC)


def letter(offset: int, slot: str = "hotline", raw: bytes = b"{}") -> DeadLetter:
    return DeadLetter(slot, "city.hotline", 2, offset, AT, "decode", f"reason {offset}", raw)


def test_a_letter_comes_back_as_it_was(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.sqlite")
    assert letters.add([letter(7)]) == 1
    letters.close()
    again = DeadLetters(tmp_path / "letters.sqlite")
    assert again.latest("hotline", 10) == [letter(7)]
    assert again.latest("hotline", 10)[0].address == "city.hotline[2]@7"
    again.close()


def test_the_same_address_is_kept_once() -> None:
    letters = DeadLetters(":memory:")
    assert letters.add([letter(1), letter(2), letter(1)]) == 2
    assert letters.add([letter(2), letter(3)]) == 1
    assert letters.add([letter(1, slot="other")]) == 1
    assert (letters.count("hotline"), letters.count("other"), letters.count("none")) == (3, 1, 0)
    letters.close()


def test_the_newest_come_first_page_by_page() -> None:
    letters = DeadLetters(":memory:")
    letters.add([letter(offset) for offset in range(10)])
    first = letters.latest("hotline", 4)
    assert [one.offset for one in first] == [9, 8, 7, 6]
    last = first[-1]
    older = letters.latest("hotline", 4, before=(last.topic, last.partition, last.offset))
    assert [one.offset for one in older] == [5, 4, 3, 2]
    letters.close()


def test_a_long_record_is_cut_and_says_so() -> None:
    letters = DeadLetters(":memory:")
    letters.add([letter(1, raw=b"x" * 65_537), letter(2, raw=b"x" * 65_536)])
    assert [(len(one.raw), one.truncated) for one in letters.latest("hotline", 2)] == [(65_536, False), (65_536, True)]
    letters.close()


def test_a_full_slot_only_counts_until_there_is_room_again() -> None:
    letters = DeadLetters(":memory:", max_bytes_per_slot=25)
    assert letters.add([letter(offset, raw=b"0123456789") for offset in range(5)]) == 2
    assert (letters.count("hotline"), letters.dropped("hotline")) == (2, 3)
    assert letters.add([letter(1, slot="other", raw=b"0123456789")]) == 1
    assert letters.remove("hotline", [("city.hotline", 2, 0), ("city.hotline", 2, 99)]) == 1
    assert letters.add([letter(9, raw=b"0123456789")]) == 1
    assert [one.offset for one in letters.latest("hotline", 9)] == [9, 1]
    letters.close()


def test_many_threads_add_at_once(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.sqlite")
    added: list[int] = []

    def add(part: int) -> None:
        added.append(sum(letters.add([letter(100 * part + one), letter(one)]) for one in range(20)))

    threads = [threading.Thread(target=add, args=(part,)) for part in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(added) == letters.count("hotline") == 100
    letters.close()
