"""A data slot: source, fields, region, indicators, freshness. The grammar of slots/NAME.yaml, validated."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic import Field as Constrained

from slots.expression import ExpressionError, condition, number
from slots.problem import DocumentError, Problem, nearest, problems_of
from streams.codecs import Column

Family = Literal["business_environment", "operations", "evaluation"]
Format = Literal["json", "csv", "avro", "cloudevents", "protobuf"]
Aggregate = Literal["count", "sum", "mean", "min", "max", "last", "quantile", "distinct"]
Direction = Literal["higher", "lower", "target", "interval", "none"]
FieldType = Literal["string", "int", "float", "bool", "datetime"]
Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]

_UNITS_S = (("s", 1), ("m", 60), ("h", 3600), ("d", 86400))


def seconds(duration: object) -> int:
    """Seconds of a duration written `30s 10m 24h 7d`. Raises ValueError for anything else."""
    text = str(duration)
    unit_s = dict(_UNITS_S).get(text[-1:])
    if unit_s and text[:-1].isdecimal() and int(text[:-1]) > 0:
        return int(text[:-1]) * unit_s
    raise ValueError(f"a duration is a whole number and a unit, as 30s 10m 24h 7d; got {text!r}")


Duration = Annotated[int, BeforeValidator(lambda value: value if isinstance(value, int) else seconds(value))]
Name = Annotated[str, Constrained(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Titles = dict[Literal["zh", "en"], str]


class Model(BaseModel):
    """A frozen value read from a city's files; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SlotSource(Model):
    """The topic a slot reads and how its records are written."""

    topic: Annotated[str, Constrained(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
    format: Format = "json"


def _field(value: Any) -> Any:
    """`int?` and `{epoch: ms}` in the long form."""
    if isinstance(value, str):
        return {"type": value.removesuffix("?"), "optional": value.endswith("?")}
    if isinstance(value, dict) and "type" not in value and ({"epoch", "zone"} & value.keys()):
        return {"type": "datetime", **value}
    return value


class Field(Model):
    """One declared field: `string int float bool datetime`, with `?` when it may be missing.

    A datetime may be `{epoch: s|ms|us}` or `{zone: Asia/Shanghai}` for texts without a zone; both take `optional: true`.
    """

    type: FieldType
    optional: bool = False
    epoch: Literal["s", "ms", "us"] | None = None
    zone: str | None = None


class Measure(Model):
    """`{agg: …, of: …, where: …}` or `{ratio: [measure, measure], scale: 100}`."""

    agg: Aggregate | None = None
    of: str | None = None
    where: str | None = None
    q: Annotated[float, Constrained(gt=0, lt=1)] | None = None
    ratio: tuple[Measure, Measure] | None = None
    scale: float = 1.0


class Thresholds(Model):
    """Where an indicator turns to watch and to alarm, in its unit."""

    warn: float | None = None
    alarm: float | None = None


class Indicator(Model):
    """One number of a slot and its passport."""

    name: Name
    title: Titles = {}
    unit: str = "1"
    direction: Direction = "none"
    measure: Measure
    target: float | None = None
    thresholds: Thresholds = Thresholds()
    owner: str | None = None
    definition: Titles = {}
    layer: Literal["floor", "catch_up", "innovation"] | None = None
    decimals: Annotated[int, Constrained(ge=0, le=6)] | None = None


class RegionRule(Model):
    """Where a record lies: `{point: [lon, lat], datum: …}` or `{code: FIELD}`, and a fallback region."""

    point: tuple[str, str] | None = None
    code: str | None = None
    datum: Datum = "wgs84"
    fallback: str | None = None


class Limits(Model):
    """Ages in seconds at which a slot is late, stale and dead."""

    late: Duration = 60
    stale: Duration = 300
    dead: Duration = 3600


class Entities(Model):
    """The latest state of each thing: its key, what is kept of it, and when it is forgotten (seconds)."""

    key: str
    attributes: tuple[str, ...] = ()
    expires: Duration = 86400


class SlotDocument(Model):
    """The shape of a slot file; what one key says of another is checked by `parse_slot`."""

    slot: Name
    title: Titles = {}
    family: Family
    owner: str | None = None
    source: SlotSource
    time: str
    fields: dict[str, Annotated[Field, BeforeValidator(_field)]]
    where: str | None = None
    region: RegionRule
    dimensions: tuple[str, ...] = ()
    lateness: Duration = 600
    freshness: Limits = Limits()
    indicators: Annotated[tuple[Indicator, ...], Constrained(min_length=1)]
    entities: Entities | None = None

    @property
    def types(self) -> dict[str, str]:
        """Field name → type."""
        return {name: field.type for name, field in self.fields.items()}

    @property
    def columns(self) -> list[Column]:
        """The fields as the codecs take them."""
        return [Column(name, f.type, f.optional, f.epoch, f.zone) for name, f in self.fields.items()]

    def indicator(self, name: str) -> Indicator | None:
        """The indicator of this name, or None."""
        return next((indicator for indicator in self.indicators if indicator.name == name), None)


class Slot(SlotDocument):
    """A whole and consistent slot, from a file or from Python: `slot = Slot(slot="parking", …)`. Raises on any mistake."""

    @model_validator(mode="after")
    def _consistent(self) -> Slot:
        if problems := slot_problems(self):
            raise DocumentError(problems)
        return self


def parse_slot(document: Any) -> Slot:
    """The slot a YAML document describes. Raises DocumentError with every mistake and its path."""
    try:
        shape = SlotDocument.model_validate(document)
    except ValidationError as error:
        raise DocumentError(problems_of(error, SlotDocument)) from None
    if problems := slot_problems(shape):
        raise DocumentError(problems)
    return Slot.model_validate(document)


def slot_problems(slot: SlotDocument) -> list[Problem]:
    """What the keys of a slot say of one another and get wrong."""
    return [*_time_problems(slot), *_field_problems(slot), *_region_problems(slot), *_limit_problems(slot), *_indicator_problems(slot)]


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
        if field.zone and not _is_zone(field.zone):
            found.append(Problem(("fields", name, "zone"), f"{field.zone!r} is not a time zone, as Asia/Shanghai"))
    return found


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

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
            found.append(Problem(("region", "code"), f"{rule.code!r} must be a string (codes are opaque), got {slot.fields[rule.code].type}"))
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
    return found


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
