"""The toolbox's open incidents as marks on a map: a point each, its kind the light it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from cockpit.dispatch.incident import State
from cockpit.dispatch.standing import Standing
from layers import Features, PointLayer, encode_points, point_ids

from .incidents import LIGHTS
from .panel import Context

INCIDENTS: Final = "open_incidents"
_TITLE: Final = {"zh": "未结事件", "en": "Open incidents"}
_KINDS: Final = ("alarm_new", "alarm", "watch", "fine", "old")
"""As assets/map/incidents.js draws them; `alarm_new`: nobody has accepted it yet."""


def incident_layer() -> PointLayer:
    """The layer that lies above all others."""
    return PointLayer(id=INCIDENTS, style="incident", title=_TITLE, trail_s=0)


def incident_frame(panel: str, context: Context) -> bytes:
    """The open incidents that have a place, as layers.point encodes points; none at a moment of the past."""
    placed = _placed(context)
    axes = np.array([(one.incident.lon, one.incident.lat) for one in placed], dtype=np.float64).reshape(-1, 2)
    newest_ms = max((round(one.incident.changed_at.timestamp() * 1000) for one in placed), default=0)
    ids = point_ids(one.incident.number for one in placed)
    kinds = np.array([_KINDS.index(_kind(one)) for one in placed], dtype=np.uint8)
    return encode_points(panel, INCIDENTS, 0, newest_ms, axes[:, 0], axes[:, 1], ids, kinds, list(_KINDS), 0)


def incident_points(context: Context) -> PointLayer | None:
    """The open incidents as a layer of features, for engines that are not fed; None where there are none."""
    placed = _placed(context)
    lon, lat = (np.array([getattr(one.incident, axis) for one in placed], dtype=np.float64) for axis in ("lon", "lat"))
    features = Features.at(lon, lat, [{"light": _kind(one)} for one in placed])
    return replace(incident_layer(), features=features, told_by="light") if len(features) else None


def _placed(context: Context) -> Sequence[Standing]:
    there = () if context.scope.at else context.incidents()
    return sorted((one for one in there if one.incident.lon is not None), key=lambda one: one.incident.number)


def _kind(one: Standing) -> str:
    light = LIGHTS[one.light] or "old"
    grave = light == "alarm" or one.incident.priority == "URGENT"
    return "alarm_new" if grave and one.incident.state is State.REPORTED else light
