from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.domain import Authority, Citation, Document, Statement, Validity
from rag.names import unsupported_names
from rag.verification import (
    MIN_SUPPORT,
    negation_differs,
    support,
    unsupported_figures,
    verify,
    verify_citation,
)

TEXT = "年满65岁的居民每年可以免费体检1次。一般诊疗费不可以重复收取。咨询电话：0719-5223456，由清河市卫生健康局解释。"


def document(text: str = TEXT, document_id: str = "d1") -> Document:
    return Document(
        document_id=document_id, source=f"{document_id}.txt", root="/r", sha256="0", media_type="text/plain",
        title="清河市2024年居民健康服务办法", text=text, issuer="清河市人民政府办公室", region="清河市",
    )  # fmt: skip


def citation(start: int, end: int, number: int = 1, source: Document | None = None) -> Citation:
    source = source or document()
    return Citation(
        number=number, document_id=source.document_id, title=source.title, source=source.source, url=None,
        region=None, issuer=None, published=None, authority=Authority.UNKNOWN, validity=Validity.UNKNOWN,
        section=(), quote=source.text[start:end], start=start, end=end,
    )  # fmt: skip


def kept(text: str, start: int = 0, end: int = len(TEXT)) -> bool:
    statement = Statement(text, (1,), 1.0)
    return bool(verify([statement], [citation(start, end)], {"d1": document()}).statements)


def test_a_quotation_passes_with_full_support() -> None:
    first = TEXT[: TEXT.index("。") + 1]
    result = verify([Statement(first, (1,), 0.1)], [citation(0, len(first))], {"d1": document()})
    assert [(s.text, s.support) for s in result.statements] == [(first, 1.0)]
    assert result.dropped == 0


def test_a_quote_that_left_the_document_is_not_cited() -> None:
    changed = document(TEXT.replace("65", "60"))
    result = verify([Statement("居民每年免费体检", (1,), 1.0)], [citation(0, 20)], {"d1": changed})
    assert result.statements == ()
    assert result.citations == ()
    assert result.dropped == 1


def test_a_quote_of_an_unknown_document_is_not_cited() -> None:
    assert verify([Statement(TEXT[:17], (1,), 1.0)], [citation(0, 20)], {}).dropped == 1


def test_a_quote_must_stand_at_its_own_place_in_its_own_document() -> None:
    good = citation(0, 5)
    assert verify_citation(good, document())
    assert not verify_citation(replace(good, start=1, end=6), document())
    assert not verify_citation(good, document(document_id="d2"))
    assert not verify_citation(replace(good, start=-len(TEXT), end=5 - len(TEXT)), document())


@pytest.mark.parametrize(
    "text",
    [
        "年满六十五岁的居民每年可以免费体检一次。",
        "年满65岁的居民每年可以免费体检1次",
        "咨询电话：07195223456，由清河市卫生健康局解释",
        "咨询電話：0719-5223456",
        "根据《清河市2024年居民健康服务办法》，年满65岁的居民每年可以免费体检1次。",
    ],
)
def test_a_faithful_rewording_is_kept(text: str) -> None:
    assert kept(text)


@pytest.mark.parametrize(
    "text",
    [
        "年满60岁的居民每年可以免费体检1次。",
        "年满65岁的居民每年可以免费体检2次。",
        "年满65岁的居民每年可以免费体检1次，报销65%。",
        "咨询电话：0719-5223457，由清河市卫生健康局解释。",
        "咨询电话由白石市卫生健康局解释：0719-5223456。",
        "咨询电话：0719-5223456，由清河市医疗保障局解释。",
        "一般诊疗费可以重复收取。",
        "年满65岁的居民每年不可以免费体检1次。",
        "年满65岁的居民每年可以免费体检1次，详见《白石市健康办法》。",
        "年满65岁的居民每年可以免费体检1次，见https://example.org。",
        "建设现代化的基层医疗服务体系。",
        "……",
    ],
)
def test_what_the_quote_does_not_carry_is_dropped(text: str) -> None:
    assert not kept(text)


def test_numbers_are_given_in_order_of_first_use_and_unused_quotes_go() -> None:
    a, b, c = citation(0, 17, 7), citation(18, 32, 3), citation(33, 50, 5)
    parts = [Statement(b.quote, (3,), 1.0), Statement(a.quote, (7, 3, 7), 1.0)]
    result = verify(parts, [a, b, c], {"d1": document()})
    assert [(x.number, x.quote) for x in result.citations] == [(1, b.quote), (2, a.quote)]
    assert [s.citations for s in result.statements] == [(1,), (2, 1)]


def test_a_statement_keeps_its_sound_quotes_when_another_is_unsound() -> None:
    good = citation(0, 17, 1)
    bad = replace(citation(0, 17, 2), quote="x" * 17)
    result = verify([Statement(good.quote, (2, 1), 1.0)], [bad, good], {"d1": document()})
    assert [s.citations for s in result.statements] == [(1,)]
    assert len(result.citations) == 1


@pytest.mark.parametrize(
    ("statement", "quote", "missing"),
    [
        ("3月11日前办理", "2024年3月11日前办理", []),
        ("2024年办理", "2024年3月11日前办理", []),
        ("2024年3月11日前办理", "3月11日前办理", ["2024-03-11"]),
        ("3月12日前办理", "2024年3月11日前办理", ["--03-12"]),
        ("1、免费办理", "免费办理", []),
        ("免费办理3次", "3、免费办理", ["3"]),
        ("提供1个平台", "提供一个平台", []),
        ("提供一个平台", "提供平台", []),
        ("提高5个百分点", "提高5%", ["5"]),
        ("周六办理", "周一至周五办理", ["W6"]),
        ("超过10万元", "5-10万元", []),
        ("补助80元", "年满80岁", ["80"]),
        ("补助80元", "年满80岁，补助八十块钱", []),
        ("满80周岁", "年满80岁", []),
        ("3家医院", "3所医院", []),
    ],
)
def test_figures_are_compared_as_values(statement: str, quote: str, missing: list[str]) -> None:
    assert [figure.value for figure in unsupported_figures(statement, [quote])] == missing


@pytest.mark.parametrize(
    ("statement", "source", "missing"),
    [
        ("按《健康办法》办理", "《健康办法》规定", ()),
        ("按《健康办法》办理", "《养老办法》规定", ("健康办法",)),
        ("按《健康辦法》办理", "健康办法", ()),
        ("注射HPV疫苗", "hpv疫苗", ()),
        ("注射HPV疫苗", "流感疫苗", ("hpv",)),
        ("向清河市卫生健康局申请", "由清河市卫生健康局负责", ()),
        ("向白石市卫生健康局申请", "由清河市卫生健康局负责", ("白石市卫生健康局", "白石市")),
        ("到清河市中心医院就诊", "到白石市中心医院就诊", ("清河市中心医院", "清河市")),
        ("到医院就诊", "就诊", ()),
        ("全市居民", "居民", ()),
        ("社区居民在城市就医", "居民就医", ()),
        ("享受清河市待遇", "清河市待遇", ()),
        ("优化布局", "优化", ()),
    ],
)
def test_names_must_stand_in_the_sources(statement: str, source: str, missing: tuple[str, ...]) -> None:
    assert unsupported_names(statement, [source]) == missing


@pytest.mark.parametrize(
    ("statement", "quote", "differs"),
    [
        ("可以报销", "不可以报销", True),
        ("不可以报销", "可以报销", True),
        ("门诊费用可以报销", "门诊费用不予报销", True),
        ("不合规的费用可以报销", "不合规的费用不可以报销，其他费用可以申请", True),
        ("超过三天", "不超过三天", True),
        ("成年人可以申请", "未成年人可以申请", True),
        ("不可以报销", "门诊不可以报销", False),
        ("报销比例为一半", "不予报销。报销比例为一半", False),
        ("不断提高水平", "不断提高水平", False),
        ("提高水平", "不断提高水平", False),
    ],
)
def test_a_lost_or_added_negation_is_noticed(statement: str, quote: str, differs: bool) -> None:
    assert negation_differs(statement, [quote]) is differs


def test_support_is_the_share_of_character_pairs_that_the_quotes_hold() -> None:
    assert support("免费体检", ["可以免费体检一次"]) == 1.0
    assert support("免費 体检。", ["免费体检"]) == 1.0
    assert support("免费就诊", ["免费体检"]) == pytest.approx(1 / 3)
    assert support("甲乙", ["丙丁"]) == 0.0
    assert support("是", ["是的"]) == 1.0
    assert support("。", ["。"]) == 0.0


_LINES = st.lists(
    st.text(alphabet="不可以免费体检一二十65岁年月日3%电话《》a。，、1-至万个市局非", min_size=1, max_size=25),
    min_size=1,
    max_size=6,
)


@given(_LINES)
def test_a_whole_text_supports_itself(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert unsupported_figures(text, [text]) == ()
    assert not negation_differs(text, [text])
    assert unsupported_names(text, [text]) == ()


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 40), st.integers(1, 15), st.booleans()), max_size=6),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15), st.lists(st.integers(1, 6), min_size=1)), max_size=6),
)
def test_after_verification_every_quote_is_the_documents_and_numbers_run_from_one(
    quotes: list[tuple[int, int, int, bool]], parts: list[tuple[int, int, list[int]]]
) -> None:
    source = document()
    citations = []
    for number, start, length, forged in quotes:
        item = citation(start, start + length, number)
        citations.append(replace(item, quote="伪" * length) if forged else item)
    statements = [Statement(TEXT[start : start + length], tuple(n), 0.0) for start, length, n in parts]
    result = verify(statements, citations, {"d1": source})
    assert [c.number for c in result.citations] == list(range(1, len(result.citations) + 1))
    assert all(source.text[c.start : c.end] == c.quote for c in result.citations)
    used = [number for s in result.statements for number in s.citations]
    assert list(dict.fromkeys(used)) == [c.number for c in result.citations]
    assert all(s.support >= MIN_SUPPORT for s in result.statements)
    assert result.dropped == len(statements) - len(result.statements)
