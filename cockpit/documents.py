"""YAML as plain values that remember their lines, so that a mistake can be shown where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 40

Step = str | int
Place = tuple[Step, ...]
"""Keys and list positions on the way to a value, the form of `slots.problem.Problem.path`."""

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster where it was built
_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file (a mapping) and the line, from 1, that each of them stands on."""

    values: dict[str, Any]
    lines: Mapping[Place, int]

    def line(self, path: Sequence[Step]) -> int:
        """The line of a value; where it is missing or was never written in this form, of what surrounds it."""
        place = tuple(path)
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


class UnreadableDocument(ValueError):
    """A file that is no document of ours; `mistakes` lists (line, message)."""

    def __init__(self, mistakes: Sequence[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"line {line}: {message}" for line, message in mistakes))
        self.mistakes = tuple(mistakes)


def read_document(path: Path) -> Document:
    """The document in a file. Blocks. Raises UnreadableDocument."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableDocument([(1, f"the file has {size:,} bytes; at most {MAX_BYTES:,} are allowed")])
        return parse_document(path.read_bytes())
    except OSError as error:
        raise UnreadableDocument([(1, f"the file cannot be read: {error.strerror}")]) from None


def parse_document(content: bytes) -> Document:
    """The document in UTF-8 YAML: plain values of the YAML 1.2 kind (`no` is a text, `2026-11-21` too).

    Refused with all their lines: keys that stand twice, anchors and aliases (a page of them can unfold to gigabytes),
    tags, more than one document, more than 40 levels. Digits that begin with 0 stay a text: region codes do.
    Raises UnreadableDocument.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableDocument([(line, f"not UTF-8: byte 0x{content[error.start]:02x}. Hint: save it as UTF-8.")]) from None
    reading = _Reading()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reading.take(event)
    except yaml.YAMLError as error:
        raise UnreadableDocument([*reading.mistakes, _syntax(error)]) from None
    return reading.finished()


def _syntax(error: yaml.YAMLError) -> tuple[int, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    hint = " Hint: indent with blanks, not tabs." if "\\t" in said else ""
    return (mark.line + 1 if mark else 1), f"not YAML: {said}.{hint}"


class _Reading:
    """Builds values from parser events without recursion; one use."""

    def __init__(self) -> None:
        self.mistakes: list[tuple[int, str]] = []
        self._lines: dict[Place, int] = {}
        self._open: list[_Open] = []
        self._root: Any = None
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents == 2:
                    self.mistakes.append((line, "a second document begins here; one file is one document"))
            case yaml.AliasEvent():
                self.mistakes.append((line, f"the alias *{event.anchor} is not allowed. Hint: write the value out."))
                self._put(None, line)
            case yaml.ScalarEvent():
                self._put(event.value if self._awaits_key() else self._scalar(event, line), line)
            case yaml.MappingStartEvent():
                self._begin({}, event, line)
            case yaml.SequenceStartEvent():
                self._begin([], event, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()

    def finished(self) -> Document:
        if not self._lines and not self.mistakes:
            self.mistakes.append((1, "the file is empty"))
        elif not isinstance(self._root, dict):
            self.mistakes.append((self._lines.get((), 1), f"keys and values are needed, got {_kind(self._root)}."))
        if self.mistakes:
            raise UnreadableDocument(self.mistakes)
        return Document(self._root, self._lines)

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Any:
        self._plain(event, line)
        if event.style or not event.implicit[0]:
            return event.value
        value = _value(event.value)
        if isinstance(value, float) and not math.isfinite(value):
            self.mistakes.append((line, f"the number {event.value} is too large"))
        return value

    def _plain(self, event: Any, line: int) -> None:
        if event.anchor:
            self.mistakes.append((line, f"the anchor &{event.anchor} is not allowed. Hint: write the value out."))
        if event.tag:
            self.mistakes.append((line, f"the tag {event.tag} is not allowed. Hint: quote a text."))

    def _begin(self, value: dict[str, Any] | list[Any], event: Any, line: int) -> None:
        self._plain(event, line)
        place = self._put(value, line)
        if len(self._open) == MAX_DEPTH:
            raise UnreadableDocument([*self.mistakes, (line, f"more than {MAX_DEPTH} levels are not allowed")])
        self._open.append(_Open(value, place))

    def _put(self, value: Any, line: int) -> Place:
        """Where the value went: into the list or under the key that waits for it, or it is the key itself."""
        if not self._open:
            self._root = value if self._documents < 2 else self._root
            self._lines.setdefault((), line)
            return ()
        top = self._open[-1]
        if isinstance(top.value, list):
            place: Place = (*top.place, len(top.value))
            top.value.append(value)
        elif top.key is None:
            return self._take_key(top, value, line)
        else:
            place = (*top.place, top.key)
            top.value[top.key] = value
            top.key = None
            return place
        self._lines[place] = line
        return place

    def _take_key(self, top: _Open, key: Any, line: int) -> Place:
        if not isinstance(key, str):
            raise UnreadableDocument(
                [*self.mistakes, (line, f"a key must be a text, got {_kind(key)}. Hint: quote texts that begin with {{ or [.")]
            )
        top.key = key
        place = (*top.place, top.key)
        if place in self._lines:
            self.mistakes.append((line, f"the key {key!r} stands twice, first in line {self._lines[place]}"))
            top.key = f"{key} in line {line}"  # so that nothing below it seems to stand twice as well
            place = (*top.place, top.key)
        self._lines.setdefault(place, line)
        return place


@dataclass(slots=True)
class _Open:
    """A list or mapping being filled; `key` waits for its value."""

    value: Any
    place: Place
    key: str | None = None


def _value(text: str) -> Any:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _INT.fullmatch(text) and len(text) < 20:
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _kind(value: Any) -> str:
    return {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}.get(
        type(value), "a number"
    )
