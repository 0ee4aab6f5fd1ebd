"""A city whose records come in other formats: from the log, headers included, to numbers, records and dead letters."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from fastavro import parse_schema, schemaless_writer

from slots.reading import Question
from tests.cities.line import NOON, TINY, CityLine, request

SCHEMA = {
    "type": "record",
    "name": "Request",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "created_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "district", "type": "string"},
        {"name": "category", "type": {"type": "enum", "name": "Category", "symbols": ["noise", "water"]}},
        {"name": "wait_s", "type": ["null", "double"]},
        {"name": "stars", "type": ["null", "int"]},
    ],
}


def city(folder: Path, source: str) -> CityLine:
    """The tiny city with another `source` for its hotline."""
    shutil.copytree(TINY, folder / "tiny")
    (folder / "tiny/schemas").mkdir()
    (folder / "tiny/schemas/17.avsc").write_text(json.dumps(SCHEMA))
    file = folder / "tiny/slots/hotline.yaml"
    file.write_text(file.read_text("utf-8").replace("{topic: city.hotline, format: json}", source), "utf-8")
    return CityLine(folder / "tiny")


def mean_wait(line: CityLine) -> float | None:
    window = (NOON - timedelta(hours=4), NOON)
    return line.parts.readings.ask(Question("hotline.wait", "77", *window))[0].value


def test_avro_with_a_registrys_ids(tmp_path: Path) -> None:
    def written(minutes: int, wait_s: float, number: int = 17) -> bytes:
        stream = io.BytesIO(b"\0" + number.to_bytes(4, "big"))
        stream.seek(0, io.SEEK_END)
        at = NOON - timedelta(minutes=minutes)
        record = {
            "id": f"a{minutes}",
            "created_at": at,
            "district": "770101",
            "category": "water",
            "wait_s": wait_s,
            "stars": None,
        }
        schemaless_writer(stream, parse_schema(SCHEMA), record | {"wait_s": wait_s, "stars": None})
        return stream.getvalue()

    with closing(city(tmp_path, "{topic: city.hotline, format: avro, schema: schemas}")) as line:
        line.send("city.hotline", written(3, 10.0), written(2, 20.0, number=18), written(1, 30.0))
        line.run()
        assert mean_wait(line) == 20.0
        (letter,) = line.parts.dead_letters.latest("hotline", 10)
        assert letter.reason == "no schema with id 18: schemas/18.avsc does not exist; there are: schemas/17.avsc"
        assert letter.offset == 1
        behind = line.parts.records.behind("hotline", "77", NOON - timedelta(hours=1), NOON)
        assert [record["fields"]["id"] for record in behind] == ["a1", "a3"]


def test_binary_cloudevents_bring_their_attributes_in_headers(tmp_path: Path) -> None:
    values = [json.dumps(request(str(number), number, wait_s=10.0 * number)).encode() for number in (1, 2, 3)]
    envelope = (("ce_specversion", b"1.0"), ("ce_id", b"e1"), ("ce_source", b"/desk"), ("ce_type", b"call"))
    with closing(city(tmp_path, "{topic: city.hotline, format: cloudevents}")) as line:
        line.log.sink("city.hotline").emit(values, headers=[envelope, envelope[:3], envelope])
        line.run()
        assert mean_wait(line) == 20.0
        (letter,) = line.parts.dead_letters.latest("hotline", 10)
        assert (letter.reason, letter.field) == ("the event's attribute 'type' is missing", "ce_type")
