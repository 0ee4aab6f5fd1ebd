"""Wrong questions over the HTTP interface: each is told why."""

from __future__ import annotations

import pytest

from tests.cities.client import Client
from tests.flow.api import client, idle, line, untouched

__all__ = ["client", "idle", "line", "untouched"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/indicators/hotline.request", 404, "did you mean 'hotline.requests'"),
        ("/api/v1/indicators/hotline.requests?regoin=7701", 422, "did you mean 'region'"),
        ("/api/v1/indicators/hotline.requests?region=770l", 404, "no region '770l'"),
        ("/api/v1/indicators/hotline.requests?window=toady", 422, "did you mean 'today'"),
        ("/api/v1/indicators/hotline.requests?by=categry", 422, "category"),
        ("/api/v1/indicators/hotline.requests?from=yesterday", 422, "ISO 8601"),
        ("/api/v1/indicators/hotline.requests?from=2026-11-21T08:00:00", 422, "time zone"),
        ("/api/v1/indicators/hotline.requests?to=2026-11-21T08:00:00Z", 422, "to needs from"),
        ("/api/v1/indicators/hotline.requests?from=2026-11-21T08:00:00Z&to=2026-11-20T08:00:00Z", 422, "before"),
        ("/api/v1/indicators/hotline.requests?window=today&from=2026-11-21T08:00:00Z", 422, "not both"),
        ("/api/v1/indicators/hotline.requests?step=10m", 422, "by=time"),
        ("/api/v1/indicators/hotline.requests?by=time&step=10", 422, "duration"),
        ("/api/v1/indicators/hotline.requests?key=noise", 422, "together"),
        ("/api/v1/records/hotlin", 404, "did you mean 'hotline'"),
        ("/api/v1/records/hotline?limit=0", 422, "limit"),
        ("/api/v1/records/hotline?limit=many", 422, "limit"),
        ("/api/v1/dead-letters/nothing", 404, "no slot"),
        ("/api/v1/regions/9", 404, "no region '9'"),
        ("/api/v1/regions/9/geometry", 404, "no region"),
        ("/api/v1/layers/rivr/geometry", 404, "did you mean 'river'"),
        ("/api/v1/entities/hotline", 404, "there are: vehicles"),
        ("/api/v1/entities/vehicles?near=30.02,120.15", 422, "longitude first"),
        ("/api/v1/entities/vehicles?near=nan,30", 422, "lon,lat"),
        ("/api/v1/entities/vehicles?bbox=1,2,3", 422, "west,south,east,north"),
        ("/api/v1/entities/vehicles?bbox=120.2,30,120.1,31", 422, "south-west"),
        ("/api/v1/entities/vehicles?near=120,30&region=77", 422, "one of"),
        ("/api/v1/entities/vehicles?radius_m=5", 422, "near only"),
        ("/api/v1/entities/vehicles?near=120,30&radius_m=inf", 422, "radius_m"),
        ("/api/v1/export/city?at=2999-01-01", 422, "at lies in the future"),
        ("/api/v1/export/city/requests?at=2999-01-01T08:00:00Z", 422, "at lies in the future"),
        ("/api/v1/nothing", 404, "/api/openapi.json"),
        ("/api/v1/topics/city.hotline/records", 404, "with this method"),
    ],
)
def test_a_wrong_call_is_told_why(idle: Client, path: str, status: int, said: str) -> None:
    found = idle.get(path)
    assert found.status_code == status, found.text
    assert set(found.json()) <= {"error", "hint"}
    assert said in found.text
    assert "Traceback" not in found.text


@pytest.mark.parametrize(("path", "status"), [("nothing", 404), ("service?region=99", 404), ("service?by=time", 422)])
def test_a_wrong_question_about_a_scheme_is_refused(idle: Client, path: str, status: int) -> None:
    assert idle.get(f"/api/v1/schemes/{path}").status_code == status
