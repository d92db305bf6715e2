"""The JSON of the public interface as types: they describe it in OpenAPI and in the tools of the MCP server.

``ui.serialise`` writes the values; a test holds the two to the same fields.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.domain import (
    AnswerMode,
    AnswerStatus,
    Authority,
    DocumentType,
    GuardReason,
    InvalidReason,
    MarkKind,
    NoticeKind,
    PersonalData,
    RouteReason,
    Validity,
)

Span = tuple[int, int] | None


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CitedPassage(_Described):
    """A verbatim quote; `quote == text[start:end]` of the document that GET /api/v1/documents/{document_id} returns."""

    number: int = Field(description="The n of the markers `[n]`; related passages are numbered on their own.")
    document_id: str = Field(description="Names the document in addresses.")
    title: str = Field(description="As the document names itself.")
    source: str = Field(description="Path of the file as it was ingested.")
    url: str | None = Field(description="Address of the page the text was taken from. It comes from outside: check it.")
    region: str | None = Field(description="The place whose policy it is.")
    issuer: str | None = Field(description="Who issued it.")
    published: date | None = Field(description="The day it was published.")
    authority: Authority = Field(description="Who published the page it was read from.")
    validity: Validity = Field(description="Whether it still holds, as far as the sources say.")
    section: list[str] = Field(description="Headings above the quote, outermost first.")
    quote: str = Field(description="The words of the document.")
    start: int = Field(description="First character of the quote in the document's text.")
    end: int = Field(description="The character after its last one.")
    demonstration: bool = Field(description="True for an invented document that shows what the system does.")
    page: int | None = Field(description="Page of the original, from 1; null where the format has no pages.")
    span: Span = Field(description="Where in the document's text the words stand that answer; null: the whole quote.")


class StatementSaid(_Described):
    """One sentence or list item, and the numbers of the citations that carry it."""

    text: str = Field(description="The words, without markers.")
    citations: list[int] = Field(description="Numbers of the citations.")
    support: float = Field(description="0..1: how much of the statement stands in the quotes; 1 for a quotation.")
    level: int = Field(description="Depth in a list; 0 for a sentence or a top item.")
    span: Span = Field(description="Which characters of `text` are the answer proper; null: all of it.")
    place: str | None = Field(description="The place this is said of, where several are set side by side.")
    edited: bool = Field(description="True where a person worded it; then it is no quotation.")


class ApprovalGiven(_Described):
    """Who stands behind an answer that people looked at before it was shown."""

    number: int = Field(description="Names the approved answer.")
    since: date = Field(description="The day it was approved.")
    office: str = Field(description="Who answers for it.")


class NoticeGiven(_Described):
    """Something to know about the sources."""

    kind: NoticeKind = Field(description="What the notice is about.")
    text: str = Field(description="The notice in the reader's language.")


class QuestionBack(_Described):
    """A question back to the reader, with the possible replies."""

    question: str = Field(description="In the reader's language.")
    options: list[str] = Field(description="Places; ask again with one as `region`.")


class HelpLine(_Described):
    """A telephone number to turn to."""

    number: str = Field(description="To be called.")
    name: str = Field(description="Whose number it is.")
    reason: RouteReason = Field(description="Why it is given.")


class UsageTaken(_Described):
    """What a language model took."""

    model: str = Field(description="Its name.")
    prompt_tokens: int = Field(description="Tokens it read.")
    completion_tokens: int = Field(description="Tokens it wrote.")
    cost: float | None = Field(description="In the currency of the configured prices; null without them.")
    estimated: bool = Field(description="True where the tokens were counted roughly, as the server did not say.")


class AnswerGiven(_Described):
    """What one question got."""

    status: AnswerStatus = Field(
        description="`answered`, `partial` and `redacted` carry citations; every other status states nothing about policy."
    )
    answer: str = Field(description="Plain text with markers `[n]`; without evidence, what to tell the reader instead.")
    statements: list[StatementSaid] = Field(description="In the order in which they are to be read.")
    citations: list[CitedPassage] = Field(description="In the order of their numbers.")
    notices: list[NoticeGiven] = Field(description="To be shown with the answer.")
    clarification: QuestionBack | None = Field(description="Set where the status is `needs_clarification`.")
    routes: list[HelpLine] = Field(description="Most urgent first.")
    confidence: float = Field(description="0..1: how likely the sources answer the question.")
    mode: AnswerMode = Field(description="Who wrote the words: the sources (`extractive`) or a model (`generative`).")
    generation: str | None = Field(description="The index generation that was asked.")
    timings_ms: dict[str, float] = Field(description="Milliseconds each stage took.")
    message: str = Field(description="What to say before the statements, or instead of them.")
    label: str = Field(description="Says in words who wrote the answer; to be shown below it.")
    related: list[CitedPassage] = Field(description="Near misses; plainly not the answer.")
    total_items: int | None = Field(description="How many items a quoted list has in the source.")
    read_as: str | None = Field(description="The question as it was read, where a slip or pinyin was put right.")
    rewritten: str | None = Field(description="A follow-up as a question of its own, filled in from earlier ones.")
    guarded: GuardReason | None = Field(description="Why the question was not looked up as it stands.")
    premise: str | None = Field(description="What the question takes for granted and the sources do not say.")
    places: list[str] = Field(description="The places set side by side.")
    silent_places: list[str] = Field(description="Those of them of which the sources say nothing.")
    dropped_statements: int = Field(description="Statements that verification removed.")
    usage: UsageTaken | None = Field(
        description="Set where a language model was asked, whether or not its words are shown."
    )
    masked: list[PersonalData] = Field(
        description="Personal numbers that the question held; placeholders took their place before anything else was done."
    )
    approved: ApprovalGiven | None = Field(
        description="Set where people approved this answer. Its quotes were checked again like those of every answer."
    )
    invalid_reason: InvalidReason | None = Field(description="Why a question could not be taken.")
    language: Literal["zh-Hans", "zh-Hant", "en"] = Field(description="Language of messages, notices and labels.")


class AnswerKept(AnswerGiven):
    """What one question got, and a receipt to come back to it with."""

    receipt: str = Field(
        description="The signed answer, for POST /api/v1/feedback; empty where it is too long. The server keeps none."
    )


class FeedbackStored(_Described):
    """Feedback was kept."""

    stored: Literal[True] = Field(description="It is kept for `retention.feedback_days`.")
    message: str = Field(description="What to tell the reader, in their language.")


class FoundPassage(_Described):
    """A ranked passage; `text` is `start..end` of its document's text."""

    document_id: str = Field(description="Names the document in addresses.")
    title: str = Field(description="As the document names itself.")
    source: str = Field(description="Path of the file as it was ingested.")
    section: list[str] = Field(description="Headings above the passage, outermost first.")
    text: str = Field(description="The words of the document.")
    start: int = Field(description="First character of the passage in the document's text.")
    end: int = Field(description="The character after its last one.")
    chunk_id: str = Field(description="Names the passage.")
    page: int | None = Field(description="Page of the original, from 1; null where the format has no pages.")
    score: float = Field(description="Higher is better; comparable within one search only.")
    parts: dict[str, float] = Field(description="What the score was made from.")
    region: str | None = Field(description="The place whose policy it is.")
    issuer: str | None = Field(description="Who issued it.")
    published: date | None = Field(description="The day it was published.")
    authority: Authority = Field(description="Who published the page it was read from.")
    validity: Validity = Field(description="Whether it still holds, as far as the sources say.")
    url: str | None = Field(description="Address of the page the text was taken from. It comes from outside: check it.")
    demonstration: bool = Field(description="True for an invented document that shows what the system does.")


class SearchFound(_Described):
    """Ranked passages, best first."""

    hits: list[FoundPassage] = Field(description="The passages.")
    read_as: str | None = Field(description="The question as it was read, where a slip or pinyin was put right.")
    timings_ms: dict[str, float] = Field(description="Milliseconds each stage took.")


class DocumentFacts(_Described):
    """What is known about a document; a fact that was not found is null or `unknown`."""

    document_id: str = Field(description="Names the document in addresses.")
    title: str = Field(description="As the document names itself.")
    source: str = Field(description="Path of the file as it was ingested.")
    region: str | None = Field(description="The place whose policy it is.")
    region_code: str | None = Field(description="Administrative code of the place.")
    issuer: str | None = Field(description="Who issued it.")
    published: date | None = Field(description="The day it was published.")
    effective: date | None = Field(description="The day from which it holds.")
    document_number: str | None = Field(description="As it is printed.")
    language: str | None = Field(description="BCP 47 tag: `zh-Hans`, `zh-Hant`, `en`.")
    type: DocumentType = Field(description="Genre of the text.")
    authority: Authority = Field(description="Who published the page it was read from.")
    validity: Validity = Field(description="Whether it still holds, as far as the sources say.")
    valid_until: date | None = Field(description="The last day on which it holds.")
    replaces: list[str] = Field(description="Titles and numbers of what it says it replaces.")
    superseded_by: str | None = Field(description="Source of its successor.")
    duplicate_of: str | None = Field(description="Source of the copy that is answered from.")
    container: str | None = Field(description="Source of the file that this is a part of.")
    url: str | None = Field(description="Address of the page the text was taken from. It comes from outside: check it.")
    media_type: str = Field(description="Of the original file.")
    sha256: str = Field(description="Digest of the original file.")
    demonstration: bool = Field(description="True for an invented document that shows what the system does.")
    version: int = Field(description="Counts the states of the file, from 1.")
    chunks: int | None = Field(description="How many passages it is searched by; null where not counted.")


class Catalogue(_Described):
    """Every document of the published generation."""

    documents: list[DocumentFacts] = Field(description="By source.")


class SectionFound(_Described):
    """A heading and the stretch of text below it."""

    path: list[str] = Field(description="Headings, outermost first.")
    level: int = Field(description="1 for an outermost heading.")
    start: int = Field(description="First character, the heading included.")
    end: int = Field(description="The character after the last one, deeper sections included.")


class MarkFound(_Described):
    """A doubtful stretch of text."""

    kind: MarkKind = Field(description="What is doubtful.")
    start: int = Field(description="Its first character.")
    end: int = Field(description="The character after its last one.")


class PageFound(_Described):
    """Where a page of the original begins."""

    start: int = Field(description="First character of the page.")
    page: int = Field(description="From 1.")


class VersionKept(_Described):
    """One state of the source file."""

    version: int = Field(description="From 1.")
    sha256: str = Field(description="Digest of the original file.")
    ingested: str = Field(description="UTC, ISO 8601.")


class DocumentRead(DocumentFacts):
    """A document with the cleaned text that every offset refers to."""

    text: str = Field(description="The cleaned text.")
    sections: list[SectionFound] = Field(description="In reading order.")
    marks: list[MarkFound] = Field(description="Garbled and redacted stretches.")
    pages: list[PageFound] = Field(description="Where each page begins; empty for formats without pages.")
    repairs: dict[str, int] = Field(description="How often each repair changed the text.")
    samples: dict[str, list[str]] = Field(description="Some of what each repair took out.")
    doubts: list[str] = Field(description="Closed codes such as `no_date`.")
    origins: dict[str, str] = Field(description="Where each fact was read.")
    certainty: dict[str, float] = Field(description="0..1: how sure each fact is.")
    versions: list[VersionKept] = Field(description="Oldest first.")


class PlaceKnown(_Described):
    """A place that has documents."""

    name: str = Field(description="As `region` takes it.")
    documents: int = Field(description="How many.")


class PlacesKnown(_Described):
    """The places that have documents, most documents first."""

    regions: list[PlaceKnown] = Field(description="Most documents first.")


class FaultTold(_Described):
    """What went wrong."""

    code: str = Field(
        description="`bad_request`, `invalid_field`, `not_found`, `method`, `too_large`, `busy`, `timeout`, `unavailable` or `internal`."
    )
    message: str = Field(description="In the language of `Accept-Language`.")
    field: str | None = Field(description="The part of the request that cannot be used, where it is one.")


class Fault(_Described):
    """An error, in the language of `Accept-Language`."""

    error: FaultTold = Field(description="What went wrong.")
