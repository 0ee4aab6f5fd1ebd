"""What the options of a panel name must exist in the city: indicators, slots, dimensions, layers, regions.

The keys say what is meant, in our panels and in those of others: `indicator color` (slot.name), `indicators`, `slot`,
`dimension`, `attributes`, `layers`, `region`. (A window is checked by its type, `cockpit.windows.WindowName`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers import Regions
from slots.problem import Problem, nearest
from slots.slot import Slot

Finding = Iterator[tuple[tuple[int, ...], str]]


@dataclass(frozen=True, slots=True)
class References:
    """Everything a panel may name.

    `regions` is None where they could not be read; then nothing is said of codes. `unread`: slots and layers that are there but
    wrong; nothing is said of them either, their own mistakes are listed.
    """

    slots: Mapping[str, Slot]
    layers: Sequence[str]
    regions: Regions | None
    unread: frozenset[str] = frozenset()

    def __call__(self, options: Mapping[str, Any]) -> list[Problem]:
        """The mistakes in these options; a value of a wrong type is passed over, the shape is checked elsewhere."""
        checks: dict[str, Callable[[Any, Mapping[str, Any]], Finding]] = {
            "indicator": self._indicator, "color": self._indicator, "indicators": self._indicators, "slot": self._slot,
            "dimension": self._dimension, "attributes": self._attributes, "layers": self._layers, "region": self._region,
        }  # fmt: skip
        return [
            Problem((key, *position), message)
            for key, check in checks.items()
            if options.get(key) is not None
            for position, message in check(options[key], options)
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

    def _indicator(self, value: Any, _: Mapping[str, Any]) -> Finding:
        if isinstance(value, str) and (mistake := self.indicator_mistake(value)):
            yield (), mistake

    def _indicators(self, value: Any, _: Mapping[str, Any]) -> Finding:
        for position, name in enumerate(value if isinstance(value, list) else ()):
            if isinstance(name, str) and (mistake := self.indicator_mistake(name)):
                yield (position,), mistake

    def _slot(self, value: Any, _: Mapping[str, Any]) -> Finding:
        if isinstance(value, str) and value not in self.slots and value not in self.unread:
            yield (), f"there is no slot {value!r}; slots: {_listed(self.slots)}.{nearest(value, self.slots)}"

    def _asked(self, options: Mapping[str, Any]) -> Slot | None:
        name = options.get("slot") or str(options.get("indicator", "")).partition(".")[0]
        return self.slots.get(name) if isinstance(name, str) else None

    def _dimension(self, value: Any, options: Mapping[str, Any]) -> Finding:
        slot = self._asked(options)
        if slot and slot.slot not in self.unread and isinstance(value, str) and value not in slot.dimensions:
            hint = nearest(value, slot.dimensions)
            yield (), f"slot {slot.slot!r} has no dimension {value!r}; it has: {_listed(slot.dimensions)}.{hint}"

    def _attributes(self, value: Any, options: Mapping[str, Any]) -> Finding:
        slot = self._asked(options)
        if slot is None or slot.slot in self.unread or not isinstance(value, list):
            return
        if slot.entities is None:
            yield (), f"slot {slot.slot!r} keeps no entities. Hint: give the slot an `entities` part."
            return
        for position, name in enumerate(value):
            if isinstance(name, str) and name not in slot.entities.attributes:
                kept = slot.entities.attributes
                yield (
                    (position,),
                    f"slot {slot.slot!r} keeps no attribute {name!r}; it keeps: {_listed(kept)}.{nearest(name, kept)}",
                )

    def _layers(self, value: Any, _: Mapping[str, Any]) -> Finding:
        live = [slot.slot for slot in self.slots.values() if slot.entities]
        known = ["regions", *self.layers, *live]
        for position, name in enumerate(value if isinstance(value, list) else ()):
            if not isinstance(name, str) or name in known or name in self.unread:
                continue
            if name in self.slots:
                yield (
                    (position,),
                    f"slot {name!r} keeps no entities, so there is nothing to draw. Hint: give it an `entities` part.",
                )
            else:
                yield (position,), f"there is no layer {name!r}; layers: {_listed(known)}.{nearest(name, known)}"

    def _region(self, value: Any, _: Mapping[str, Any]) -> Finding:
        if isinstance(value, str) and value and self.regions is not None and value not in self.regions:
            yield (), f"there is no region {value!r}.{nearest(value, self.regions.codes)}"


def _listed(names: Any) -> str:
    return ", ".join(list(names)[:30]) or "none"
