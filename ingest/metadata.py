"""Read the facts about a document — place, issuer, dates, number, kind, authority, validity — and where each was read.

What a file states in machine-readable form goes first, then the title, the lines at the head, the signature, the
file name, and last (for the place only) the body. A fact that none of them states stays unknown and is listed as a
doubt: a guessed place or date would put a wrong label on every citation. ``docs/metadata.md`` tells the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from ingest.blocks import Block, LoadedFile
from ingest.metadata_authority import authority_of
from ingest.metadata_certainty import certainty_of
from ingest.metadata_issuer import completed_issuer, is_medium, is_organisation, issuer_in_title
from ingest.metadata_language import language_of
from ingest.metadata_number import number_of
from ingest.metadata_page import FRONT_MATTER, HTML_META, Page, read_page
from ingest.metadata_published import published_of
from ingest.metadata_region import region_of
from ingest.metadata_successors import link_successors, replaced_in
from ingest.metadata_terms import term_of
from ingest.metadata_title import title_of, type_of
from rag.domain import Authority, DocumentType, Validity
from rag.regions import Gazetteer

__all__ = ["Metadata", "extract_metadata", "link_successors"]

_DEMONSTRATION = "policychat-demonstration"
"""The keyword by which an office file or PDF says that it is invented."""
_MAY_REPLACE = re.compile("废止|廢止|停止|不再|取代|失效")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document; ``None`` or ``unknown`` where nothing says it, with a code in ``doubts``.

    ``origins`` names for each found fact where it was read: ``front_matter``, ``html_meta``, ``title``, ``first_lines``,
    ``source_line``, ``signature``, ``provision`` (自…起施行), ``address``, ``imprint``, ``repost_note``, ``file_name``,
    ``property`` (of an office file or PDF) or ``body``; a date known to the month only has ``:month`` appended.
    ``certainty`` says for the same facts how likely each is right, in 0..1. ``language`` is ``zh-Hans``, ``zh-Hant``
    or ``en``.
    """

    title: str
    region: str | None = None
    region_code: str | None = None
    issuer: str | None = None
    published: date | None = None
    effective: date | None = None
    document_number: str | None = None
    type: DocumentType = DocumentType.OTHER
    language: str | None = None
    authority: Authority = Authority.UNKNOWN
    validity: Validity = Validity.UNKNOWN
    valid_until: date | None = None
    replaces: tuple[str, ...] = ()
    url: str | None = None
    demonstration: bool = False
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    certainty: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    doubts: tuple[str, ...] = ()


def extract_metadata(
    loaded: LoadedFile,
    blocks: Sequence[Block],
    removed_lines: Sequence[str],
    source: str,
    gazetteer: Gazetteer,
    today: date | None = None,
) -> Metadata:
    """Return the facts about one file.

    ``blocks`` are the cleaned ones, ``removed_lines`` what cleaning took for furniture (date and source lines,
    repost notes), ``source`` the path relative to the ingested folder, ``today`` the day against which dates
    are judged (default: the current one).
    """
    page = read_page(loaded, blocks, removed_lines, source, today or date.today())
    origins: dict[str, str] = {}
    title, origins["title"] = title_of(page)
    url = _note(origins, "url", _url(page))
    issuer = _note(origins, "issuer", _issuer(page, title))
    region = _note(origins, "region", region_of(page, title, issuer, origins, gazetteer))
    if origins.get("issuer") not in (FRONT_MATTER, HTML_META):
        issuer = completed_issuer(issuer, region.name if region else None)
    published = _note(origins, "published", published_of(page))
    number = _note(origins, "document_number", number_of(page, title))
    named = origins.get("issuer") in (FRONT_MATTER, HTML_META, "source_line")
    formal = page.adopted is not None or (issuer is not None and (number is not None or named))
    authority = _note(origins, "authority", authority_of(page, url, issuer, formal=formal)) or Authority.UNKNOWN
    term = term_of(page, title, authority, published)
    kind = _note(origins, "type", type_of(page, title)) or DocumentType.OTHER
    language = language_of(page)
    origins |= {
        "effective": term.effective_origin,
        "valid_until": term.valid_until_origin,
        "validity": term.validity_origin,
        "language": language[1] if language else "",
    }
    origins = {fact: origin for fact, origin in origins.items() if origin}
    certainty = certainty_of(origins)
    if language is not None and "language" in certainty:
        certainty["language"] = language[2]
    known = {"no_region": region, "no_date": published, "no_issuer": issuer}
    doubts = [code for code, fact in known.items() if fact is None]
    if authority is Authority.UNKNOWN:
        doubts.append("unknown_authority")
    return Metadata(
        title=title,
        region=region.name if region else None,
        region_code=region.code if region and not region.code.startswith("x:") else None,
        issuer=issuer,
        published=published,
        effective=term.effective,
        document_number=number,
        type=kind,
        language=language[0] if language else None,
        authority=authority,
        validity=term.validity,
        valid_until=term.valid_until,
        replaces=_replaced(page),
        url=url,
        demonstration=_is_demonstration(page, loaded.metadata.get("keywords", "")),
        origins=MappingProxyType(origins),
        certainty=MappingProxyType(certainty),
        doubts=tuple(doubts),
    )


def _is_demonstration(page: Page, keywords: str) -> bool:
    """True for an invented document, whatever its format lets it say: a flag, a keyword, or a line at its head."""
    flagged = page.declared.get("demonstration", "").lower() in ("true", "yes", "1")
    return flagged or _DEMONSTRATION in keywords or any("演示文件" in line and "虚构" in line for line in page.head)


_Fact = TypeVar("_Fact")


def _note(origins: dict[str, str], name: str, found: tuple[_Fact, str] | None) -> _Fact | None:
    if found is None:
        return None
    fact, origins[name] = found
    return fact


def _url(page: Page) -> tuple[str, str] | None:
    for name in ("url", "source"):
        value = page.declared.get(name, "")
        if re.match(r"https?://[^\s<>\"']+$", value):
            return value, page.declared_origin
    return None


def _replaced(page: Page) -> tuple[str, ...]:
    """Return what the file says it replaces: the titles and numbers it declares, then those its text repeals."""
    declared = (part.strip("《》 ") for part in re.split(r"[,，;；]\s*", page.declared.get("replaces", "")))
    text = "\n".join(line for line in page.lines if _MAY_REPLACE.search(line))
    return tuple(dict.fromkeys((*(part for part in declared if part), *replaced_in(text))))


def _issuers(page: Page, title: str) -> Iterator[tuple[str | None, str]]:
    """Yield who may have issued the text, best evidence first."""
    yield page.declared.get("issuer"), page.declared_origin
    for name in ("source", "author"):
        declared = page.declared.get(name, "")
        yield (declared if is_organisation(declared) else None), page.declared_origin
    labelled = page.labelled.get("issuer", "")
    yield (labelled if is_organisation(labelled) else None), "source_line"
    yield (page.adopted.issuer if page.adopted else None), "first_lines"
    yield issuer_in_title(title), "title"
    yield (page.signed.issuer if page.signed else None), "signature"
    source = page.labelled.get("source", "")
    yield (source if is_organisation(source) or is_medium(source) else None), "source_line"


def _issuer(page: Page, title: str) -> tuple[str, str] | None:
    return next(((name, origin) for name, origin in _issuers(page, title) if name), None)
