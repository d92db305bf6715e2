"""Lend this project's search to LangChain: a retriever for its chains, over any ``rag.ports.Assistant``.

LangChain takes half a second to import, so nothing of the project imports this module; its users do.
"""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, SkipValidation

from rag.domain import Hit, Question, SearchFilter
from rag.ports import Assistant


class PolicyRetriever(BaseRetriever):
    """Ranks passages. Metadata: ``source``, ``title``, ``region``, ``issuer``, ``published`` (ISO 8601), offsets, score.

    ``text == page_content == stored_text[start:end]``. Asynchronous calls run in a thread. Raises what
    ``Assistant.search`` raises.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: SkipValidation[Assistant]
    region: str | None = Field(None, description="The place asked about; its documents come first.")
    top: int = Field(10, ge=1, le=200, description="How many passages.")
    wanted: SearchFilter | None = Field(None, description="What a document must be to be found.")

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 the signature is LangChain's
    ) -> list[Document]:
        found = self.assistant.search(Question(query, self.region), self.top, self.wanted)
        return [_document(hit) for hit in found.hits]


def _document(hit: Hit) -> Document:
    kept, chunk = hit.document, hit.chunk
    facts = {"source": kept.source, "title": kept.title, "region": kept.region, "issuer": kept.issuer, "url": kept.url}
    standing = {"authority": kept.authority.value, "validity": kept.validity.value}
    day = kept.published and kept.published.isoformat()
    place = {"document_id": kept.document_id, "start": chunk.start, "end": chunk.end, "chunk_id": chunk.chunk_id}
    metadata = {**facts, **standing, **place, "published": day, "section": list(chunk.section), "score": hit.score}
    return Document(chunk.text, id=chunk.chunk_id, metadata=metadata)
