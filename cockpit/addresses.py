"""What an address asks for, held against what the city has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from cockpit.city import City
from cockpit.schemes import Node
from cockpit.scope import FutureError, Only, Scope, ScopeError, in_chinese, parse_scope
from cockpit.windows import parse_window
from slots.problem import nearest

_AHEAD: Final = timedelta(minutes=1)  # clocks differ


def checked_scope(query: str, city: City, now: datetime) -> Scope:
    """The scope of an address' query, all it names known to exist; the root is written as no region.

    A moment more than a minute after `now` is refused. A passport that lies open (`indicator=slot.name`) is no part of the
    scope: it changes nothing on the board behind. Raises ScopeError or WindowError.
    """
    scope = parse_scope(_pairs(query), city.zone)
    _check_region(scope.region, city)
    _check_moment(scope.at, now)
    _check_filter(scope.only, city)
    if scope.window:
        parse_window(scope.window)
    node = "" if "." in scope.indicator else scope.indicator
    _check_node(node, city)
    return replace(scope, region="" if scope.region == city.regions.root.code else scope.region, indicator=node)


def _pairs(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query.removeprefix("?"), max_num_fields=32))
    except ValueError:
        raise ScopeError("the query has more than 32 fields", "地址中的参数超过 32 个") from None


def _check_region(code: str, city: City) -> None:
    if code and code not in city.regions:
        hint = nearest(code, city.regions.codes)
        raise ScopeError(f"there is no region {code!r:.100}.{hint}", f"没有代码为 {code!r:.100} 的区域{in_chinese(hint)}")


def _check_moment(at: datetime | None, now: datetime) -> None:
    if at is not None and at > now + _AHEAD:
        moment = at.isoformat()
        raise FutureError(f"at lies in the future: {moment}. Hint: leave it out to look at now.", f"参数 at 指向将来：{moment}")


def _check_filter(only: Only | None, city: City) -> None:
    """A filter that no slot knows would leave every number as it is, under a heading that says otherwise."""
    known = list(dict.fromkeys(name for slot in city.slots.values() for name in slot.dimensions))
    if only is not None:
        name = f"{only.dimension!r:.100}"
        _check_name(only.dimension, known, f"there is no dimension {name}", f"没有名为 {name} 的维度")


def _check_node(asked: str, city: City) -> None:
    name, *path = asked.split("/")
    if not asked:
        return
    _check_name(name, city.schemes, f"there is no scheme {name!r:.100}", f"没有名为 {name!r:.100} 的评价体系")
    node: Node = city.schemes[name].tree
    for step in path:
        below = {child.name: child for child in node.of or ()}
        en = f"there is no node {step!r:.100} below {node.name!r}"
        _check_name(step, below, en, f"{node.name!r} 之下没有名为 {step!r:.100} 的指标")
        node = below[step]


def _check_name(name: str, known: Collection[str], en: str, zh: str) -> None:
    """Raises ScopeError where it is not known: what is missing, in both languages, with all there are and the nearest of them."""
    if name not in known:
        hint = nearest(name, known)
        listed = ", ".join(known) or "none", "、".join(known) or "无"
        raise ScopeError(
            f"{en}; there are: {listed[0]}.{hint}",
            f"{zh}；现有：{listed[1]}{in_chinese(hint)}",
        )
