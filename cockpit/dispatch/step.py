"""One line of a state machine's table: a verb, from where it leads to where, who may, and what must be said with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cockpit.dispatch.actor import Actor, Role

ANYBODY: Final = frozenset(set(Role) - {Role.SYSTEM})


def _always(thing: Any, actor: Actor) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """`target` None: a record, the state stays. `reason`: one must be given. `needs` and `takes`: what else is said with it.

    `when`: what else must hold of the thing and the actor. `settles`: no order of the incident is open after it.
    """

    verb: str
    sources: frozenset[str]
    target: str | None
    roles: frozenset[Role]
    reason: bool = False
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    when: Callable[[Any, Actor], bool] = _always
    settles: bool = False

    def open_to(self, state: str, thing: Any, actor: Actor) -> bool:
        """Whether this actor may do it to the thing now; an administrator may what any person may."""
        may = actor.role in self.roles or (actor.role is Role.ADMINISTRATOR and bool(self.roles - {Role.SYSTEM}))
        return may and state in self.sources and self.when(thing, actor)


def table(steps: Iterable[Step]) -> Mapping[str, Step]:
    """The steps by their verb, each verb once."""
    return {step.verb: step for step in steps}


def of(*roles: Role) -> frozenset[Role]:
    """These roles."""
    return frozenset(roles)
