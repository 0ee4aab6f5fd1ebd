"""Region trees through time: codes and borders change, and each day has the tree that was valid then."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from .feature_file import FeatureFileError, read_features
from .features import Features
from .mistakes import Checked
from .region import RegionsError
from .regions import Regions


class RegionVersions(metaclass=Checked):
    """All versions of all regions of a file; `valid_from` and `valid_to` (both inclusive) tell them apart.

    The eight trees asked for last stay in memory. Safe to use from several threads.
    """

    def __init__(self, features: Features) -> None:
        self._features = features
        self.changes = tuple(sorted(_changes(features)))
        """The days on which another tree begins to be valid, ascending."""
        self._tree = lru_cache(8)(self._grow)

    @classmethod
    def load(cls, path: Path | str, datum: str = "wgs84") -> RegionVersions:
        """The versions of a file (formats: `read_features`). Blocks. Raises RegionsError."""
        path = Path(path)
        try:
            return cls(read_features(path, datum))
        except FeatureFileError as error:
            raise RegionsError([str(error)]) from error

    def on(self, day: date) -> Regions:
        """The tree valid on a day; days between two changes share one. Raises RegionsError when it was none."""
        return self._tree(max((change for change in self.changes if change <= day), default=date.min))

    def _grow(self, first: date) -> Regions:
        return Regions(self._features, on=first)


def _changes(features: Features) -> set[date]:
    days = set()
    for row in features.properties:
        for column, later in (("valid_from", 0), ("valid_to", 1)):
            try:
                day = date.fromisoformat(str(row.get(column) or "")[:10])
            except ValueError:
                continue  # missing, or told by the tree when it is grown
            if day < date.max:
                days.add(day + timedelta(later))
    return days
