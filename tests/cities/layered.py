"""The tiny city with a layer of every kind on its map, and a client that asks it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI

from cockpit.api import create_routes
from cockpit.gate import Gate
from cockpit.tile_proxy import TileProxy
from tests.cities.client import Client
from tests.cities.line import TINY, CityLine, request, vehicle
from tests.cities.map_layers import DOCUMENTS, files


def layered(folder: Path, **city: Any) -> Path:
    """The tiny city with a layer of every kind on its map; `city`: more keys of city.yaml."""
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    files(folder / "layers")
    for values in DOCUMENTS:
        document = {"layer": values["kind"], "title": {"zh": "层", "en": "Layer"}, **values}
        (folder / "layers" / f"{values['kind']}.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    changed(folder / "city.yaml", city)
    board = yaml.safe_load((folder / "boards" / "city.yaml").read_text("utf-8"))
    board["panels"]["map"]["layers"] = ["regions", *(values["kind"] for values in DOCUMENTS), "vehicles"]
    (folder / "boards" / "city.yaml").write_text(yaml.safe_dump(board, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def changed(file: Path, keys: dict[str, Any]) -> None:
    values = yaml.safe_load(file.read_text("utf-8")) | keys
    file.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), "utf-8")


def asked(line: CityLine, proxy: TileProxy | None = None) -> Client:
    app = FastAPI()
    app.router.routes.extend(create_routes(replace(line.parts, tiles=proxy)))
    return Client(Gate(app, []))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = layered(tmp_path_factory.mktemp("city"))
    with closing(CityLine(folder)) as line:
        line.send("city.hotline", request("1"), request("2"), request("3", district="7702"))
        line.send("city.vehicles", vehicle("b1", 120.15, 30.02), vehicle("b2", 120.12, 30.05))
        line.run()
        with closing(asked(line)) as client:
            yield client
