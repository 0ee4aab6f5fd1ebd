"""What the commands say: nouns with their numbers, refusals as one line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rich.cells import cell_len

from cockpit.commands import refusal
from cockpit.terminal import cut, letter_lines, many


def test_one_is_not_told_as_many() -> None:
    assert [many(number, "mistake") for number in (0, 1, 2000)] == ["0 mistakes", "1 mistake", "2,000 mistakes"]


def test_a_refusal_has_one_full_stop_before_its_hint() -> None:
    assert refusal({"error": "it begins later.", "hint": "--from 2026-05-01"}) == "it begins later. Hint: --from 2026-05-01"
    assert refusal({"error": "it lies ahead", "hint": "a day"}) == "it lies ahead. Hint: a day"
    assert refusal({"error": "it lies ahead"}) == "it lies ahead"


def letter(**changes: Any) -> dict[str, Any]:
    """A letter as cockpit.letters.told says it."""
    reason = "field 'wait_s' must be float, got str 'zwölf Minuten und etwas mehr', a text. Hint: send numbers unquoted."
    standard = {"address": "city.hotline[3]@1234567", "at": datetime(2026, 5, 6, 8, tzinfo=UTC), "stage": "decode"}
    return {
        **standard,
        "field": "wait_s",
        "reason": reason,
        "raw": '{"id": "r1", "wait_s": "井盖破损井盖破损井盖破损井盖破损井盖破损"}',
        **changes,
    }


@pytest.mark.parametrize("width", [100, 120, 160, 200])
def test_letters_fit_the_terminal(width: int) -> None:
    head, first, second = letter_lines([letter(), letter(reason="short", raw="")], width)
    assert max(map(cell_len, (head, first, second))) <= width
    assert first.startswith("city.hotline[3]@1234567 2026-05-06 08:00:00 decode wait_s field 'wait_s'")
    assert "…" in first and "…" not in second


def test_letters_are_whole_where_nobody_looks() -> None:
    _, line = letter_lines([letter()], None)
    assert "Hint: send numbers unquoted." in line and line.endswith('"}')


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("as it is", 20, "as it is"),
        ("too long for twelve", 12, "too long fo…"),
        ("井盖破损井盖破损", 13, "井盖破损井盖…"),
        ("two\nlines", 20, "two lines"),
        ("never narrower than that", 1, "never narro…"),
    ],
)
def test_what_is_cut_says_so(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown
