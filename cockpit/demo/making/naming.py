"""Plausible names: two characters and what kind of place it is, with a reading in Latin letters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def _readings(text: str) -> dict[str, str]:
    """Character → its reading, of words `清:Qing`."""
    return dict(pair.split(":") for pair in text.split())


FIRST = _readings(
    """
    清:Qing 翠:Cui 金:Jin 银:Yin 玉:Yu 龙:Long 凤:Feng 白:Bai 红:Hong 紫:Zi 碧:Bi 兰:Lan 竹:Zhu 松:Song 梅:Mei
    桂:Gui 柳:Liu 荷:He 莲:Lian 枫:Feng 云:Yun 霞:Xia 月:Yue 星:Xing 朝:Zhao 晨:Chen 东:Dong 西:Xi 南:Nan 北:Bei
    上:Shang 下:Xia 大:Da 小:Xiao 新:Xin 古:Gu 石:Shi 沙:Sha 长:Chang 永:Yong 安:An 太:Tai 和:He 福:Fu 文:Wen
    望:Wang 迎:Ying 双:Shuang 九:Jiu 平:Ping 宁:Ning 庆:Qing 春:Chun 秋:Qiu 鹤:He 鹭:Lu 雁:Yan 乌:Wu 青:Qing
    明:Ming 高:Gao
    """
)
TOWN = _readings(
    """
    桥:Qiao 湖:Hu 江:Jiang 浦:Pu 洲:Zhou 湾:Wan 泉:Quan 井:Jing 园:Yuan 林:Lin 荫:Yin 苑:Yuan 港:Gang 亭:Ting
    台:Tai 楼:Lou 阁:Ge 门:Men 街:Jie 巷:Xiang 里:Li 坊:Fang 营:Ying 城:Cheng 堤:Di
    """
)
LAND = _readings(
    """
    溪:Xi 塘:Tang 渡:Du 山:Shan 岭:Ling 坡:Po 峰:Feng 岩:Yan 坞:Wu 坪:Ping 田:Tian 畈:Fan 庄:Zhuang 店:Dian 埠:Bu
    坝:Ba 河:He 源:Yuan 冲:Chong 坑:Keng 墩:Dun 桥:Qiao 湾:Wan 泉:Quan 林:Lin
    """
)
DISTRICTS = (
    ("云锦区", "Yunjin District"),
    ("澄江区", "Chengjiang District"),
    ("青枫区", "Qingfeng District"),
    ("南屏区", "Nanping District"),
    ("东畴区", "Dongchou District"),
    ("望湖区", "Wanghu District"),
    ("松岭县", "Songling County"),
    ("石澜县", "Shilan County"),
    ("白浦县", "Baipu County"),
)


class Names:
    """Hands out each name and each Latin reading only once."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._taken: set[str] = {english.split()[0] for _, english in DISTRICTS}
        self._stock = {kind: _shuffled(last, rng) for kind, last in (("town", TOWN), ("land", LAND))}

    def next(self, kind: str) -> tuple[str, str]:
        """The characters and the reading of an unused name; `kind` is `town` or `land`."""
        for chinese, latin in self._stock[kind]:
            if latin not in self._taken:
                self._taken.add(latin)
                return chinese, latin
        raise LookupError(f"no {kind} names are left: add characters")


def _shuffled(last: dict[str, str], rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    pairs = [(a + b, FIRST[a] + last[b].lower()) for a in FIRST for b in last if a != b]
    return iter([pairs[index] for index in rng.permutation(len(pairs))])
