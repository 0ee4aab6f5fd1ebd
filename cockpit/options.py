"""What the commands may be told: each argument and option once, with its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

City = Annotated[Path, typer.Argument(metavar="CITY", help="The city's folder.")]
SlotName = Annotated[str, typer.Argument(metavar="SLOT", help="The name of a slot of the city.")]
DemoName = Annotated[str, typer.Option("--city", help="yunzhou (invented) or montreal (real districts and stations)")]
Host = Annotated[str | None, typer.Option(help="Default: COCKPIT_HOST, else 127.0.0.1; loopback only, until identities exist")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Default: COCKPIT_PORT, else 8050; 0: any free one")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demonstration has stored")]
Ingest = Annotated[bool, typer.Option(help="Also read the topics; --no-ingest where `cockpit ingest` does")]
Recording = Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines, CSV (both also .gz) or Parquet")]
Topic = Annotated[str, typer.Option(help="The topic to send to")]
To = Annotated[str, typer.Option(help="kafka://host:9092 or http://host:8050")]
Speed = Annotated[float | None, typer.Option(help="Event time runs N times as fast as the clock; default: as fast as possible")]
Shift = Annotated[bool, typer.Option("--shift-to-now", help="Move all times so that they end (with --speed: begin) now")]
Key = Annotated[str | None, typer.Option(help="The field that becomes the key: records of one key keep their order")]
Time = Annotated[str | None, typer.Option(help="The field of the event time; default: the first that parses as one")]
Zone = Annotated[
    str, typer.Option(help="How to read times that name no zone, for --speed and --shift-to-now; a slot declares its own")
]
Null = Annotated[str, typer.Option(help="What a CSV cell may hold for nothing; several separated by commas")]
DryFile = Annotated[Path | None, typer.Option("--file", help="Records from a file, as for replay")]
Last = Annotated[str | None, typer.Option(help="Records of the last 10m (24h, 7d …) of the topic")]
Fields = Annotated[str | None, typer.Option(help="LON,LAT,CODE: the fields to hold against each other; else they are found")]
Limit = Annotated[int, typer.Option(min=1, help="How many to list, newest first")]
Before = Annotated[str | None, typer.Option(help="List those older than this one: topic[partition]@offset")]
Stage = Annotated[str | None, typer.Option(help="Only those refused at this stage: decode, time, region …")]
Field = Annotated[str | None, typer.Option(help="Only those refused for this field")]
From = Annotated[str, typer.Option("--from", help="2026-11-20, or a moment; cut down to its day in the city's zone")]
Server = Annotated[str, typer.Option("--to-server", help="A running cockpit to do it; default: the one that holds the state")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables")]


class Audit(StrEnum):
    """What to do with the journal."""

    VERIFY = "verify"


AuditAction = Annotated[Audit, typer.Argument(help="verify: is every row of the journal as it was written")]


class Letters(StrEnum):
    """What to do with dead letters."""

    LIST = "list"
    REPLAY = "replay"


Action = Annotated[Letters, typer.Argument(help="list, or replay: count them, each once, after a fix")]
