"""An assistant for tests of the doors: a few invented documents, and answers by plain rules over their headings."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from rag.answer_events import events_of
from rag.citations import cite as cite_span
from rag.domain import (
    Answer,
    AnswerEvent,
    AnswerMode,
    AnswerStatus,
    Authority,
    Chunk,
    Citation,
    Clarification,
    Document,
    DocumentType,
    DocumentVersion,
    GenerationInfo,
    Hit,
    InvalidReason,
    Mark,
    MarkKind,
    NamedDocument,
    Notice,
    NoticeKind,
    OriginalFile,
    PlaceCount,
    Question,
    Relations,
    Route,
    RouteReason,
    SearchFilter,
    SearchResult,
    Section,
    Statement,
    Validity,
    document_id_for,
)
from rag.errors import NoGenerationError, NotAvailableError, QuestionError, UnknownIdError

MEASURES = (
    "1、加强组织领导，各镇明确一名负责人。",
    "2、保障资金投入，专款专用。",
    "3、充实基层医护人员。",
    "4、完善考核办法，每半年检查一次。",
    "5、做好宣传，及时公开进展。",
)
HOSTILE_TITLE = "\u202e<script>alert('title')</script>\"规定\""


def _document(document_id: str, lines: list[tuple[int, str]], **facts: object) -> Document:
    """Return a document of (heading level or 0, line); a section ends where the next of its level or above begins."""
    starts, position = [], 0
    for _, words in lines:
        starts.append(position)
        position += len(words) + 1
    text = "\n".join(words for _, words in lines)
    sections = []
    path: list[tuple[int, str]] = []
    for index, (level, words) in enumerate(lines):
        if not level:
            continue
        path = [*(step for step in path if step[0] < level), (level, words)]
        later = [starts[after] for after in range(index + 1, len(lines)) if 0 < lines[after][0] <= level]
        end = later[0] if later else len(text)
        sections.append(Section(tuple(step[1] for step in path), level, starts[index], end))
    base: dict[str, object] = {
        "source": f"{document_id}.txt",
        "root": "/somewhere",
        "sha256": document_id * 8,
        "media_type": "text/plain",
        "versions": (DocumentVersion(1, document_id * 8, "2026-01-05T08:00:00Z"),),
    }
    return Document(document_id=document_id, text=text, sections=tuple(sections), **{**base, **facts})  # type: ignore[arg-type]


def sample_documents() -> tuple[Document, ...]:
    """Return the documents: an official plan, a reposted one with defects, an expired one, a hostile one."""
    plan = _document(
        "d1",
        [
            (0, "青石县卫生健康发展规划"),
            (0, "为了让居民就近看病，制定本规划。"),
            (1, "一、主要目标"),
            (0, "到2027年，每个镇建成一所标准化卫生院。村卫生室开放时间不少于每天八小时。"),
            (1, "二、保障措施"),
            *((0, item) for item in MEASURES),
            (1, "三、服务内容"),
            (2, "（一）老年人体检"),
            (0, "年满六十五周岁的居民每年免费体检一次。"),
            (2, "（二）儿童接种"),
            (0, "儿童按国家免疫规划免费接种疫苗。"),
        ],
        title="青石县卫生健康发展规划",
        region="青石县",
        issuer="青石县卫生健康局",
        published=date(2025, 3, 18),
        document_number="青卫发〔2025〕7号",
        type=DocumentType.PLAN,
        authority=Authority.OFFICIAL,
        validity=Validity.IN_FORCE,
        url="https://www.example.gov.cn/plan.html",
        repairs={"boilerplate": 12, "pinyin": 3, "unheard_of": 1},
    )
    copy_text = "报销比例为xx%，起付线按规定执行。锟斤拷锟斤拷"
    repost = _document(
        "d2",
        [
            (0, "白河市医疗保障实施方案"),
            (1, "一、保障措施"),
            (0, "建立工作专班，按月通报。"),
            (1, "二、报销比例"),
            (0, copy_text),
        ],
        title="白河市医疗保障实施方案",
        region="白河市",
        published=date(2019, 5, 6),
        authority=Authority.REPOST,
        demonstration=True,
        doubts=("no_issuer", "garbled", "never_seen_before"),
    )
    at = repost.text.index(copy_text)
    repost = _with_marks(
        repost,
        Mark(MarkKind.REDACTED, at + copy_text.index("xx%"), at + copy_text.index("xx%") + 3),
        Mark(MarkKind.GARBLED, at + copy_text.index("锟"), at + len(copy_text)),
    )
    expired = _document(
        "d3",
        [(0, "白河市旧办法"), (1, "一、申请材料"), (0, "身份证和户口本。")],
        title="白河市旧办法",
        region="白河市",
        validity=Validity.EXPIRED,
        valid_until=date(2020, 12, 31),
        superseded_by="d2.txt",
        replaces=("白河市更旧的办法",),
        authority=Authority.MEDIA,
    )
    hostile = _document(
        "d4",
        [
            (1, "<img src=x onerror=alert(1)>"),
            (0, "</article><script>alert('text')</script> 𠮷野家 & \"引号\""),
        ],
        title=HOSTILE_TITLE,
        issuer="<b>局</b>",
        url="javascript:alert(1)",
        source="a<b>.txt",
    )
    return plan, repost, expired, hostile


def _with_marks(document: Document, *marks: Mark) -> Document:
    return replace(document, marks=marks)


def cite(document: Document, quote: str, number: int = 1) -> Citation:
    """Return a citation of a passage that stands in the document."""
    start = document.text.index(quote)
    return cite_span(document, start, start + len(quote), number)


def listed(document: Document, quotes: tuple[str, ...], question: str, **more: object) -> Answer:
    """Return a list answer, one item and one citation a quote."""
    citations = tuple(cite(document, quote, number) for number, quote in enumerate(quotes, start=1))
    statements = tuple(Statement(citation.quote, (citation.number,), 1.0) for citation in citations)
    return Answer(
        AnswerStatus.ANSWERED,
        question,
        statements,
        citations,
        confidence=0.9,
        generation="g1",
        total_items=len(quotes),
        timings_ms={"total": 1.0},
        **more,  # type: ignore[arg-type]
    )


@dataclass
class FakeAssistant:
    """Answers by the words in a question; ``seen`` keeps the questions that came in."""

    kept: tuple[Document, ...] = field(default_factory=sample_documents)
    generation: str | None = "g1"
    delay_s: float = 0.0
    error: Exception | None = None
    max_chars: int = 500
    seen: list[Question] = field(default_factory=list)
    filters: list[SearchFilter] = field(default_factory=list)
    script: Iterable[AnswerEvent] | None = None
    closed: int = 0
    originals: dict[tuple[str, int], OriginalFile] = field(default_factory=dict)
    """The kept originals by document and version."""

    def answer(self, question: Question) -> Answer:
        """Answer by plain rules."""
        self.seen.append(question)
        time.sleep(max(self.delay_s, 2.0 if "慢慢" in question.text else 0.0))
        if self.error:
            raise self.error
        if self.generation is None:
            return Answer(AnswerStatus.UNAVAILABLE, question.text)
        return self._invalid(question) or self._without_sources(question.text) or self._from_sources(question)

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        """Tell an answer step by step, or what ``script`` holds instead; ``closed`` counts who left before the end."""
        try:
            yield from self.script or events_of(self.answer(question))
        except GeneratorExit:
            self.closed += 1
            raise

    def _invalid(self, question: Question) -> Answer | None:
        reason = None
        if not question.text.strip():
            reason = InvalidReason.EMPTY
        elif len(question.text) > self.max_chars:
            reason = InvalidReason.TOO_LONG
        elif question.region and question.region not in {document.region for document in self.kept}:
            reason = InvalidReason.UNKNOWN_REGION
        return Answer(AnswerStatus.INVALID, question.text, invalid_reason=reason) if reason else None

    def _without_sources(self, text: str) -> Answer | None:
        routes = {
            "胸口痛": Route("120", RouteReason.EMERGENCY),
            "不想活": Route("12356", RouteReason.CRISIS),
            "吃什么药": Route("120", RouteReason.MEDICAL_ADVICE),
        }
        for words, route in routes.items():
            if words in text:
                return Answer(AnswerStatus.ROUTED, text, routes=(route,))
        plain = {"天气": AnswerStatus.OUT_OF_SCOPE, "忽略": AnswerStatus.REFUSED}
        status = next((status for words, status in plain.items() if words in text), None)
        return Answer(status, text) if status else None

    def _from_sources(self, question: Question) -> Answer:
        text, (plan, repost, *_) = question.text, self.kept
        if "保障措施" in text:
            return self._measures(question)
        if "目标" in text:
            quote = "到2027年，每个镇建成一所标准化卫生院。"
            return self._sentence(AnswerStatus.ANSWERED, plan, quote, text, mode=AnswerMode.GENERATIVE)
        if "接种" in text:
            return self._sentence(AnswerStatus.PARTIAL, plan, "儿童按国家免疫规划免费接种疫苗。", text)
        if "比例" in text:
            elsewhere = Notice(NoticeKind.OTHER_REGION, {"asked": "青石县", "region": "白河市"})
            notices = (Notice(NoticeKind.REDACTED), elsewhere)
            return self._sentence(AnswerStatus.REDACTED, repost, "报销比例为xx%，", text, notices=notices)
        routes = (Route("12345", RouteReason.NO_EVIDENCE), Route("12320", RouteReason.NO_EVIDENCE))
        related = (cite(plan, "为了让居民就近看病，制定本规划。"),)
        return Answer(AnswerStatus.NO_EVIDENCE, text, routes=routes, related=related)

    def _measures(self, question: Question) -> Answer:
        text, (plan, repost, *_) = question.text, self.kept
        place = question.region or next((d.region for d in self.kept if d.region and d.region in text), None)
        if place is None:
            options = Clarification("region", ("青石县", "白河市"))
            return Answer(AnswerStatus.NEEDS_CLARIFICATION, text, clarification=options)
        if place == "青石县":
            return listed(plan, MEASURES, text, notices=(Notice(NoticeKind.MEDICAL_DISCLAIMER),))
        notices = (
            Notice(NoticeKind.STALE, {"title": "白河市医疗保障实施方案", "published": "2019-05-06"}),
            Notice(NoticeKind.REPOST),
        )
        return listed(repost, ("建立工作专班，按月通报。",), text, notices=notices)

    def _sentence(self, status: AnswerStatus, document: Document, quote: str, question: str, **more: object) -> Answer:
        statement = Statement(quote, (1,), 1.0)
        return Answer(status, question, (statement,), (cite(document, quote),), **more)  # type: ignore[arg-type]

    def search(self, question: Question, top: int, wanted: SearchFilter | None = None) -> SearchResult:
        """Return the first section of every document of the wanted types; ``filters`` keeps what was wanted."""
        self._need_generation()
        wanted = wanted or SearchFilter()
        self.filters.append(wanted)
        if (not question.text.strip() and wanted.phrase is None) or len(question.text) > self.max_chars:
            raise QuestionError("empty or too long")
        hits: list[Hit] = []
        for document in self.kept:
            if wanted.types and document.type not in wanted.types:
                continue
            section = document.sections[0]
            words = document.text[section.start : section.end]
            chunk_id = f"{document.document_id}-0"
            chunk = Chunk(chunk_id, document.document_id, 0, section.path, section.start, section.end, words)
            hits.append(Hit(chunk, document, 1.0 / (len(hits) + 1), {"bm25_word": 0.5, "dense": 0.1}))
        return SearchResult(tuple(hits[:top]), {"total": 1.5})

    def document(self, document_id: str) -> Document:
        """Return one document."""
        self._need_generation()
        for document in self.kept:
            if document_id in (document.document_id, document_id_for(document.source)):
                return document
        raise UnknownIdError(document_id)

    def original(self, document_id: str, version: int | None = None) -> OriginalFile:
        """Return one of ``originals``."""
        document = self.document(document_id)
        wanted = document.version if version is None else version
        if wanted not in {document.version, *(kept.version for kept in document.versions)}:
            raise UnknownIdError(f"version {wanted}")
        found = self.originals.get((document.document_id, wanted))
        if found is None:
            raise NotAvailableError("not kept")
        return found

    def relations(self, document_id: str) -> Relations:
        """Return the documents that name each other by source."""
        document = self.document(document_id)
        named = {one.source: NamedDocument(one.document_id, one.title) for one in self.kept}
        return Relations(
            named.get(document.superseded_by or ""),
            tuple(named[one.source] for one in self.kept if one.superseded_by == document.source),
            named.get(document.duplicate_of or ""),
            tuple(named[one.source] for one in self.kept if one.duplicate_of == document.source),
        )

    def documents(self) -> tuple[Document, ...]:
        """Return all documents."""
        self._need_generation()
        return self.kept

    def chunk_counts(self) -> dict[str, int]:
        """Return how many chunks each document has."""
        self._need_generation()
        return {document.document_id: 1 for document in self.kept}

    def places(self) -> tuple[PlaceCount, ...]:
        """Return the places, most documents first."""
        self._need_generation()
        counted = Counter(document.region for document in self.kept if document.region)
        return tuple(PlaceCount(name, count) for name, count in counted.most_common())

    def published(self) -> GenerationInfo | None:
        """Return the generation, if there is one."""
        if self.generation is None:
            return None
        return GenerationInfo(self.generation, "2026-01-05T08:00:00Z", None, len(self.kept), 9, "fake@1", True)

    def close(self) -> None:
        """Forget everything."""
        self.kept = ()

    def _need_generation(self) -> None:
        if self.generation is None:
            raise NoGenerationError("nothing is published")
