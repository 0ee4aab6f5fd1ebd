"""Slots that come with a package: the built-in packs and the plug-ins, turned on by name in a city's `packs:`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.metadata import entry_points
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml

from slots.slot import Slot, parse_slot

GROUP = "cockpit.slots"
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster where it was built


class UnknownSlot(LookupError):
    """No built-in and no installed plug-in has this name; the message lists those there are."""


def names() -> list[str]:
    """`family/slot` of every built-in, then the names of the plug-ins."""
    return [*(name for name, _ in _files()), *(entry.name for entry in entry_points(group=GROUP))]


def find(name: str) -> Slot:
    """The slot of this name. Raises UnknownSlot, DocumentError for a wrong file, TypeError for a plug-in that is no Slot."""
    for known, file in _files():
        if known == name:
            return parse_slot(yaml.load(file.read_text("utf-8"), _LOADER))
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            return _loaded(name, entry.load())
    raise UnknownSlot(f"there is no built-in or installed slot {name!r}; there are: {', '.join(names()) or 'none'}")


def _loaded(name: str, value: object) -> Slot:
    slot = getattr(value, "slot", value)
    if not isinstance(slot, Slot):
        raise TypeError(f"the plug-in {name!r} must name a Slot or a module with `slot = Slot(…)`, got {type(slot).__name__}")
    return slot


def _files() -> Iterator[tuple[str, Traversable]]:
    for family in sorted(resources.files("slots").joinpath("packs").iterdir(), key=lambda one: one.name):
        if family.is_dir():
            for file in sorted(family.iterdir(), key=lambda one: one.name):
                if file.name.endswith(".yaml"):
                    yield f"{family.name}/{file.name.removesuffix('.yaml')}", file
