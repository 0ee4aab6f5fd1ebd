"""The shape of `limits:` in city.yaml: how long each step and the whole may take, and who hears of it when it takes longer."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from slots.slot import Model, seconds

Step = Literal["REPORTED", "ACCEPTED", "FILED", "DISPATCHED", "SIGNED", "HANDLING", "REPORTED_BACK", "VERIFYING"]
Priority = Literal["LOW", "NORMAL", "HIGH", "URGENT"]
Clock = Literal["working", "natural"]


def _limit(text: str) -> str:
    seconds(text)
    return text


Limit = Annotated[str, AfterValidator(_limit)]
"""`30m 4h 2d`; in working time a day is a working day's hours, by the natural clock 24 hours."""


class Rung(Model):
    """Who is told once this share of a limit is used."""

    at: Annotated[float, Field(gt=0, le=100)]
    role: Annotated[str, Field(min_length=1, max_length=60)]


LADDER: Final = (
    Rung(at=0.8, role="grid_worker"),
    Rung(at=1.0, role="grid_leader"),
    Rung(at=1.5, role="supervisor"),
    Rung(at=2.0, role="administrator"),
)


class LimitRule(Model):
    """Limits for the incidents that fit; what a rule leaves out, the next one that fits decides."""

    category: tuple[str, ...] = ()
    priority: tuple[Priority, ...] = ()
    clock: Clock | None = None
    overall: Limit | None = None
    steps: dict[Step, Limit] = Field(default_factory=dict)

    def fits(self, category: str, priority: str) -> bool:
        """Whether it is about such an incident; a category also by its class, the part before a slash."""
        named = category in self.category or category.partition("/")[0] in self.category
        return (not self.category or named) and (not self.priority or priority in self.priority)


class LimitsDocument(LimitRule):
    """`limits:` of a city: `rules` from the most special to the most general, then its own keys."""

    clock: Clock = "working"
    rules: tuple[LimitRule, ...] = ()
    ladder: tuple[Rung, ...] = LADDER

    @model_validator(mode="after")
    def _rising(self) -> LimitsDocument:
        shares = [rung.at for rung in self.ladder]
        if any(one >= other for one, other in pairwise(shares)):
            raise ValueError(f"the rungs of the ladder must rise, got {', '.join(f'{share:g}' for share in shares)}")
        if self.category or self.priority:
            raise ValueError("category and priority go with a rule; Hint: limits.rules")
        return self
