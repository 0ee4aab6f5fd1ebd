"""Mistakes in a city's files as values, so that all of them can be listed at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where in the document (`path`, keys and list positions), what is wrong and what is allowed."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'document'}: {self.message}"


class DocumentError(ValueError):
    """A document with mistakes; `problems` lists all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def nearest(word: object, allowed: Iterable[str]) -> str:
    """` Hint: did you mean 'x'?` for the nearest allowed word, or nothing."""
    near = get_close_matches(str(word), list(allowed), 1, 0.6)
    return f" Hint: did you mean {near[0]!r}?" if near else ""


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """The mistakes pydantic found, in our words: what was given, what is allowed, the nearest allowed key."""
    return [_problem(detail["loc"], detail, model) for detail in error.errors(include_url=False)]


def _problem(path: tuple[str | int, ...], detail: Any, model: type[BaseModel]) -> Problem:
    given = detail.get("input")
    match detail["type"]:
        case "extra_forbidden":
            allowed = _allowed_keys(error_path=path, model=model)
            return Problem(path, f"unknown key {path[-1]!r}; allowed: {', '.join(allowed)}.{nearest(path[-1], allowed)}")
        case "missing":
            return Problem(path[:-1], f"the key {path[-1]!r} is missing")
        case "literal_error":
            expected = detail["ctx"]["expected"]
            words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
            return Problem(path, f"got {given!r}; allowed: {expected}.{nearest(given, words)}")
        case "string_pattern_mismatch":
            return Problem(path, f"got {given!r}; {_pattern(detail['ctx']['pattern'])}")
        case "too_short":
            return Problem(path, f"at least {detail['ctx']['min_length']} valid one must be given")
        case "value_error":
            return Problem(path, str(detail["ctx"]["error"]))
    return Problem(path, f"{detail['msg'][0].lower()}{detail['msg'][1:]}, got {given!r}")


def _pattern(pattern: str) -> str:
    if pattern.startswith("^[a-z][a-z0-9_]"):
        return "a name begins with a letter and holds only a-z, 0-9 and _"
    return f"it must match {pattern}"


def _allowed_keys(error_path: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """The keys of the innermost model on the way to the unknown key."""
    inner: type[BaseModel] | None = model
    for step in error_path[:-1]:
        found = _model_at(inner, step) if inner else None
        inner = found or inner
    return sorted((field.alias or name) for name, field in inner.model_fields.items()) if inner else []


def _model_at(model: type[BaseModel], step: str | int) -> type[BaseModel] | None:
    for name, field in model.model_fields.items():
        if step in (name, field.alias):
            return _models_in(field.annotation)
    return None


def _models_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _models_in(argument):
            return found
    return None
