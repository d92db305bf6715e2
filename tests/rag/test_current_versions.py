from __future__ import annotations

from dataclasses import replace
from typing import Any

from rag.current_versions import current_versions, successor_of
from rag.domain import Chunk, Document, Hit, Validity, document_id_for
from rag.errors import UnknownIdError
from tests.rag.small_library import document, understood, whole_hit

OLD = "村医补助每人每月三百元。"
NEW = "村医补助每人每月五百元。"


class Texts:
    """The documents of a library, each one chunk."""

    def __init__(self, *documents: Document) -> None:
        self._documents = {item.document_id: item for item in documents}

    def document(self, document_id: str) -> Document:
        if document_id not in self._documents:
            raise UnknownIdError(document_id)
        return self._documents[document_id]

    def chunks_of(self, document_id: str) -> list[Chunk]:
        return [hit_of(self._documents[document_id]).chunk]


def version(source: str, text: str, superseded_by: str | None = None, **facts: Any) -> Document:
    validity = Validity.SUPERSEDED if superseded_by else Validity.UNKNOWN
    known: dict[str, Any] = {
        "document_id": document_id_for(source),
        "source": source,
        "title": f"某县村医补助办法{source}",
    }
    return document(text, validity=validity, superseded_by=superseded_by, **(known | facts))


def hit_of(source: Document) -> Hit:
    hit = whole_hit(source)
    return replace(hit, chunk=replace(hit.chunk, chunk_id=source.source), parts={"bm25": 1.0})


def share(folded: str) -> float:
    return sum(word in folded for word in ("村医", "补助")) / 2


def left(question: str, texts: Texts, *documents: Document) -> list[str]:
    hits = current_versions([hit_of(item) for item in documents], understood(question), texts, share)
    assert all(hit.chunk.document_id == hit.document.document_id for hit in hits)
    return [hit.document.source for hit in hits]


def test_a_replaced_document_goes_where_its_successor_was_found_too() -> None:
    old, new = version("old", OLD, "new"), version("new", NEW)
    assert left("村医补助多少钱", Texts(old, new), old, new) == ["new"]


def test_the_successor_takes_the_place_of_what_it_replaces_though_it_was_not_found() -> None:
    old, new, other = version("old", OLD, "new"), version("new", NEW), version("other", OLD)
    assert left("村医补助多少钱", Texts(old, new, other), old, other) == ["new", "other"]
    assert left("村医补助多少钱", Texts(old, new), old, old) == ["new"]


def test_a_chain_of_successors_ends_at_the_one_that_holds() -> None:
    first, second, third = version("1", OLD, "2"), version("2", OLD, "3"), version("3", NEW)
    assert left("村医补助多少钱", Texts(first, second, third), first) == ["3"]
    assert successor_of(first, Texts(first, second)) == second


def test_documents_that_replace_each_other_stay() -> None:
    one, two = version("1", OLD, "2"), version("2", NEW, "1")
    assert left("村医补助多少钱", Texts(one, two), one, two) == ["1", "2"]


def test_a_replaced_document_stays_where_the_successor_is_not_there_or_says_nothing_of_this() -> None:
    old = version("old", OLD, "new")
    assert left("村医补助多少钱", Texts(old), old) == ["old"]
    silent = version("new", "本办法自发布之日起施行。", title="某县新规定")
    assert left("村医补助多少钱", Texts(old, silent), old) == ["old"]


def test_the_old_text_stays_where_the_question_is_about_it() -> None:
    old = version("old", OLD, "new", title="某县2021年村医补助办法", document_number="云卫发〔2021〕8号")
    new = version("new", NEW)
    for question in ("云卫发〔2021〕8号的补助多少钱", "2021年村医补助多少钱", "《某县2021年村医补助办法》的补助多少钱"):
        assert left(question, Texts(old, new), old, new) == ["old", "new"]
    assert left("2025年村医补助多少钱", Texts(old, new), old, new) == ["new"]
