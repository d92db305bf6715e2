"""The table of places: what the shipped gazetteer holds and what a bare name says about itself.

Data: ``data/regions.tsv`` and ``data/ordinary_words.txt``; their provenance is in the README beside them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from rag.word_tables import table_words

COUNTRY_CODE = "000000"
TOWNSHIP_SUFFIXES = ("镇", "乡", "街道", "苏木")
COUNTRY_NAMES = ("全国", "中国", "国家", "中华人民共和国")

_PEOPLES = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 "
    "达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 "
    "门巴 珞巴 基诺 各"
).split()
"""The peoples that autonomous areas are named after: 恩施土家族苗族自治州 is 恩施 for short."""


class RegionLevel(StrEnum):
    """How high a place stands; ``rank`` 0 is the highest."""

    COUNTRY = "country"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    OTHER = "other"

    @property
    def rank(self) -> int:
        """Position from the top: 0 for the country, 5 for anything that is none of the levels."""
        return list(RegionLevel).index(self)


@dataclass(frozen=True, slots=True)
class Region:
    """A place. ``parent`` is the code of the place above it, ``None`` for the country and for declared places."""

    code: str
    name: str
    short: str
    """The name without its administrative suffix; the name itself where nothing usable remains (澧县)."""
    level: RegionLevel
    parent: str | None


@cache
def _suffix_pattern() -> re.Pattern[str]:
    peoples = sorted(_PEOPLES, key=len, reverse=True)
    marked = "|".join(f"{people}族" for people in peoples)
    bare = "|".join(people for people in peoples if len(people) > 1)
    return re.compile(
        rf"(?:(?:{marked}|{bare})*自治(?:州|县|旗)|(?:壮族|回族|维吾尔)?自治区|(?:{marked})+区"
        r"|特别行政区|省|市|地区|盟|新区|林区|特区|区|县|旗)$"
    )


def short_name(name: str) -> str:
    """Return ``name`` without its administrative suffix, or ``name`` where less than two characters would remain."""
    stem = _suffix_pattern().sub("", name)
    return stem if len(stem) >= 2 else name


def _level_of_code(code: str) -> RegionLevel:
    if code.endswith("0000"):
        return RegionLevel.PROVINCE
    return RegionLevel.CITY if code.endswith("00") else RegionLevel.COUNTY


def level_of_name(name: str) -> RegionLevel:
    """Guess the level of a place that only documents declare from its last character."""
    if name.endswith(("省", "自治区")):
        return RegionLevel.PROVINCE
    if name.endswith(("市", "州", "盟", "地区")):
        return RegionLevel.CITY
    if name.endswith(TOWNSHIP_SUFFIXES):
        return RegionLevel.TOWNSHIP
    return RegionLevel.COUNTY if name.endswith(("县", "区", "旗")) else RegionLevel.OTHER


@cache
def rows() -> tuple[tuple[Region, tuple[str, ...]], ...]:
    """Read the shipped table once: every region with its former names, highest first for each code prefix."""
    lines = files("rag").joinpath("data", "regions.tsv").read_text(encoding="utf-8").splitlines()
    split = [line.split("\t") for line in lines]
    codes = {fields[0] for fields in split}
    rows: list[tuple[Region, tuple[str, ...]]] = [
        (Region(COUNTRY_CODE, COUNTRY_NAMES[0], COUNTRY_NAMES[0], RegionLevel.COUNTRY, None), COUNTRY_NAMES[1:])
    ]
    for code, name, *former in split:
        # Counties under a province directly (天门市, 北京市东城区) have no city row above them.
        above = (code[:4] + "00", code[:2] + "0000")
        parent = next((upper for upper in above if upper != code and upper in codes), COUNTRY_CODE)
        region = Region(code, name, short_name(name), _level_of_code(code), parent)
        rows.append((region, tuple(former[0].split(";")) if former else ()))
    return tuple(rows)


@cache
def ordinary_words() -> frozenset[str]:
    """Return the names that are also plain words and so never count without evidence in the text."""
    return frozenset(table_words("ordinary_words.txt"))


@cache
def reads_as_place(short: str, level: RegionLevel) -> bool:
    """True where a folded short form counts without evidence; see the module's docstring."""
    if len(short) >= 3 or level.rank <= RegionLevel.CITY.rank:
        return True
    import rjieba

    tagged = rjieba.tag(short)
    return len(tagged) == 1 and tagged[0][1] == "ns"
