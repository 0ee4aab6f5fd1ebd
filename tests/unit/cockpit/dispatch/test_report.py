"""The report after action: everything in it, nothing that runs, nothing about who reported it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
from PIL import Image

from cockpit.dispatch import machine, order_machine
from cockpit.dispatch.actor import Role
from cockpit.dispatch.exercise import VERBS
from cockpit.dispatch.incident import Incident, Reporter, State
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.machine import ABSORB, RECEIVE, RENEW, WITHDRAW
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.order_machine import DRAFT, FREEZE, POSTPONE
from cockpit.dispatch.report import Facts, Frozen, Known, html_report, pdf_report, sections
from cockpit.dispatch.report_screen import frozen
from cockpit.dispatch.words import Kind, word
from tests.desk import desk

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
    units={"P1": "抢修队"}, frozen=[Frozen("O1", "城市总览", AT, [Known("诉求量", "7", AT)], picture())],
    known=[Known("满意率", "91.5 %", AT), Known("等待", "—", None)],
)  # fmt: skip


def test_the_tables_say_what_happened_in_local_time() -> None:
    timeline, orders, known, screen = sections(FACTS, "zh")
    assert timeline.rows[1] == ["2026-11-20 16:02:00", f"{ATTACK} (值班长)", "派遣", "已立案 → 已派遣 · 单位 抢修队 P1"]
    assert orders.rows[0][:4] == ["O1", "抢修队 P1", "去北街", "已完成"] and known.rows[1] == ["等待", "—", "—"]
    assert screen.title == "下达指令 O1 时的画面：城市总览（2026-11-20 16:00:00）" and screen.rows[0][:2] == ["诉求量", "7"]


def test_the_tables_have_english_words() -> None:
    timeline, orders, _, screen = sections(FACTS, "en")
    assert timeline.rows[1][2:] == ["Dispatched", "Filed → Dispatched · Unit 抢修队 P1"] and orders.rows[0][3] == "Done"
    assert orders.head == ["Number", "Unit", "What", "State", "Issued", "Ended"] and screen.title.startswith(
        "On the screen when O1"
    )


def test_what_the_cockpit_gives_as_a_reason_is_told_in_both_languages(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        order = one.draft(ttl_s=10)
        one.clock.advance(timedelta(minutes=1))
        with one.store.writing() as writing:
            assert one.toolbox.orders.expire(writing, order.number)
        expired = one.store.order(order.number)
    assert expired is not None and expired.reason
    facts = replace(FACTS, entries=[entry(1, "expire", reason=expired.reason), entry(2, "cancel", reason="不用了")])
    (chinese, own), (english, _) = (sections(facts, language)[0].rows for language in ("zh", "en"))
    assert chinese[-1] == "原因 超过有效时限未签收" and english[-1] == f"Reason {expired.reason}" and own[-1] == "原因 不用了"


def test_every_state_verb_and_role_has_a_word_in_both_languages() -> None:
    names: dict[Kind, list[str]] = {
        "state": [*State, *OrderState],
        "verb": [*machine.STEPS, *order_machine.STEPS, RECEIVE, ABSORB, RENEW, WITHDRAW, DRAFT, FREEZE, POSTPONE, *VERBS],
        "role": list(Role),
    }
    for kind, wanted in names.items():
        for name in wanted:
            zh, en = word(kind, name, "zh"), word(kind, name, "en")
            assert zh != name and not zh.isascii() and en.isascii(), (kind, name)


def test_a_kept_screen_is_told_in_words() -> None:
    panels = [
        {"id": "a", "panel": "number", "title": "诉求量", "props": {"value": 1234.0, "unit": "1", "decimals": 0}, "fresh": None},
        {"id": "b", "panel": "trend", "title": "等待", "props": {"now": None, "unit": "s"}, "fresh": {"as_of_ms": 1e12}},
        {
            "id": "c",
            "panel": "ranking",
            "title": "区县",
            "props": {"unit": "%", "decimals": 1, "rows": [{"name": "东区", "value": 5}]},
        },
        {"id": "d", "panel": "map", "title": "地图", "props": {"values": {}}, "fresh": None},
    ]
    said = msgspec.json.encode({"title": "城市总览", "as_of": AT, "panels": panels})
    told = frozen("O1", said, None)
    assert [(one.title, one.value) for one in told.known] == [("诉求量", "1,234"), ("等待", "—"), ("区县 · 东区", "5.0 %")]
    assert told.known[1].as_of == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


def test_html_is_one_file_in_which_nothing_runs() -> None:
    text = html_report(FACTS).decode()
    assert "<script" not in text and "&lt;script&gt;" in text and "http" not in text
    assert "<td class=time>2026-11-20 16:02:00</td>" in text and ".time { white-space: nowrap; }" in text, "a time is one line"
    assert "data:image/png;base64," in text and "abc123" in text and "张三" not in text and "13800" not in text


def test_an_exercise_says_so() -> None:
    played = replace(FACTS, incident=replace(FACTS.incident, exercise=True))
    assert "演练" in html_report(played).decode() and "演练" not in html_report(FACTS).decode()
    assert "EXERCISE" in html_report(played, "en").decode()


def test_pdf_with_and_without_a_picture() -> None:
    raw = pdf_report(FACTS)
    assert raw.startswith(b"%PDF-") and len(pdf_report(replace(FACTS, picture=None, frozen=[]))) < len(raw)
    assert b"NotoS" in raw or b"SourceHan" in raw  # a font with Chinese letters was found and put in
