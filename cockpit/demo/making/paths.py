"""Cheapest ways: over the ground (for new roads) and along roads (for buses and patrols)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Cell = tuple[int, int]
Node = tuple[float, float]


class Ground:
    """A raster of what a step costs; roads that are built make later steps on them cheap."""

    def __init__(self, box: tuple[float, float, float, float], step: float, cost: Callable[[Floats, Floats], Floats]) -> None:
        self._west, self._south, self._step = box[0], box[1], step
        xs, ys = np.arange(box[0], box[2], step), np.arange(box[1], box[3], step)
        self._cost = cost(*np.meshgrid(xs, ys))
        self._built: set[Cell] = set()

    def way(self, start: Node, ends: Iterable[Node] | None = None) -> list[Node]:
        """The cheapest way from `start` to the nearest of `ends`, or, without `ends`, to the roads built so far."""
        goals = self._built if ends is None else {self._cell(end) for end in ends}
        first = self._cell(start)
        best: dict[Cell, float] = {first: 0.0}
        before: dict[Cell, Cell] = {}
        queue = [(0.0, first)]
        while queue:
            spent, cell = heapq.heappop(queue)
            if cell in goals and cell != first:
                return self._points(cell, before)
            if spent > best[cell]:
                continue
            for other, price in self._steps(cell):
                if spent + price < best.get(other, math.inf):
                    best[other], before[other] = spent + price, cell
                    heapq.heappush(queue, (spent + price, other))
        return []

    def build(self, line: LineString) -> None:
        """Marks the cells along the line."""
        for reach in np.arange(0, line.length, self._step / 2):
            point = line.interpolate(reach)
            self._built.add(self._cell((point.x, point.y)))

    def _steps(self, cell: Cell) -> Iterable[tuple[Cell, float]]:
        rows, columns = self._cost.shape
        for right, up in (
            (1, 0),
            (0, 1),
            (-1, 0),
            (0, -1),
            (1, 1),
            (-1, 1),
            (1, -1),
            (-1, -1),
            (2, 1),
            (1, 2),
            (-2, 1),
            (-1, 2),
            (2, -1),
            (1, -2),
            (-2, -1),
            (-1, -2),
        ):
            column, row = cell[0] + right, cell[1] + up
            if 0 <= column < columns and 0 <= row < rows:
                price = float(self._cost[row, column]) * (0.45 if (column, row) in self._built else 1.0)
                yield (column, row), price * math.hypot(right, up)

    def _cell(self, point: Node) -> Cell:
        return int((point[0] - self._west) / self._step + 0.5), int((point[1] - self._south) / self._step + 0.5)

    def _points(self, cell: Cell, before: dict[Cell, Cell]) -> list[Node]:
        cells = [cell]
        while cells[-1] in before:
            cells.append(before[cells[-1]])
        return [(self._west + column * self._step, self._south + row * self._step) for column, row in reversed(cells)]


@dataclass(slots=True)
class Network:
    """Roads as a graph: crossings, and the pieces of road between them with what a kilometre costs there."""

    pieces: dict[Node, dict[Node, tuple[float, LineString]]] = field(default_factory=dict)

    @classmethod
    def of(cls, roads: Iterable[tuple[LineString, float]]) -> Network:
        """Cuts all roads at their crossings; `roads` are lines with their cost per km, the cheapest first."""
        ranked = list(roads)
        noded = shapely.union_all([line for line, _ in ranked])
        tree = shapely.STRtree([line for line, _ in ranked])
        network = cls()
        for piece in shapely.get_parts(noded):
            hits = tree.query(piece.interpolate(0.5, normalized=True).buffer(0.002), predicate="intersects")
            cost = min((ranked[int(hit)][1] for hit in hits), default=2.0)
            network._add(piece, cost)
        network._keep_largest()
        return network

    def _add(self, piece: LineString, cost: float) -> None:
        a, b = _node(piece.coords[0]), _node(piece.coords[-1])
        if a != b:
            self.pieces.setdefault(a, {})[b] = (cost * piece.length, piece)
            self.pieces.setdefault(b, {})[a] = (cost * piece.length, piece)

    def _keep_largest(self) -> None:
        rest, largest = set(self.pieces), set[Node]()
        while rest:
            front = [next(iter(rest))]
            found = set(front)
            while front:
                for other in self.pieces[front.pop()]:
                    if other not in found:
                        found.add(other)
                        front.append(other)
            rest -= found
            largest = max(largest, found, key=len)
        self.pieces = {node: ways for node, ways in self.pieces.items() if node in largest}

    def nodes(self, degree: int = 1) -> list[Node]:
        """The crossings where at least `degree` pieces meet, in a fixed order."""
        return sorted(node for node, ways in self.pieces.items() if len(ways) >= degree)

    def nearest(self, point: Node, degree: int = 1) -> Node:
        return min(self.nodes(degree), key=lambda node: math.hypot(node[0] - point[0], node[1] - point[1]))

    def route(self, stops: list[Node]) -> LineString:
        """The cheapest line along the roads through all stops (nodes) in turn."""
        points: list[Node] = []
        for start, end in pairwise(stops):
            part = self._between(start, end)
            points += part if not points else part[1:]
        return LineString(points)

    def _between(self, start: Node, end: Node) -> list[Node]:
        best: dict[Node, float] = {start: 0.0}
        before: dict[Node, Node] = {}
        queue = [(0.0, start)]
        while queue:
            spent, node = heapq.heappop(queue)
            if node == end:
                break
            for other, (price, _) in self.pieces[node].items():
                if spent + price < best.get(other, math.inf):
                    best[other], before[other] = spent + price, node
                    heapq.heappush(queue, (spent + price, other))
        nodes = [end]
        while nodes[-1] != start:
            nodes.append(before[nodes[-1]])
        return self._drawn(nodes[::-1])

    def _drawn(self, nodes: list[Node]) -> list[Node]:
        points: list[Node] = [nodes[0]]
        for a, b in pairwise(nodes):
            piece = self.pieces[a][b][1]
            coords = [(x, y) for x, y in piece.coords]
            points += coords[1:] if _node(piece.coords[0]) == a else coords[::-1][1:]
        return points


def _node(point: Iterable[float]) -> Node:
    x, y = point
    return round(x, 3), round(y, 3)


def lines(shape: BaseGeometry) -> list[LineString]:
    """The line parts of any geometry."""
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and part.length > 0]


def thinned(line: LineString, tolerance: float) -> LineString:
    """The line with fewer vertices, none of them farther off than the tolerance (km)."""
    return LineString(shapely.get_coordinates(shapely.simplify(line, tolerance)))
