"""What a city's folder says for the toolbox: plans/*.yaml and roster/*.csv, with every mistake noted at its line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from cockpit.city_files import CityFiles
from cockpit.dispatch.plans import Plan, PlanReferences, parse_plan
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.roster_files import read_roster
from slots.problem import Problem

# What stands in for a required key that is wrong, so that the rest of the file can be checked.
_PLAN: Final = MappingProxyType(
    {"plan": "unread", "title": {"en": "?"}, "version": "?",
     "steps": [{"name": "unread", "title": {"en": "?"}, "role": "chief"}]}
)  # fmt: skip


def city_roster(files: CityFiles, zone: str, regions: Collection[str] | None) -> Roster:
    """The roster of roster/; what is wrong with it is noted. Blocks."""
    roster, problems = read_roster(files.folder / "roster", zone, regions)
    for problem in problems:
        files.note(Path("roster") / problem.file, problem.line, problem.message)
    return roster


def city_plans(files: CityFiles, references: PlanReferences) -> Mapping[str, Plan]:
    """The plans of plans/ by name; what is wrong with them is noted. Blocks."""
    plans: dict[str, Plan] = {}
    for file, document in files.documents("plans"):
        known = replace(references, steps=_step_names(document.values))
        plan = files.parse(file, document, lambda values, known=known: parse_plan(values, known), _PLAN)  # type: ignore[misc]
        if plan and file.stem != plan.plan:
            reason = f"{plan.plan!r} stands in {file.name}; the file must be named {plan.plan}.yaml"
            files.note_at(file, document, Problem(("plan",), reason))
        if plan:
            plans[plan.plan] = plan
    return plans


def _step_names(values: Mapping[str, Any]) -> list[str]:
    steps = values.get("steps")
    return [str(step.get("name")) for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
