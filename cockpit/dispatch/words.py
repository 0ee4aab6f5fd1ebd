"""The words of the toolbox in both languages, for what goes out of the house: reports, timelines, messages.

The same words stand in assets/dispatch_words.js for all screens; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from cockpit.scope import Lang

Kind = Literal["state", "verb", "role", "field", "light", "priority", "reason", "reply"]

_STATES: Final = {
    "REPORTED": ("已上报", "Reported"), "ACCEPTED": ("已受理", "Accepted"), "FILED": ("已立案", "Filed"),
    "DISPATCHED": ("已派遣", "Dispatched"), "SIGNED": ("已签收", "Signed for"), "HANDLING": ("处置中", "Handling"),
    "SUSPEND_REQUESTED": ("申请挂账", "Suspension asked"), "SUSPENDED": ("挂账", "Suspended"),
    "REPORTED_BACK": ("已反馈", "Reported back"), "VERIFYING": ("核查中", "Verifying"), "CLOSED": ("已结案", "Closed"),
    "REVIEWED": ("已评价", "Reviewed"), "ARCHIVED": ("已归档", "Archived"), "REJECTED": ("不予受理", "Rejected"),
    "CANCELLED": ("已作废", "Cancelled"), "DRAFT": ("草拟", "Draft"), "ISSUED": ("已下发", "Issued"), "SENT": ("已发送", "Sent"),
    "DELIVERED": ("已送达", "Delivered"), "EN_ROUTE": ("前往中", "On the way"), "ON_SCENE": ("已到场", "On scene"),
    "DONE": ("已完成", "Done"), "REFUSED": ("已拒绝", "Refused"), "EXPIRED": ("超时失效", "Expired"),
    "WAITING": ("等待前序", "Waits"), "OPEN": ("待办", "To do"), "SKIPPED": ("跳过", "Skipped"), "DROPPED": ("未做", "Dropped"),
}  # fmt: skip
_VERBS: Final = {
    "receive": ("上报", "Reported"), "accept": ("受理", "Accepted"), "reject": ("不予受理", "Rejected"),
    "file": ("立案", "Filed"), "cancel": ("作废", "Cancelled"), "dispatch": ("派遣", "Dispatched"),
    "sign": ("签收", "Signed for"), "return": ("退回重派", "Sent back"), "start": ("开始处置", "Started"),
    "suspend": ("申请挂账", "Asked to suspend"), "approve": ("批准", "Approved"), "deny": ("不批准", "Denied"),
    "resume": ("恢复处置", "Resumed"), "report": ("反馈结果", "Reported back"), "verify": ("核查", "Verifying"),
    "pass": ("核查通过", "Passed"), "fail": ("返工", "Rework"), "review": ("回访评价", "Reviewed"),
    "reopen": ("重新立案", "Reopened"), "archive": ("归档", "Archived"), "supervise": ("督办", "Supervised"),
    "urge": ("催办", "Urged"), "add-unit": ("加派", "Unit added"), "note": ("备注", "Note"),
    "absorb": ("并入重复上报", "Duplicate taken in"), "draft": ("起草指令", "Order drafted"), "issue": ("下发", "Issued"),
    "send": ("发送", "Sent"), "deliver": ("送达", "Delivered"), "read": ("已阅", "Read"), "depart": ("出发", "Departed"),
    "arrive": ("到场", "Arrived"), "complete": ("完成", "Completed"), "refuse": ("拒绝", "Refused"),
    "expire": ("失效", "Expired"), "assist": ("请求支援", "Asked for help"), "freeze": ("留存画面", "Screen kept"),
    "postpone": ("顺延时限", "Deadline moved"), "renew": ("预警更新", "Alert renewed"),
    "withdraw": ("预警解除", "Alert withdrawn"),
    "broadcast": ("群发通知", "Told many"), "channel": ("渠道送达", "Channel"), "start-plan": ("启动预案", "Plan started"),
    "tick-step": ("完成步骤", "Step done"), "skip-step": ("跳过步骤", "Step skipped"),
    "stop-plan": ("终止预案", "Plan stopped"), "begin-exercise": ("开始演练", "Exercise begun"),
    "end-exercise": ("结束演练", "Exercise ended"), "reset-exercise": ("清场", "Exercise put away"),
}  # fmt: skip
_ROLES: Final = {
    "collector": ("监督员", "Collector"), "registrar": ("受理员", "Registrar"), "chief": ("值班长", "Duty chief"),
    "dispatcher": ("派遣员", "Dispatcher"), "department": ("专业部门", "Department"), "inspector": ("督查员", "Inspector"),
    "leader": ("领导", "Leader"), "unit": ("处置单位", "Unit"), "administrator": ("管理员", "Administrator"),
    "system": ("系统", "System"), "grid_worker": ("网格员", "Grid worker"), "grid_leader": ("网格长", "Grid leader"),
    "supervisor": ("督导员", "Supervisor"),
}  # fmt: skip
_FIELDS: Final = {
    "reason": ("原因", "Reason"), "opinion": ("意见", "Opinion"), "unit": ("单位", "Unit"), "deadline": ("时限", "Deadline"),
    "stars": ("评价", "Stars"), "plan": ("预案", "Plan"), "step": ("步骤", "Step"), "duplicate_of": ("与此重复", "Duplicate of"),
    "duplicate": ("重复件", "Duplicate"), "text": ("内容", "Text"), "recipient": ("接收人", "Recipient"),
    "channel": ("渠道", "Channel"), "attachments": ("附件", "Attachments"), "reply": ("答复", "Reply"),
}  # fmt: skip
_REPLIES: Final = {
    "true": ("情况属实", "As reported"), "beyond_competence": ("超出职责", "Beyond competence"), "solved": ("已解决", "Solved"),
    "why_not": ("未解决原因", "Why not"), "done": ("办理情况", "What was done"), "public_answer": ("公开答复", "Public answer"),
    "contacted_at": ("联系时间", "Contacted at"),
}  # fmt: skip
"""What a hotline is told; whom was spoken to is nobody's else."""
_LIGHTS: Final = {
    "green": ("时限内", "in time"), "yellow": ("即将超时", "due soon"), "red": ("已超时", "overdue"),
    "fine": ("正常", "fine"), "watch": ("关注", "watch"), "alarm": ("告警", "alarm"), "OVERALL": ("总时限", "Overall"),
}  # fmt: skip
_PRIORITIES: Final = {"LOW": ("低", "Low"), "NORMAL": ("一般", "Normal"), "HIGH": ("紧急", "High"), "URGENT": ("特急", "Urgent")}
_REASONS: Final = {
    "its time to live ran out": ("超过有效时限未签收", "its time to live ran out"),
    "the sender withdrew the alert": ("发布方已解除预警", "the sender withdrew the alert"),
    "its incident was settled": ("所属事件已办结", "its incident was settled"),
    "none was given": ("未说明原因", "none was given"),
}
"""What the cockpit itself gives as a reason, as the journal has it."""
_ALL: Final[Mapping[Kind, Mapping[str, tuple[str, str]]]] = MappingProxyType({
    "state": _STATES, "verb": _VERBS, "role": _ROLES, "field": _FIELDS, "light": _LIGHTS, "priority": _PRIORITIES,
    "reason": _REASONS, "reply": _REPLIES,
})  # fmt: skip


def word(kind: Kind, name: str, language: Lang | str) -> str:
    """The word for a name; what has none is told as it is."""
    found = _ALL[kind].get(name)
    return name if found is None else found[language == "en"]


def named(kind: Kind) -> dict[str, tuple[str, str]]:
    """All of a kind, in their order: name → (Chinese, English)."""
    return dict(_ALL[kind])
