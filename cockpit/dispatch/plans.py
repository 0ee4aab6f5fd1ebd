"""Response plans: what is to be done by whom when something of a kind happens. The shape of plans/*.yaml, and which plans fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationError

from cockpit.dispatch.actor import Role
from cockpit.dispatch.limit_document import Priority
from cockpit.dispatch.step import ANYBODY
from slots.problem import DocumentError, Problem, nearest, problems_of
from slots.slot import Duration, Model, Name, Titles

Words = Annotated[Titles, Field(min_length=1)]
Path = tuple[str | int, ...]


class Match(Model):
    """The incidents a plan is for; an empty key fits all. A region's plan is for everything below it too."""

    category: tuple[str, ...] = ()
    priority: tuple[Priority, ...] = ()
    region: tuple[str, ...] = ()


class Resource(Model):
    """What must be at hand: at least `count` things of a map layer or a slot within `within_m` metres."""

    kind: Name
    within_m: Annotated[float, Field(gt=0, le=200_000)] = 5000.0
    count: Annotated[int, Field(ge=1, le=1000)] = 1


class PlannedMessage(Model):
    """Words to a role or a group of the address book. `{title}`, `{address}`, `{number}` and `{region}` are filled in."""

    to: Annotated[str, Field(min_length=1, max_length=60)]
    text: Words


class PlannedOrder(Model):
    """An order to the nearest suitable unit; it begins as a draft, as every order does."""

    text: Words
    kind: str = ""
    skills: tuple[str, ...] = ()
    units: Annotated[int, Field(ge=1, le=50)] = 1


class PlanStep(Model):
    """One thing to do. `after`: the steps it waits for (none: at once); `within`: seconds it may take from then on."""

    name: Name
    title: Words
    role: Role
    within: Duration | None = None
    after: tuple[Name, ...] = ()
    resources: tuple[Resource, ...] = ()
    messages: tuple[PlannedMessage, ...] = ()
    order: PlannedOrder | None = None


class Plan(Model):
    """One file of plans/."""

    plan: Name
    title: Words
    version: Annotated[str, Field(min_length=1, max_length=40)]
    level: Annotated[int, Field(ge=1, le=4)] | None = None
    match: Match = Match()
    steps: Annotated[tuple[PlanStep, ...], Field(min_length=1, max_length=100)]

    def step(self, name: str) -> PlanStep | None:
        """The step of this name."""
        return next((step for step in self.steps if step.name == name), None)

    def fits(self, category: str, priority: str, above: Collection[str]) -> bool:
        """Whether it is for such an incident. `above`: the incident's region and all above it; a category also by its class."""
        match = self.match
        named = {category, category.partition("/")[0]} & set(match.category)
        return (
            (not match.category or bool(named))
            and (not match.priority or priority in match.priority)
            and (not match.region or bool(set(match.region) & set(above)))
        )


@dataclass(frozen=True, slots=True)
class PlanReferences:
    """What a plan may name, of the city around it. None: not known, so nothing is said about it."""

    regions: Collection[str] | None = None
    resources: Collection[str] | None = None
    groups: Collection[str] = ()
    steps: Collection[str] = ()
    """Names of steps that are in the file but wrong themselves; who waits for them has made no mistake."""


def parse_plan(document: Any, references: PlanReferences) -> Plan:
    """The plan a YAML document describes. Raises DocumentError with every mistake and its path."""
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        raise DocumentError(problems_of(error, Plan)) from None
    if problems := [*_match_problems(plan, references), *_step_problems(plan, references)]:
        raise DocumentError(problems)
    return plan


def plans_for(plans: Iterable[Plan], category: str, priority: str, above: Sequence[str]) -> list[Plan]:
    """The plans that fit, the most special first: a category before a priority before a region; the nearer region first.

    `above`: the codes of the incident's region and all above it, itself first.
    """
    order = {code: place for place, code in enumerate(above)}

    def general(plan: Plan) -> tuple[bool, bool, int, str]:
        near = min((order[code] for code in plan.match.region if code in order), default=len(order))
        return (not plan.match.category, not plan.match.priority, near, plan.plan)

    return sorted((plan for plan in plans if plan.fits(category, priority, above)), key=general)


def filled(words: Mapping[Any, str], language: str, about: Mapping[str, str]) -> str:
    """The words in a language (else in any), what stands in braces put in once; unknown braces stay as they are."""
    text = words.get(language) or next(iter(words.values()))
    parts = text.split("{")
    ends = (part.partition("}") for part in parts[1:])
    known = (f"{about[name]}{rest}" if brace and name in about else f"{{{name}{brace}{rest}" for name, brace, rest in ends)
    return parts[0] + "".join(known)


def _match_problems(plan: Plan, references: PlanReferences) -> Iterator[Problem]:
    for place, code in enumerate(plan.match.region if references.regions is not None else ()):
        if code not in (references.regions or ()):
            hint = nearest(code, list(references.regions or ())[:2000])
            yield Problem(("match", "region", place), f"there is no region {code!r} in the tree.{hint}")


def _step_problems(plan: Plan, references: PlanReferences) -> Iterator[Problem]:
    names = [step.name for step in plan.steps]
    for place, step in enumerate(plan.steps):
        path: Path = ("steps", place)
        if step.name in names[:place]:
            yield Problem((*path, "name"), f"{step.name!r} is there twice")
        for position, before in enumerate(step.after):
            if before not in names and before not in references.steps:
                yield Problem((*path, "after", position), _unknown("step", before, names))
        yield from _named_problems(step, path, references)
    waits = {step.name: [name for name in step.after if name in names] for step in plan.steps}
    if len(waits) == len(names) and (ring := _ring(waits)):
        at = names.index(ring[0])
        yield Problem(("steps", at, "after"), f"{' → '.join(ring)} wait for one another, none can begin")


def _named_problems(step: PlanStep, path: Path, references: PlanReferences) -> Iterator[Problem]:
    kinds = references.resources
    for place, resource in enumerate(step.resources if kinds is not None else ()):
        if kinds is not None and resource.kind not in kinds:
            yield Problem((*path, "resources", place, "kind"), _unknown("layer or slot", resource.kind, kinds))
    allowed = [*sorted(ANYBODY), *references.groups]
    for place, message in enumerate(step.messages):
        if message.to not in allowed:
            yield Problem((*path, "messages", place, "to"), _unknown("role or group", message.to, allowed))


def _unknown(what: str, given: str, allowed: Collection[str]) -> str:
    names = sorted(map(str, allowed))
    return f"there is no {what} {given!r}; there are: {', '.join(names) or 'none'}.{nearest(given, names)}"


def _ring(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Steps that wait for one another, the first one again at the end; nothing where all can begin some time."""
    free = set(after)
    while ready := {name for name in free if not set(after[name]) & free}:
        free -= ready
    if not free:
        return []
    walk = [min(free)]
    while walk[-1] not in walk[:-1]:
        walk.append(next(name for name in after[walk[-1]] if name in free))
    return walk[walk.index(walk[-1]) :]
