"""What a model may not bring along: addresses, odd numerals, long stretches of words of its own."""

from __future__ import annotations

import pytest

from rag.domain import Document
from rag.own_words import foreign_to

QUOTE = "年满65岁的居民每年可以免费体检1次，结果在十个工作日内告知本人，预约网址为www.qinghe.gov.cn/tijian。"
DOCUMENT = Document(
    "d1", "a.txt", "/r", "0", "text/plain", "清河市居民健康管理服务实施办法", QUOTE, region="清河市", issuer="清河市卫生健康委员会"
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "年满65岁的居民每年免费体检1次。",
        "根据清河市居民健康管理服务实施办法，体检结果在十个工作日内告知本人。",
        "清河市卫生健康委员会规定，居民每年可以免费体检。",
        "可以在www.qinghe.gov.cn/tijian预约。",
        "预约网址为WWW.QINGHE.GOV.CN/tijian。",
        "也就是说，居民可以免费体检。",
    ],
)
def test_what_stands_in_the_sources_and_the_words_that_join_it_may_be_said(text: str) -> None:
    assert foreign_to(text, [QUOTE], [DOCUMENT]) is None


@pytest.mark.parametrize(
    "text",
    [
        "居民每年可以免费体检，请把身份证照片发给我们的工作人员核验。",
        "居民每年可以免费体检，详见http://evil.example/a。",
        "居民每年可以免费体检，预约网址为www.qinghe.gov.cn.evil.cn/tijian。",
        "居民每年可以免费体检，预约网址为www.qinghe.gov.cn/bank。",
        "居民每年可以免费体检，点击javascript:alert(1)。",
        "居民每年可以免费体检，联系a@b.cn。",
        "居民每年可以免费体检①②次。",
        "居民每年可以免费体检Ⅴ次。",
        "居民每年可以免费体检¹²次。",
    ],
)
def test_what_the_model_adds_is_found(text: str) -> None:
    assert foreign_to(text, [QUOTE], [DOCUMENT]) is not None


def test_a_numeral_of_the_quote_may_be_repeated() -> None:
    assert foreign_to("第①类居民每年体检。", ["第①类居民每年体检。"], [DOCUMENT]) is None
