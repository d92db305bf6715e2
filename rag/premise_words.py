"""Words with which questions and sources say that something was changed, is charged, is forced or is forbidden.

Tables of data: each class has the words that say it and the words that say the contrary, on folded text. An operator can
read why 取消了村卫生室 is denied by 新建村卫生室 and not by 村医待遇.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimClass:
    """A kind of claim: what says it, in a question (``asked``) or in a source (``told``), and what says the contrary."""

    name: str
    asked: re.Pattern[str]
    told: re.Pattern[str]
    contrary: re.Pattern[str]


def _class(name: str, asked: str, told: str, contrary: str) -> ClaimClass:
    return ClaimClass(name, re.compile(asked), re.compile(told), re.compile(contrary))


_END = "取消|撤销|撤并|裁撤|废除|废止|停办|停用|停运|关闭|关停|终止|拆除|叫停|停止(?!发放)"
_PAY_END = "停发|停止发放|不再发放|不再发|不再享受|停止享受"
_UP = "提高|上调|上涨|增加|提升|调高|上升|涨|增长"
_DOWN = "降低|下调|减少|降至|降到|下降|削减|调低|调减|缩减|减半|减为"
_CHARGED = "收费|收取|自付|自费|付费|缴费|缴纳|(?:支?付|缴|收)\\d+(?:\\.\\d+)?元"
_FREE = "免费|免收|免除|免交|免缴|不收费|不收取|不收任何|无需缴|无需付|零收费"
_MAY = "可以|可在|可到|可凭|均可|允许|支持|鼓励|准予|不受限制|放开"

CLASSES: tuple[ClaimClass, ...] = (
    _class(
        "stopped_paying",
        rf"{_PAY_END}|不发|停了|停掉|没发|不给发|发不下来",
        rf"{_PAY_END}|不发|停付",
        r"(?<!停止)(?<!不再)(?<!暂停)(?:发放|按[月季年]发|享受|领取|发给)|每(?:人|孩|户|所)每[年月季]|继续",
    ),
    _class(
        "ended",
        rf"{_END}|撤掉|撤了|关掉|关了|拆了|裁掉|裁了|砍掉|(?:室|院|站|点|诊|补贴|补助|津贴|项目|服务)都?没了|不办了|不搞了|不做了|停掉",
        _END,
        r"新建|建设|改造|设立|设置|保留|继续|完善|增加|新增|巩固|恢复|健全|免费|每年\S{0,6}一次|每个\S{1,8}都有|加强|开展|按[月季年]发|纳入",
    ),
    _class("suspended", r"暂停|中止|停诊|停业", r"暂停|中止|停诊|停业", r"恢复|正常|照常|继续|增加|开展"),
    _class("lowered", rf"{_DOWN}|降了|少了|少发|降价|扣减|打折", _DOWN, rf"{_UP}|不变|保持"),
    _class("raised", rf"{_UP}|涨了|涨价|加价|多收|翻倍|提到", _UP, rf"{_DOWN}|不变|保持"),
    _class(
        "not_refunded",
        r"不报销|不能报|不给报|报不了|不予报销|报销不了|不能报销|不予支付",
        r"不予报销|不报销|不予支付|不纳入|不能报销",
        r"(?<!不)纳入|(?<!不予)(?<!不能)(?<!不)报销|予以支付",
    ),
    _class("forced", r"强制|强迫|逼|硬性|非要|被迫", r"强制|必须|一律", r"自愿|不得强制|不强制|知情同意|自主"),
    _class(
        "forbidden",
        r"禁止|不准|不许|不让|不允许|不受理|不接受|不予|不接收|拒收|拒绝|不给办|不能(?!报)|不可以",
        r"禁止|不得|不准|不许|不受理|不接受|不予|严禁",
        _MAY,
    ),
    _class("allowed", r"允许|准许|放开", _MAY, r"禁止|不得|不准|严禁|不允许"),
    _class("charged", rf"收费|收钱|要钱|交钱|掏钱|花钱|自费|付费|收取|收\S{{0,6}}费|{_CHARGED}", _CHARGED, _FREE),
    _class("free", r"免费|不收费|不收钱|不要钱|免收", _FREE, _CHARGED),
    _class("merged", r"合并|并入|搬迁|搬走|迁走|迁到|搬到", r"合并|并入|搬迁|迁至|迁到|迁入", r"保留|原址"),
    _class("delayed", r"推迟|延期|延后|推后", r"推迟|延期|延后|推后|调整到|调整至", r"提前|按时|如期"),
    _class(
        "withheld",
        r"拖欠|克扣|挪用|截留|少给|贪污|裁员|辞退|下岗",
        r"拖欠|克扣|挪用|截留|辞退",
        r"按时|足额|不得(?:拖欠|克扣|挪用|截留)|按[月季年]发",
    ),
)
"""The first class whose words stand earliest in a claim is the one that is checked."""

NEGATED = re.compile(
    r"(?:不得|不再|不予|不会|不能|不许|不|没有|没|未曾|并未|未|无|勿|严禁|禁止|避免|防止|杜绝)[以予]?(?:被|全部|再|任何|随意|擅自)?$"
)
"""What stands right before a word that is denied; classes whose own words begin with one are not looked behind."""
OWN_ACTION = re.compile(
    r"(?:预约|挂号|签约|订单|报名|登记|账号|关注|绑定|参保|断缴)\S{0,3}(?:取消|停|终止)|(?:取消|终止|停止?)(?:了)?(?:预约|挂号|签约|订单|报名|登记|账号|关注|绑定)"
)
"""What a person cancels for himself is no claim about a policy."""
