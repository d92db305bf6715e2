from __future__ import annotations

from datetime import date

import pytest

from rag.domain import Authority, DocumentType, SearchFilter, Validity
from rag.errors import QuestionError
from rag.filters import DocumentFilter
from rag.regions import Gazetteer

DOCUMENTS: tuple[dict[str, str | None], ...] = (
    {
        "region": "丹江口市",
        "region_code": "420381",
        "published": "2024-12-24",
        "issuer": "丹江口市卫生健康局",
        "type": "plan",
        "authority": "official",
        "validity": "in_force",
        "document_number": "丹卫发〔2024〕8号",
    },
    {
        "region": "湖北省",
        "region_code": "420000",
        "published": "2023-01-01",
        "issuer": "湖北省卫生健康委员会",
        "type": "notice",
        "authority": "repost",
        "validity": "superseded",
        "document_number": "鄂卫发〔2023〕18号",
    },
    {
        "region": "澧县城头山镇",
        "region_code": None,
        "published": None,
        "issuer": None,
        "type": "news",
        "authority": "unknown",
        "validity": "unknown",
        "document_number": None,
    },
    {
        "region": None,
        "region_code": None,
        "published": "2023-06-30",
        "issuer": "国家卫生健康委",
        "type": "notice",
        "authority": "official",
        "validity": "unknown",
        "document_number": "国家卫生健康委员会令第8号",
    },
)


class Stored:
    def facts(self, name: str) -> list[str | None]:
        return [document[name] for document in DOCUMENTS]


@pytest.fixture(scope="module")
def documents() -> DocumentFilter:
    return DocumentFilter(Stored(), Gazetteer.load(extra=["澧县城头山镇"]))


def found(documents: DocumentFilter, wanted: SearchFilter) -> list[int]:
    return [n for n, fits in enumerate(documents.mask(wanted)) if fits]


def test_an_empty_filter_lets_every_document_through(documents: DocumentFilter) -> None:
    assert SearchFilter().is_empty
    assert found(documents, SearchFilter()) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("湖北省", [0, 1]),
        ("湖北", [0, 1]),
        ("丹江口", [0]),
        ("420381", [0]),
        ("湖南", [2]),
        ("澧縣", [2]),
        ("北京市", []),
    ],
)
def test_a_place_stands_for_everything_in_it(documents: DocumentFilter, place: str, expected: list[int]) -> None:
    assert found(documents, SearchFilter(region=place)) == expected


def test_the_whole_country_restricts_nothing(documents: DocumentFilter) -> None:
    assert found(documents, SearchFilter(region="000000")) == [0, 1, 2, 3]


def test_an_unknown_place_is_an_error_and_not_an_empty_list(documents: DocumentFilter) -> None:
    with pytest.raises(QuestionError, match="鸟有县"):
        documents.mask(SearchFilter(region="鸟有县"))


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (date(2023, 1, 1), None, [0, 1, 3]),
        (date(2023, 1, 2), None, [0, 3]),
        (None, date(2023, 6, 30), [1, 3]),
        (None, date(2023, 6, 29), [1]),
        (date(2023, 6, 30), date(2023, 6, 30), [3]),
    ],
)
def test_both_ends_of_a_range_belong_to_it_and_undated_texts_to_none(
    documents: DocumentFilter, begin: date | None, end: date | None, expected: list[int]
) -> None:
    assert found(documents, SearchFilter(published_from=begin, published_until=end)) == expected


def test_a_range_that_ends_before_it_begins_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="empty"):
        SearchFilter(published_from=date(2024, 1, 2), published_until=date(2024, 1, 1))


def test_part_of_an_issuer_in_either_script_is_enough(documents: DocumentFilter) -> None:
    assert found(documents, SearchFilter(issuer="卫生健康委")) == [1, 3]
    assert found(documents, SearchFilter(issuer="衛生健康局")) == [0]


def test_several_kinds_are_alternatives_and_several_filters_are_not(documents: DocumentFilter) -> None:
    assert found(documents, SearchFilter(types=(DocumentType.PLAN, DocumentType.NEWS))) == [0, 2]
    assert found(documents, SearchFilter(authorities=(Authority.OFFICIAL,))) == [0, 3]
    assert found(documents, SearchFilter(validities=(Validity.UNKNOWN, Validity.IN_FORCE))) == [0, 2, 3]
    both = SearchFilter(types=(DocumentType.NOTICE,), authorities=(Authority.OFFICIAL,))
    assert found(documents, both) == [3]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("丹卫发〔2024〕8号", [0]),
        ("丹衛發[2024]8號", [0]),
        ("卫发 2024 8", [0]),
        ("2024年第8号", [0]),
        ("〔2023〕18号", [1]),
        ("8号", [0, 3]),  # not 18号: figures are whole
        ("令第8号", [3]),
        ("2024", [0]),
        ("24", []),
        ("〔二〇二四〕八号文件", [0]),
        ("2024〕08号文", [0]),
        ("丹卫发 第8号", [0]),
        ("丹卫发 第18号", []),
        ("〔〕", []),
    ],
)
def test_a_document_number_is_found_however_it_is_written(
    documents: DocumentFilter, typed: str, expected: list[int]
) -> None:
    assert found(documents, SearchFilter(document_number=typed)) == expected
