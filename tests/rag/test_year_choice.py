from __future__ import annotations

from datetime import date

from rag.domain import Document, DocumentType
from rag.year_choice import YearFit, of_the_years, year_fit
from tests.rag.small_library import document, whole_hit

TEXT = "每人每年交费三百元。"


def notice(year: int, region: str = "澧县", series: str = "居民医保缴费通知") -> Document:
    title = f"{region}{year}年{series}"
    return document(TEXT, document_id=title, source=title, title=title, region=region, published=date(year - 1, 10, 1))


def left(years: tuple[int, ...], *documents: Document) -> list[str]:
    return [hit.document.title for hit in of_the_years([whole_hit(item) for item in documents], years)]


def test_the_document_of_the_year_that_was_asked_about_wins_over_its_series() -> None:
    documents = (notice(2022), notice(2023), notice(2024))
    assert left((2023,), *documents) == ["澧县2023年居民医保缴费通知"]
    assert left((2022, 2024), *documents) == ["澧县2022年居民医保缴费通知", "澧县2024年居民医保缴费通知"]


def test_nothing_is_left_out_without_a_year_or_where_the_year_is_not_there() -> None:
    documents = (notice(2022), notice(2024))
    assert left((), *documents) == [item.title for item in documents]
    assert left((2023,), *documents) == [item.title for item in documents]


def test_other_places_and_other_matters_are_no_part_of_a_series() -> None:
    documents = (notice(2023), notice(2022, "天门市"), notice(2022, series="无偿献血工作要点"))
    assert left((2023,), *documents) == [item.title for item in documents]


def test_a_text_fits_a_year_by_its_title_its_passage_or_its_day() -> None:
    assert year_fit(notice(2023), TEXT, (2023,)) is YearFit.NAMED
    assert year_fit(notice(2022), TEXT, (2023,)) is YearFit.OTHER
    assert year_fit(notice(2022), "二〇二三年不变。", (2023,)) is YearFit.NAMED
    plan = document(TEXT, title="某县规划（2021—2025年）")
    assert year_fit(plan, TEXT, (2023,)) is YearFit.NAMED
    assert year_fit(plan, TEXT, (2026,)) is YearFit.OTHER
    assert year_fit(document(TEXT, published=date(2021, 1, 1)), TEXT, (2023,)) is YearFit.OPEN
    assert year_fit(document(TEXT, published=date(2024, 1, 1)), TEXT, (2023,)) is YearFit.OTHER
    assert year_fit(document(TEXT), TEXT, (2023,)) is YearFit.OPEN
    statute = document(TEXT, title="某省2018年条例", type=DocumentType.STATUTE, published=date(2018, 1, 1))
    assert year_fit(statute, TEXT, (2023,)) is YearFit.OPEN
    assert year_fit(notice(2022), TEXT, ()) is YearFit.OPEN
