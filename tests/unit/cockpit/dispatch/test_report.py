"""The report after action: everything in it, nothing that runs, nothing about who reported it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

from PIL import Image

from cockpit.dispatch.incident import Incident, Reporter, State
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.report import Facts, Known, html_report, pdf_report, sections

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
ATTACK = "<script>alert(1)</script>"


def picture() -> bytes:
    body = BytesIO()
    Image.new("RGB", (64, 32), "#123456").save(body, "PNG")
    return body.getvalue()


def entry(seq: int, verb: str, **body: str) -> Entry:
    return Entry(seq, AT + timedelta(minutes=seq), ATTACK, "chief", None, "I1", "", verb, body)


FACTS = Facts(
    city="云州市", zone="Asia/Shanghai", made_at=AT, head="abc123", picture=picture(),
    incident=Incident(
        number="I1", version=3, state=State.CLOSED, title=f"爆管{ATTACK}", category="供水", region="99", reported_at=AT,
        changed_at=AT, reporter=Reporter("张三", "13800"),
    ),
    entries=[entry(1, "receive"), entry(2, "dispatch", unit="P1", **{"from": "FILED", "to": "DISPATCHED"})],
    orders=[
        Order(
            number="O1", version=1, state=OrderState.DONE, unit="P1", text="去北街", region="99", author="王", drafted_at=AT,
            changed_at=AT, expires_at=AT,
        )
    ],
    known=[Known("满意率", "91.5 %", AT), Known("等待", "—", None)],
)  # fmt: skip


def test_the_tables_say_what_happened_in_local_time() -> None:
    timeline, orders, known = sections(FACTS, "zh")
    assert timeline.rows[1] == ["2026-11-20 16:02:00", f"{ATTACK} (chief)", "dispatch", "FILED → DISPATCHED · P1"]
    assert orders.rows[0][:4] == ["O1", "P1", "去北街", "DONE"] and known.rows[1] == ["等待", "—", "—"]


def test_html_is_one_file_in_which_nothing_runs() -> None:
    text = html_report(FACTS).decode()
    assert "<script" not in text and "&lt;script&gt;" in text and "http" not in text
    assert "data:image/png;base64," in text and "abc123" in text and "张三" not in text and "13800" not in text


def test_an_exercise_says_so() -> None:
    played = replace(FACTS, incident=replace(FACTS.incident, exercise=True))
    assert "演练" in html_report(played).decode() and "演练" not in html_report(FACTS).decode()
    assert "EXERCISE" in html_report(played, "en").decode()


def test_pdf_with_and_without_a_picture() -> None:
    raw = pdf_report(FACTS)
    assert raw.startswith(b"%PDF-") and len(pdf_report(replace(FACTS, picture=None))) < len(raw)
    assert b"NotoS" in raw or b"SourceHan" in raw  # a font with Chinese letters was found and put in
