"""What is said when a constructor is called wrongly: where, what was given, what is allowed, and the likely cause."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import is_dataclass
from difflib import get_close_matches
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

_Made = TypeVar("_Made")
_FIRST = 100
"""Of a long column so many values are looked at."""


class LayerError(ValueError):
    """A layer that cannot be drawn; `problems` lists everything that is wrong with it, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class ArgumentError(LayerError, TypeError):
    """A constructor that was called with a name it does not know, without one it needs, or with a value of another type."""


class Named(type):
    """Classes whose constructor says which names it knows when it is given a wrong one. Costs nothing when all is well."""

    @property
    def __signature__(cls) -> inspect.Signature:
        """What help() and editors show: the names of the constructor, not those of `__call__`."""
        return _signature(cls)

    def __call__(cls: type[_Made], *args: Any, **options: Any) -> _Made:
        try:
            return type.__call__(cls, *args, **options)  # type: ignore[no-any-return]
        except TypeError as error:
            problems = list(_name_problems(cls, args, options))
            if isinstance(error, ArgumentError) or not problems:
                raise
        raise ArgumentError(problems)


class Checked(Named):
    """As `Named`, and every value is held against its annotation before the class itself looks at it."""

    def __call__(cls: type[_Made], *args: Any, **options: Any) -> _Made:
        problems = list(_name_problems(cls, args, options)) or list(_type_problems(cls, args, options))
        if problems:
            raise ArgumentError(problems)
        return type.__call__(cls, *args, **options)  # type: ignore[no-any-return]


@lru_cache(256)
def _signature(cls: type) -> inspect.Signature:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    return inspect.Signature(parameters)


@lru_cache(256)
def _hints(cls: type) -> Mapping[str, Any]:
    """The annotations of the constructor; none where they name what only a type checker sees."""
    try:
        return get_type_hints(cls if is_dataclass(cls) else cls.__init__)  # type: ignore[misc]
    except NameError:
        return {}


def _where(cls: type, options: Mapping[str, Any]) -> str:
    named = options.get("id")
    return f"{cls.__name__} {named!r}" if isinstance(named, str) else cls.__name__


def _name_problems(cls: type, args: Sequence[Any], options: Mapping[str, Any]) -> Iterator[str]:
    parameters, where = _signature(cls).parameters, _where(cls, options)
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return
    listed = ", ".join(parameters)
    for name in options:
        if name not in parameters:
            near = get_close_matches(name, parameters, 2)
            hint = f" Hint: did you mean {' or '.join(map(repr, near))}?" if near else ""
            yield f"{where}: there is no {name!r}; allowed: {listed}.{hint}"
    places = [name for name, one in parameters.items() if one.kind is not one.KEYWORD_ONLY]
    if len(args) > len(places):
        allowed = f"at most {len(places)} ({', '.join(places)})" if places else "none"
        yield f"{where}: {len(args)} values without a name, allowed: {allowed}. Hint: write {_first_open(parameters)}=…"
    given = {*places[: len(args)], *options}
    missing = [name for name, one in parameters.items() if one.default is one.empty and name not in given]
    if missing:
        yield f"{where}: {', '.join(missing)} must be given; all there are: {listed}"
    for name in set(places[: len(args)]) & options.keys():
        yield f"{where}: {name} is given twice, by its place and by its name. Hint: leave out one"


def _first_open(parameters: Mapping[str, inspect.Parameter]) -> str:
    return next((name for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY), next(iter(parameters), "name"))


def _type_problems(cls: type, args: Sequence[Any], options: Mapping[str, Any]) -> Iterator[str]:
    hints, where = _hints(cls), _where(cls, options)
    for name, value in _signature(cls).bind(*args, **options).arguments.items():
        hint = hints.get(name, Any)
        if not _fits(value, hint):
            given = f"{type(value).__name__} {value!r}"
            short = given if len(given) <= 60 else f"{given[:59]}…"
            yield f"{where}: {name} must be {_said(hint)}, got {short}.{_cause(value, hint)}"


def _fits(value: Any, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any or isinstance(hint, TypeVar) or origin is type:
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Literal:
        return isinstance(value, str)  # which of them the class itself says best
    if hint is None or hint is type(None):
        return value is None
    if hint in (float, int):
        return isinstance(value, Real if hint is float else Integral) and not isinstance(value, bool | np.bool_)
    if origin is not None:
        return _fits_many(value, origin, inner)
    if getattr(hint, "_is_protocol", False):
        return all(hasattr(value, name) for name in vars(hint) if not name.startswith("_"))
    return isinstance(value, hint) if isinstance(hint, type) else True


def _fits_many(value: Any, origin: Any, inner: Sequence[Any]) -> bool:
    if origin is np.ndarray:
        return isinstance(value, np.ndarray)
    if issubclass(origin, Mapping):
        pairs = list(value.items())[:_FIRST] if isinstance(value, Mapping) else None
        return pairs is not None and all(_fits(key, inner[0]) and _fits(one, inner[1]) for key, one in pairs)
    if issubclass(origin, Set):
        return isinstance(value, Set)
    if not issubclass(origin, Sequence):
        return True
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__len__") or not hasattr(value, "__getitem__"):
        return False
    if origin is tuple and Ellipsis not in inner and len(value) != len(inner):
        return False
    kinds = inner if origin is tuple and Ellipsis not in inner else [inner[0]] * min(len(value), _FIRST)
    return all(_fits(one, kind) for one, kind in zip(value, kinds, strict=False))


def _said(hint: Any) -> str:
    """A type as one says it."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_said(one) for one in inner)
    if origin is Literal:
        return ", ".join(map(repr, inner))
    if hint is None or hint is type(None):
        return "None"
    if origin is np.ndarray:
        return "an array"
    if origin is None:
        return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))
    if issubclass(origin, Mapping):
        return f"a mapping of {_said(inner[0])} to {_said(inner[1])}"
    if origin is tuple and Ellipsis not in inner:
        return f"({', '.join(_said(one) for one in inner)})"
    return f"a list of {_said(inner[0])}" if inner else "a list"


_WORDS: Mapping[Any, str] = types.MappingProxyType(
    {str: "text", float: "a number", int: "a whole number", bool: "True or False", bytes: "bytes"}
)


def _cause(value: Any, hint: Any) -> str:
    """The likely reason, where there is one."""
    wanted = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if isinstance(value, str) and any(one in (float, int) for one in wanted):
        return " Hint: write numbers unquoted"
    if isinstance(value, str) and any(_issub(get_origin(one), Mapping) for one in wanted):
        return f' Hint: {{"zh": {value!r}}}' if len(value) < 30 else ""
    if isinstance(value, str) and any(_issub(get_origin(one), Sequence) for one in wanted):
        return " Hint: a single one is written [one]"
    if any(getattr(one, "__name__", "") == "Features" for one in wanted):
        return " Hint: read_features(path), Features.of_frame(frame) or Features.at(lon, lat) make them"
    if any(getattr(one, "__name__", "") == "Path" for one in wanted):
        return f" Hint: Path({value!r})" if isinstance(value, str) else ""
    if isinstance(value, list) and any(get_origin(one) is np.ndarray for one in wanted):
        return " Hint: numpy.array(…) makes one of a list"
    return ""


def _issub(one: Any, other: type) -> bool:
    return isinstance(one, type) and issubclass(one, other)
