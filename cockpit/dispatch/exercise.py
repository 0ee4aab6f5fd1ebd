"""Exercises: things that are played, not real. They say so everywhere, are never counted, and can be put away together.

What was played stays in the journal, as everything does; a reset only puts it out of sight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol, TypeVar

from cockpit.dispatch.journal import Entry

SUBJECT: Final = "exercise"
BEGIN: Final = "begin-exercise"
END: Final = "end-exercise"
RESET: Final = "reset-exercise"
VERBS: Final = (BEGIN, END, RESET)
WATERMARK: Final = MappingProxyType({"zh": "演练 · 非真实事件", "en": "EXERCISE · NOT REAL"})
MARK: Final = MappingProxyType({"zh": "【演练】", "en": "[EXERCISE] "})
NOT_COUNTED: Final = "exercise = FALSE"
"""The record filter of every slot that counts what the toolbox does."""


class Played(Protocol):
    """An incident, an order: anything that says whether it is played, and when it last changed."""

    @property
    def exercise(self) -> bool: ...
    @property
    def changed_at(self) -> datetime: ...


Thing = TypeVar("Thing", bound=Played)


class ExerciseRefusal(ValueError):
    """It cannot be done as the exercise stands now."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """The exercise of a city as it stands. `begun_at` None: none is running. `reset_at`: what was played before is put away."""

    title: str = ""
    begun_at: datetime | None = None
    begun_by: str = ""
    reset_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether new things are played unless they say otherwise."""
        return self.begun_at is not None

    def watermark(self, language: str) -> str:
        """What every screen shows across it while the exercise runs; "" when none does."""
        words = WATERMARK.get(language, WATERMARK["en"])
        return (f"{words} · {self.title}" if self.title else words) if self.running else ""


def after(exercise: Exercise, verb: str, actor: str, at: datetime, title: str = "") -> Exercise:
    """The exercise after one of VERBS. Raises ExerciseRefusal."""
    match verb:
        case "begin-exercise" if exercise.running:
            raise ExerciseRefusal(f"an exercise is running already: {exercise.title or 'without a title'}")
        case "begin-exercise":
            return replace(exercise, title=title, begun_at=at, begun_by=actor)
        case "end-exercise" if not exercise.running:
            raise ExerciseRefusal("no exercise is running")
        case "end-exercise":
            return replace(exercise, title="", begun_at=None, begun_by="")
        case "reset-exercise":
            return replace(exercise, reset_at=at)
    raise ExerciseRefusal(f"there is no verb {verb!r} for an exercise; there are: {', '.join(VERBS)}")


def fold(entries: Iterable[Entry]) -> Exercise:
    """The exercise as the journal leaves it; entries about other things are passed over. Raises ExerciseRefusal."""
    exercise = Exercise()
    for entry in entries:
        if entry.subject == SUBJECT:
            exercise = after(exercise, entry.verb, entry.actor, entry.at, str(entry.body.get("title") or ""))
    return exercise


def put_away(thing: Played, exercise: Exercise) -> datetime | None:
    """When it was put away by a reset; None: it was not."""
    return exercise.reset_at if thing.exercise and not shown([thing], exercise) else None


def shown(things: Iterable[Thing], exercise: Exercise) -> list[Thing]:
    """All but what was played and last touched before the reset."""
    reset = exercise.reset_at
    return [thing for thing in things if not thing.exercise or reset is None or thing.changed_at > reset]


def counted(things: Iterable[Thing]) -> list[Thing]:
    """Only what was real."""
    return [thing for thing in things if not thing.exercise]


def marked(text: str, exercise: bool, language: str = "zh") -> str:
    """Words that go out of the house (messages, orders, reports): they say at their beginning that they are played."""
    return f"{MARK.get(language, MARK['en'])}{text}" if exercise and not text.startswith(tuple(MARK.values())) else text
