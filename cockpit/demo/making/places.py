"""Hospitals, police and fire stations, shelters, service halls, cameras: where they stand and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cockpit.demo.making.ground import density
from cockpit.demo.making.paths import Network, Node
from cockpit.demo.making.tree import Area

CAMERAS = 150
SHELTERS = 64


@dataclass(frozen=True, slots=True)
class Place:
    kind: str
    name: str
    name_en: str
    spot: Node
    code: str


def places(areas: list[Area], network: Network, seed: int) -> list[Place]:
    """All places; each near a crossing, as things in a town are."""
    rng = np.random.default_rng(seed)
    crossings = np.array(network.nodes(1))
    site = _Siting(crossings, rng)
    districts = [area for area in areas if area.level == 1]
    streets = [area for area in areas if area.level == 2]
    communities = [area for area in areas if area.level == 3]
    return [
        *_hospitals(districts, streets, site),
        *[
            site.place("place_police", street, f"{_short(street)}派出所", f"{_latin(street)} Police Station")
            for street in streets
        ],
        *[
            site.place("place_fire", street, f"{_short(street)}消防救援站", f"{_latin(street)} Fire Station")
            for index, street in enumerate(streets)
            if index % 8 in (0, 3, 6)
        ],
        *_shelters(communities, site, rng),
        *_halls(areas[0], districts, streets, site),
        *_cameras(communities, network, rng),
    ]


class _Siting:
    """Puts a place of a region at a crossing near the region's own site, a little beside the road; never two at one crossing."""

    def __init__(self, crossings: np.ndarray[tuple[int, int], np.dtype[np.float64]], rng: np.random.Generator) -> None:
        self._free = crossings
        self._rng = rng

    def place(self, kind: str, area: Area, name: str, name_en: str) -> Place:
        far = np.hypot(*(self._free - area.site).T)
        spot = np.array(area.site)
        if far.min() < 2.0:
            nearest = int(np.argmin(far))
            spot = self._free[nearest]
            self._free = np.delete(self._free, nearest, axis=0)
        x, y = spot + self._rng.uniform(0.03, 0.09, 2) * self._rng.choice((-1, 1), 2)
        return Place(kind, name, name_en, (float(x), float(y)), area.code)


def _short(area: Area) -> str:
    return area.name[:2]


def _latin(area: Area) -> str:
    return area.name_en.split()[0]


def _hospitals(districts: list[Area], streets: list[Area], site: _Siting) -> list[Place]:
    city = [
        ("云州市第一人民医院", "Yunzhou First People's Hospital"),
        ("云州市中医院", "Yunzhou Hospital of Chinese Medicine"),
        ("云州市儿童医院", "Yunzhou Children's Hospital"),
    ]
    found = [
        site.place("place_hospital", district, name, name_en) for district, (name, name_en) in zip(districts, city, strict=False)
    ]
    found += [
        site.place("place_hospital", area, f"{area.name}人民医院", f"{_latin(area)} People's Hospital") for area in districts
    ]
    return found + [
        site.place("place_hospital", street, f"{_short(street)}卫生院", f"{_latin(street)} Health Centre")
        for street in streets[1::4]
    ]


def _shelters(communities: list[Area], site: _Siting, rng: np.random.Generator) -> list[Place]:
    weight = np.array([area.population for area in communities], dtype=float)
    chosen = rng.choice(len(communities), SHELTERS, replace=False, p=weight / weight.sum())
    return [
        site.place(
            "place_shelter",
            communities[index],
            f"{_short(communities[index])}应急避难场所",
            f"{_latin(communities[index])} Emergency Shelter",
        )
        for index in sorted(int(index) for index in chosen)
    ]


def _halls(city: Area, districts: list[Area], streets: list[Area], site: _Siting) -> list[Place]:
    found = [site.place("hall", city, "云州市政务服务中心", "Yunzhou City Service Hall")]
    found += [site.place("hall", area, f"{area.name}政务服务中心", f"{_latin(area)} Service Hall") for area in districts]
    return found + [
        site.place("hall", street, f"{_short(street)}便民服务中心", f"{_latin(street)} Citizens' Service Point")
        for street in streets[::2]
    ]


def _cameras(communities: list[Area], network: Network, rng: np.random.Generator) -> list[Place]:
    crossings = np.array(network.nodes(3))
    dense = density(*crossings.T) ** 0.7
    chosen = crossings[np.sort(rng.choice(len(crossings), CAMERAS, replace=False, p=dense / dense.sum()))]
    sites = np.array([area.site for area in communities])
    found, used = [], dict[str, int]()
    for x, y in chosen:
        area = communities[int(np.argmin(np.hypot(*(sites - (x, y)).T)))]
        used[area.code] = number = used.get(area.code, 0) + 1
        found.append(
            Place(
                "camera",
                f"{_short(area)}路口{number:02d}号",
                f"{_latin(area)} Crossing {number:02d}",
                (float(x), float(y)),
                area.code,
            )
        )
    return found
