"""A data slot: source, fields, region, indicators, freshness. The grammar of slots/NAME.yaml, validated."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field as Constrained, model_validator

from slots.expression import Expression, ExpressionError
from streams.codecs import Column

Family = Literal["business_environment", "operations", "evaluation"]
Format = Literal["json", "csv", "avro", "cloudevents", "protobuf"]
Aggregate = Literal["count", "sum", "mean", "min", "max", "last", "quantile", "distinct"]
Direction = Literal["higher", "lower", "target", "interval", "none"]
FieldType = Literal["string", "int", "float", "bool", "datetime"]
Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(duration: object) -> int:
    """Seconds of a duration written `30s 10m 24h 7d`. Raises ValueError for anything else."""
    text = str(duration)
    if text[:-1].isdecimal() and text[-1:] in _UNITS_S and int(text[:-1]) > 0:
        return int(text[:-1]) * _UNITS_S[text[-1]]
    raise ValueError(f"a duration is a whole number and a unit, as 30s 10m 24h 7d; got {text!r}")


Duration = Annotated[int, BeforeValidator(seconds)]
Name = Annotated[str, Constrained(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Titles = dict[Literal["zh", "en"], str]


class Model(BaseModel):
    """A frozen value read from a city file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
