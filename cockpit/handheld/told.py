"""What the pages in the hand are told with their HTML: the city, its units and regions, the steps of orders."""

from __future__ import annotations

from typing import Any, Final

from cockpit.city import City
from cockpit.dispatch import order_machine
from cockpit.scope import Lang

_REGIONS: Final = 3000


def field_told(city: City, lang: Lang) -> dict[str, Any]:
    """The field page's beginning, ready for JSON."""
    return {
        **_city_told(city, lang),
        "units": [{"id": unit.id, "name": unit.name or unit.id} for unit in city.roster.units],
        "steps": {verb: {"from": sorted(step.sources), "to": step.target} for verb, step in order_machine.STEPS.items()},
    }


def leader_told(city: City, lang: Lang) -> dict[str, Any]:
    """The leader page's beginning, ready for JSON."""
    units = [{"id": unit.id, "name": unit.name or unit.id} for unit in city.roster.units]
    boards = [{"board": one.board, "title": one.title.get(lang) or one.board} for one in city.boards.values()]
    return {**_city_told(city, lang), "units": units, "boards": boards}


def _city_told(city: City, lang: Lang) -> dict[str, Any]:
    """At most 3,000 regions, as their file has them."""
    return {
        "city": city.name, "title": city.title.get(lang) or city.name, "zone": city.zone, "lang": lang,
        "languages": list(city.languages), "demonstration": city.demonstration,
        "regions": {code: city.regions.region(code).title(lang) for code in list(city.regions.codes)[:_REGIONS]},
    }  # fmt: skip
