"""`POST /api/v1/datum-guess`: which datum some points are in, by the regions they are said to lie in."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from anyio import to_thread
from fastapi import Request, Response

from cockpit.api.answer import Refusal, answer, calls, check_origin
from cockpit.api.body import read_body
from cockpit.parts import Parts
from layers import DatumError, Regions, StatedPoints, guess

_BYTES_MAX: Final = 8 * 1024 * 1024
_DATUMS_MAX: Final = 8


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    """`points`: [x, y, code of the region it is said to lie in]."""

    points: list[tuple[float, float, str]]
    datums: tuple[str, ...] = ("wgs84", "gcj02", "bd09")


class DatumGuess:
    """The call of whoever attaches a new source. Computes in a thread; writes nothing."""

    def __init__(self, parts: Parts) -> None:
        self._regions = parts.city.regions
        self.router = calls(prefix="/api/v1", tags=["regions"])
        self.router.add_api_route("/datum-guess", self.guess, methods=["POST"])

    async def guess(self, request: Request) -> Response:
        """JSON `{"points": [[lon, lat, "code"], …], "datums": ["wgs84", "gcj02", "epsg:4549"]?}` → the share of points inside
        their region per datum, the best first; `sure` when chance cannot explain the lead. Some hundred points are needed.
        """
        check_origin(request)
        body = await read_body(request, _BYTES_MAX, "JSON", "some hundred points are enough")
        try:
            asked = msgspec.json.decode(body, type=_Asked)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            reason = str(error).partition("\n")[0][:200]
            raise Refusal(422, f"the points cannot be read: {reason}", 'send {"points": [[lon, lat, "code"], …]}') from None
        if not 1 <= len(asked.datums) <= _DATUMS_MAX:
            raise Refusal(422, f"from 1 to {_DATUMS_MAX} datums are compared, got {len(asked.datums)}")
        return answer(await to_thread.run_sync(_guessed, asked, self._regions))


def _guessed(asked: _Asked, regions: Regions) -> dict[str, object]:
    lon, lat = (np.array([point[axis] for point in asked.points], dtype=np.float64) for axis in (0, 1))
    try:
        found = guess(StatedPoints(lon, lat, [point[2] for point in asked.points]), regions, asked.datums)
    except DatumError as error:
        text, _, hint = str(error).partition(". Hint: ")
        raise Refusal(422, text, hint) from None
    return {"datum": found.datum, "sure": found.sure, "tested": found.tested, "shares": found.shares}
