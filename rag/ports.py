"""What the core needs from the engines around it; the edge files and the tests' fakes implement these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.approved_records import ApprovedAnswer
from rag.domain import (
    Answer,
    AnswerEvent,
    Chunk,
    Document,
    GenerationInfo,
    Hit,
    ModelUsage,
    OriginalFile,
    PlaceCount,
    Question,
    Relations,
    SearchFilter,
    SearchResult,
)

FloatArray = NDArray[np.float32]


class Embedding(Protocol):
    """Turns texts into vectors. ``fingerprint`` changes whenever the vectors would."""

    @property
    def fingerprint(self) -> str:
        """Name the model and its weights, e.g. ``static-zh@1f3a…``."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (n_texts, dimension) float32, L2-normalised; a text without known tokens gives a zero row."""
        ...

    def embed_query(self, text: str) -> FloatArray:
        """Return (dimension,) float32, L2-normalised."""
        ...


class VectorIndex(Protocol):
    """The chunks' vectors of one generation."""

    def nearest(self, vector: FloatArray, n: int) -> list[tuple[str, float]]:
        """Return up to ``n`` (chunk_id, cosine in -1..1), best first."""
        ...

    def cosines(self, vector: FloatArray, chunk_ids: Sequence[str]) -> dict[str, float]:
        """Return the cosine of each named chunk; unknown ids are left out."""
        ...


class Library(Protocol):
    """The documents and chunks of one generation, read-only and safe to use from several threads."""

    def document(self, document_id: str) -> Document:
        """Return one document. Raises UnknownIdError."""
        ...

    def chunk(self, chunk_id: str) -> Chunk:
        """Return one chunk. Raises UnknownIdError."""
        ...

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """Return a document's chunks in reading order."""
        ...

    def regions(self) -> Mapping[str, int]:
        """Return each place that has documents, with their number."""
        ...


class Reranker(Protocol):
    """Reads questions and passages together. ``fingerprint`` changes whenever the scores would."""

    @property
    def fingerprint(self) -> str:
        """Name the model and its weights."""
        ...

    def scores(self, question: str, passages: Sequence[str]) -> FloatArray:
        """Return (n_passages,) float32 in 0..1, higher for better. Raises ModelError when it fails or is late."""
        ...


class Retriever(Protocol):
    """Ranks the chunks of a generation for a question."""

    def retrieve(self, question: Question, top: int) -> list[Hit]:
        """Return up to ``top`` hits, best first."""
        ...


class Answerer(Protocol):
    """Answers a question from the published generation."""

    def answer(self, question: Question) -> Answer:
        """Return an answer; expected failures are statuses, not exceptions."""
        ...


class ChatModel(Protocol):
    """Writes text. Deadline and completeness are the implementation's duty."""

    @property
    def name(self) -> str:
        """Return the model's name for the reader."""
        ...

    def stream(self, system: str, user: str, count: Callable[[ModelUsage], None] | None = None) -> Iterator[str]:
        """Yield pieces of text; raises LanguageModelError when cut, empty, late, unreachable or over the daily cap.

        ``count`` is called once with what the call took, also where it failed after something was sent.
        """
        ...


class ApprovedAnswers(Protocol):
    """Answers that people approved, which are offered before the sources are asked."""

    def in_force(self) -> tuple[ApprovedAnswer, ...]:
        """Return every approved answer; the same object while nothing changed. Quick, and never raises."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...


class Assistant(Protocol):
    """Everything the doors (page, API, command line) ask of the core; ``rag.bootstrap.open_assistant`` builds one.

    Each call uses the generation that is published when it begins. Methods other than ``published`` raise
    NoGenerationError while nothing is published; ``answer`` returns status ``unavailable`` instead.
    """

    def answer(self, question: Question) -> Answer:
        """Answer a question. Expected failures are statuses, not exceptions."""
        ...

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        """Answer a question step by step: the evidence first, then each statement once it is verified, then all."""
        ...

    def search(self, question: Question, top: int, wanted: SearchFilter | None = None) -> SearchResult:
        """Rank chunks for a question among the documents that ``wanted`` allows.

        Raises QuestionError for an empty or over-long one, and for a place that is not known.
        """
        ...

    def document(self, document_id: str) -> Document:
        """Return a document of the published generation. Raises UnknownIdError."""
        ...

    def original(self, document_id: str, version: int | None = None) -> OriginalFile:
        """Return the file that a document was read from, or that an earlier version of it was.

        Raises UnknownIdError for an unknown document or version, NotAvailableError where the file is not kept.
        """
        ...

    def relations(self, document_id: str) -> Relations:
        """Return what a document replaces, is replaced by, or is a copy of. Raises UnknownIdError."""
        ...

    def documents(self) -> tuple[Document, ...]:
        """Return every document of the published generation, by source."""
        ...

    def chunk_counts(self) -> Mapping[str, int]:
        """Return how many chunks each document has, by document id."""
        ...

    def places(self) -> tuple[PlaceCount, ...]:
        """Return the places that have documents, most documents first."""
        ...

    def published(self) -> GenerationInfo | None:
        """Return the published generation, or None while there is none."""
        ...

    def close(self) -> None:
        """Release the index; later calls fail."""
        ...
