"""Questions that need a person and not a document: emergencies, crises, advice on one's own treatment.

Routing rests on what is said about a person now. The same words in a question about rules (预防自杀的措施,
急救中心的电话) are ordinary questions, so a policy word beside them switches the routing off.
"""

from __future__ import annotations

import re

from rag.domain import Route, RouteReason
from rag.folding import fold
from rag.settings import HelpSettings

_ABOUT_RULES = re.compile(
    r"政策|规定|规划|措施|办法|制度|条例|方案|标准|报销|补助|补贴|医保|流程|目标|培训|宣传|预防|防治|防控|救治体系|管理|建设|统计|率|机构|有哪些|数据|中心|指南|考核|建档|挂号|预约"
)
_EMERGENCY = re.compile(
    r"(?:胸口|胸部|心口|胸)(?:很|好|特别|突然|一直|非常|剧烈)*(?:疼|痛|闷)|喘不(?:上|过)(?:来)?气|(?:不能|没法|无法)呼吸|呼吸(?:困难|停止|不了)|没有?(?:呼吸|心跳|脉搏)|"
    r"(?:昏迷|昏倒|晕倒|晕过去|不省人事|叫不醒|休克|抽搐|抽风|口吐白沫)|大出血|血流不止|止不住血|吐血|"
    r"(?:喝|吃|误服|误食)了?(?:农药|毒药|老鼠药|洁厕灵|消毒液)|(?:农药|煤气|一氧化碳|食物|药物)中毒|触电|溺水|掉(?:进|到)?水里|"
    r"说不出话|半边身子|半身(?:不能|不会)动|嘴歪|吞(?:了|下|服).{0,4}(?:药|电池|硬币|异物)|噎住|卡(?:住)?(?:喉咙|嗓子|气管)|脑?中风了|心梗|心脏骤停|要生了|羊水破|被?车撞|从.{0,4}楼.{0,3}(?:摔|掉|跳)"
)
_CRISIS = re.compile(r"自杀(?:了|算了)|自残|伤害自己|割腕|寻短见|轻生")
_OWN_CRISIS = re.compile(
    r"不想活|不想再活|活不下去|活着没(?:有)?意思|活够了|(?:好|真|很|我)想死|(?:想|要|打算|准备)(?:去)?(?:自杀|轻生|跳楼|跳河|割腕|上吊)(?!的)|"
    r"结束(?:自己的|我的)生命|一死了之|(?:老是|总是|总|老)?想伤害自己"
)
"""Said of somebody now, whatever else the question says."""
_PERSONAL = re.compile(
    r"我|俺|咱|孩子|宝宝|爸|妈|爷爷|奶奶|老公|老婆|丈夫|妻子|儿子|女儿|老人|家里|朋友|同事|邻居|有人|他|她"
)
_ADVICE = re.compile(
    r"吃(?:什么|啥|哪种|哪个)药|用(?:什么|啥|哪种)药|(?:能|要|该|可|需)不(?:能|要|该|可以?|需要)(?:吃|停|加|减|换|打)(?:\S{0,6})?[药针]|(?:停|加|减|换)药|药量|吃(?:几|多少)(?:片|粒|颗|毫克)|(?:能|可以|可不可以|要不要)(?:吃|打|停|加|减)(?!饭|疫苗|东西)\S{0,6}(?:药|片|安定|胰岛素|抗生素|头孢|布洛芬|阿司匹林|退烧)|药\S{0,4}(?:减半|加倍|减量|加量)|"
    r"(?:是不是)?得了(?:什么|啥)病|是不是(?:得了?)?.{0,3}(?:癌|瘤|病)|是(?:什么|啥)病|(?:怎么|如何|咋)(?:治|治疗|医治)|要不要(?:手术|住院|开刀)|(?:能|会)不(?:能|会)(?:治好|好)|严不严重|开(?:个|点|一下)?(?:药|处方)"
)
_SYMPTOM = re.compile(
    r"发烧|发热|咳嗽|头疼|头痛|头晕|肚子疼|拉肚子|腹泻|呕吐|血压|血糖|疼|痛|痒|肿|出血|过敏|失眠|得了|感冒|化验|指标"
)


def route(question: str, numbers: HelpSettings) -> tuple[Route, ...]:
    """Return the numbers that a question must be sent to instead of being answered; empty for an ordinary one."""
    folded = fold(question)
    about_rules = bool(_ABOUT_RULES.search(folded))
    if _OWN_CRISIS.search(folded) or (_CRISIS.search(folded) and not about_rules):
        return (Route(numbers.crisis, RouteReason.CRISIS), Route(numbers.emergency, RouteReason.EMERGENCY))
    if _EMERGENCY.search(folded) and not about_rules:
        return (Route(numbers.emergency, RouteReason.EMERGENCY),)
    if _ADVICE.search(folded) and not about_rules and (_PERSONAL.search(folded) or _SYMPTOM.search(folded)):
        return (Route(numbers.health, RouteReason.MEDICAL_ADVICE), Route(numbers.emergency, RouteReason.EMERGENCY))
    return ()
