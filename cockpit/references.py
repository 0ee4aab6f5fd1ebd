"""What the options of a panel name must exist in the city: indicators, slots, dimensions, attributes, layers, regions.

The keys say what is meant, in our panels and in those of others: `indicator color` (slot.name), `indicators`, `slot`,
`scheme`, `dimension`, `attributes` and `severity` (of `slot`), `layers`, `moving` (slots on the map, with their
attributes `kind` and `only`), `region`. A window is checked by its type, `cockpit.windows.WindowName`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers import Regions
from slots.problem import Problem, nearest
from slots.slot import Slot

Finding = Iterator[tuple[tuple[str | int, ...], str]]


@dataclass(frozen=True, slots=True)
class References:
    """Everything a panel may name.

    `regions` is None where they could not be read; then nothing is said of codes. `unread`: slots and layers that are
    there but wrong; nothing is said of them either, their own mistakes are listed. `schemes`: None where nobody knows them.
    """

    slots: Mapping[str, Slot]
    layers: Sequence[str]
    regions: Regions | None
    unread: frozenset[str] = frozenset()
    schemes: Collection[str] | None = None

    def __call__(self, options: Mapping[str, Any], keys: Collection[str] = ()) -> list[Problem]:
        """What is wrong with the options of a panel that can have `keys`; wrong types are passed over and told elsewhere."""
        checks: dict[str, Callable[[Any, Mapping[str, Any], Collection[str]], Finding]] = {
            "indicator": self._indicator, "color": self._indicator, "indicators": self._indicators, "slot": self._slot,
            "incidents": self._slot,
            "dimension": self._dimension, "attributes": self._attributes, "severity": self._severity, "layers": self._layers,
            "moving": self._moving, "region": self._region, "scheme": self._scheme,
            "by": self._by,
        }  # fmt: skip
        return [
            Problem((key, *place), message)
            for key, check in checks.items()
            if options.get(key) is not None
            for place, message in check(options[key], options, keys)
        ]

    def indicator_mistake(self, name: str) -> str:
        """What is wrong with an indicator's name, or nothing."""
        slot_name, _, indicator = name.partition(".")
        slot = self.slots.get(slot_name)
        if slot_name in self.unread or (slot is not None and slot.indicator(indicator)):
            return ""
        known = [f"{slot.slot}.{each.name}" for slot in self.slots.values() for each in slot.indicators]
        hint = nearest(name, known)
        if slot is None:
            return f"there is no slot {slot_name!r} (an indicator is slot.name); slots: {_listed(self.slots)}.{hint}"
        its_own = _listed([each.name for each in slot.indicators])
        return f"slot {slot_name!r} has no indicator {indicator!r}; it has: {its_own}.{hint}"

    def _indicator(self, value: Any, *_: Any) -> Finding:
        if isinstance(value, str) and (mistake := self.indicator_mistake(value)):
            yield (), mistake

    def _indicators(self, value: Any, *_: Any) -> Finding:
        for position, name in _texts(value):
            if mistake := self.indicator_mistake(name):
                yield (position,), mistake

    def _slot(self, value: Any, _: Any, keys: Collection[str]) -> Finding:
        if not isinstance(value, str) or value in self.unread:
            return
        if value not in self.slots:
            yield (), f"there is no slot {value!r}; slots: {_listed(self.slots)}.{nearest(value, self.slots)}"
        elif "attributes" in keys and self.slots[value].entities is None:
            yield (), f"slot {value!r} keeps no entities, so there is nothing to show. Hint: give it an `entities` part."

    def _asked(self, options: Mapping[str, Any]) -> Slot | None:
        """The slot the options are about, unless it is wrong itself."""
        name = options.get("slot") or str(options.get("indicator", "")).partition(".")[0]
        return self.slots.get(name) if isinstance(name, str) and name not in self.unread else None

    def _dimension(self, value: Any, options: Mapping[str, Any], _: Any) -> Finding:
        slot = self._asked(options)
        if slot and isinstance(value, str) and value not in slot.dimensions:
            hint = nearest(value, slot.dimensions)
            yield (), f"slot {slot.slot!r} has no dimension {value!r}; it has: {_listed(slot.dimensions)}.{hint}"

    def _by(self, value: Any, options: Mapping[str, Any], _: Any) -> Finding:
        """A split: `region`, or a dimension of every slot that is asked."""
        names = [*_texts(options.get("indicators")), *_texts([options.get("indicator")])]
        for slot in dict.fromkeys(name.partition(".")[0] for _, name in names):
            if isinstance(value, str) and value != "region":
                yield from self._dimension(value, {"slot": slot}, ())

    def _attributes(self, value: Any, options: Mapping[str, Any], _: Any) -> Finding:
        for position, name in _texts(value):
            yield from self._attribute((position,), name, self._asked(options))

    def _severity(self, value: Any, options: Mapping[str, Any], _: Any) -> Finding:
        if isinstance(value, dict):
            yield from self._attribute(("attribute",), value.get("attribute"), self._asked(options))

    def _attribute(self, place: tuple[str | int, ...], name: Any, slot: Slot | None) -> Finding:
        kept = slot.entities.attributes if slot and slot.entities else ()
        if slot and slot.entities and isinstance(name, str) and name not in kept:
            yield place, f"slot {slot.slot!r} keeps no attribute {name!r}; it keeps: {_listed(kept)}.{nearest(name, kept)}"

    def _layers(self, value: Any, *_: Any) -> Finding:
        for position, name in _texts(value):
            if mistake := self._layer_mistake(name, ["regions", *self.layers, *self._live()]):
                yield (position,), mistake

    def _moving(self, value: Any, options: Mapping[str, Any], _: Any) -> Finding:
        for name, how in value.items() if isinstance(value, dict) else ():
            if mistake := self._layer_mistake(name, self._live()):
                yield (name,), mistake
            elif [*_texts(options.get("layers"))] and name not in options["layers"]:
                yield (name,), f"{name!r} is not among the panel's layers"
            elif isinstance(how, dict) and name in self.slots:
                yield from self._attribute((name, "kind"), how.get("kind"), self.slots[name])
                for attribute in how["only"] if isinstance(how.get("only"), dict) else ():
                    yield from self._attribute((name, "only", attribute), attribute, self.slots[name])

    def _live(self) -> list[str]:
        return [slot.slot for slot in self.slots.values() if slot.entities]

    def _layer_mistake(self, name: str, known: list[str]) -> str:
        if name in known or name in self.unread:
            return ""
        if name in self.slots:
            return f"slot {name!r} keeps no entities, so there is nothing to draw. Hint: give it an `entities` part."
        return f"there is no layer {name!r}; layers: {_listed(known)}.{nearest(name, known)}"

    def _scheme(self, value: Any, *_: Any) -> Finding:
        if isinstance(value, str) and value and self.schemes is not None and value not in self.schemes:
            yield (), f"there is no scheme {value!r}; schemes: {_listed(self.schemes)}.{nearest(value, self.schemes)}"

    def _region(self, value: Any, *_: Any) -> Finding:
        if isinstance(value, str) and value and self.regions is not None and value not in self.regions:
            yield (), f"there is no region {value!r}.{nearest(value, self.regions.codes[:2000])}"


def _texts(value: Any) -> Iterator[tuple[int, str]]:
    """The texts of a list with their positions; nothing where it is no list."""
    return ((position, name) for position, name in enumerate(value if isinstance(value, list) else ()) if isinstance(name, str))


def _listed(names: Any) -> str:
    return ", ".join(list(names)[:30]) or "none"
