"""The tables of a report, in the words of its language; the same ones for every form. Whoever reported it is not in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cockpit.dispatch.journal import Entry
from cockpit.dispatch.limits import Clock, Clocks
from cockpit.dispatch.plan_run import StepRun
from cockpit.dispatch.report_facts import Facts, Frozen
from cockpit.dispatch.words import named, word

WORDS: Final = {
    "zh": {"title": "处置报告", "timeline": "处置过程", "orders": "指令",
           "known": "首条指令下达时已知的指标",
           "picture": "位置", "clock": "时限", "time": "时间", "who": "人员", "verb": "动作", "what": "内容", "state": "状态",
           "unit": "单位", "value": "数值", "as_of": "数据时间", "made": "生成时间", "seal": "存证",
           "none": "无", "number": "编号",
           "issued": "下达", "ended": "结束", "indicator": "指标", "used": "已用 / 限时（小时）", "due": "到期", "step": "环节",
           "screen": "下达指令 {} 时的画面：{}（{}）", "begun": "开始", "why": "说明", "stars": "{} 星", "told": "应告知 {}",
           "map": "当时的地图", "took": "用时", "photo": "现场照片 {} / {}", "plan": "预案执行：{}", "yes": "是", "no": "否",
           "hours": "{} 小时 {} 分", "minutes": "{} 分 {} 秒", "files": "附件 {} 个"},
    "en": {"title": "Report", "timeline": "What happened", "orders": "Orders",
           "known": "Indicators known at the first order", "picture": "The place", "clock": "Limits", "time": "Time",
           "who": "Who", "verb": "Did", "what": "What", "state": "State", "unit": "Unit", "value": "Value",
           "as_of": "As of", "made": "Made", "seal": "Seal", "none": "none", "number": "Number",
           "issued": "Issued", "ended": "Ended", "indicator": "Indicator",
           "used": "Used / limit (hours)", "due": "Due", "step": "Step", "begun": "Begun", "why": "Why",
           "screen": "On the screen when {} was given: {} ({})", "stars": "{} of 5 stars", "told": "to be told to the {}",
           "map": "The map as it was", "took": "Took", "photo": "Photo {} of {}", "plan": "Plan: {}", "yes": "yes", "no": "no",
           "hours": "{} h {} min", "minutes": "{} min {} s", "files": "files attached: {}"},
}  # fmt: skip
_SAID: Final = (
    "unit",
    "text",
    "plan",
    "step",
    "reason",
    "opinion",
    "deadline",
    "stars",
    "duplicate_of",
    "duplicate",
    "recipient",
)
_OVERALL: Final = "overall"


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a report. `picture`: a PNG, or the JPEG of a photo, that stands below it."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    picture: bytes | None = None
    photo: bool = False


def sections(facts: Facts, language: str) -> list[Section]:
    """The tables, in their order."""
    return list(_Tables(facts, language).all())


def at_city(at: datetime | None, zone: str) -> str:
    """A moment by the city's clock."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if at else "—"


def took_s(entries: Sequence[Entry]) -> dict[int, float]:
    """Row → for how long what it is about had stood where the row moved it from, seconds by the natural clock."""
    since: dict[str, datetime] = {}
    found: dict[int, float] = {}
    for entry in entries:
        if entry.body.get("to") in (None, entry.body.get("from")):
            continue
        if entry.subject in since:
            found[entry.seq] = (entry.at - since[entry.subject]).total_seconds()
        since[entry.subject] = entry.at
    return found


class _Tables:
    def __init__(self, facts: Facts, language: str) -> None:
        self._facts = facts
        self._language = language
        self._said = WORDS[language]

    def all(self) -> Iterator[Section]:
        took = took_s(self._facts.entries)
        rows = [self._row(entry, took.get(entry.seq)) for entry in self._facts.entries]
        yield self._table("timeline", ("time", "who", "verb", "what", "took"), rows)
        yield from self._photos()
        yield self._orders()
        yield from self._plans()
        if self._facts.clocks:
            yield self._clocks(self._facts.clocks)
        known = [[one.title, one.value, self._at(one.as_of)] for one in self._facts.known]
        yield self._table("known", ("indicator", "value", "as_of"), known)
        for screen in self._facts.frozen:
            yield self._frozen(screen)

    def _table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Section:
        return Section(self._said[title], [self._said[name] for name in head], rows)

    def _orders(self) -> Section:
        rows = [
            [one.number, self._unit(one.unit), one.text, word("state", one.state.value, self._language),
             self._at(one.issued_at), self._at(one.ended_at)]
            for one in self._facts.orders
        ]  # fmt: skip
        return self._table("orders", ("number", "unit", "what", "state", "issued", "ended"), rows)

    def _plans(self) -> Iterator[Section]:
        for run in self._facts.runs:
            titles: Any = run.plan.title
            title = self._said["plan"].format(titles.get(self._language) or run.plan.plan)
            head = [self._said[name] for name in ("what", "state", "who", "begun", "ended", "why")]
            yield Section(title, head, [self._step(one) for one in run.steps])

    def _clocks(self, clocks: Clocks) -> Section:
        rows = [self._clock(one) for one in (clocks.step, clocks.overall) if one]
        for one in clocks.escalations:
            told = self._said["told"].format(word("role", one.role, self._language))
            rows.append([self._step_word(one.step), told, f"{one.share:.0%}", self._at(one.at)])
        return self._table("clock", ("step", "used", "state", "due"), rows)

    def _clock(self, one: Clock) -> list[str]:
        used = f"{one.used_s / 3600:.2f} / {one.limit_s / 3600:.2f}"
        return [self._step_word(one.step), used, word("light", one.light, self._language), self._at(one.due)]

    def _frozen(self, screen: Frozen) -> Section:
        title = self._said["screen"].format(screen.order, screen.title, self._at(screen.taken_at))
        rows = [[one.title, one.value, self._at(one.as_of)] for one in screen.known]
        return Section(title, [self._said[name] for name in ("indicator", "value", "as_of")], rows, screen.picture)

    def _photos(self) -> Iterator[Section]:
        """Each photo below the row with which it came."""
        head = [self._said[name] for name in ("time", "who", "verb", "what")]
        for place, one in enumerate(self._facts.photos, 1):
            title = self._said["photo"].format(place, len(self._facts.photos))
            yield Section(title, head, [self._row(one.entry, None)[:-1]], one.picture, photo=True)

    def _row(self, entry: Entry, took: float | None) -> list[str]:
        body = entry.body
        moved = ""
        if body.get("from") not in (None, body.get("to")):
            moved = " → ".join(word("state", str(body[name]), self._language) for name in ("from", "to"))
        about = entry.subject if entry.subject != self._facts.incident.number else ""
        what = [self._spoken(name, body[name]) for name in _SAID if body.get(name) not in (None, "")]
        role = word("role", entry.role, self._language)
        who = role if entry.role == "system" or entry.actor == role else f"{self._unit(entry.actor)} ({role})"
        verb = word("verb", entry.verb, self._language)
        reply = self._reply(body.get("reply") or {})
        sent = (*(body.get("attachments") or ()), *(body.get("media") or ()))
        files = self._said["files"].format(len(sent)) if sent else ""
        said = " · ".join(part for part in (about, moved, *what, *reply, files) if part)
        return [self._at(entry.at), who, verb, said, self._lasted(took)]

    def _reply(self, reply: Mapping[str, Any]) -> list[str]:
        """What a hotline is told, in words; what was left open is left out."""
        told = {name: value for name, value in reply.items() if value not in (None, "") and name in named("reply")}
        return [f"{word('reply', name, self._language)} {self._answered(name, value)}" for name, value in told.items()]

    def _answered(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return self._said["yes" if value else "no"]
        return self._at(datetime.fromisoformat(value)) if name == "contacted_at" else str(value)

    def _lasted(self, took: float | None) -> str:
        if took is None:
            return ""
        minutes, seconds = divmod(int(took), 60)
        if minutes < 60:
            return self._said["minutes"].format(minutes, seconds)
        return self._said["hours"].format(*divmod(minutes, 60))

    def _spoken(self, name: str, value: Any) -> str:
        if name == "stars":
            return self._said["stars"].format(value)
        if name == "deadline":
            value = self._at(datetime.fromisoformat(str(value)))
        if name in ("unit", "recipient"):
            value = self._unit(str(value))
        if name == "reason":
            value = word("reason", str(value), self._language)
        if name in ("plan", "step"):
            value = self._planned(name, str(value))
        return f"{word('field', name, self._language)} {value}"

    def _planned(self, name: str, id: str) -> str:
        """The title of a plan, or of a step of any plan that was run."""
        plans = ((run.plan.plan, run.plan.title) for run in self._facts.runs)
        steps = ((one.step.name, one.step.title) for run in self._facts.runs for one in run.steps)
        titles: Any = next((title for known, title in (plans if name == "plan" else steps) if known == id), {})
        return titles.get(self._language) or next(iter(titles.values()), id)

    def _step(self, one: StepRun) -> list[str]:
        titles: Any = one.step.title
        title = titles.get(self._language) or next(iter(titles.values()))
        state = word("state", one.state.value.upper(), self._language)
        return [title, state, one.actor, self._at(one.begun_at), self._at(one.ended_at), one.reason]

    def _step_word(self, step: str) -> str:
        return word("light", "OVERALL", self._language) if step == _OVERALL else word("state", step, self._language)

    def _unit(self, id: str) -> str:
        """Its name where there is one, and its id."""
        name = self._facts.units.get(id, "")
        return id if not name else name if name.endswith(id) else f"{name} {id}"

    def _at(self, at: datetime | None) -> str:
        return at_city(at, self._facts.zone)
