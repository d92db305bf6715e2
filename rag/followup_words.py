"""Which words of a follow-up say what it is about, and which only go on with the matter of the question before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from rag.everyday import ASKING
from rag.tokenizing import QUESTION_PHRASES, dictionary_words
from rag.word_tables import table_lines, table_words

YEAR = re.compile(
    r"(?:[12]\d{3}|[一二][零一二三四五六七八九]{3})(?=年|$)年?(?:度|以来|以后|以前)?|(?:今|去|前|明|后|当|本)年度?|上一?年度?|十[一二三四五]五"
)
"""A year or a planning period; ``十四五`` is the fourteenth five-year plan."""
_AGED = r"(?:\d{1,3}|[一二三四五六七八九十百]{1,4})(?:周?岁)(?:以上|以下|及以上|以内)?的?"
CLASSES: tuple[re.Pattern[str], ...] = tuple(
    map(
        re.compile,
        (
            r"\S{0,4}疫苗",
            r"(?:城乡|城镇|农村)?(?:居民|职工|灵活就业人员)?(?:基本)?(?:医疗)?(?:医保|医疗保险|新农合|大病保险|长护险|长期护理保险|生育保险)",
            r"(?:[一二三]级|[一二三]甲|乡镇|镇|乡|县级|市级|省级|县|市|省|区|社区|村级?|基层|民营|公立|私立|定点)*"
            r"(?:医院|卫生院|卫生室|诊所|医疗机构|卫生服务中心|卫生服务站|门诊部|保健院|疾控中心)",
            r"[一二三]级(?:医院)?",
            r"住院|门诊|急诊|异地就医|跨省|省内|省外|转诊",
            r"高血压|糖尿病|肺?结核病?|艾滋病|[甲乙丙]肝|严重精神障碍|精神障碍|精神病|\S癌|癌症|肿瘤|尿毒症|白血病|血友病|冠心病|"
            r"慢性病|慢特病|大病|重病|罕见病|职业病|尘肺病?|传染病|地方病|流感|新冠|狂犬病|手足口病|麻疹|水痘|肺炎|脑卒中|中风|哮喘|近视|地中海贫血",
            rf"(?:{_AGED})?(?:老年?人|高龄老人|老人家|独居老人|失能老人|适龄女生|女生|少年儿童|儿童|小孩子?|孩子|幼儿|婴幼儿|婴儿|新生儿|未成年人|成年人|"
            r"中?小学生|大学生|学生|孕产妇|孕妇|产妇|妇女|女性|男性|重度残疾人|残疾人|低保(?:户|对象|家庭)|特困(?:人员|户|供养人员)|五保户|"
            r"贫困(?:户|人口|家庭)|脱贫户|低收入家庭|失独(?:家庭|父母)?|独生子女(?:父母|家庭)?|农民工?|流动人口|外地人|本地人|外来人口|"
            r"退休(?:人员|职工|老人)?|退役军人|军人|军属|优抚对象|灵活就业人员|农村居民|城镇居民|居民|职工|村医|乡村医生|医务人员|医护人员|医生|护士|"
            r"教师|患者|病人|家属|志愿者|献血者)",
            r"用人单位|企业|学校|幼儿园|餐厅|饭店|餐馆|酒店|商场|超市|网吧|办公室|电梯|车站|机场|公园",
            r"首次|第[一二三四]次|再次|[一二三]孩|头胎|[一二三]胎|第[一二三]针|[一二三]类",
        ),
    )
)
"""Things that stand beside each other, so that one of a class takes the place of another of it (门诊呢, 老人呢)."""
PEOPLE = CLASSES[6]
KINDS = (*CLASSES[2:5], *CLASSES[7:])
"""Classes that say of which kind a thing is (三级医院, 门诊, 三孩), without being the thing that a question is about."""
_WHICH_BODY = re.compile(
    r"(?:哪|什么|啥)(?:些|个|家|几|级|一)?(?:部门|单位|机构|科室|窗口|地方|医院|人|人员|网站|平台|文件|政策|材料|证件|手续|费用)"
)
_NUMBER = re.compile(r"第?[零一二三四五六七八九十百千万两\d]+[年月日天个次项条点种类岁步名周块元针剂号]*")
_ORDINAL = re.compile(r"(?:第[一二三四五六七八九十\d]{1,3}|最后一?|倒数第[一二三四五\d])[条点项个步款种类段方面]?")
ASKS = re.compile(
    r"为什么|为啥|为何|凭什么|怎么|如何|怎样|咋|什么|啥|哪(?:[些几里儿家年天]|个)?|多少|多久|多大|多长|多高|多远|几(?=[个次年天月号点项条种类岁块元针级家所名位时倍成])|谁|何时|何地|"
    r"是否|是不是|能不能|可不可以|有没有|要不要|用不用|会不会|算不算|行不行|好不好|对不对|需不需要|能否|可否|还是(?=[^要会得有没不])|[吗么不](?=$|[?？,，])"
)
"""Words that ask, in folded text."""


@dataclass(frozen=True, slots=True)
class Word:
    """A dictionary word ``text[start:end]`` of a folded text."""

    text: str
    start: int
    end: int


def cut(folded: str) -> list[Word]:
    """Return the dictionary words of folded text with where they stand, white space and marks included."""
    found, position = [], 0
    for word in dictionary_words(folded):
        found.append(Word(word, position, position + len(word)))
        position += len(word)
    return found


@cache
def facets() -> Mapping[str, str]:
    """Return each side of a matter with the words that ask for it: 目标 → 有哪些, 比例 → 是多少."""
    known: dict[str, str] = {}
    for line in table_lines("followup_facets.txt"):
        asking, *names = line.split()
        known |= dict.fromkeys(names, asking)
    return MappingProxyType(known)


@cache
def going_on() -> frozenset[str]:
    """Return the words that say nothing of what a question is about."""
    asking = {part for phrase in QUESTION_PHRASES for part in dictionary_words(phrase)}
    return frozenset(table_words("followup_words.txt")) | facets().keys() | ASKING | asking


@cache
def _sides() -> re.Pattern[str]:
    """Return what finds sides that the dictionary cuts into pieces (封顶线)."""
    return re.compile("|".join(sorted((name for name in facets() if len(name) > _PAIR), key=len, reverse=True)))


def is_empty(word: str) -> bool:
    """True for a folded word that says nothing of what a question is about."""
    return (
        word in going_on()
        or not any(character.isalnum() for character in word)
        or _NUMBER.fullmatch(word) is not None
        or (len(word) > 1 and all(character in going_on() for character in word))
        or (len(word) > _PAIR and _is_made_of(word))
    )


def _is_made_of(word: str) -> bool:
    """True for a compound of such a word and a character that says nothing: 评估费, 审核时."""
    pairs = ((word[:-1], word[-1]), (word[1:], word[0]))
    return any(part in going_on() - facets().keys() and single in going_on() for part, single in pairs)


_PAIR = 2


def matters(folded: str) -> list[Word]:
    """Return the words of folded text, without places, that say what it is about."""
    for pattern in (YEAR, _ORDINAL, _WHICH_BODY, _sides()):
        folded = pattern.sub(lambda match: " " * len(match[0]), folded)
    return [word for word in cut(folded) if not is_empty(word.text)]


def ordinals(folded: str) -> Iterator[re.Match[str]]:
    """Yield where a text refers to an item of a list (第二条, 最后一项)."""
    return _ORDINAL.finditer(folded)
