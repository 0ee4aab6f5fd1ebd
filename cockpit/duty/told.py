"""What the duty desk is told with its page: the city, its regions and map, the machines, whom it can send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cockpit.city import City
from cockpit.dispatch import machine, order_machine
from cockpit.dispatch.actor import Role
from cockpit.dispatch.step import Step
from cockpit.scope import Lang
from layers import AreaLayer, Layer, MapContainer, PointLayer, Region, deck_spec

WAY: Final = (
    "REPORTED", "ACCEPTED", "FILED", "DISPATCHED", "SIGNED", "HANDLING", "REPORTED_BACK", "VERIFYING", "CLOSED", "REVIEWED",
)  # fmt: skip
"""The states an incident passes when nothing comes between."""
_REGIONS: Final = 2000


def told(city: City, lang: Lang) -> dict[str, Any]:
    """The desk's beginning, ready for JSON. At most 2,000 regions, the higher ones first."""
    return {
        "city": city.name, "title": city.title.get(lang) or city.name, "zone": city.zone, "lang": lang,
        "languages": list(city.languages), "demonstration": city.demonstration, "root": city.regions.root.code,
        "boards": [{"board": board.board, "title": board.title.get(lang) or board.board} for board in city.boards.values()],
        "regions": [
            {"code": one.code, "name": one.title(lang), "parent": one.parent, "depth": one.depth} for one in _regions(city)
        ],
        "way": WAY, "steps": _steps(machine.STEPS), "order_steps": _steps(order_machine.STEPS),
        "roles": [role.value for role in Role if role not in (Role.SYSTEM, Role.UNIT)],
        "categories": _categories(city), "units": [{"id": unit.id, "name": unit.name} for unit in city.roster.units],
        "channels": _channels(city, lang), "screen": _screen(city), "spec": deck_spec(_container(city)),
    }  # fmt: skip


def _screen(city: City) -> str | None:
    """The board that tells best what one sees: the first with a map. Its picture is kept with an order."""
    return next(
        (board.board for board in city.boards.values() if any(one.kind.name == "map" for one in board.panels.values())), None
    )


def _steps(steps: Mapping[str, Step]) -> dict[str, Any]:
    """Who may do what in which state: so that the desk can say whose turn it is. `settles`: no order may run on after it."""
    return {
        verb: {"from": sorted(step.sources), "to": step.target, "roles": sorted(step.roles), "settles": step.settles}
        for verb, step in steps.items()
    }


def _regions(city: City) -> Iterator[Region]:
    left = [city.regions.root]
    for count, region in enumerate(left):
        if count >= _REGIONS:
            return
        yield region
        left.extend(city.regions.children(region.code))


def _channels(city: City, lang: Lang) -> dict[str, str]:
    """What people call the slot whose records are reported, which is their channel."""
    slot = city.slots.get(city.incidents.slot) if city.incidents else None
    return {slot.slot: slot.title.get(lang) or slot.slot} if slot else {}


def _categories(city: City) -> list[str]:
    """What the city's own files call things: offered, not prescribed."""
    named = [service.category for service in city.services]
    named += [category for plan in city.plans.values() for category in plan.match.category]
    named += [category for rule in city.limits.rules for category in rule.category]
    return list(dict.fromkeys(named))


def _container(city: City) -> MapContainer:
    """The still layers of the first board's map; above them the units and the incidents."""
    named = next(
        (one.options.model_dump().get("layers", ()) for board in city.boards.values() for one in board.panels.values()
         if one.kind.name == "map"), (),
    )  # fmt: skip
    still: list[Layer] = [one.layer for one in city.layers if one.name in named]
    living = [
        PointLayer(id="duty_units", style="vehicle", title={"zh": "可派单位", "en": "Units"}),
        PointLayer(id="duty_incidents", style="incident", title={"zh": "未结事件", "en": "Open incidents"}),
    ]
    layers = (AreaLayer(id="regions", style="regions"), *still, *living)
    return MapContainer(city.regions, layers, city.regions.root.code)
