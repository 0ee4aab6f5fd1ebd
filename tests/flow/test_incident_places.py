"""Where incidents lie: in which datum it is said, and what lies outside of the city; a report says what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import shapely

from cockpit.dispatch.ground import Ground
from cockpit.dispatch.incidents import stated
from cockpit.dispatch.refusal import Wrong
from layers.datum import convert
from layers.features import Features
from layers.regions import Regions
from tests.flow.test_toolbox import Caller, called
from tests.line import small_tree

REPORT = {"title": "井盖破损", "category": "roads"}
INSPECTOR = {"name": "zhao", "role": "inspector"}


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    yield from called(tmp_path_factory.mktemp("places"))


def test_a_place_is_answered_in_the_datum_it_says(caller: Caller) -> None:
    """Given in GCJ-02 it is stored and told in WGS84, by the incident, by its past and by the journal's row."""
    x, y = convert(np.array([120.05]), np.array([30.05]), "wgs84", "gcj02")
    made = caller.post("/incidents", {**REPORT, "lon": float(x[0]), "lat": float(y[0]), "datum": "gcj02"}).json()
    number = made["number"]
    shown, then = caller.get(f"/incidents/{number}", actor=INSPECTOR), caller.get(f"/incidents/{number}/replay")
    (row,) = caller.get("/journal", subject=number).json()["rows"]
    for told in (made, shown.json(), then.json()["incident"], row["body"]):
        assert (told["datum"], told["given_datum"], told["outside"]) == ("wgs84", "gcj02", False)
        assert (told["lon"], told["lat"]) == (pytest.approx(120.05, abs=1e-5), pytest.approx(30.05, abs=1e-5))
    assert made["region"] == "7702"


def test_what_older_programs_wrote_is_told_with_its_datum(caller: Caller) -> None:
    number = caller.post("/incidents", {**REPORT, "lon": 120.05, "lat": 30.05}).json()["number"]
    incident = caller.desk.store.incident(number)
    assert incident is not None and stated(incident) == incident
    older = stated(replace(incident, datum="bd09", given_datum=""))
    assert (older.datum, older.given_datum) == ("wgs84", "bd09")


def test_a_place_beyond_the_city_needs_a_region_said_with_it(caller: Caller) -> None:
    refused = caller.post("/incidents", {**REPORT, "lon": 0.0, "lat": 0.0})
    assert refused.status_code == 422 and "'region'" in refused.json()["hint"]
    assert "from lon 120.0000 to 120.2000 and from lat 30.0000 to 30.1000" in refused.json()["error"]
    meant = caller.post("/incidents", {**REPORT, "lon": 0.0, "lat": 0.0, "region": "770101"})
    assert meant.status_code == 201 and (meant.json()["outside"], meant.json()["region"]) == (True, "770101")
    assert caller.get(f"/incidents/{meant.json()['number']}").json()["outside"] is True


def test_what_lies_in_a_gap_is_the_citys_and_says_so() -> None:
    """Two districts with a lake between them; and where nothing is drawn, nobody can tell."""
    shapes = np.array([None, shapely.box(10, 50, 11, 51), shapely.box(12, 50, 13, 51)], dtype=object)
    rows = [{"code": code, "parent": "c" if code != "c" else None, "name": code, "level": 0} for code in "cab"]
    ground = Ground(Regions(Features(shapes, rows)))
    gap, inside = ground.spot(11.5, 50.5, "wgs84", None), ground.spot(10.5, 50.5, "wgs84", None)
    assert (gap.region, gap.outside, inside.region, inside.outside) == ("c", True, "a", False)
    for spot in (gap, inside, ground.spot(None, None, "wgs84", "a")):
        ground.check_near(spot)
    with pytest.raises(Wrong, match="exchanged"):
        ground.check_near(ground.spot(50.5, 10.5, "wgs84", None))
    undrawn = Ground(small_tree())
    undrawn.check_near(spot := undrawn.spot(1.0, 2.0, "wgs84", None))
    assert (spot.region, spot.outside) == ("c", False)


@pytest.mark.parametrize("blank", [" ", "\t\n", "\u3000", "\u200b"])
@pytest.mark.parametrize("name", ["title", "category"])
def test_a_report_says_what_happened(caller: Caller, name: str, blank: str) -> None:
    refused = caller.post("/incidents", {**REPORT, "region": "770101", name: blank})
    assert refused.status_code == 422 and f"'{name}' is blank" in refused.json()["error"]
