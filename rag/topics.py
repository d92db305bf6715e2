"""Say which topics of health policy a document is about, by the words of its title and headings.

The rule is plain, so that whoever sees the count can check it: a document belongs to every topic one of whose words stands
in its title. Where none does, it belongs to the topics named by the most of its headings, at most two of them. What
names none belongs to no topic. Words are compared folded (script, width, case); a word inside a longer one of another
topic does not count (护理 in 护理保险).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType

from rag.domain import Document
from rag.folding import fold

TOPICS = MappingProxyType(
    {
        "insurance": "医疗保险 医保 医疗保障 医疗救助 异地就医 护理保险 生育保险 大病保险 报销 参保",
        "prices": "价格 收费 集中采购 带量采购 集采",
        "vaccination": "疫苗 预防接种 免疫规划 接种",
        "infection": "传染病 疫情 新冠 新型冠状病毒 流感 结核 艾滋 肝炎 登革 手足口 血吸虫 防控 消毒 隔离 核酸",
        "chronic": "慢性病 慢病 高血压 糖尿病 肿瘤 癌 筛查 体检 卒中 慢阻肺",
        "mothers_children": "妇幼 孕产 孕妇 新生儿 儿童 母婴 出生缺陷 产前 婚检 婚前 两癌 妇女",
        "family": "生育 计划生育 托育 托幼 育儿 人口",
        "elderly": "老年 养老 医养 长者 失能 安宁疗护",
        "public_health": "基本公共卫生 家庭医生 签约服务 健康档案 公共卫生服务",
        "hospitals": "医院 医疗机构 分级诊疗 医联体 医共体 诊所 卫生院 卫生室 门诊 住院 转诊 挂号 医疗服务 医疗质量 互联网诊疗",
        "medicines": "药品 基本药物 药店 药事 处方 医疗器械 疫苗流通 特殊食品",
        "chinese_medicine": "中医 中药 针灸 民族医",
        "mental": "精神卫生 精神障碍 心理",
        "disability": "残疾 康复 辅助器具",
        "emergency": "急救 应急 院前 救护 突发事件 自救",
        "occupation": "职业病 职业健康 尘肺 工伤 放射",
        "food_nutrition": "食品安全 营养 饮用水 食源性",
        "environment": "爱国卫生 卫生城市 控烟 病媒 吸烟 烟草 无烟 健康城市 环境卫生 公共场所卫生 学校卫生",
        "blood": "献血 血液 用血 器官捐献",
        "staff": "医师 护士 执业 职称 招聘 卫生人才 规范化培训 乡村医生 卫生技术人员",
        "information": "信息化 电子健康 智慧医疗 数据 互联网+",
        "supervision": "监督 执法 行政处罚 行政许可 双随机",
        "planning": "规划 健康中国 健康行动 深化医药卫生体制改革 医改",
    }
)
"""The words of each topic, by its code."""

_MOST_BY_HEADINGS = 2


def _compiled() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    owners: dict[str, tuple[str, ...]] = {}
    for code, words in TOPICS.items():
        for word in words.split():
            folded = fold(word)
            owners[folded] = (*owners.get(folded, ()), code)
    # The longest first: so a word inside a longer one does not count.
    ordered = sorted(owners, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered))), owners


_WORDS, _OWNERS = _compiled()


def topics_of(document: Document) -> tuple[str, ...]:
    """Return the codes of a document's topics, in the order of :data:`TOPICS`; none where nothing names one."""
    named = _named([document.title])
    if not named:
        by_heading = _named(section.heading for section in document.sections)
        named = Counter(dict(by_heading.most_common(_MOST_BY_HEADINGS)))
    return tuple(code for code in TOPICS if code in named)


def _named(texts: Iterable[str]) -> Counter[str]:
    """Return in how many of the texts each topic is named, those named first before others of the same number."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(
            list(dict.fromkeys(code for match in _WORDS.finditer(fold(text)) for code in _OWNERS[match.group()]))
        )
    return found
