"""The tiny city with units, the toolbox's own statistics and a board that shows them, as a folder to be served."""

from __future__ import annotations

import json
import shutil
import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.running import ROOT

UNITS = """id,name,kind,skills,region,phone
U1,东区抢修一队,patrol,patrol;water,770101,
U2,东区抢修二队,patrol,patrol;water,770101,
U3,西区抢修队,patrol,patrol;power,770201,
"""

BOARD = """board: command
title: {zh: 指挥调度, en: Command}
layouts:
  wall:
    columns: 12
    rows: 12
    at: {incidents: [1, 1, 5, 8], plans: [1, 9, 5, 4], map: [6, 1, 5, 12], closed: [11, 1, 2, 6], reported: [11, 7, 2, 6]}
panels:
  incidents: {panel: incidents, slot: dispatch}
  plans: {panel: plans, slot: dispatch}
  map: {panel: map, layers: [regions], incidents: dispatch}
  closed: {panel: number, title: {zh: 结案, en: Closed}, indicator: dispatch.closed, window: today, compare: none}
  reported: {panel: number, title: {zh: 上报, en: Reported}, indicator: dispatch.reported, window: today, compare: none}
"""


def dispatch_city(folder: Path, more: str = "", name: str = "") -> Path:
    """A new folder with the city. `more`: further lines of its city.yaml; `name`: another name for it."""
    shutil.copytree(ROOT / "tests" / "cities" / "tiny", folder)
    (folder / "roster").mkdir()
    (folder / "roster" / "units.csv").write_text(UNITS, "utf-8")
    (folder / "boards" / "command.yaml").write_text(BOARD, "utf-8")
    own = (folder / "city.yaml").read_text("utf-8").replace("packs: []", "packs: [operations/dispatch]")
    own = own.replace("name: tiny", f"name: {name}") if name else own
    (folder / "city.yaml").write_text(f"{own}{more}", "utf-8")
    return folder


class Desk:
    """Asks a served cockpit as somebody at the duty desk would; every POST with a key of its own."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=f"{address}/api/v1", timeout=60)

    def post(self, path: str, body: Any = None, actor: Any = None) -> dict[str, Any]:
        """The answer to what must succeed."""
        headers = {"Idempotency-Key": uuid.uuid4().hex} | ({"Cockpit-Actor": json.dumps(actor)} if actor else {})
        answer = self._client.post(path, json=body or {}, headers=headers)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of an answer."""
        return self._client.get(path, params=query).raise_for_status().json()

    def verbs(self, subject: str) -> list[str]:
        """What was done with an incident or an order, in its order."""
        return [row["verb"] for row in self.get("/journal", subject=subject)["rows"] if row["subject"] == subject]

    def ordered(self, unit: str, title: str = "井盖破损", region: str = "770101", **more: Any) -> tuple[str, str]:
        """An incident that was dispatched and ordered to a unit: both numbers."""
        incident = self.post("/incidents", {"title": title, "category": "roads", "region": region})["number"]
        for verb, said in (("accept", {}), ("file", {}), ("dispatch", {"unit": unit})):
            self.post(f"/incidents/{incident}/{verb}", said)
        order = self.post("/orders", {"unit": unit, "text": f"立即前往：{title}", "incident": incident, "reason": "就近", **more})
        self.post(f"/orders/{order['number']}/issue", {})
        return incident, order["number"]

    def close(self) -> None:
        self._client.close()
