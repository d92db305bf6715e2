"""What the answer to each kind of question looks like, and which headings announce it.

Tables of data: an operator can read why a sentence with a weekday answered 星期几 and one with a sum did not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from rag.outline import enumerator
from rag.question import QuestionKind

HEADING_WORDS: Mapping[QuestionKind, re.Pattern[str]] = MappingProxyType(
    {
        QuestionKind.PROCEDURE: re.compile(
            r"程序|流程|办理|(?<!咨询)(?<!联系)方式|步骤|渠道|手续|申领$|申请$|怎么|如何"
        ),
        QuestionKind.MATERIALS: re.compile(r"材料|证件|资料|携带|带上|所需|须知|注意事项|要件"),
        QuestionKind.PERSON: re.compile(r"对象|人群|条件|范围|资格|的人$|负责|分工"),
        QuestionKind.DATE: re.compile(r"时间|日期|期限|时段|安排|日程|什么时候|几点"),
        QuestionKind.AMOUNT: re.compile(r"标准|金额|费用|待遇|收费|额度|限额|比例|指标|数量"),
        QuestionKind.PHONE: re.compile(r"电话|联系|咨询|热线|号码"),
        QuestionKind.PLACE: re.compile(r"地点|地址|机构|地方|门诊|网点|在哪|哪里"),
    }
)
"""Words of a heading, a lead-in line or a column that say that an answer of this kind stands below."""

_CLOCK = r"\d{1,2}[:：]\d{2}|\d{1,2}[点时](?!间)|24小时|全天"
_WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天末]|每[周月]|工作日(?<!个工作日)|休息日|节假日"
_CALENDAR = r"\d{1,2}月(?!龄)|\d{1,2}[日号](?!以内|内)|(?:19|20)\d\d年(?!度)|月底|年底|季度"
_SPECIFIC: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked), re.compile(form))
    for asked, form in (
        (r"(?:哪个|哪一个|哪|什么|啥)(?:个)?股", r"[^\s,，。、:：;；]{2,8}股"),
        (r"归\S{0,12}管|谁(?:来)?(?:管|负责|牵头|主管)|由谁|哪个(?:部门|单位)(?:来)?(?:管|负责|牵头|主管)", r"负责|牵头|主管|主办|承办|经办|由\S{2,12}(?:局|委|会|中心|院|站|政府)"),
        (r"(?:开始|从\S{1,6})(?:算|执行|实施|实行|施行|生效)|生效|施行|实行|算起", r"起(?:施行|实施|执行|实行|生效)|施行|自\S{4,16}起|执行至|有效期"),
        (r"几点|开门|下班", _CLOCK),
        (r"星期几|周几|礼拜几", _WEEKDAY),
        (r"哪[一几]?天|几号|截止", rf"\d{{1,2}}[日号](?!以内|内)|月底|年底|{_WEEKDAY}"),
        (r"什么时候|啥时候|何时|截止|多会儿|哪[年月日]|几月", f"{_CALENDAR}|{_WEEKDAY}|{_CLOCK}|\\d月龄"),
        (r"几岁|年龄|年纪|多大|岁数", r"\d周?岁|月龄|周岁"),
        (r"几个月", r"月"),
        (r"钱|(?:付|给|补|交|缴|领|罚|奖|发|收|花|掏)(?:多少|几多)|几[万亿百千]?元|几块|几毛|多少[万亿]元|多少[万亿]$|收费|费用|罚|投资|支出|额度|限额|补助|补贴", r"\d(?:\.\d+)?[万亿]?元|免费|不收|免除|xx?x?[万亿]?元"),
        (r"比例|几成|百分|占比|覆盖率|率", r"%|‰|百分之|\d成|[（(]\d*/\d+万?[）)]"),
        (r"报销?多少|报多少|能报", r"%|\d元"),
        (r"几[针剂次]", r"\d+ ?[针剂次]|剂次|[一二三四五六]次"),
        (r"多久|多长|几(?:天|小时|年|分钟|个?工作日)", r"(?:\d|[一二三四五六七八九十半两])个?(?:多)?(?:小时|分钟|工作日|天|日|周|月|年)"),
        (r"几[项条个类种大]|多少[项条个类种]", r"[\d一二两三四五六七八九十x]+[项条个类种件]"),
    )
)  # fmt: skip
"""What the wording of a question says about its answer beyond the kind."""

_GENERAL: Mapping[QuestionKind, re.Pattern[str]] = MappingProxyType(
    {
        QuestionKind.PLACE: re.compile(
            r"[路街道巷]\S{0,6}\d+[号號]|[一二三四五六七八九十\d]+[楼层]|地址|地点|[医醫診诊]院|卫生[院室]|中心|窗口|大厅|门诊|接种点|网站|小程序|公众号|\S[局股科]|办公室|[镇乡]"
        ),
        QuestionKind.PERSON: re.compile(
            r"负责|牵头|主任|局长|书记|对象|人员|居民|人群|周岁|户籍|妇女|儿童|老人|老年人|婴幼儿|患者|凡|符合|[局股科委]|的$|的[,，](?:可|均|由|不|按)"
        ),
        QuestionKind.PROCEDURE: re.compile(
            r"申请|办理|补办|提交|提出|携带|带|凭|登记|填写|签订|签约|拨打|网上|小程序|预约|窗口|大厅|备案|开具|先|到|由"
        ),
        QuestionKind.MATERIALS: re.compile(r"身份证|证件|证明|户口|[卡证表单]|材料|资料|病历|记录|照片|复印件|携带|带[上好齐]?"),
        QuestionKind.YES_NO: re.compile(
            r"不|可以|可|应当|均|都|视同|纳入|免费|按|须|必须|禁止|允许|无需|未|废止|有效|有|免"
        ),
        QuestionKind.PHONE: re.compile(r"\d{3,4}-\d{7,8}|1[3-9]\d{9}|(?<!\d)1[12]\d{1,3}(?![\d年月日.%])|(?<!\d)\d{7,8}(?!\d)"),
        QuestionKind.DATE: re.compile(f"{_CALENDAR}|{_WEEKDAY}|{_CLOCK}|\\d月龄|[一二三四五六七八九]世纪|前|后"),
        QuestionKind.AMOUNT: re.compile(r"\d|[一二两三四五六七八九十百千万]+[^一]|xx?|免费|不收|免除"),
        QuestionKind.LIST: re.compile(r"[^、]、[^、]+、|(?:[^,，。]+[,，]){3}|[;；].+[;；]|(?:包括|分为|以下|下列|如下)|一是.+二是"),
    }
)  # fmt: skip
_SEVERAL = re.compile(r"[^、]、[^、]+、|[;；].+[;；]|(?:包括|分为|以下|下列)|一是.+二是")
"""An enumeration inside a paragraph; clauses between commas are one only at need."""


class Fit(Enum):
    """How well the form of a text fits what was asked."""

    SPECIFIC = 2
    GENERAL = 1
    NONE = 0


def specific_form(folded_question: str, kind: QuestionKind) -> re.Pattern[str] | None:
    """Return what an answer to this wording must have in it; None where the wording says nothing special."""
    if kind in (QuestionKind.AMOUNT, QuestionKind.DATE, QuestionKind.PERSON):
        for asked, form in _SPECIFIC:
            if asked.search(folded_question):
                return form
    return _SEVERAL if kind is QuestionKind.LIST else None


def fit(kind: QuestionKind, specific: re.Pattern[str] | None, folded: str, redacted: bool = False) -> Fit:
    """Judge the form of a folded text.

    ``redacted``: the text has a placeholder where a figure was; it is as good an answer as the figure would be.
    """
    general = _GENERAL.get(kind)
    if general is None:
        return Fit.SPECIFIC
    found = enumerator(folded)
    bare = folded[found.length :] if found else folded
    if specific is not None and specific.search(bare):
        return Fit.SPECIFIC
    if redacted and kind in (QuestionKind.AMOUNT, QuestionKind.DATE):
        return Fit.SPECIFIC
    if general.search(bare):
        return Fit.GENERAL if specific is not None else Fit.SPECIFIC
    return Fit.NONE


def announces(kind: QuestionKind, folded_heading: str) -> bool:
    """Tell whether a heading or lead-in says that what was asked for stands below it."""
    words = HEADING_WORDS.get(kind)
    return bool(words and words.search(folded_heading))
