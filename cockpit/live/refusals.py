"""Why a panel's question could not be answered, in the language of the screen."""

from __future__ import annotations

import re
from typing import Final

from cockpit.context import TOOLBOX_LOST

_SIZES: Final = {"minute": "分钟", "hour": "小时", "day": "天"}
_TOO_FINE: Final = re.compile(r"(\w+) buckets at \S+ are needed and no longer kept \(kept since (\S+?);")
_TOO_LATE: Final = "this window begins after the moment"


def refusal(error: str, lang: str) -> str:
    """One sentence on what was asked that is not kept, or not there yet; any other reason as it is."""
    if found := _TOO_FINE.match(error):
        since = found[2][:16].replace("T", " ")
        if lang == "en":
            return f"This window needs figures by the {found[1]}, which are kept only since {since}. Choose whole days."
        return f"所选时段需要按{_SIZES.get(found[1], found[1])}的明细，仅保留 {since} 之后的；请改选整天"
    if error.startswith(_TOO_LATE) and lang != "en":
        return "所选时段晚于所看的时刻"
    if error == TOOLBOX_LOST and lang != "en":
        return "指挥调度数据库连不上，显示的是最后一次的事件"
    return error
