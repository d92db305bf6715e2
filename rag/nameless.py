"""Take out of a question what could tell who asked it, before it is kept for statistics.

:mod:`rag.personal_data` decides by check digits and plans of numbers, because an answer needs every figure of a question
that is none of them. A log does not: here every long number goes, and so do the usual ways to say a name, an address or
an account. A word too many that is lost costs nothing; short numbers (hotlines, years, amounts) stay.
"""

from __future__ import annotations

import re

from rag.personal_data import mask

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"

_NUMBER, _MAIL, _NAME, _ADDRESS, _ACCOUNT = "[号码]", "[邮箱]", "[姓名]", "[门牌]", "[账号]"

_MAILS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)
_ACCOUNTS = re.compile(
    r"((?:微信|QQ|qq|抖音|支付宝|wechat|WeChat|WX|wx|医保卡|社保卡|病历|住院|就诊卡|准考证|护照)(?:账号|帐号|号码|号|ID|id)?\s*(?:是|为|[:：])?\s*)"
    r"(?=[\w-]*\d)[A-Za-z0-9_-]{5,30}"
)
_LONG = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d ?- ?(?:19|20)\d\d(?!\d))\d(?:[ -]?\d){6,}(?![\d.])(?!\s*[元万亿人户])")
"""Seven digits and more: landlines, too. The numbers of documents, years and most amounts are shorter."""
_ENDS = r"(?=[，,。.；;、！!？?\s]|$|今年|现在|想|要|在|的|是|住|得|患|身份证|电话|手机|\[)"
_NAMES = re.compile(
    rf"((?:我叫|我的名字(?:是|叫)|名叫|姓名\s*(?:是|为|叫|[:：])|联系人\s*(?:是|为|[:：]))\s*)(?![不了过他她你您们救车人来去])[{_HAN}]{{2,4}}?{_ENDS}"
)
_PATIENTS = re.compile(
    rf"((?:患者|病人)\s*)[王李张刘陈杨赵吴徐孙朱郭郑谢罗梁宋唐韩冯邓曹彭肖董袁潘蒋蔡魏吕姚卢姜崔谭汪][{_HAN}]{{1,2}}?{_ENDS}"
)
"""Only common family names that begin no common word: 患者高血压 is no name."""
_TITLED = re.compile(rf"(?<![{_HAN}])([{_HAN}])(某某?)(?=[，,。的\s]|$)")
_PLACES = re.compile(
    rf"[{_HAN}A-Za-z0-9]{{0,12}}?\d{{1,5}}\s*(?:号楼|号院|号门|栋|幢|座|单元|弄)"
    rf"(?:[{_HAN}]{{0,2}}?[A-Za-z]?\d{{1,5}}\s*(?:号楼|单元|层|楼|室|号|户)?)*"
    rf"|[{_HAN}]{{1,10}}(?:路|街|巷|大道|胡同)\d{{1,5}}\s*号"
)


def nameless(text: str) -> str:
    """Return the text with placeholders for what could name a person. Takes time in proportion to its length.

    A text that has been through here comes back unchanged.
    """
    plain = mask(text).text
    plain = _MAILS.sub(_MAIL, plain)
    plain = _ACCOUNTS.sub(rf"\g<1>{_ACCOUNT}", plain)
    plain = _LONG.sub(_NUMBER, plain)
    plain = _PLACES.sub(_ADDRESS, plain)
    plain = _PATIENTS.sub(rf"\g<1>{_NAME}", _NAMES.sub(rf"\g<1>{_NAME}", plain))
    return _TITLED.sub(_NAME, plain)
