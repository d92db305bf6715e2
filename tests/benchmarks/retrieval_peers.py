"""The ways in which retrieval is often built with LangChain, over the same pieces of text and the same model as ours.

Every peer gets our chunks as its pieces, but for one that searches whole documents; a document's rank is that of its
best piece. ``BM25Retriever`` and the ensemble are as they come, but for the number of pieces asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rag.domain import Question
from rag.generations import Generation
from rag.ports import Embedding

_BATCH = 5000
"""Chroma takes at most 5,461 rows at once."""


class Method(Protocol):
    """One way to retrieve."""

    @property
    def name(self) -> str:
        """What the table calls it."""
        ...

    def asked(self, question: Question, count: int) -> list[int]:
        """Return the positions of up to ``count`` pieces, best first."""
        ...


class Peer:
    """A LangChain retriever whose pieces carry their position."""

    def __init__(self, name: str, retriever: Any, set_count: Callable[[int], None]) -> None:
        self.name = name
        self._retriever = retriever
        self._set_count = set_count

    def asked(self, question: Question, count: int) -> list[int]:
        """Return the positions of up to ``count`` pieces, best first; a chosen place is a word of the question."""
        self._set_count(count)
        words = f"{question.region} {question.text}" if question.region else question.text
        return [int(found.metadata["position"]) for found in self._retriever.invoke(words)]


class _Embeddings:
    """Our embedding model in the form that LangChain asks for."""

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [row.tolist() for row in self._embedding.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = self._embedding.embed_query(text).tolist()
        return row


@contextmanager
def peers(generation: Generation, embedding: Embedding, *, whole_documents: bool) -> Iterator[list[Method]]:
    """Build the peers over the chunks of a generation; the vector store lives in memory and goes with the block.

    With ``whole_documents`` there is one more that searches uncut documents; it can name no passage.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # langchain-community announces its end at import
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever

    chunks = list(generation.library.all_chunks({d.document_id: d.text for d in generation.library.documents()}))
    texts = [chunk.text for chunk in chunks]
    facts = [{"position": n} for n in range(len(chunks))]
    plain = BM25Retriever.from_texts(texts, facts)
    segmented = BM25Retriever.from_texts(texts, facts, preprocess_func=search_words)
    whole = BM25Retriever.from_texts(*_uncut(generation), preprocess_func=search_words) if whole_documents else None
    client, store = _chroma(texts, facts, embedding)
    dense = store.as_retriever()
    both = EnsembleRetriever(retrievers=[segmented, dense], weights=[0.5, 0.5], id_key="position")

    def count_of(*retrievers: Any) -> Callable[[int], None]:
        def set_count(count: int) -> None:
            for retriever in retrievers:
                if retriever is dense:
                    retriever.search_kwargs = {"k": count}
                else:
                    retriever.k = count

        return set_count

    try:
        yield [
            Peer("LangChain BM25Retriever as it comes", plain, count_of(plain)),
            Peer("LangChain BM25Retriever with jieba", segmented, count_of(segmented)),
            *([Peer("the same over whole documents", whole, count_of(whole))] if whole else []),
            Peer("Chroma alone, our model", dense, count_of(dense)),
            Peer("EnsembleRetriever of jieba and Chroma", both, count_of(segmented, dense)),
        ]
    finally:
        client.clear_system_cache()


def search_words(text: str) -> list[str]:
    """Return what ``jieba.lcut_for_search`` returns, by its port to Rust: the same words 25 times faster."""
    import rjieba

    return list(rjieba.cut_for_search(text))


def _uncut(generation: Generation) -> tuple[list[str], list[dict[str, Any]]]:
    """Return every document with the position of its first chunk."""
    first = {n: position for position, n in reversed(list(enumerate(generation.library.document_of_chunk)))}
    documents = {document.document_id: document for document in generation.library.documents()}
    named = [(documents[name], first[n]) for n, name in enumerate(generation.library.document_ids) if n in first]
    return [f"{document.title}\n{document.text}" for document, _ in named], [{"position": at} for _, at in named]


def _chroma(texts: Sequence[str], facts: Sequence[dict[str, Any]], embedding: Embedding) -> tuple[Any, Any]:
    import chromadb
    from chromadb.config import Settings as ClientSettings
    from langchain_chroma import Chroma

    client = chromadb.EphemeralClient(ClientSettings(anonymized_telemetry=False))
    store = Chroma(
        collection_name="peer",
        client=client,
        embedding_function=_Embeddings(embedding),  # type: ignore[arg-type]
        collection_configuration={"hnsw": {"space": "cosine"}},
    )
    for start in range(0, len(texts), _BATCH):
        end = start + _BATCH
        store.add_texts(list(texts[start:end]), [dict(fact) for fact in facts[start:end]])
    return client, store
