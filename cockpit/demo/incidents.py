"""Things that happen in a street for a while and show in several slots at once: a burst pipe, a power cut, a crash."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cockpit.demo.atlas import Atlas

Floats = NDArray[np.float64]

KINDS = (("供水", "供水管网"), ("供电", "路灯故障"), ("交通出行", "道路破损"), ("环境卫生", "暴露垃圾"))
"""What callers complain of, and the case that follows."""

_PER_HOUR = 1.05


@dataclass(frozen=True, slots=True)
class Incident:
    """Unix seconds; `strength` about 0.6…1.4; `street` is an index of the atlas."""

    start_s: float
    end_s: float
    street: int
    kind: int
    strength: float

    def shape(self, at_s: Floats, after_s: float = 0.0) -> Floats:
        """0…1 at each moment: up within 5 minutes, down over the last 10; `after_s` later than it really is."""
        at = at_s - after_s
        return np.clip((at - self.start_s) / 300, 0, 1) * np.clip((self.end_s - at) / 600, 0, 1)


def incidents(atlas: Atlas, seed: int, hour: int) -> list[Incident]:
    """All that may still be felt in this hour (Unix hours): begun in it or in the two before."""
    return [incident for begun in (hour - 2, hour - 1, hour) for incident in _begun(atlas, seed, begun)]


def _begun(atlas: Atlas, seed: int, hour: int) -> list[Incident]:
    rng = np.random.default_rng([seed, 2, hour])
    streets = np.bincount(atlas.street, weights=atlas.people, minlength=len(atlas.street_codes))
    found = []
    for _ in range(1 + rng.poisson(_PER_HOUR - 1)):
        start_s = hour * 3600 + rng.uniform(0, 3600)
        street = int(rng.choice(len(streets), p=streets / streets.sum()))
        length_s = rng.uniform(1500, 3000)
        found.append(Incident(start_s, start_s + length_s, street, int(rng.integers(len(KINDS))), float(rng.uniform(0.6, 1.4))))
    return found
