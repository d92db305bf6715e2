"""The facts that travel through policychat, as frozen types with their own checks.

Standard library only. Everything here is immutable; a change is a new value made with
:func:`dataclasses.replace`. Words for people are not kept here: a notice, a clarification and a route
carry a kind and plain values, and ``ui.wording`` turns them into sentences in the reader's language.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType


class AnswerStatus(StrEnum):
    """How a question ended; the closed list of the public interface."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NEEDS_CLARIFICATION = "needs_clarification"
    NO_EVIDENCE = "no_evidence"
    OUT_OF_SCOPE = "out_of_scope"
    REDACTED = "redacted"
    ROUTED = "routed"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    INVALID = "invalid"

    @property
    def carries_evidence(self) -> bool:
        """True where the answer must cite at least one passage; elsewhere it must state nothing."""
        return self in (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.REDACTED)


class Authority(StrEnum):
    """Who published the page a document was read from."""

    OFFICIAL = "official"
    MEDIA = "media"
    REPOST = "repost"
    UNKNOWN = "unknown"


class Validity(StrEnum):
    """Whether a policy still holds, as far as the sources say."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class DocumentType(StrEnum):
    """The genre of a policy text."""

    PLAN = "plan"
    NOTICE = "notice"
    INTERPRETATION = "interpretation"
    REPORT = "report"
    FAQ = "faq"
    STATUTE = "statute"
    NEWS = "news"
    OTHER = "other"


class NoticeKind(StrEnum):
    """What a reader should know about the sources of an answer."""

    STALE = "stale"
    SUPERSEDED = "superseded"
    REPOST = "repost"
    CONFLICT = "conflict"
    OTHER_REGION = "other_region"
    GARBLED_SOURCE = "garbled_source"
    REDACTED = "redacted"
    MEDICAL_DISCLAIMER = "medical_disclaimer"
    AI_GENERATED = "ai_generated"
    MODEL_UNAVAILABLE = "model_unavailable"
    """A language model is configured but gave nothing that holds; the sources' own words are shown."""


class AnswerMode(StrEnum):
    """Who wrote the words of an answer."""

    EXTRACTIVE = "extractive"
    GENERATIVE = "generative"


class MarkKind(StrEnum):
    """A doubtful stretch of a document's text."""

    GARBLED = "garbled"
    REDACTED = "redacted"


class RouteReason(StrEnum):
    """Why a reader is pointed to a telephone number."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    MEDICAL_ADVICE = "medical_advice"
    NO_EVIDENCE = "no_evidence"


class GuardReason(StrEnum):
    """What a question is that must not be looked up in the sources, or not as it stands."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    MEDICAL_ADVICE = "medical_advice"
    ATTACK = "attack"
    """It tries to change what the assistant does."""
    ABUSE = "abuse"
    CHAT = "chat"
    """A greeting, thanks, or a question about the assistant itself."""
    OTHER_TOPIC = "other_topic"


class PersonalData(StrEnum):
    """What people type by mistake and nobody else should read."""

    IDENTITY_CARD = "identity_card"
    MOBILE_PHONE = "mobile_phone"
    BANK_CARD = "bank_card"


class InvalidReason(StrEnum):
    """Why a question could not be taken."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN_REGION = "unknown_region"


def document_id_for(source: str) -> str:
    """Return the id of a document: it depends on its source alone, so a new version keeps the address."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the stretch of text below it.

    ``start``/``end`` are character offsets into the document's text and include the heading line and
    every deeper section. ``path`` names the headings from the outermost to this one.
    """

    path: tuple[str, ...]
    level: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.path:
            raise ValueError("a section needs at least one heading in its path")
        if not 0 <= self.start <= self.end:
            raise ValueError(f"section {self.path[-1]!r} has the span {self.start}..{self.end}")

    @property
    def heading(self) -> str:
        """The section's own heading."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Mark:
    """A garbled or redacted stretch ``text[start:end]`` of a document."""

    kind: MarkKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PageStart:
    """The character offset at which a page of the original begins; pages count from 1."""

    start: int
    page: int


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One state of a source file that was ingested."""

    version: int
    sha256: str
    ingested: str
    """UTC, ISO 8601, to the second."""


@dataclass(frozen=True, slots=True)
class RemovedDocument:
    """A document that a generation holds no more; its originals are kept, so it can be restored."""

    source: str
    root: str
    title: str
    versions: tuple[DocumentVersion, ...]
    removed: str
    """UTC, ISO 8601, to the second."""
    container: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned policy text and what is known about it.

    ``text`` is what citations point into: its offsets are the ones that every answer shows. A fact that
    was not found is ``None`` or the enum's ``unknown``, never a guess; ``origins`` says where each found
    fact was read (``front_matter``, ``title``, ``signature``, ``source_line``, ``correction`` …) and ``certainty``
    how sure that is, in 0..1.
    """

    document_id: str
    source: str
    """Path relative to the folder that was ingested, with forward slashes."""
    root: str
    """Absolute folder that was ingested; decides what ``--prune`` may drop."""
    sha256: str
    """Digest of the original bytes, the key of the kept original."""
    media_type: str
    title: str
    text: str
    sections: tuple[Section, ...] = ()
    marks: tuple[Mark, ...] = ()
    pages: tuple[PageStart, ...] = ()
    """Where each page begins, in order; empty for formats without pages."""
    region: str | None = None
    region_code: str | None = None
    """Administrative code where the region is in the gazetteer."""
    issuer: str | None = None
    published: date | None = None
    effective: date | None = None
    """The day from which it holds, where the text names one."""
    document_number: str | None = None
    language: str | None = None
    """Language and script as a BCP 47 tag: ``zh-Hans``, ``zh-Hant``, ``en``."""
    type: DocumentType = DocumentType.OTHER
    authority: Authority = Authority.UNKNOWN
    validity: Validity = Validity.UNKNOWN
    valid_until: date | None = None
    replaces: tuple[str, ...] = ()
    """Titles and numbers of the texts that this one says it replaces."""
    superseded_by: str | None = None
    """Source of the successor, where another document says it replaces this one."""
    duplicate_of: str | None = None
    """Source of the copy that is answered from, where this is a near-duplicate of it."""
    container: str | None = None
    """Source of the file that this document is one part of, where the file is a compilation."""
    url: str | None = None
    demonstration: bool = False
    """True for invented documents that show what the system does."""
    version: int = 1
    versions: tuple[DocumentVersion, ...] = ()
    repairs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """How often each repair changed the text; keys are the names of the cleaning modules."""
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Some of what each repair took out or changed, under the same names."""
    doubts: tuple[str, ...] = ()
    """Closed codes such as ``no_date``, ``no_region``, ``garbled``; see ``ingest.report``."""
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    certainty: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.document_id or not self.source:
            raise ValueError("a document needs an id and a source")
        ends = [section.end for section in self.sections] + [mark.end for mark in self.marks]
        if ends and max(ends) > len(self.text):
            raise ValueError(f"{self.source}: a span ends at {max(ends)} in a text of {len(self.text)}")

    def page_at(self, offset: int) -> int | None:
        """Return the page on which a character stands, or None where the format has no pages."""
        at = bisect_right(self.pages, offset, key=lambda begin: begin.start)
        return self.pages[at - 1].page if at else None

    def section_path_at(self, offset: int) -> tuple[str, ...]:
        """Return the headings above a character offset, outermost first; empty above the first heading."""
        path: tuple[str, ...] = ()
        for section in self.sections:
            if section.start <= offset < section.end and len(section.path) >= len(path):
                path = section.path
        return path


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A kept original: where its bytes lie, what they are, and what the file was called (hostile until cleaned)."""

    path: Path
    media_type: str
    file_name: str


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document as a link to it needs it."""

    document_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Relations:
    """The documents that are held, too, and that one document has to do with."""

    successor: NamedDocument | None = None
    """The one that replaces it."""
    predecessors: tuple[NamedDocument, ...] = ()
    """Those that it replaces."""
    twin: NamedDocument | None = None
    """The copy that is answered from in its place."""
    copies: tuple[NamedDocument, ...] = ()
    """Its own copies, which are not answered from."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of one section of a document: ``text == document.text[start:end]``."""

    chunk_id: str
    document_id: str
    ordinal: int
    section: tuple[str, ...]
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if len(self.text) != self.end - self.start:
            raise ValueError(f"chunk {self.chunk_id} holds {len(self.text)} characters for {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked chunk. ``score`` is higher for better; ``parts`` are the named summands it was made from."""

    chunk: Chunk
    document: Document
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands: ``quote == document.text[start:end]``."""

    number: int
    document_id: str
    title: str
    source: str
    url: str | None
    region: str | None
    issuer: str | None
    published: date | None
    authority: Authority
    validity: Validity
    section: tuple[str, ...]
    quote: str
    start: int
    end: int
    demonstration: bool = False
    page: int | None = None
    """Page of the original on which the quote begins, from 1; None where the format has no pages."""
    span: tuple[int, int] | None = None
    """Where in the document's text the words stand that answer, inside ``start..end``; None where the whole quote does."""

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"citation numbers start at 1, got {self.number}")
        if self.span is not None and not self.start <= self.span[0] < self.span[1] <= self.end:
            raise ValueError(f"citation {self.number}: the answer {self.span} is not inside {self.start}..{self.end}")
        if not self.quote or len(self.quote) != self.end - self.start:
            raise ValueError(
                f"citation {self.number}: {len(self.quote)} characters quoted for {self.start}..{self.end}"
            )


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list item of an answer and the numbers of the citations that carry it.

    ``support`` is in 0..1: how much of the statement stands in the cited quotes (1.0 for a quotation).
    ``level`` is the depth in a list: 0 for a sentence or a top item, 1 for an item below it.
    """

    text: str
    citations: tuple[int, ...]
    support: float
    level: int = 0
    span: tuple[int, int] | None = None
    """Which characters of ``text`` are the answer proper; None where all of it is."""
    place: str | None = None
    """The place this is said of, in an answer that sets several places side by side."""
    edited: bool = False
    """True where a person wrote these words; they are neither the source's nor the assistant's."""

    def __post_init__(self) -> None:
        if self.span is not None and not 0 <= self.span[0] < self.span[1] <= len(self.text):
            raise ValueError(f"the answer {self.span} is not inside a statement of {len(self.text)} characters")
        if not self.citations:
            raise ValueError(f"a statement without a citation: {self.text[:40]!r}")
        if not 0.0 <= self.support <= 1.0:
            raise ValueError(f"support must be in 0..1, got {self.support}")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about the sources; ``values`` fill the sentence that ``ui.wording`` keeps."""

    kind: NoticeKind
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back to the reader. ``kind`` is ``region``; ``options`` are the possible replies."""

    kind: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A telephone number to turn to, and why."""

    number: str
    reason: RouteReason


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What one call of a language model took. ``cost`` is in the currency of the configured prices, None without them."""

    model: str
    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None
    estimated: bool = False
    """True where the server did not say and the tokens were counted here, roughly."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who stands behind an answer that people looked at before it was shown."""

    number: int
    """Names the approved answer."""
    since: date
    """The day it was approved."""
    office: str
    """Who answers for it, as readers know them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question got. An evidence status without a citation cannot be constructed, nor a claim without one."""

    status: AnswerStatus
    question: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()
    clarification: Clarification | None = None
    routes: tuple[Route, ...] = ()
    related: tuple[Citation, ...] = ()
    """Near misses, offered as related content and plainly not as the answer; numbered on their own."""
    invalid_reason: InvalidReason | None = None
    confidence: float = 0.0
    """0..1: how likely the sources answer the question."""
    mode: AnswerMode = AnswerMode.EXTRACTIVE
    generation: str | None = None
    total_items: int | None = None
    """How many items a quoted list has in the source, where the answer is a list."""
    dropped_statements: int = 0
    """Statements that verification removed."""
    read_as: str | None = None
    """The question as it was read, where a slip or pinyin was taken for something else than was typed."""
    rewritten: str | None = None
    """A follow-up as a question of its own, where earlier questions filled in what it left out."""
    guarded: GuardReason | None = None
    """Why the question was not looked up as it stands; None for an ordinary one."""
    premise: str | None = None
    """What the question takes for granted and the sources do not say, in the asker's words."""
    places: tuple[str, ...] = ()
    """The places set side by side, in order; statements say of which they are."""
    silent_places: tuple[str, ...] = ()
    """Those of ``places`` for which the sources say nothing of this."""
    usage: ModelUsage | None = None
    """What the language model took, where one was asked, whether or not its words are shown."""
    masked: tuple[PersonalData, ...] = ()
    """Personal data that the question held as it came; ``question`` has placeholders in their place."""
    approved: Approval | None = None
    """Set where people approved this answer; its quotes were read again like those of any other."""
    timings_ms: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.status.carries_evidence and not (self.statements and self.citations):
            raise ValueError(f"status {self.status} needs statements and citations")
        if not self.status.carries_evidence and (self.statements or self.citations):
            raise ValueError(f"status {self.status} must not state anything")
        known = {citation.number for citation in self.citations}
        for statement in self.statements:
            if not known.issuperset(statement.citations):
                raise ValueError(f"a statement cites {statement.citations}, known are {sorted(known)}")
        if self.status is AnswerStatus.NEEDS_CLARIFICATION and self.clarification is None:
            raise ValueError("needs_clarification without a question back")
        if self.status is AnswerStatus.INVALID and self.invalid_reason is None:
            raise ValueError("invalid without a reason")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence must be in 0..1, got {self.confidence}")


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """The quotes that an answer will be written from, before the first word of it; verified like every quote."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AnswerBegun:
    """Statements follow. A second one takes back what was said since the first: the answer begins anew."""

    status: AnswerStatus
    mode: AnswerMode


@dataclass(frozen=True, slots=True)
class StatementSaid:
    """One verified statement, and those of its citations that no earlier statement had."""

    statement: Statement
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """The whole answer: its statements are those said since the last ``AnswerBegun``, in order."""

    answer: Answer


AnswerEvent = EvidenceFound | AnswerBegun | StatementSaid | AnswerFinished
"""What happens while a question is answered; the last is always ``AnswerFinished``, and only the last."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks. ``region`` is the place chosen on the page; ``history`` earlier questions, oldest first."""

    text: str
    region: str | None = None
    history: tuple[str, ...] = ()
    anew: bool = False
    """True to hear what the sources say now, also where an approved answer fits."""


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a document must be to be found; an empty value does not restrict. All that are given must hold."""

    region: str | None = None
    """A place, by name or code: documents of it and of every place in it."""
    published_from: date | None = None
    published_until: date | None = None
    """First and last day of publication; a document without a date is outside every range."""
    issuer: str | None = None
    """Part of the issuer's name, in either script."""
    types: tuple[DocumentType, ...] = ()
    authorities: tuple[Authority, ...] = ()
    validities: tuple[Validity, ...] = ()
    document_number: str | None = None
    """Whole or part of a document number, whatever brackets and spaces it is written with."""
    phrase: str | None = None
    """Words that must stand in the passage in this order, in either script."""

    def __post_init__(self) -> None:
        begin, end = self.published_from, self.published_until
        if begin is not None and end is not None and begin > end:
            raise ValueError(f"published from {begin} until {end}: the range is empty")

    @property
    def is_empty(self) -> bool:
        """True where nothing is restricted."""
        return self == SearchFilter()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Ranked chunks for a question, and how long each stage took in milliseconds."""

    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]
    read_as: str | None = None
    """The question as it was read, where a slip or pinyin was taken for something else than was typed."""


@dataclass(frozen=True, slots=True)
class GenerationInfo:
    """An index generation, as lists show it."""

    generation: str
    created: str
    """UTC, ISO 8601, to the second."""
    parent: str | None
    documents: int
    chunks: int
    model: str
    """Fingerprint of the embedding model."""
    published: bool
    held: bool = False
    """Whether it was never published, because the check before held it back or did not end."""


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """A place that has documents, and how many."""

    name: str
    documents: int
