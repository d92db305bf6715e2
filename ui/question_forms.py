"""Turn a heading of a policy text into a question as people ask it.

What a heading is about shows in its last word (补贴对象, 申请材料, 办理程序) or its first (推进…, 健全…); each kind is asked
for in its own way. A heading that nobody would ask about (附则, 指导思想) makes no question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """How well a question reads and how much it matters to residents; lower is better."""

    ASKED = 0
    """The document asks it itself."""
    MATTER = 1
    """Who, how much, when, where, with what papers."""
    PLAN = 2
    """What is to be done, and how."""
    RULE = 3
    """What is laid down about something."""


@dataclass(frozen=True, slots=True)
class Matter:
    """How a document is spoken of. Every field may be empty where that is not known."""

    place: str
    """The place that does something: 青石县, 国家."""
    subject: str
    """What it is about, with its place: 青石县育儿补贴."""
    title: str
    """Its own name, with its place: 青石县育儿补贴发放办法."""
    lays_down: bool
    """True where it lays down rules, False where it only tells what was done."""


_JOINED = re.compile(r"[和与及、]")
_ASKS = re.compile(
    r"[?？]$|^(?:为什么|怎么|如何|哪些|什么|谁)|(?:吗|呢|怎么办|哪里办|多少钱|什么时候|怎么[^的]{1,4}|是什么|有哪些)$"
)
_POINTS = re.compile(
    r"这[个些项次份]|该(?:项|办法|规划|方案|政策)|上述|以上|前述|本次|其中|^《?(?:规划|方案|办法|通知|意见|政策|条例)"
)
"""A question that points at something said before it asks nothing when it stands alone."""
_OWN_PLACE = re.compile(r"^[本我]?[省市县区州](?=.{2})(?!内|外|级|域|场)")
"""How a document calls its own place (县卫生健康局, 本市), replaced by the place's name."""

_NOBODY_ASKS = re.compile(
    r"^(?:任务数量|目录|附件|附录|附则|总则|前言|引言|序言|导读|结语|结束语|概述|概要|说明|其他|指导思想|展望|未来|下一步|名词|术语|依据|目的|正文|法条"
    r"|监督|组织实施|组织保障|组织领导|工作要求|有关要求|相关要求|一般规定|特别规定|政策解读|解读|图解|责任分工|"
    r"落款|联系人|编制|主送|抄送|来源|日期|标题|摘要|背景)|"
    r"(?:背景|形势|概况|情况|意义|基础|挑战|展示|展望|成效|效果|总结|解释|安排如下|如下|落实|分工|依据|主题|战略|体会|启示|评价)$|"
    r"〔\d{4}〕|\[\d{4}\]|\d{4}年\d+月|公开|^\d|[》】）)]$|^[《【]?附|"
    r"(?:局长|主任|书记|县长|市长|区长|院长|科长|委员|成员|人员|名单|组长|新闻|要闻|数量|领域)$"
)
_ALREADY_DONE = re.compile(
    r"(?:显著|突破|稳步推进|全面推进|有效推进|(?:得到|获得|获|明显|不断|持续|大幅|进一步)(?:认可|改善|提升|提高|增强|好转)|圆满.*)$"
)
"""Headings that boast of a result."""
_OF_THE_TRADE = re.compile(
    r"组织|领导|投入|监测评估|宣传|督导|督查|考核|统筹|责任|协调|科技支撑|氛围|思想|认识|经费|资金|监督|指导|跟踪|队伍|联动|培训|合力|协作"
)
"""What every plan promises and no resident asks about (加强组织领导)."""

_PURSUES = re.compile(
    r"^(?:大力|全力|着力|积极|不断|持续|全面|深入|切实|进一步|扎实|稳步|有序|广泛|严格)?"
    r"(?:加强|加大|推进|宣传普及|健全|完善|提高|提升|优化|促进|强化|深化|做好|建立|构建|建强|引导|塑造|维护|推动|加快|落实|改善|扩大|规范|培育|打造|"
    r"支持|鼓励|发挥|营造|统筹|巩固|拓展|抓好|倡导|织密|筑牢|普及|开展|推行|减轻|减少|创新|防治|发展(?!目标|指标|规划)|实施(?!方案|办法|细则|意见|步骤|范围|时间|策略)|将(?=.*融入)|把(?=.*融入)|建设(?=.{4}))(?=.{4})"
)
_HOW = re.compile(r"^(?:大力|全力|着力|积极|不断|持续|全面|深入|切实|进一步|扎实|稳步|有序|广泛|严格)")
_COUNTED = re.compile(
    r"(?:措施|举措|任务|内容|原则|指标|职责|做法|项目|工作|重点|病种|权利|义务|优惠|变化|亮点|行动|机构|医院|渠道|途径|方式|办法|场所|福利|目录|种类|类型|科目|号码|方面|基石|策略)$"
)
_VAGUE = re.compile(r"^(?:项目|方案|规划|总体|主要|具体|工作|基本|行动|活动|重点(?:任务|内容|项目))")
"""Headings that say of what only together with the document's subject."""
_AIMS = re.compile(r"(?:措施|举措|任务|重点|目标|要求|原则|方面)$")
_ONE_THING = re.compile(r"(?:目标|要求|条件|方向)$")
_VERBS = (
    "参保|缴费|报销|备案|转诊|补办|办理|申请|申领|预约|签约|查验|登记|就医|结算|告知|反馈|领取|发放|退出|解约|投诉|购药|续保|"
    "接种|复查|年审|注销|变更|举报|咨询|理赔|缴纳|参加|挂号|住院|复议"
)
_DONE = re.compile(rf"^(?P<what>.{{2,8}}?)(?P<verb>(?:{_VERBS})+)$")
_VERBS_ONLY = re.compile(rf"^(?P<first>(?:{_VERBS})+)(?:[和与及、](?P<second>(?:{_VERBS})+))?$")
_AWAY = re.compile(r"^(?:外地|异地|市外|县外|省外|国外|境外)$")
_WAY = re.compile(r"^(?:手工|网上|线上|线下|现场|自助|直接|个人|单位|集中|零星|按时|自愿)$")
_WHO_MAY = re.compile(
    r"^(?P<may>不宜|不能|不得|应当|应该|可以|不适合|不适宜|需要|暂缓)(?P<does>.{2,6}?)的(?P<who>人|人员|人群|情形|情况)$"
)
_OF = re.compile(r"^(?P<what>.{2,8})的(?P<thing>优惠|准备|问题|困难|不足|变化|好处|权利|义务|责任)$")

_COUNTRY = "国家"
_LONG_SUBJECT = 16
"""Characters from which on a subject makes a question clumsy that says enough without it."""
_WHOLE_WORD = re.compile(
    r"(?:主要|重点|保障|总体)?(?:对象|标准|目标|内容|材料|项目|时间|地点|地点与预约|措施|任务|指标|方式|范围|条件|要求|流程|程序|待遇|期限|机构|结果|实施策略|实施方案)"
)
"""What may be left of a heading when the words it shares with the subject are taken off: 服务 + 服务包 is no such case."""

_LONGEST_HEADING = 22


def asked_by(heading: str, matter: Matter) -> tuple[str, Rank] | None:
    """Return the question that a heading answers, with its rank; None for a heading that makes none.

    ``heading`` is in simplified script, without its numbering.
    """
    if _ASKS.search(heading):
        return _as_it_asks(heading, matter)
    heading = re.split(r"[，,；;：:。]", heading)[0] if _PURSUES.match(heading) else heading
    if (
        not 2 <= len(heading) <= _LONGEST_HEADING
        or _POINTS.search(heading)
        or _NOBODY_ASKS.search(heading)
        or not _is_plain(heading)
    ):
        return None
    if _PURSUES.match(heading) and not _AIMS.search(heading):
        return _pursued(heading, matter)
    return (
        _of_a_matter(heading, matter) or _done(heading, matter) or _counted(heading, matter) or _ruled(heading, matter)
    )


def merged(subject: str, heading: str) -> str:
    """Return the heading without the words that the subject ends with: 新项目 + 项目目标 is 新项目的目标."""
    if _WHOLE_WORD.fullmatch(heading):
        return heading
    for length in range(min(len(subject), len(heading) - 2), 1, -1):
        if subject.endswith(heading[:length]) and _WHOLE_WORD.match(heading[length:]):
            return heading[length:]
    return heading


def _is_plain(heading: str) -> bool:
    """True for words: no brackets torn from their partner, no dash before it, no clause left hanging."""
    paired = all(heading.count(left) == heading.count(right) for left, right in ("《》", "“”", "（）", "()"))
    return paired and not re.search(r"[\s，,；;：:。—_…·|<>/\\]|[的和与及在为]$", heading)


def _as_it_asks(heading: str, matter: Matter) -> tuple[str, Rank] | None:
    question = heading.rstrip("?？。")
    if _POINTS.search(question) or len(question) < 4:
        return None
    place = "" if matter.place == _COUNTRY else matter.place
    own = question if place in question else place + _OWN_PLACE.sub("", question)
    return f"{own}？", Rank.ASKED


def _pursued(heading: str, matter: Matter) -> tuple[str, Rank] | None:
    if not matter.place or _OF_THE_TRADE.search(heading) or _ALREADY_DONE.search(heading):
        return None
    return f"{matter.place}怎么{_HOW.sub('', heading)}？", Rank.PLAN


def _of_a_matter(heading: str, matter: Matter) -> tuple[str, Rank] | None:
    if re.search(r"(?:处罚|罚则|法律责任)$", heading):
        if not matter.title or not matter.lays_down:
            return None
        what = "要承担什么法律责任" if heading.endswith("责任") else "会受到什么处罚"
        return f"违反{_named(matter.title)}{what}？", Rank.RULE
    if not matter.subject:
        return None
    subject, own = matter.subject, merged(matter.subject, heading)
    joined = _JOINED.search(heading)
    forms: tuple[tuple[str, str], ...] = (
        (r"(?:对象|人群|人员范围|范围)$", f"{subject}的{own}是哪些人？" if "对象" in own or "人" in own else f"{subject}的{own}有哪些？"),
        (r"(?:材料|资料|证件|手续)$", f"{subject}需要哪些{own}？"),
        (r"时间和地点$|地点和时间$|地点与预约$", f"{subject}的{own}是怎么安排的？"),
        (r"(?:标准|金额|费用|收费|价格|额度|比例|限额)$", f"{subject}的{own}是{'怎样的' if joined else '多少'}？"),
        (r"(?:时间|日期)$", f"{subject}的{own}是{'怎么安排的' if joined else '什么时候'}？"),
        (r"期限$", f"{subject}的{own}是多久？"),
        (r"(?:地点|地址|点位)$", f"{subject}的{own}在哪里？"),
        (r"(?:程序|流程|步骤|待遇|补贴方式)$", f"{subject}的{own}是怎样的？"),
        (r"(?:咨询|联系|投诉|举报)(?:方式|渠道|电话)$", f"{subject}的{own}是什么？"),
        (r"注意事项$", f"{subject}有哪些注意事项？"),
    )  # fmt: skip
    return next(((question, Rank.MATTER) for tail, question in forms if re.search(tail, heading)), None)


def _done(heading: str, matter: Matter) -> tuple[str, Rank] | None:
    """Ask how something is done (新生儿参保), who may do it (不宜贴敷的人), what it brings (签约后的优惠)."""
    if who := _WHO_MAY.match(heading):
        return _about(matter.subject, f"哪些{who['who']}{who['may']}{who['does']}？", Rank.MATTER)
    if of := _OF.match(heading):
        return _of_its_own(of["what"], of["thing"], matter)
    if both := _VERBS_ONLY.match(heading):
        second = f"和{both['second']}" if both["second"] else ""
        return _about(matter.subject, f"怎么{both['first']}{second}？", Rank.MATTER)
    done = _DONE.match(heading)
    return _how(done["what"].removesuffix("的"), done["verb"], matter) if done else None


def _of_its_own(what: str, thing: str, matter: Matter) -> tuple[str, Rank] | None:
    if what == "存在":
        return _about(matter.subject, f"存在哪些{thing}？", Rank.PLAN)
    about = matter.place if len(matter.subject) > _LONG_SUBJECT and len(what) > 2 else matter.subject
    return _about(about, f"{what}{'要做' if thing == '准备' else '有'}哪些{thing}？", Rank.PLAN)


def _how(what: str, verb: str, matter: Matter) -> tuple[str, Rank] | None:
    if _AWAY.match(what):
        return _about(matter.subject, f"在{what}怎么{verb}？", Rank.MATTER)
    if _WAY.match(what):
        return _about(matter.subject, f"怎么{what}{verb}？", Rank.MATTER)
    if len(what) > 2 and not _JOINED.search(what[-1]):
        place = "" if matter.place == _COUNTRY else matter.place
        return f"{place}{what}怎么{verb}？", Rank.MATTER
    return _about(matter.subject, f"的{what}怎么{verb}？", Rank.MATTER)


def _about(subject: str, asks: str, rank: Rank) -> tuple[str, Rank] | None:
    return (subject + asks, rank) if subject else None


def _counted(heading: str, matter: Matter) -> tuple[str, Rank] | None:
    subject = matter.subject
    own = merged(subject, heading)
    if heading.endswith("场所") and matter.place not in ("", _COUNTRY):
        return f"{matter.place}有哪些{own}？", Rank.MATTER
    if matter.title.startswith("《"):
        return None
    if not subject:
        says_all = _COUNTED.search(heading) and matter.place and not _VAGUE.search(heading)
        return (f"{matter.place}{'' if '的' in heading else '的'}{heading}有哪些？", Rank.RULE) if says_all else None
    if _ONE_THING.search(heading):
        return f"{subject}的{own}是什么？", Rank.PLAN
    if _COUNTED.search(heading):
        return f"{subject}有哪些{own}？", Rank.PLAN
    return None


def _ruled(heading: str, matter: Matter) -> tuple[str, Rank] | None:
    if _ALREADY_DONE.search(heading) or _VAGUE.search(heading) or (matter.place and matter.place in heading):
        return None
    asks = f"对{heading}有什么规定？"
    if matter.title.startswith("《"):
        return matter.title + asks, Rank.RULE
    if _COUNTED.search(heading) or _ONE_THING.search(heading):
        return None
    place = matter.place if len(heading) >= 4 else ""
    if not matter.lays_down:
        return _about(place, f"的{heading}情况怎么样？", Rank.RULE)
    return _about(place or matter.subject, asks, Rank.RULE)


def _named(title: str) -> str:
    return title if title.startswith("《") else f"《{title}》"
