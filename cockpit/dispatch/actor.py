"""Who does something: a name, a role, and the region in which it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The posts of the toolbox. `system`: the cockpit itself, which nobody can claim to be."""

    COLLECTOR = "collector"
    REGISTRAR = "registrar"
    CHIEF = "chief"
    DISPATCHER = "dispatcher"
    DEPARTMENT = "department"
    INSPECTOR = "inspector"
    LEADER = "leader"
    UNIT = "unit"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`region`: the code of the region whose things, and those below it, are this actor's business; None: all.

    `unit`: the unit or department a person belongs to; empty: the name is the unit's own.
    """

    name: str
    role: Role
    region: str | None = None
    unit: str = ""

    @property
    def units(self) -> frozenset[str]:
        """The names under which this actor may be the unit of an incident."""
        return frozenset({self.name, self.unit} - {""})

    @property
    def serves(self) -> bool:
        """Whether orders are its business by their unit only."""
        return self.role in (Role.DEPARTMENT, Role.UNIT)

    @property
    def bound(self) -> frozenset[str] | None:
        """The units by which incidents are its business; None: they all are, as far as the region goes."""
        return self.units if self.role is Role.DEPARTMENT else None


SYSTEM: Final = Actor("cockpit", Role.SYSTEM)
DEMONSTRATION: Final = Actor("demonstration", Role.ADMINISTRATOR)
"""Who acts where nobody says who, until identities exist: on this machine only, see cockpit.gate."""

Above = Callable[[str], tuple[str, ...]]
"""The codes of a region and of all above it, itself first."""
