"""Open311 GeoReport v2 over HTTP: found, asked, told; a citizen's report becomes an incident and is answered as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import httpx
import pytest

from cockpit.server import create_app
from streams.clock import ManualClock
from tests.desk import desk
from tests.dispatch_city import dispatch_city
from tests.line import NOON
from tests.tiny_city import served, tiny_city

SERVICES = """
services: [{code: water, name: {zh: 供水, en: Water}, category: 供水管网}]
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("open311")
    city = tiny_city(ManualClock(NOON), folder=dispatch_city(folder / "city", SERVICES))
    with desk(Path(folder)) as one:
        toolbox = type(one.toolbox)(one.store, city.parts.city.regions, city.parts.city.zone)
        with (
            served(create_app(replace(city.parts, toolbox=toolbox))) as address,
            closing(httpx.Client(base_url=f"http://{address}/open311", timeout=30)) as client,
        ):
            yield client
    city.close()


def test_the_interface_is_found_and_says_what_its_services_ask(client: httpx.Client) -> None:
    found = client.get("/discovery.json").json()
    (endpoint,) = found["endpoints"]
    assert endpoint["url"] == str(client.base_url).rstrip("/") + "/v2" and endpoint["type"] == "test"
    assert client.get("/v2/discovery.json").json() == found
    assert fromstring(client.get("/discovery.xml").content).findtext("endpoints/endpoint/url") == endpoint["url"]
    (service,) = httpx.get(f"{endpoint['url']}/services.json", timeout=30).json()
    assert (service["service_code"], service["metadata"]) == ("water", False)
    assert client.get("/v2/services/water.json").json() == {"service_code": "water", "attributes": []}
    asked = fromstring(client.get("/v2/services/water.xml").content)
    assert (asked.tag, asked.findtext("service_code")) == ("service_definition", "water")
    unknown = client.get("/v2/services/watre.json")
    assert unknown.status_code == 404 and unknown.json()[0]["code"] == 404 and "water" in unknown.json()[0]["description"]
    assert client.get("/discovery.yaml").status_code == client.get("/v2/services/water.yaml").status_code == 404


def test_a_report_becomes_a_request_and_one_of_elsewhere_is_refused(client: httpx.Client) -> None:
    form = {"service_code": "water", "lat": "30.02", "long": "120.15", "description": "漏水"}
    made = client.post("/v2/requests.json", data=form)
    assert made.status_code == 201
    number = made.json()[0]["service_request_id"]
    (row,) = client.get(f"/v2/requests/{number}.json").json()
    assert (row["status"], row["service_code"], row["lat"], row["expected_datetime"]) == ("open", "water", 30.02, None)
    again = client.post("/v2/requests.json", data=form)  # the line broke
    assert again.json()[0]["service_request_id"] == number
    refused = client.post("/v2/requests.json", data={**form, "lat": "48.8", "long": "2.3"})
    assert refused.status_code == 400 and "outside of this city" in refused.json()[0]["description"]


def act(client: httpx.Client, number: str, verb: str, said: dict[str, str]) -> None:
    address = str(client.base_url).replace("/open311", f"/api/v1/incidents/{number}/{verb}").rstrip("/")
    answer = httpx.post(address, json=said, headers={"Idempotency-Key": f"{number} {verb}"}, timeout=30)
    assert answer.is_success, answer.text


def test_what_is_reported_in_the_same_words_after_it_was_settled_has_happened_again(client: httpx.Client) -> None:
    form = {"service_code": "water", "address_string": "北街1号", "description": "又停水了"}

    def sent() -> str:
        number: str = client.post("/v2/requests.json", data=form).json()[0]["service_request_id"]
        return number

    first = sent()
    assert sent() == first
    act(client, first, "reject", {"reason": "已恢复"})
    second = sent()
    assert second != first and sent() == second
    act(client, second, "reject", {"reason": "已恢复"})
    assert sent() not in (first, second)
    closed = client.get("/v2/requests.json?status=closed&service_code=water").json()
    assert {first, second} == {row["service_request_id"] for row in closed} and {row["status"] for row in closed} == {"closed"}
    assert client.get("/v2/requests.json?service_code=nothing").json() == []
    for wrong in ("foo", "open,shut"):
        refused = client.get("/v2/requests.json", params={"status": wrong})
        assert refused.status_code == 400 and "open, closed" in refused.json()[0]["description"]
