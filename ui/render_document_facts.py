"""Write what is known about a document: its facts, its file, its versions, what was tidied and what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.domain import Document, NamedDocument, Relations
from rag.folding import fold
from ui.markup import Html, document_address, element, join, line, web_address
from ui.wording import Wording

_KINDS = {
    "application/pdf": "pdf",
    "application/msword": "word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word",
    "application/vnd.ms-works": "word",
    "application/rtf": "word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "sheet",
    "application/vnd.ms-excel": "sheet",
    "application/vnd.ms-excel.sheet.macroEnabled.12": "sheet",
    "application/vnd.oasis.opendocument.spreadsheet": "sheet",
    "text/csv": "sheet",
    "text/html": "page",
    "text/plain": "text",
    "text/markdown": "text",
}
"""What people call a file of each type."""
_KILO, _MEGA = 1024, 1024 * 1024


def render_about(document: Document, relations: Relations, original_bytes: int | None, wording: Wording) -> Html:
    """Return everything about the document beside its text."""
    return element(
        "aside",
        element("h2", wording.text("document.about"), id="about-heading"),
        _facts(document, relations, wording),
        _original(document, original_bytes, wording),
        _versions(document, wording),
        _findings(document, wording),
        id="about",
        class_="about",
        aria_labelledby="about-heading",
        tabindex="-1",
    )


def _facts(document: Document, relations: Relations, wording: Wording) -> Html:
    unknown = wording.text("document.unknown")
    address = web_address(document.url)
    link = element("a", address, href=address, rel="noopener noreferrer nofollow", target="_blank") if address else None
    rows: list[tuple[str, str | None]] = [
        ("document.region", document.region or unknown),
        ("document.issuer", document.issuer or unknown),
        ("document.published", wording.day(document.published)),
        ("document.number", document.document_number),
        ("document.type", wording.document_type(document.type)),
        ("authority.label", wording.authority(document.authority)),
        ("validity.label", wording.validity(document.validity)),
        ("document.effective", wording.day(document.effective) if document.effective else None),
        ("document.valid_until", wording.day(document.valid_until) if document.valid_until else None),
        ("document.superseded_by", _one(relations.successor, document.superseded_by)),
        ("document.replaces", _replaced(document, relations)),
        ("document.duplicate_of", _one(relations.twin, document.duplicate_of)),
        ("document.copies", _linked(relations.copies)),
        ("document.container", document.container),
        ("document.language", document.language and wording.text_language(document.language)),
        ("document.url", link or document.url),
        ("document.source", document.source),
    ]
    told = (element("div", element("dt", wording.text(key)), element("dd", value)) for key, value in rows if value)
    return element("dl", *told, class_="facts")


def _link(named: NamedDocument) -> Html:
    return element("a", line(named.title), href=document_address(named.document_id), lang="zh")


def _one(held: NamedDocument | None, source: str | None) -> str | None:
    """Return a link to a document that is held, else its source as it is."""
    return _link(held) if held else source


def _linked(documents: Sequence[NamedDocument], more: Sequence[str] = ()) -> Html | None:
    rows = [_link(one) for one in documents] + [join(line(title)) for title in more]
    if not rows:
        return None
    return rows[0] if len(rows) == 1 else element("ul", *(element("li", row) for row in rows))


def _replaced(document: Document, relations: Relations) -> Html | None:
    """Return what this document says it replaces: links to what is held, the title of everything else."""
    held = [fold(one.title) for one in relations.predecessors]
    others = [title for title in document.replaces if not any(fold(title) in one or one in fold(title) for one in held)]
    return _linked(relations.predecessors, others)


def _original(document: Document, size: int | None, wording: Wording) -> Html:
    if size is None:
        return element("p", wording.text("document.original.lost"), class_="original lost")
    kind = wording.text(f"document.file.{_kind(document.media_type)}")
    words = wording.text("document.original", kind=kind, size=_size(size))
    note = element("p", wording.text("document.original.whole")) if document.container else ""
    return element("div", _download(document, None, words), note, class_="original")


def _download(document: Document, version: int | None, words: str, name: str | None = None) -> Html:
    query = f"?version={version}" if version is not None else ""
    href = f"{document_address(document.document_id)}/original{query}"
    # No download attribute: where the file is lost, the browser shows the page that says so.
    return element("a", words, href=href, class_="download", aria_label=name)


def _kind(media_type: str) -> str:
    return "image" if media_type.startswith("image/") else _KINDS.get(media_type, "other")


def _size(size: int) -> str:
    return f"{size / _MEGA:.1f} MB" if size >= _MEGA else f"{max(1, round(size / _KILO))} KB"


def _versions(document: Document, wording: Wording) -> Html:
    """Return every state of the file that was ever taken in, the newest first, each with its original."""
    if len(document.versions) < 2:
        return join()
    rows = []
    for kept in sorted(document.versions, key=lambda one: -one.version):
        words = [wording.text("document.version.value", version=kept.version), _taken_in(kept.ingested, wording)]
        if kept.version == document.version:
            words.append(wording.text("document.version.this"))
        told = "，".join(word for word in words if word)
        link = wording.text("document.version.original")
        name = f"{link}：{words[0]}"
        rows.append(element("li", element("span", told), " ", _download(document, kept.version, link, name)))
    heading = element("h3", wording.text("document.versions"))
    return element("section", heading, element("ul", *rows), class_="versions")


def _taken_in(ingested: str, wording: Wording) -> str:
    try:
        day = date.fromisoformat(ingested[:10])
    except ValueError:
        return ""
    return wording.text("document.version.taken_in", day=wording.day(day))


def _findings(document: Document, wording: Wording) -> Html:
    """Return what reading the file changed, with some of it, and what it left in doubt."""
    doubts = [element("li", wording.doubt(code)) for code in document.doubts]
    repairs = [
        element("li", wording.repair(name, times), _samples(document.samples.get(name, ()), wording))
        for name, times in document.repairs.items()
        if times
    ]
    parts = (("document.doubts", doubts), ("document.repairs", repairs))
    return join(
        *(
            element(
                "details",
                element("summary", wording.text(key)),
                element("ul", *items),
                open=key == "document.doubts",
                class_="findings",
            )
            for key, items in parts
            if items
        )
    )


def _samples(samples: Sequence[str], wording: Wording) -> Html:
    if not samples:
        return join()
    told = (element("li", element("q", one, lang="zh")) for one in samples)
    return element("div", wording.text("document.repair.samples"), element("ul", *told), class_="samples")
