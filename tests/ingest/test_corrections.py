from __future__ import annotations

from datetime import date

import pytest

from ingest.corrections import CORRECTABLE, apply_corrections, parse_correction
from rag.domain import Authority, Document, DocumentType, Validity
from rag.errors import UsageError
from rag.regions import Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(extra=["云溪县"])


def document() -> Document:
    return Document(
        document_id="1",
        source="1.txt",
        root="/",
        sha256="0",
        media_type="text/plain",
        title="旧题",
        text="正文。",
        origins={"title": "title"},
        certainty={"title": 0.9},
        doubts=("no_region", "no_date", "no_issuer", "unknown_authority", "redacted"),
    )


@pytest.mark.parametrize(
    ("field", "said", "meant"),
    [
        ("title", " 新题 ", "新题"),
        ("region", "澧縣", "澧县"),
        ("region", "湖北", "湖北省"),
        ("region", "全国", "全国"),
        ("region", "南京市鼓楼区", "南京市鼓楼区"),
        ("region", "云溪县", "云溪县"),
        ("region", "白河新区", "白河新区"),
        ("region", "澧县城头山镇", "澧县城头山镇"),
        ("published", "二〇二四年十二月二十四日", "2024-12-24"),
        ("effective", "2025.1.1", "2025-01-01"),
        ("valid_until", "2029年12月31日", "2029-12-31"),
        ("document_number", "云卫发[2025]8号", "云卫发〔2025〕8号"),
        ("type", "Plan", "plan"),
        ("authority", "official", "official"),
        ("validity", "expired", "expired"),
        ("superseded_by", "新办法.pdf", "新办法.pdf"),
        ("url", "https://www.example.gov.cn/a?b=1", "https://www.example.gov.cn/a?b=1"),
        ("language", "zh_TW", "zh-Hant"),
    ],
)
def test_a_correction_comes_back_in_its_normal_form(gazetteer: Gazetteer, field: str, said: str, meant: str) -> None:
    assert parse_correction(field, said, gazetteer) == meant
    assert parse_correction(field, meant, gazetteer) == meant


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", "  "),
        ("title", "两\n行"),
        ("title", "长" * 301),
        ("issuer", "卫健局\u202e"),
        ("region", "鼓楼区"),
        ("region", "somewhere"),
        ("published", "2024年12月"),
        ("published", "2024-13-01"),
        ("published", "2024-01-01和2025-01-01"),
        ("document_number", "八号"),
        ("type", "law"),
        ("authority", "county"),
        ("validity", "valid"),
        ("url", "javascript:alert(1)"),
        ("url", "https://admin@example.cn/"),
        ("url", "http://["),
        ("url", 'https://a.cn/"><script>'),
        ("language", "fr"),
    ],
)
def test_what_a_fact_cannot_be_is_refused_with_field_value_and_what_is_allowed(
    gazetteer: Gazetteer, field: str, said: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_correction(field, said, gazetteer)
    message = str(refusal.value)
    assert field in message
    assert CORRECTABLE[field][1] in message


def test_a_field_that_cannot_be_corrected_is_refused_with_those_that_can(gazetteer: Gazetteer) -> None:
    with pytest.raises(UsageError, match=r"'text'.*superseded_by"):
        parse_correction("text", "x", gazetteer)


def test_corrections_win_are_certain_and_end_the_doubt(gazetteer: Gazetteer) -> None:
    before = document()
    after = apply_corrections(
        before,
        {"region": "丹江口", "published": "2024年5月6日", "type": "faq", "authority": "media", "issuer": "某某报社"},
        gazetteer,
    )
    assert (after.region, after.region_code) == ("丹江口市", "420381")
    assert (after.published, after.type, after.authority) == (date(2024, 5, 6), DocumentType.FAQ, Authority.MEDIA)
    assert after.doubts == ("redacted",)
    assert {after.origins[field] for field in ("region", "published", "type", "authority")} == {"correction"}
    assert {after.certainty[field] for field in ("region", "published", "type", "authority")} == {1.0}
    assert (after.origins["title"], after.certainty["title"]) == ("title", 0.9)
    assert before == document()


def test_a_place_that_nobody_bears_is_declared_by_being_said(gazetteer: Gazetteer) -> None:
    after = apply_corrections(document(), {"region": "白河新区"}, gazetteer)
    assert (after.region, after.region_code) == ("白河新区", None)


def test_a_shared_name_is_kept_apart_by_the_place_above_it(gazetteer: Gazetteer) -> None:
    normal = parse_correction("region", "江苏省南京市鼓楼区", gazetteer)
    after = apply_corrections(document(), {"region": normal}, gazetteer)
    assert (after.region, after.region_code) == ("鼓楼区", "320106")


def test_a_place_with_those_above_it_stays_itself_also_where_its_name_was_declared() -> None:
    told = Gazetteer.load(extra=["南京市鼓楼区", "湖北省十堰市丹江口市", "南京市白河新区"])
    after = apply_corrections(document(), {"region": "南京市鼓楼区"}, told)
    assert (after.region, after.region_code) == ("鼓楼区", "320106")
    assert parse_correction("region", "湖北省十堰市丹江口市", told) == "丹江口市"
    assert parse_correction("region", "南京市白河新区", told) == "南京市白河新区"


def test_a_named_successor_makes_a_document_superseded_unless_its_validity_is_said_too(gazetteer: Gazetteer) -> None:
    after = apply_corrections(document(), {"superseded_by": "新.pdf"}, gazetteer)
    assert (after.superseded_by, after.validity) == ("新.pdf", Validity.SUPERSEDED)
    assert (after.origins["validity"], after.certainty["validity"]) == ("correction", 1.0)
    both = apply_corrections(document(), {"superseded_by": "新.pdf", "validity": "in_force"}, gazetteer)
    assert both.validity is Validity.IN_FORCE


def test_saying_that_the_authority_is_unknown_leaves_the_doubt(gazetteer: Gazetteer) -> None:
    after = apply_corrections(document(), {"authority": "unknown"}, gazetteer)
    assert "unknown_authority" in after.doubts


def test_no_corrections_change_nothing(gazetteer: Gazetteer) -> None:
    before = document()
    assert apply_corrections(before, {}, gazetteer) is before
