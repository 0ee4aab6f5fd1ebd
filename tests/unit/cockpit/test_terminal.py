"""What the commands say: nouns with their numbers, refusals as one line."""

from __future__ import annotations

from cockpit.commands import refusal
from cockpit.terminal import many


def test_one_is_not_told_as_many() -> None:
    assert [many(number, "mistake") for number in (0, 1, 2000)] == ["0 mistakes", "1 mistake", "2,000 mistakes"]


def test_a_refusal_has_one_full_stop_before_its_hint() -> None:
    assert refusal({"error": "it begins later.", "hint": "--from 2026-05-01"}) == "it begins later. Hint: --from 2026-05-01"
    assert refusal({"error": "it lies ahead", "hint": "a day"}) == "it lies ahead. Hint: a day"
    assert refusal({"error": "it lies ahead"}) == "it lies ahead"
