"""The units of a city as they are now: the roster's, each with its last position, whether it is on duty, and its open order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import polars as pl

from cockpit.dispatch.nearest import with_orders
from cockpit.dispatch.order import OVER, Order, OrderState
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.unit import Unit

OPEN: Final = tuple(state.value for state in OrderState if state not in OVER and state is not OrderState.DRAFT)
"""The states of orders that make a unit busy."""


def units_now(roster: Roster, positions: pl.DataFrame | None, orders: Iterable[Order], now: datetime) -> list[Unit]:
    """All units of the roster. `positions`: the latest states of a slot's things, as `Entities.latest` gives them; None: none."""
    seen = _seen(positions) if positions is not None else {}
    placed = [_placed(unit, seen) for unit in roster.units_at(now)]
    return with_orders(placed, {order.unit: order.number for order in orders})


def _seen(positions: pl.DataFrame) -> Mapping[str, tuple[float, float, datetime]]:
    rows = positions.select("key", "lon", "lat", "time_us").iter_rows()
    return {str(key): (lon, lat, datetime.fromtimestamp(time_us / 1e6, UTC)) for key, lon, lat, time_us in rows}


def _placed(unit: Unit, seen: Mapping[str, tuple[float, float, datetime]]) -> Unit:
    if unit.id not in seen:
        return unit
    lon, lat, at = seen[unit.id]
    return replace(unit, lon=lon, lat=lat, seen_at=at)
