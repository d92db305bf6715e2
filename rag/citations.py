"""Turn a span of a document into a citation, its quote read from the stored text and from nowhere else."""

from __future__ import annotations

from rag.domain import Citation, Document


def cite(document: Document, start: int, end: int, number: int) -> Citation:
    """Return a citation of ``document.text[start:end]`` without surrounding white space.

    Raises:
        ValueError: the span holds nothing.
    """
    piece = document.text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return Citation(
        number=number,
        document_id=document.document_id,
        title=document.title,
        source=document.source,
        url=document.url,
        region=document.region,
        issuer=document.issuer,
        published=document.published,
        authority=document.authority,
        validity=document.validity,
        section=document.section_path_at(start),
        quote=document.text[start:end],
        start=start,
        end=end,
        demonstration=document.demonstration,
        page=document.page_at(start),
    )
