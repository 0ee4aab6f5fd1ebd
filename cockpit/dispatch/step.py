"""One line of a state machine's table: a verb, from where it leads to where, who may, and what must be said with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cockpit.dispatch.actor import Actor, Role

ANYBODY: Final = frozenset(set(Role) - {Role.SYSTEM})


def _nothing(thing: Any, actor: Actor) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Step:
    """`target` None: a record, the state stays. `reason`: one must be given. `needs` and `takes`: what else is said with it.

    `bar`: what else stands in the way with this thing and this actor, in words; empty: nothing. `settles`: after it no order of
    the incident is open.
    """

    verb: str
    sources: frozenset[str]
    target: str | None
    roles: frozenset[Role]
    reason: bool = False
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    bar: Callable[[Any, Actor], str] = _nothing
    settles: bool = False

    def open_to(self, state: str, thing: Any, actor: Actor) -> bool:
        """Whether this actor may do it to the thing now; an administrator may what any person may."""
        return self._may(actor) and state in self.sources and not self.bar(thing, actor)

    def cause(self, state: str, thing: Any, actor: Actor) -> str:
        """Why it is not open to this actor now: the first thing that stands in the way, in words; empty: nothing does."""
        if not self._may(actor):
            return f"it is for {', '.join(sorted(self.roles))}, not for {actor.role.value}"
        if state not in self.sources:
            return f"it is {state}; that is done while it is {' or '.join(sorted(self.sources))}"
        return self.bar(thing, actor)

    def _may(self, actor: Actor) -> bool:
        return actor.role in self.roles or (actor.role is Role.ADMINISTRATOR and bool(self.roles - {Role.SYSTEM}))


def table(steps: Iterable[Step]) -> Mapping[str, Step]:
    """The steps by their verb, each verb once."""
    return {step.verb: step for step in steps}


def of(*roles: Role) -> frozenset[Role]:
    """These roles."""
    return frozenset(roles)
