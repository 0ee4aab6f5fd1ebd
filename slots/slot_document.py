"""The shape of slots/NAME.yaml: source, fields, region, indicators, freshness."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as Constrained

from slots.problem import nearest
from streams.codecs import Column

Family = Literal["business_environment", "operations", "evaluation"]
Format = Literal["json", "csv", "avro", "cloudevents", "protobuf"]
Aggregate = Literal["count", "sum", "mean", "min", "max", "last", "quantile", "distinct"]
Direction = Literal["higher", "lower", "target", "interval", "none"]
FieldType = Literal["string", "int", "float", "bool", "datetime"]
DATUMS: Final = ("wgs84", "gcj02", "bd09", "cgcs2000")
_EPSG: Final = re.compile(r"epsg:[1-9][0-9]{3,5}")

_WORD: Final = re.compile(r"\w+")
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_UNITS_S = (("s", 1), ("m", 60), ("h", 3600), ("d", 86400))


def seconds(duration: object) -> int:
    """Seconds of a duration written `30s 10m 24h 7d`. Raises ValueError for anything else."""
    text = str(duration)
    unit_s = dict(_UNITS_S).get(text[-1:])
    if unit_s and text[:-1].isdecimal() and int(text[:-1]) > 0:
        return int(text[:-1]) * unit_s
    raise ValueError(f"a duration is a whole number and a unit, as 30s 10m 24h 7d; got {text!r}")


def _words(expression: str) -> list[str]:
    """What may be names of fields in an expression; not what stands in its texts."""
    return _WORD.findall(_TEXT.sub(" ", expression))


def _datum(name: str) -> str:
    if name in DATUMS or _EPSG.fullmatch(name):
        return name
    raise ValueError(f"got {name!r:.60}; allowed: {', '.join(DATUMS)}, epsg:NUMBER.{nearest(name, DATUMS)}")


Datum = Annotated[str, AfterValidator(_datum)]
"""The datum of coordinates, or any EPSG number: `epsg:4549`; whether there is such a number, the city is asked."""
Duration = Annotated[int, BeforeValidator(lambda value: value if isinstance(value, int) else seconds(value))]
Name = Annotated[str, Constrained(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Titles = dict[Literal["zh", "en"], str]


class Model(BaseModel):
    """A frozen value read from a city's files; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class SlotSource(Model):
    """The topic a slot reads and how its records are written.

    `schema`: the file (or, for avro, the folder) that says it, relative to the city's folder; `message`: the protobuf message.
    """

    topic: Annotated[str, Constrained(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
    format: Format = "json"
    schema_file: Annotated[str, Constrained(min_length=1, max_length=255)] | None = Constrained(None, alias="schema")
    message: str | None = None


def _field(value: Any) -> Any:
    """`int?` and `{epoch: ms}` in the long form."""
    if isinstance(value, str):
        return {"type": value.removesuffix("?"), "optional": value.endswith("?")}
    if isinstance(value, dict) and "type" not in value and ({"epoch", "zone"} & value.keys()):
        return {"type": "datetime", **value}
    if isinstance(value, dict) and isinstance(written := value.get("type"), str) and written.endswith("?"):
        return {"optional": True, **value, "type": written.removesuffix("?")}
    return value


class Field(Model):
    """One declared field: `string int float bool datetime`, with `?` when it may be missing.

    A datetime may be `{epoch: s|ms|us}` or `{zone: Asia/Shanghai}` for texts without a zone; both take `optional: true`.
    A number may be `{type: float, min: 0, max: 3600}`: one out of this range is set aside, for its unit has likely changed.
    `title` is what people call it: a dimension stands under it on the screens. `words` says how its values read in each
    language: `{noise: {zh: 噪声, en: Noise}}`; nothing is counted otherwise for it.
    """

    type: FieldType
    optional: bool = False
    epoch: Literal["s", "ms", "us"] | None = None
    zone: str | None = None
    least: float | None = Constrained(None, alias="min")
    most: float | None = Constrained(None, alias="max")
    title: Titles = {}
    words: dict[str, Titles] = {}


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
    """The shape of a slot file; what one key says of another is checked in `slots.slot_rules`."""

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
        return [Column(name, f.type, f.optional, f.epoch, f.zone, f.least, f.most) for name, f in self.fields.items()]

    def basis(self, *expressions: str | None) -> str:
        """All that decides, beside these expressions themselves, which records they count and as what.

        A field's range is none of it: what it lets through besides was not counted as something else.
        """
        named = _words(" ".join(text for text in expressions if text))
        return "\n".join((self._ground, *self._read({*named})))

    def read_as(self, *expressions: str | None) -> frozenset[str]:
        """How each field is read that these expressions, the filter, the event time or the place need: `name type epoch zone`."""
        named = _words(" ".join(text for text in (*expressions, self.where) if text))
        return frozenset(self._read({*named, self.time, *(self.region.point or ()), self.region.code or self.time}))

    @cached_property
    def _ground(self) -> str:
        """The same of all expressions: the filter, the event time, where a record lies."""
        names = {self.time, *_words(self.where or ""), *(self.region.point or ()), self.region.code or self.time}
        return "\n".join((f"{self.where}", self.time, f"{self.region.model_dump()}", *self._read(names)))

    def _read(self, names: Collection[str]) -> list[str]:
        return [f"{name} {f.type} {f.epoch} {f.zone}" for name in sorted(names) if (f := self.fields.get(name))]

    def indicator(self, name: str) -> Indicator | None:
        """The indicator of this name, or None."""
        return next((indicator for indicator in self.indicators if indicator.name == name), None)
