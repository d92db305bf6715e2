"""Put the parts together. The only module of the core that names concrete classes."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace

from rag.answer_events import events_of
from rag.answering import Answering, invalid_reason
from rag.approved_source import CatalogueApproved
from rag.domain import (
    Answer,
    AnswerEvent,
    AnswerStatus,
    Document,
    GenerationInfo,
    InvalidReason,
    NamedDocument,
    OriginalFile,
    PlaceCount,
    Question,
    Relations,
    SearchFilter,
    SearchResult,
    document_id_for,
)
from rag.embedding import open_embedding
from rag.errors import IndexDamagedError, ModelError, NoGenerationError, QuestionError, UnknownIdError
from rag.filters import DocumentFilter
from rag.generations import DataLayout, Generation, PublishedGeneration
from rag.guard import guard
from rag.library import SqliteLibrary
from rag.originals import original_of
from rag.personal_data import masked_question
from rag.ports import ApprovedAnswers, ChatModel, Embedding, Reranker
from rag.quotations import where_to_turn
from rag.regions import Gazetteer
from rag.reranking import open_reranker
from rag.retrieval import HybridRetriever
from rag.settings import EmbeddingSettings, RerankerSettings, Settings
from rag.synonyms import load_synonyms
from rag.usage import open_counted_model

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The parts that belong to one generation."""

    generation: Generation
    retriever: HybridRetriever
    answering: Answering
    filter: DocumentFilter


class PolicyAssistant:
    """Implements ``rag.ports.Assistant`` over the published generation of a data folder."""

    def __init__(
        self,
        settings: Settings,
        *,
        prepared: bool = False,
        generation: str | None = None,
        embedding: Embedding | None = None,
        approved: ApprovedAnswers | None = None,
    ) -> None:
        """Serve what is published, or ``generation``, with an open ``embedding`` where it is the right one.

        With ``prepared``, what the first slip would wait for is read in the background. What ``approved`` holds goes before
        what the sources say; it is closed with this.
        """
        self._approved = approved
        self._settings = settings
        self._prepared = prepared
        self._published = PublishedGeneration(
            DataLayout(settings.paths.data), settings.server.reload_check_s, settings.vectors, only=generation
        )
        self._lock = threading.Lock()
        self._embeddings: dict[str, Embedding] = {}
        if embedding is not None:
            self._embeddings[settings.embedding.model] = embedding
        self._opened: _Opened | None = None
        self._model: ChatModel | None = open_counted_model(settings)
        self._reranker = _reranker_if_there(settings.reranker)

    def answer(self, question: Question) -> Answer:
        """Answer a question from the published generation; without one the status is ``unavailable``."""
        try:
            with self._published.lease() as generation:
                return self._parts(generation).answering.answer(question)
        except (NoGenerationError, ModelError):
            return self._unavailable(question)

    def _unavailable(self, question: Question) -> Answer:
        question, masked = masked_question(question)
        return replace(self._without_sources(question), masked=masked)

    def _without_sources(self, question: Question) -> Answer:
        invalid = invalid_reason(question, self._settings.answering.max_question_chars)
        if invalid is not None:
            return Answer(AnswerStatus.INVALID, question.text, invalid_reason=invalid)
        # Without any document the emergency numbers still hold.
        guarded = guard(question.text, self._settings.help, question.history)
        if guarded is not None and guarded.routes:
            return Answer(AnswerStatus.ROUTED, question.text, routes=guarded.routes, guarded=guarded.reason)
        return Answer(AnswerStatus.UNAVAILABLE, question.text, routes=where_to_turn(self._settings.help))

    def stream(self, question: Question) -> Generator[AnswerEvent, None, None]:
        """Answer a question step by step; ``AnswerFinished`` comes last. Closing it ends what is under way."""
        try:
            with (
                self._published.lease() as generation,
                closing(self._parts(generation).answering.stream(question)) as events,
            ):
                yield from events
        except (NoGenerationError, ModelError):
            yield from events_of(self._unavailable(question))

    def search(self, question: Question, top: int, wanted: SearchFilter | None = None) -> SearchResult:
        """Rank chunks for a question among the documents that ``wanted`` allows.

        Without a question, the phrase, number or issuer that ``wanted`` names is searched for.

        Raises:
            QuestionError: the question is empty or too long, or a place is unknown.
            NoGenerationError: nothing is published.
        """
        if wanted is not None and not question.text.strip():
            named = wanted.phrase or wanted.document_number or wanted.issuer
            question = replace(question, text=named or "")
        invalid = invalid_reason(question, self._settings.answering.max_question_chars)
        if invalid is InvalidReason.EMPTY:
            raise QuestionError("the question is empty, and no phrase, number or issuer says what to find", "question")
        if invalid is InvalidReason.TOO_LONG:
            limit = self._settings.answering.max_question_chars
            raise QuestionError(f"the question has {len(question.text)} characters, allowed are {limit}", "question")
        with self._published.lease() as generation:
            parts = self._parts(generation)
            retriever = parts.retriever
            understood = retriever.understand(question)
            if question.region and understood.chosen is None:
                raise QuestionError(f"unknown region {question.region!r}, or several bear this name", "region")
            allowed = parts.filter.mask(wanted) if wanted is not None and not wanted.is_empty else None
            ranking = retriever.rank(understood, top, allowed, wanted.phrase if wanted is not None else None)
            return SearchResult(ranking.hits, ranking.timings_ms, understood.read_as)

    def document(self, document_id: str) -> Document:
        """Return a document of the published generation. Raises UnknownIdError, NoGenerationError."""
        with self._published.lease() as generation:
            document: Document = generation.library.document(document_id)
            return document

    def original(self, document_id: str, version: int | None = None) -> OriginalFile:
        """Return the kept original of a document. Raises UnknownIdError, NotAvailableError."""
        return original_of(self.document(document_id), version, DataLayout(self._settings.paths.data).sources)

    def relations(self, document_id: str) -> Relations:
        """Return the held documents that one has to do with. Raises UnknownIdError, NoGenerationError."""
        with self._published.lease() as generation:
            library = generation.library
            document: Document = library.document(document_id)
            naming = library.pointing_to(document.source)
            return Relations(
                _held(library, document.superseded_by),
                naming["superseded_by"],
                _held(library, document.duplicate_of),
                naming["duplicate_of"],
            )

    def documents(self) -> tuple[Document, ...]:
        """Return every document of the published generation, by source. Raises NoGenerationError."""
        with self._published.lease() as generation:
            return tuple(generation.library.documents())

    def chunk_counts(self) -> dict[str, int]:
        """Return how many chunks each document of the published generation has. Raises NoGenerationError."""
        with self._published.lease() as generation:
            ids = generation.library.document_ids
            counts = Counter(generation.library.document_of_chunk)
            return {document_id: counts[position] for position, document_id in enumerate(ids)}

    def places(self) -> tuple[PlaceCount, ...]:
        """Return the places that have documents, most documents first. Raises NoGenerationError."""
        with self._published.lease() as generation:
            counts = sorted(generation.library.regions().items(), key=lambda item: (-item[1], item[0]))
            return tuple(PlaceCount(name, documents) for name, documents in counts)

    def published(self) -> GenerationInfo | None:
        """Return the published generation, or None while there is none that can be opened."""
        try:
            with self._published.lease() as generation:
                return generation.info()
        except NoGenerationError:
            return None

    def problem(self) -> str | None:
        """Return why the newest published generation is not the one that serves, or None."""
        return self._published.last_problem

    def close(self) -> None:
        """Release the index."""
        self._published.close()
        if self._approved is not None:
            self._approved.close()

    def _parts(self, generation: Generation) -> _Opened:
        """Return the parts for a generation, made once; the model is the one that the generation was built with."""
        opened = self._opened
        if opened is not None and opened.generation is generation:
            return opened
        with self._lock:
            if self._opened is None or self._opened.generation is not generation:
                self._opened = self._open(generation)
            return self._opened

    def _open(self, generation: Generation) -> _Opened:
        settings = self._settings
        embedding = self._embedding_for(generation)
        gazetteer = gazetteer_of(generation)
        retriever = HybridRetriever(
            generation, embedding, gazetteer, settings.retrieval, self._reranker, settings.reranker
        )
        if self._prepared:
            threading.Thread(target=_prepare, args=(retriever,), name="prepare", daemon=True).start()
        answering = Answering(generation, retriever, gazetteer, load_synonyms(), settings, self._model, self._approved)
        return _Opened(generation, retriever, answering, DocumentFilter(generation.library, gazetteer))

    def _embedding_for(self, generation: Generation) -> Embedding:
        """Questions must be embedded by the model that embedded the chunks, whatever the settings say by now."""
        name = generation.manifest.embedding_model
        if name not in self._embeddings:
            same = name == self._settings.embedding.model
            chosen = self._settings.embedding if same else EmbeddingSettings(model=name)
            self._embeddings[name] = open_embedding(chosen)
        embedding = self._embeddings[name]
        if embedding.fingerprint != generation.manifest.model:
            raise ModelError(
                f"the generation was built with {generation.manifest.model}, {name!r} is now {embedding.fingerprint}; "
                "ingest again to rebuild it"
            )
        return embedding


def _held(library: SqliteLibrary, source: str | None) -> NamedDocument | None:
    """Return the document with this source, or None where there is none."""
    if source is None:
        return None
    try:
        found = library.document(document_id_for(source))
    except UnknownIdError:
        return None
    return NamedDocument(found.document_id, found.title)


def _prepare(retriever: HybridRetriever) -> None:
    try:
        retriever.prepare()
    except IndexDamagedError as error:
        _log.warning("slips and pinyin cannot be read: %s", error)


def _reranker_if_there(settings: RerankerSettings) -> Reranker | None:
    """Return the configured cross-encoder. One that cannot be opened must not keep anybody from an answer."""
    try:
        return open_reranker(settings)
    except ModelError as error:
        _log.warning("no cross-encoder is used: %s", error)
        return None


def gazetteer_of(generation: Generation) -> Gazetteer:
    """Return every place of the country and those that only this generation's documents know.

    The national list lacks townships and what documents declare.
    """
    library = generation.library
    pairs = zip(library.facts("region"), library.facts("region_code"), strict=True)
    uncoded = {region for region, code in pairs if region and code is None}
    return Gazetteer.load(extra={*generation.manifest.places, *uncoded})


def open_assistant(
    settings: Settings,
    *,
    prepared: bool = False,
    generation: str | None = None,
    embedding: Embedding | None = None,
    approved: ApprovedAnswers | None = None,
) -> PolicyAssistant:
    """Return the assistant over the data folder of ``settings``; it may be empty still.

    A server sets ``prepared``: it reads in the background what a single command only reads when it needs it. With
    ``generation`` that one answers, published or not; ``embedding`` is the configured model, where it is open already.
    ``approved`` are the answers that people approved, those of the catalogue if none are given; one named ``generation`` is
    opened to be measured, and answers without them.
    """
    if approved is None and generation is None:
        approved = CatalogueApproved(settings)
    return PolicyAssistant(settings, prepared=prepared, generation=generation, embedding=embedding, approved=approved)
