"""An invented document, an answer out of it, and proposals of that answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from rag.approved_records import ApprovalState, ApprovedAnswer, Proposal
from rag.citations import cite
from rag.domain import Answer, AnswerStatus, Document, Statement, document_id_for
from rag.errors import UnknownIdError
from rag.settings import Settings

SOURCE = "qingtang-elderly.md"
FREE = "凡具有青棠县户籍、年满六十五周岁的老年人，每年可以免费体检一次。"
DAYS = "结果在十个工作日内告知本人。"
TODAY = date(2026, 3, 2)


def document(text: str = FREE + "\n" + DAYS, **facts: Any) -> Document:
    """Return the document with another text or other facts."""
    base: dict[str, Any] = {
        "document_id": document_id_for(SOURCE),
        "source": SOURCE,
        "root": "/somewhere",
        "sha256": "0" * 64,
        "media_type": "text/markdown",
        "title": "青棠县老年人免费体检实施办法",
        "region": "青棠县",
        "issuer": "青棠县卫生健康局",
    }
    return Document(text=text, **{**base, **facts})


def at_once(settings: Settings) -> Settings:
    """Return settings under which whoever serves sees every decision and publication at its next question."""
    return settings.model_copy(update={"server": settings.server.model_copy(update={"reload_check_s": 0.0})})


class Shelf:
    """Documents by id."""

    def __init__(self, *documents: Document) -> None:
        self._documents = {one.document_id: one for one in documents}

    def put(self, document: Document) -> None:
        """Hold a document in the place of its older state."""
        self._documents[document.document_id] = document

    def document(self, document_id: str) -> Document:
        """Return one document. Raises UnknownIdError."""
        try:
            return self._documents[document_id]
        except KeyError:
            raise UnknownIdError(document_id) from None


def answer(words: str = FREE, edited: bool = False) -> Answer:
    """Return an answer of two statements; the first says ``words``."""
    found = document()
    quotes = tuple(
        cite(found, found.text.index(quote), found.text.index(quote) + len(quote), number)
        for number, quote in enumerate((FREE, DAYS), start=1)
    )
    first = Statement(words, (1,), 1.0, edited=edited)
    return Answer(AnswerStatus.ANSWERED, "青棠县老年人体检免费吗", (first, Statement(DAYS, (2,), 1.0)), quotes)


def proposal(**changed: Any) -> Proposal:
    """Return a proposal of the answer."""
    whole = Proposal(
        answer=answer(),
        wordings=("青棠县老年人体检免费吗", "老年人体检要交钱吗"),
        places=("青棠县",),
        owner="小林",
        office="青棠县卫生健康局",
        review=date(2026, 12, 31),
    )
    return replace(whole, **changed)


def approved(number: int = 1, at: str = "2026-03-01T08:00:00Z", **changed: Any) -> ApprovedAnswer:
    """Return the answer as it is once it was approved."""
    return ApprovedAnswer(
        number, ApprovalState.APPROVED, proposal(**changed), "小林", "2026-02-01T08:00:00Z", 2, None, "老周", at
    )
