"""A wrong document read on without its wrong parts, so that one mistake does not hide the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from cockpit.documents import Place
from slots.problem import DocumentError, Problem

Value = TypeVar("Value")
Parser = Callable[[dict[str, Any]], Value]

_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Mended(Generic[Value]):
    """What the parser made of the document at last (None: of no part of it), and every mistake on the way."""

    value: Value | None
    problems: Sequence[Problem]


def mend(values: dict[str, Any], parser: Parser[Value], fillers: Mapping[str, Any]) -> Mended[Value]:
    """The parser's result, without what it raised DocumentError for.

    `fillers` stand in for required keys of the document that are missing or wrong, and a wrong `name` anywhere becomes "unread".
    With problems the value is only good for looking on.
    """
    copy = _Copy(values, fillers)
    problems: dict[Problem, None] = {}
    for _ in range(_ROUNDS):
        try:
            return Mended(parser(copy.values), tuple(problems))
        except DocumentError as error:
            found = [Problem(copy.original(problem.path), problem.message) for problem in _causes(error.problems)]
        new = [problem for problem in found if problem not in problems and not copy.explains(problem)]
        problems |= dict.fromkeys(new)
        if not copy.leave_out(problem.path for problem in found):
            break
    return Mended(None, tuple(problems))


def _causes(problems: Iterable[Problem]) -> list[Problem]:
    """Without the list that is too short because its items are wrong: they are listed themselves."""
    all_of_them = list(problems)
    paths = {problem.path for problem in all_of_them}
    follow = [problem for problem in all_of_them if "valid one must be given" in problem.message]
    followed = {problem for problem in follow if any(_below(path, problem.path) for path in paths)}
    return [problem for problem in all_of_them if problem not in followed]


def _below(path: Place, above: Place) -> bool:
    return len(path) > len(above) and path[: len(above)] == above


@dataclass(slots=True)
class _Copy:
    """The document without the places left out; knows where everything stood in the original."""

    document: dict[str, Any]
    fillers: Mapping[str, Any]
    left_out: set[Place] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)
    _origin: dict[Place, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = self._copied(self.document, (), ())

    def original(self, path: Place) -> Place:
        """The path in the document of a path in the copy."""
        known = next(path[:length] for length in range(len(path), -1, -1) if path[:length] in self._origin)
        return (*self._origin[known], *path[len(known) :])

    def explains(self, problem: Problem) -> bool:
        """Whether a mistake only follows from what was left out."""
        near = any(problem.path[: len(place)] == place or _below(place, problem.path) for place in self.left_out)
        return near or any(repr(place[-1]) in problem.message for place in self.left_out)

    def leave_out(self, paths: Iterable[Place]) -> bool:
        """Leaves out the values at these paths, or what of them was written; False when nothing changes any more."""
        before = self.values
        self.left_out |= {place for path in paths if (place := self._written(path))}
        self._origin.clear()
        self.values = dict(self.fillers) | self._copied(self.document, (), ())
        return self.values != before

    def _written(self, path: Place) -> Place:
        value: Any = self.document
        for length, step in enumerate(path):
            held = isinstance(value, dict) and step in value
            if not held and not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
                return path[:length]
            value = value[step]
        return path

    def _copied(self, value: Any, old: Place, new: Place) -> Any:
        self._origin[new] = old
        if isinstance(value, dict):
            kept = {key: each for key, each in value.items() if (*old, key) not in self.left_out}
            named = {"name": "unread"} if "name" in value.keys() - kept.keys() else {}
            return named | {key: self._copied(each, (*old, key), (*new, key)) for key, each in kept.items()}
        if isinstance(value, list):
            rows = [row for row in range(len(value)) if (*old, row) not in self.left_out]
            return [self._copied(value[row], (*old, row), (*new, place)) for place, row in enumerate(rows)]
        return value
