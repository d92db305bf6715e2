from __future__ import annotations

from rag.synonyms import parse_synonyms
from rag.widening import widened
from tests.rag.small_library import understood

TABLE = parse_synonyms("黑诊所 非法行医\n医院 医疗机构\n养狗 养犬\n")
_IDF = {"非法行医": 3.5, "医院": 0.5, "医疗机构": 1.0}
_UNKNOWN = 9.0


def idf(word: str) -> float:
    return _IDF.get(word, _UNKNOWN)


def test_a_rare_word_is_searched_for_by_its_synonyms_at_a_share() -> None:
    question = widened(understood("黑诊所归谁管"), idf, TABLE)
    assert 0 < question.terms.light[0]["非法"] < 1
    assert question.terms.words == understood("黑诊所归谁管").terms.words


def test_a_word_that_many_documents_have_is_left_alone() -> None:
    assert widened(understood("医院在哪里"), idf, TABLE) == understood("医院在哪里")


def test_a_synonym_that_no_document_has_is_not_searched_for() -> None:
    assert widened(understood("养狗要办证"), idf, TABLE) == understood("养狗要办证")
