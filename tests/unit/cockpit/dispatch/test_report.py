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
from cockpit.dispatch.report_photos import photos, reduced
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
    assert timeline.rows[1] == ["2026-11-20 16:02:00", f"{ATTACK} (值班长)", "派遣", "已立案 → 已派遣 · 单位 抢修队 P1", ""]
    assert orders.rows[0][:4] == ["O1", "抢修队 P1", "去北街", "已完成"] and known.rows[1] == ["等待", "—", "—"]
    assert screen.title == "下达指令 O1 时的画面：城市总览（2026-11-20 16:00:00）" and screen.rows[0][:2] == ["诉求量", "7"]


def test_the_tables_have_english_words() -> None:
    timeline, orders, _, screen = sections(FACTS, "en")
    assert timeline.rows[1][2:4] == ["Dispatched", "Filed → Dispatched · Unit 抢修队 P1"] and orders.rows[0][3] == "Done"
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
    assert chinese[3] == "原因 超过有效时限未签收" and english[3] == f"Reason {expired.reason}" and own[3] == "原因 不用了"


def moved(seq: int, subject: str, minutes: float, origin: str | None, to: str) -> Entry:
    return Entry(seq, AT + timedelta(minutes=minutes), "王", "chief", None, subject, "", "note", {"from": origin, "to": to})


def test_each_row_says_how_long_what_it_ended_had_lasted() -> None:
    """Of an incident and of each order by itself; what moves nothing says nothing."""
    rows = [
        moved(1, "I1", 0, None, "REPORTED"), moved(2, "I1", 1.5, "REPORTED", "ACCEPTED"), moved(3, "O1", 2, None, "DRAFT"),
        moved(4, "I1", 3, "ACCEPTED", "ACCEPTED"), moved(5, "O1", 4, "DRAFT", "ISSUED"), moved(6, "I1", 125, "ACCEPTED", "FILED"),
    ]  # fmt: skip
    for language, told in (("zh", ["", "1 分 30 秒", "", "", "2 分 0 秒", "2 小时 3 分"]), ("en", ["", "1 min 30 s"])):
        timeline = sections(replace(FACTS, entries=rows), language)[0]
        assert [row[-1] for row in timeline.rows][: len(told)] == told


def test_what_the_hotline_is_told_and_how_many_files_came_stand_in_the_report() -> None:
    reply = {"true": True, "solved": False, "why_not": "等配件", "contacted_phone": "13800", "contacted_at": AT.isoformat(),
             "done": "", "public_answer": "明日修复"}  # fmt: skip
    row = Entry(1, AT, "李", "department", None, "I1", "", "report", {"reply": reply, "attachments": ["a.jpg", "b.pdf"]})
    facts = replace(FACTS, entries=[row], incident=replace(FACTS.incident, description="水漫\n路面 <b>"))
    said = sections(facts, "zh")[0].rows[0][3]
    assert said == "情况属实 是 · 已解决 否 · 未解决原因 等配件 · 联系时间 2026-11-20 16:00:00 · 公开答复 明日修复 · 附件 2 个"
    assert "Solved no · Why not 等配件" in sections(facts, "en")[0].rows[0][3]
    page = html_report(facts).decode()
    assert "<p class=said>水漫\n路面 &lt;b&gt;</p>" in page and "13800" not in page


def photo(width: int, height: int, kind: str = "JPEG") -> bytes:
    body = BytesIO()
    Image.new("RGB", (width, height), "#a05020").save(body, kind)
    return body.getvalue()


def test_photos_stand_below_the_row_they_came_with_and_what_is_none_is_left_out() -> None:
    there = {
        "a.jpg": (photo(4000, 3000), "image/jpeg"), "b.pdf": (b"%PDF-", "application/pdf"),
        "c.jpg": (b"\xff\xd8\xff", "image/jpeg"), "d.webp": (photo(300, 900, "WEBP"), "image/webp"),
    }  # fmt: skip
    first = Entry(1, AT, "P1", "unit", None, "O1", "I1", "complete", {"attachments": ["a.jpg", "b.pdf", "c.jpg", "gone.jpg"]})
    second = Entry(2, AT, "王", "chief", None, "I1", "", "note", {"attachments": ["a.jpg", "d.webp"]})
    found = list(photos([first, second], there.get))
    assert [one.entry.seq for one in found] == [1, 2]
    sizes = [Image.open(BytesIO(one.picture)).size for one in found]
    assert max(sizes[0]) <= 1280 < 2 * max(sizes[0]) and sizes[1] == (300, 900)
    facts = replace(FACTS, photos=found)
    shown = [one for one in sections(facts, "en") if one.photo]
    assert [one.title for one in shown] == ["Photo 1 of 2", "Photo 2 of 2"] and shown[0].rows[0][2] == "Completed"
    assert html_report(facts).decode().count("data:image/jpeg;base64,") == 2
    assert len(pdf_report(facts)) > len(pdf_report(FACTS))


def test_a_photo_is_upright_and_says_nothing_about_where_it_was_taken() -> None:
    body, said = BytesIO(), Image.Exif()
    said[0x0112], said[0x010F] = 6, "a camera"  # turned by a quarter
    Image.new("RGB", (40, 20)).save(body, "JPEG", exif=said)
    small = reduced(body.getvalue())
    assert small is not None and b"a camera" in body.getvalue() and b"a camera" not in small
    assert Image.open(BytesIO(small)).size == (20, 40)


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
