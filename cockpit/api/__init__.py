"""The HTTP interface: one file per noun, put together here. Handlers parse, ask and encode; nothing is decided in them."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Response
from prometheus_client.registry import Collector
from starlette.routing import BaseRoute

from cockpit.api.alerts import Alerts
from cockpit.api.answer import answer
from cockpit.api.attachments import Attachments
from cockpit.api.broadcasts import BroadcastList
from cockpit.api.clocks import ClockList
from cockpit.api.datum_guess import DatumGuess
from cockpit.api.duty import Duty
from cockpit.api.entities import EntityStates
from cockpit.api.exercise import Exercises
from cockpit.api.export import Export
from cockpit.api.health import Probes
from cockpit.api.incidents import IncidentList
from cockpit.api.indicators import Indicators
from cockpit.api.ingest import Ingest
from cockpit.api.jobs import JobList
from cockpit.api.journal import Journal
from cockpit.api.map_files import MapFiles
from cockpit.api.nearby import Nearby
from cockpit.api.open311 import Open311
from cockpit.api.orders import OrderList
from cockpit.api.passports import Passports
from cockpit.api.plans import PlanList
from cockpit.api.plots import PlotList
from cockpit.api.records import Records
from cockpit.api.regions import RegionTree
from cockpit.api.reports import Reports
from cockpit.api.roster import RosterBook
from cockpit.api.schemes import Schemes
from cockpit.api.slots import SlotStates
from cockpit.api.surroundings import SurroundingsOf
from cockpit.api.tiles import LayerTiles
from cockpit.api.units import Units
from cockpit.parts import Parts

OPENAPI = "/api/openapi.json"
"""Where the web application is to serve the description of these routes."""


def create_routes(parts: Parts, collectors: Iterable[Collector] = ()) -> list[BaseRoute]:
    """All routes over these parts, in the order in which they are tried. `collectors`: what else `/metrics` shows.

    They go into an application as they are: including routers would build every one of them anew, twice.
    """
    routers = (
        Probes(parts, collectors).router, SlotStates(parts).router, Indicators(parts).router, Records(parts).router,
        Passports(parts).router, Schemes(parts).router, RegionTree(parts).router, EntityStates(parts).router,
        Ingest(parts).router, JobList(parts).router, Export(parts).router, LayerTiles(parts).router,
        MapFiles(parts).router, DatumGuess(parts).router, Nearby(parts).router, PlotList(parts).router,
        IncidentList(parts).router, OrderList(parts).router, Journal(parts).router,
        Units(parts).router, ClockList(parts).router, PlanList(parts).router, Duty(parts).router,
        Alerts(parts).router, Open311(parts).router, Reports(parts).router,
        Attachments(parts).router, Exercises(parts).router, BroadcastList(parts).router, SurroundingsOf(parts).router,
        RosterBook(parts).router,
    )  # fmt: skip
    rest = APIRouter()
    rest.add_api_route("/api/{rest:path}", _nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    return [route for router in (*routers, rest) for route in router.routes]


async def _nothing(rest: str) -> Response:
    """What else is asked for below /api must not end as somebody's page."""
    body = {"error": f"there is no call {rest[:100]!r} with this method", "hint": f"the calls are described at {OPENAPI}"}
    return answer(body, 404)


__all__ = ["OPENAPI", "create_routes"]
