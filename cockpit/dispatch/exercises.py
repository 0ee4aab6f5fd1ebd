"""What can be done with the city's exercise, each thing inside one transaction."""

from __future__ import annotations

from typing import Final

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.exercise import BEGIN, END, RESET, SUBJECT, Exercise, ExerciseRefusal, after
from cockpit.dispatch.refusal import Forbidden, Illegal, Unknown
from cockpit.dispatch.writing import Writing

COMMAND: Final = frozenset({Role.CHIEF, Role.LEADER, Role.ADMINISTRATOR})
VERBS: Final = {"begin": BEGIN, "end": END, "reset": RESET}


def legal(exercise: Exercise, actor: Actor) -> tuple[str, ...]:
    """The verbs this actor may do now."""
    if actor.role not in COMMAND or actor.region is not None:
        return ()
    return ("end", "reset") if exercise.running else ("begin", "reset")


def act(writing: Writing, verb: str, title: str, actor: Actor) -> Exercise:
    """The exercise after one of VERBS. It is the whole city's, so nobody of a single region may. Raises Unknown, Forbidden and
    Illegal."""
    if verb not in VERBS:
        raise Unknown(f"there is no verb {verb!r:.40} for an exercise; there are: {', '.join(VERBS)}")
    if actor.role not in COMMAND:
        raise Forbidden(f"an exercise is for the city's {', '.join(sorted(COMMAND))}, not for {actor.role.value}")
    if actor.region is not None:
        raise Forbidden(f"an exercise is the whole city's, you act for {actor.region}")
    exercise = writing.exercise()
    try:
        changed = after(exercise, VERBS[verb], actor.name, writing.now, title)
    except ExerciseRefusal as error:
        raise Illegal(str(error), legal(exercise, actor)) from None
    writing.append(actor, SUBJECT, "", VERBS[verb], {"title": title})
    return changed
