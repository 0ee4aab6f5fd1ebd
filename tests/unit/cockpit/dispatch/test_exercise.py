"""Exercises: marked, not counted, put away together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.dispatch.exercise import BEGIN, END, RESET, SUBJECT, Exercise, ExerciseRefusal, counted, fold, marked, shown
from cockpit.dispatch.journal import Entry

BEGIN_AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    exercise: bool
    minutes: int

    @property
    def changed_at(self) -> datetime:
        return BEGIN_AT + timedelta(minutes=self.minutes)


def journal(*verbs: str, subject: str = SUBJECT) -> list[Entry]:
    return [
        Entry(number, BEGIN_AT + timedelta(minutes=number), "王", "chief", None, subject, "", verb, {"title": "防汛"})
        for number, verb in enumerate(verbs, 1)
    ]


def test_an_exercise_is_watermarked_while_it_runs() -> None:
    running = fold(journal(BEGIN))
    assert running.watermark("zh") == "演练 · 非真实事件 · 防汛" and running.watermark("fr").startswith("EXERCISE")
    assert fold(journal(BEGIN, END)).watermark("zh") == "" and Exercise().watermark("zh") == ""


def test_a_reset_puts_away_what_was_played_before() -> None:
    things = [Thing(True, 1), Thing(True, 9), Thing(False, 1)]
    assert shown(things, fold(journal(BEGIN, END, RESET))) == [Thing(True, 9), Thing(False, 1)]
    assert shown(things, Exercise()) == things and counted(things) == [Thing(False, 1)]


def test_others_entries_are_passed_over() -> None:
    assert fold(journal("begin-exercise", subject="I1")) == Exercise()


@pytest.mark.parametrize("verbs", [[END], [BEGIN, BEGIN], ["pause-exercise"]])
def test_what_cannot_be_done(verbs: list[str]) -> None:
    with pytest.raises(ExerciseRefusal):
        fold(journal(*verbs))


def test_words_say_once_that_they_are_played() -> None:
    assert marked(marked("前往北街", True), True) == "【演练】前往北街"
    assert marked("Go", True, "en") == "[EXERCISE] Go" and marked("Go", False) == "Go"
