"""Read the facts about a document — place, issuer, dates, number, kind, authority, validity — and where each was read.

What a file states in machine-readable form goes first, then the title, the lines at the head, the signature, the
file name, and last (for the place only) the body. A fact that none of them states stays unknown and is listed as a
doubt: a guessed place or date would put a wrong label on every citation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypeVar

from ingest.blocks import Block, LoadedFile
from ingest.metadata_dates import FoundDate, dates_in, effective_from, expiry
from ingest.metadata_issuer import authority, is_medium, is_organisation, issuer_in_title
from ingest.metadata_page import FRONT_MATTER, HTML_META, Page, read_page
from ingest.metadata_region import region_of
from ingest.metadata_successors import NUMBER, link_successors, normal_number, replaced_in
from ingest.metadata_title import title_of, type_of
from rag.domain import Authority, DocumentType, Validity
from rag.folding import fold, simplify
from rag.regions import Gazetteer

__all__ = ["Metadata", "extract_metadata", "link_successors"]


_LABELLED_DAYS = ("published", "signed", "dated")
_BYLINE_BLOCKS = 8
_BYLINE_CHARS = 60
_NOTE_CHARS = 160
_NO_BYLINE = re.compile(r"。$|施行|实施|生效|起|至|截止|copyright|©|有效|icp|以来|期间|会议|通过|第\d+条")
_NAMES_IN_FORCE = re.compile(r"有效")
_NAMES_EXPIRED = re.compile(r"失效|废止|无效")


_DEMONSTRATION = "policychat-demonstration"
"""The keyword by which an office file or PDF says that it is invented."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document; ``None`` or ``unknown`` where nothing says it, with a code in ``doubts``.

    ``origins`` names for each found fact where it was read: ``front_matter``, ``html_meta``, ``title``, ``first_lines``,
    ``source_line``, ``signature``, ``file_name`` or ``body``; a date known to the month only has ``:month`` appended.
    """

    title: str
    region: str | None = None
    region_code: str | None = None
    issuer: str | None = None
    published: date | None = None
    document_number: str | None = None
    type: DocumentType = DocumentType.OTHER
    authority: Authority = Authority.UNKNOWN
    validity: Validity = Validity.UNKNOWN
    valid_until: date | None = None
    replaces: tuple[str, ...] = ()
    url: str | None = None
    demonstration: bool = False
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
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
    url = _url(page)
    issuer = _note(origins, "issuer", _issuer(page, title))
    region = _note(origins, "region", region_of(page, title, issuer, origins, gazetteer))
    published = _note(origins, "published", _published(page))
    number = _note(origins, "document_number", _number(page))
    formal = (
        page.adopted is not None
        or (number is not None and issuer is not None)
        or origins.get("issuer") in (FRONT_MATTER, HTML_META, "source_line")
    )
    kind = authority(
        declared=page.declared.get("authority"),
        url=url,
        issuer=issuer,
        source=_source_name(page),
        formal=formal,
        lines=[line for line in (*page.removed, *page.lines) if len(line) <= _NOTE_CHARS],
    )
    text = "\n".join(page.lines)
    validity, valid_until = _validity(page, text, kind, published)
    declared_replaced = tuple(part for part in re.split(r"[,，;；]\s*", page.declared.get("replaces", "")) if part)
    known = {"no_region": region, "no_date": published, "no_issuer": issuer}
    doubts = [code for code, fact in known.items() if fact is None]
    if kind is Authority.UNKNOWN:
        doubts.append("unknown_authority")
    return Metadata(
        title=title,
        region=region.name if region else None,
        region_code=region.code if region and not region.code.startswith("x:") else None,
        issuer=issuer,
        published=published,
        document_number=number,
        type=type_of(page, title),
        authority=kind,
        validity=validity,
        valid_until=valid_until,
        replaces=tuple(dict.fromkeys((*(part.strip("《》 ") for part in declared_replaced), *replaced_in(text)))),
        url=url,
        demonstration=_is_demonstration(page, loaded.metadata.get("keywords", "")),
        origins=MappingProxyType(origins),
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


def _url(page: Page) -> str | None:
    for name in ("url", "source"):
        value = page.declared.get(name, "")
        if re.match(r"https?://[^\s<>\"']+$", value):
            return value
    return None


def _source_name(page: Page) -> str | None:
    declared = page.declared.get("source", "")
    return declared if declared and "://" not in declared else page.labelled.get("source")


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


def _publication_days(page: Page) -> Iterator[tuple[FoundDate, str]]:
    """Yield the days on which the text may have been published, best evidence first."""
    yield from ((found, page.declared_origin) for found in dates_in(page.declared.get("published", "")))
    for label in _LABELLED_DAYS:
        yield from ((found, "source_line") for found in dates_in(page.labelled.get(label, "")))
    if page.adopted is not None and page.adopted.day is not None:
        yield FoundDate(page.adopted.day, 0, 0, whole=True), "first_lines"
    signed = page.lines[page.signed.position] if page.signed is not None else None
    head = [line for line in page.head[:_BYLINE_BLOCKS] if line != signed]
    for lines, origin in ((head, "first_lines"), (page.removed, "source_line")):
        yield from ((found, origin) for line in lines if (found := _byline_day(line)) is not None)
    if page.signed is not None:
        yield FoundDate(page.signed.day, 0, 0, page.signed.whole_day), "signature"
    yield from ((found, "file_name") for found in reversed(dates_in(page.stem)))


def _published(page: Page) -> tuple[date, str] | None:
    latest = page.today + timedelta(days=1)  # a page may be written east of the server; a later day is no publication
    for found, origin in _publication_days(page):
        if found.day <= latest:
            return found.day, origin if found.whole else f"{origin}:month"
    return None


def _byline_day(line: str) -> FoundDate | None:
    """Return the day in a line that holds a date and little else (author, clock, number of views)."""
    days = dates_in(line) if len(line) <= _BYLINE_CHARS and not _NO_BYLINE.search(fold(line)) else []
    return days[0] if len(days) == 1 and days[0].whole else None


def _number(page: Page) -> tuple[str, str] | None:
    if page.declared.get("document_number"):
        return normal_number(page.declared["document_number"]), page.declared_origin
    if page.labelled.get("number"):
        return normal_number(page.labelled["number"]), "source_line"
    for lines, origin in ((page.head, "first_lines"), (page.removed, "source_line")):
        for line in lines:
            bare = re.sub(r"\s+", "", line).strip("（()）")
            if NUMBER.fullmatch(bare):
                return normal_number(bare), origin
    return None


def _validity(page: Page, text: str, kind: Authority, published: date | None) -> tuple[Validity, date | None]:
    """Judge by what the text says of its own term; only an official page can say that a text is in force."""
    declared = page.declared.get("validity", "")
    since = effective_from(text, published)
    declared_until = dates_in(page.declared.get("valid_until", ""))
    until = declared_until[0].day if declared_until else expiry(text, since or published)
    if declared in set(Validity):
        return Validity(declared), until
    if until is not None and until < page.today:
        return Validity.EXPIRED, until
    label = simplify(page.labelled.get("validity", ""))
    if _NAMES_EXPIRED.search(label):
        return Validity.EXPIRED, until
    begun = since is not None and since <= page.today
    if kind is Authority.OFFICIAL and (begun or _NAMES_IN_FORCE.search(label) or (until is not None and since is None)):
        return Validity.IN_FORCE, until
    return Validity.UNKNOWN, until
