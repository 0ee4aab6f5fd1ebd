"""One region of the tree, and what is said when a region file is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Region:
    """A place that counts and drills; without geometry it is only not drawn.

    `code` is an opaque string, `parent` is "" for the root, `level` the file's own number (0 = city in the demo),
    `depth` the number of steps from the root. `placeholder`: an administrative node that means nothing to a
    reader (市辖区) and is left out of breadcrumbs. `valid_from` and `valid_to` are inclusive, None = open.
    """

    code: str
    parent: str
    name: str
    name_en: str
    level: int
    depth: int
    has_geometry: bool
    placeholder: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def title(self, language: str) -> str:
        """The name in `zh` or `en`; the other one where that is missing."""
        return (self.name_en or self.name) if language == "en" else (self.name or self.name_en)


class RegionsError(ValueError):
    """A region file that cannot be used; `problems` lists everything that is wrong with it, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class UnknownRegion(KeyError):
    """A code the tree does not know."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return f"unknown region {self.code!r}"
