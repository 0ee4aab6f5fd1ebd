"""Who may import whom: the table of the house style, and the checks that enforce it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.house import House, Module, root

OURS = {
    "streams": {"streams"},
    "layers": {"layers"},
    "slots": {"slots", "streams"},
    "cockpit": {"cockpit", "slots", "layers", "streams"},
    "app": {"app", "cockpit", "slots", "layers", "streams"},
}
"""Room → the rooms it may import from."""

ALONE = {
    "kafka": "streams",
    "confluent_kafka": "streams",
    "pydeck": "layers",
    "folium": "layers",
    "branca": "layers",
    "geopandas": "layers",
    "redis": "slots",
    "valkey": "slots",
    "dash": "cockpit",
    "dash_mantine_components": "cockpit",
    "dash_ag_grid": "cockpit",
    "fastapi": "cockpit",
    "starlette": "cockpit",
    "flask": "cockpit",
    "plotly": "cockpit",
    "sqlalchemy": "slots cockpit",
    "psycopg": "slots",
}
"""Third-party package → the only room (rooms, by spaces) that may use it."""

DRIVERS = {"kafka", "confluent_kafka", "redis", "valkey", "sqlite3", "psycopg", "sqlalchemy", "httpx", "requests",
           "socket", "urllib.request"}  # fmt: skip
"""What a connector reaches the outside with."""

TYPES_ONLY = {"slots": {"streams"}, "cockpit": {"streams", "slots"}}
"""Room → the rooms of which it may use the types, never a connector."""


def wrong_imports(house: House) -> Iterator[str]:
    """Imports against the table."""
    for module in house:
        for node, name in house.imports(module):
            if fault := _fault(module.room, name):
                yield module.at(node, f"{module.room} imports {name}; {fault}")


def _fault(room: str, name: str) -> str | None:
    package = root(name)
    if package in ("tests", "app"):
        return f"only tests may import {package}"
    if package in OURS and package not in OURS[room]:
        return f"of ours it may import {', '.join(sorted(OURS[room]))}"
    if package in ALONE and room not in ALONE[package].split():
        return f"{' and '.join(ALONE[package].split())} alone may use {package}"
    return None


def connectors(house: House) -> set[str]:
    """Modules that hold a way into or out of the process: they import a driver, or stand directly on one that does."""
    drivers = {m.name for m in house if any(_is_driver(name) for _, name in house.imports(m))}
    return drivers | {name for name, used in house.graph.items() if used & drivers}


def _is_driver(name: str) -> bool:
    return any(name == driver or name.startswith(f"{driver}.") for driver in DRIVERS)


def wrong_connectors(house: House) -> Iterator[str]:
    """Rooms that shall know contracts only, but import a concrete connector."""
    concrete = connectors(house)
    for module in house:
        for node, name in house.imports(module):
            if root(name) in TYPES_ONLY.get(module.room, ()) and name in concrete:
                yield module.at(node, f"{module.room} imports {name}, a connector; it may use types, app hands it the parts")


def cycles(house: House) -> Iterator[str]:
    """Modules that import each other, however far round."""
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> Iterator[str]:
        if name in trail:
            ring = trail[trail.index(name) :]
            yield house.modules[name].at(1, f"import cycle: {' → '.join([*ring, name])}")
        elif name not in done:
            for used in sorted(house.graph[name]):
                yield from visit(used, (*trail, name))
            done.add(name)

    for name in sorted(house.modules):
        yield from visit(name, ())


def foreign_private_names(house: House) -> Iterator[str]:
    """`_names` of one module of ours used by another."""
    for module in house:
        bound = set(_bound_modules(house, module))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and root(module.absolute(node)) in OURS:
                parts = [*module.absolute(node).split("."), *(alias.name for alias in node.names)]
                yield from (module.at(node, f"{part} is private to its module") for part in parts if _private(part))
            elif isinstance(node, ast.Attribute) and _private(node.attr) and ast.unparse(node.value) in bound:
                yield module.at(node, f"{ast.unparse(node)} is private to its module")


def _bound_modules(house: House, module: Module) -> Iterator[str]:
    """What modules of ours are called inside this one."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            found = (alias for alias in node.names if f"{module.absolute(node)}.{alias.name}" in house.modules)
            yield from (alias.asname or alias.name for alias in found)
        elif isinstance(node, ast.Import):
            yield from (alias.asname or alias.name for alias in node.names if alias.name in house.modules)


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")
