"""What the keys of a slot file say of one another: fields that are declared, expressions that hold, limits in order."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from slots.expression import ExpressionError, condition, number
from slots.problem import Problem, nearest
from slots.slot_document import Indicator, Measure, SlotDocument


def slot_problems(slot: SlotDocument) -> list[Problem]:
    """What the keys of a slot say of one another and get wrong."""
    return [
        *_source_problems(slot),
        *_time_problems(slot),
        *_field_problems(slot),
        *_region_problems(slot),
        *_limit_problems(slot),
        *_indicator_problems(slot),
    ]


def _source_problems(slot: SlotDocument) -> list[Problem]:
    """A schema goes with the formats that need one, and the other way round; what is in it is checked with the city's files."""
    source, found = slot.source, []
    for key, given, formats in (("schema", source.schema_file, ("avro", "protobuf")), ("message", source.message, ("protobuf",))):
        if given is None and source.format in formats:
            found.append(Problem(("source",), f"format {source.format!r} needs the key {key!r}"))
        if given is not None and source.format not in formats:
            found.append(Problem(("source", key), f"{key} goes with {' and '.join(formats)} only, got {source.format}"))
    return found


def _undeclared(slot: SlotDocument, path: tuple[str | int, ...], name: str) -> list[Problem]:
    if name in slot.fields:
        return []
    return [Problem(path, f"{name!r} is not a declared field; declared: {', '.join(slot.fields)}.{nearest(name, slot.fields)}")]


def _time_problems(slot: SlotDocument) -> list[Problem]:
    if missing := _undeclared(slot, ("time",), slot.time):
        return missing
    field = slot.fields[slot.time]
    if field.type != "datetime" or field.optional:
        return [Problem(("time",), f"the event time {slot.time!r} must be a datetime that is never missing, got {field.type}")]
    return []


def _field_problems(slot: SlotDocument) -> list[Problem]:
    found = [problem for i, name in enumerate(slot.dimensions) for problem in _undeclared(slot, ("dimensions", i), name)]
    for i, name in enumerate(slot.dimensions):
        if name in ("region", "time"):
            found.append(Problem(("dimensions", i), f"{name!r} already means something in questions; rename the field"))
    if slot.entities:
        found += _undeclared(slot, ("entities", "key"), slot.entities.key)
        for i, name in enumerate(slot.entities.attributes):
            found += _undeclared(slot, ("entities", "attributes", i), name)
    for name, field in slot.fields.items():
        if (field.epoch or field.zone) and field.type != "datetime":
            found.append(Problem(("fields", name), f"epoch and zone go with datetime only, got {field.type}"))
        if (field.least, field.most) != (None, None) and field.type not in ("int", "float"):
            found.append(Problem(("fields", name), f"min and max go with int and float only, got {field.type}"))
        if field.least is not None and field.most is not None and field.least > field.most:
            found.append(Problem(("fields", name), f"min ≤ max is needed, got {field.least:g} and {field.most:g}"))
        if field.zone and not _is_zone(field.zone):
            found.append(Problem(("fields", name, "zone"), f"{field.zone!r} is not a time zone, as Asia/Shanghai"))
    return found


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _region_problems(slot: SlotDocument) -> list[Problem]:
    rule = slot.region
    if (rule.point is None) == (rule.code is None):
        return [Problem(("region",), "give either point: [LON_FIELD, LAT_FIELD] or code: FIELD")]
    found = [p for i, name in enumerate(rule.point or ()) for p in _undeclared(slot, ("region", "point", i), name)]
    for i, name in enumerate(rule.point or ()):
        if name in slot.fields and slot.fields[name].type not in ("float", "int"):
            found.append(Problem(("region", "point", i), f"{name!r} must be a float, got {slot.fields[name].type}"))
    if rule.code is not None:
        found += _undeclared(slot, ("region", "code"), rule.code)
        if rule.code in slot.fields and slot.fields[rule.code].type != "string":
            found.append(
                Problem(
                    ("region", "code"), f"{rule.code!r} must be a string (codes are opaque), got {slot.fields[rule.code].type}"
                )
            )
    return found


def _limit_problems(slot: SlotDocument) -> list[Problem]:
    limits = slot.freshness
    if limits.late <= limits.stale <= limits.dead:
        return []
    return [Problem(("freshness",), f"late ≤ stale ≤ dead is needed, got {limits.late}s, {limits.stale}s, {limits.dead}s")]


def _indicator_problems(slot: SlotDocument) -> list[Problem]:
    found: list[Problem] = []
    if slot.where is not None:
        found += _expression_problems(slot, ("where",), slot.where, is_condition=True)
    for i, indicator in enumerate(slot.indicators):
        if any(indicator.name == earlier.name for earlier in slot.indicators[:i]):
            found.append(Problem(("indicators", i, "name"), f"{indicator.name!r} is there twice"))
        found += _measure_problems(slot, ("indicators", i, "measure"), indicator.measure)
        found += _threshold_problems(("indicators", i, "thresholds"), indicator)
    return found


def _threshold_problems(path: tuple[str | int, ...], indicator: Indicator) -> list[Problem]:
    """An alarm that comes before its warning is a slip of the pen."""
    warn, alarm = indicator.thresholds.warn, indicator.thresholds.alarm
    if warn is None or alarm is None:
        return []
    if indicator.direction == "lower" and warn > alarm:
        return [Problem(path, f"lower is better, so warn ≤ alarm is needed, got warn {warn:g} and alarm {alarm:g}")]
    if indicator.direction == "higher" and warn < alarm:
        return [Problem(path, f"higher is better, so warn ≥ alarm is needed, got warn {warn:g} and alarm {alarm:g}")]
    return []


def _measure_problems(slot: SlotDocument, path: tuple[str | int, ...], measure: Measure) -> list[Problem]:
    if (measure.agg is None) == (measure.ratio is None):
        return [Problem(path, "give either agg: … or ratio: [measure, measure]")]
    if measure.ratio is not None:
        return [p for i, part in enumerate(measure.ratio) for p in _part_problems(slot, (*path, "ratio", i), part)]
    return _simple_problems(slot, path, measure)


def _part_problems(slot: SlotDocument, path: tuple[str | int, ...], part: Measure) -> list[Problem]:
    if part.ratio is not None:
        return [Problem(path, "a ratio of ratios is not allowed")]
    return _measure_problems(slot, path, part)


def _simple_problems(slot: SlotDocument, path: tuple[str | int, ...], measure: Measure) -> list[Problem]:
    found: list[Problem] = []
    if measure.agg != "count" and measure.of is None:
        found.append(Problem(path, f"{measure.agg} needs `of`: a field or an arithmetic expression of fields"))
    if (measure.agg == "quantile") != (measure.q is not None):
        found.append(Problem(path, "quantile needs q between 0 and 1, and nothing else takes one"))
    if measure.of is not None:
        found += _of_problems(slot, (*path, "of"), measure)
    if measure.where is not None:
        found += _expression_problems(slot, (*path, "where"), measure.where, is_condition=True)
    return found


def _of_problems(slot: SlotDocument, path: tuple[str | int, ...], measure: Measure) -> list[Problem]:
    assert measure.of is not None
    if measure.agg in ("count", "distinct") and measure.of in slot.fields:
        return []
    return _expression_problems(slot, path, measure.of, is_condition=False)


def _expression_problems(slot: SlotDocument, path: tuple[str | int, ...], text: str, *, is_condition: bool) -> list[Problem]:
    try:
        (condition if is_condition else number)(text, slot.types)
    except ExpressionError as error:
        return [Problem(path, str(error))]
    return []
