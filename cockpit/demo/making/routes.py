"""Bus lines and patrol rounds: they follow the roads exactly."""

from __future__ import annotations

import numpy as np

from cockpit.demo.making.paths import Network, Node, thinned
from cockpit.demo.making.roads import Road

CITY_LINES: tuple[tuple[Node, ...], ...] = (
    ((-8.8, 0.5), (-2.5, 0.8), (2.4, 1.9), (8.8, 3.4)),
    ((-9.6, 8.4), (-4.2, 3.0), (0.2, 0.4), (1.8, -4.6), (5.4, -8.2)),
    ((7.8, 10.6), (3.6, 5.0), (1.2, 1.4), (-1.9, -3.4), (-5.8, -5.8)),
    ((-1.0, 9.4), (-0.8, 4.4), (0.6, 1.2), (2.8, -2.6), (3.6, -7.0)),
    ((-9.2, -3.2), (-3.2, -1.0), (1.0, -0.8), (5.2, -3.2), (10.2, -6.8)),
    ((-7.4, 5.0), (-2.4, 3.8), (3.4, 4.2), (7.4, 6.8)),
    ((-5.2, -5.0), (0.4, -5.4), (5.2, -5.0), (11.0, -7.6)),
    ((9.6, 8.8), (6.4, 3.8), (6.0, -1.6), (8.2, -5.8)),
    ((-10.4, 6.4), (-7.0, 2.0), (-5.4, -2.6), (-3.6, -6.6)),
    ((2.6, 8.8), (4.4, 3.2), (2.6, 0.2), (-2.4, 0.2), (-7.2, -1.8)),
    ((-2.8, 8.6), (1.6, 6.0), (5.0, 1.4), (4.4, -3.8), (1.0, -7.6)),
    ((12.2, -5.4), (6.2, -2.2), (1.6, 0.0), (-3.4, 2.2), (-8.2, 3.4)),
    ((0.0, 2.7), (2.9, 0.4), (0.4, -2.2), (-2.8, 0.2), (0.0, 2.7)),
    ((-3.6, 4.6), (3.8, 4.4), (5.6, -1.0), (0.8, -4.9), (-5.2, -1.6), (-3.6, 4.6)),
)
COUNTY_LINES: tuple[tuple[Node, ...], ...] = (
    ((-25.0, -13.0), (-9.0, -5.4), (-0.8, 0.8)),
    ((30.0, 15.0), (15.5, 3.6), (2.2, 1.8)),
    ((27.0, -19.0), (12.6, -4.6), (2.2, -0.6)),
    ((12.0, 24.0), (7.8, 9.8), (1.2, 2.6)),
)
ROUNDS = 44


def bus_lines(network: Network, seats: list[tuple[str, str, Node]]) -> list[Road]:
    """City lines `1路` … and county lines `801路` …, each named by the places it joins."""
    found = []
    for index, stops in enumerate((*CITY_LINES, *COUNTY_LINES)):
        number = index + 1 if index < len(CITY_LINES) else 801 + index - len(CITY_LINES)
        line = network.route(_distinct([network.nearest(stop, 3) for stop in stops]))
        (first, first_en), (last, last_en) = (_seat(seats, stop) for stop in (stops[0], stops[-1]))
        ends, ends_en = (
            (f"{first}环线", f"{first_en} Loop") if stops[0] == stops[-1] else (f"{first}—{last}", f"{first_en}–{last_en}")
        )
        found.append(Road(f"{number}路 {ends}", f"Bus {number} {ends_en}", "bus", thinned(line, 0.006)))
    return found


def patrol_rounds(network: Network, seed: int) -> list[Road]:
    """Closed rounds of 6…20 km that start at crossings all over the towns."""
    rng = np.random.default_rng(seed)
    crossings = np.array(network.nodes(3))
    found: list[Road] = []
    while len(found) < ROUNDS:
        start = crossings[rng.integers(len(crossings))]
        reach = rng.uniform(1.2, 2.8)
        near = crossings[np.hypot(*(crossings - start).T) < reach]
        if len(near) < 12:
            continue
        stops = near[rng.choice(len(near), 4, replace=False)]
        stops = stops[np.argsort(np.arctan2(*(stops - stops.mean(axis=0)).T))]
        nodes = [(float(x), float(y)) for x, y in [*stops, stops[0]]]
        line = thinned(network.route(_distinct(nodes)), 0.006)
        if 3 < line.length < 22:
            number = len(found) + 1
            found.append(Road(f"巡逻{number:02d}线", f"Patrol round {number:02d}", "patrol", line))
    return found


def _distinct(nodes: list[Node]) -> list[Node]:
    return [node for index, node in enumerate(nodes) if not index or node != nodes[index - 1]]


def _seat(seats: list[tuple[str, str, Node]], place: Node) -> tuple[str, str]:
    name, name_en, _ = min(seats, key=lambda seat: np.hypot(seat[2][0] - place[0], seat[2][1] - place[1]))
    return name, name_en
