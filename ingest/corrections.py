"""Take an admin's word on what a document is: it goes before everything that was read from the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from ingest.metadata_certainty import CORRECTED
from ingest.metadata_dates import dates_in
from ingest.metadata_language import LANGUAGES, normal_language
from ingest.metadata_number import is_number, normal_number
from ingest.metadata_successors import CORRECTION, without_link
from rag.domain import Authority, Document, DocumentType, Validity
from rag.errors import UsageError
from rag.regions import Gazetteer, Region

__all__ = ["CORRECTABLE", "apply_corrections", "parse_correction"]

_MAX_CHARS = 300
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_PLACE = re.compile(r"[\u4e00-\u9fff·]{1,28}[省市州盟县区旗镇乡村岛场]|[\u4e00-\u9fff·]{1,28}(?:街道|社区|苏木)")

_Parser = Callable[[str, Gazetteer], str | None]
"""Returns the value in its normal form, ``None`` for what is not allowed."""


def _line(text: str, _: Gazetteer) -> str | None:
    return text


def _region(text: str, gazetteer: Gazetteer) -> str | None:
    """Return a name under which the gazetteer finds the place again, with the place above it where several share it.

    A name that several places bear is refused; one that no place bears declares a new place.
    """
    region = gazetteer.get(text)
    if region is None and gazetteer.bearers(text):
        return None
    if region is None and _is_all_places(text, gazetteer):
        region = gazetteer.resolve(text)
    if region is None:
        return text if _PLACE.fullmatch(text) else None
    names = (region.name, *(above.name + region.name for above in gazetteer.ancestors(region)))
    return next((name for name in names if _place(name, gazetteer) == region), region.code)


def _is_all_places(text: str, gazetteer: Gazetteer) -> bool:
    """Tell whether a text is names of places and nothing else (湖北省丹江口市, not 岳阳市云溪县)."""
    named = sum(mention.end - mention.start for mention in gazetteer.mentions(text))
    return named == len(re.sub(r"[\s·,，/>-]", "", text))


def _place(name: str, gazetteer: Gazetteer) -> Region:
    known = gazetteer.resolve(name) if gazetteer.get(name) or _is_all_places(name, gazetteer) else None
    return known or gazetteer.declared(name)


def _day(text: str, _: Gazetteer) -> str | None:
    days = dates_in(text)
    whole = len(days) == 1 and days[0].whole and (days[0].start, days[0].end) == (0, len(text))
    return days[0].day.isoformat() if whole else None


def _number(text: str, _: Gazetteer) -> str | None:
    return normal_number(text) if is_number(text) else None


def _one_of(values: type[StrEnum]) -> _Parser:
    def parse(text: str, _: Gazetteer) -> str | None:
        return text.lower() if text.lower() in set(values) else None

    return parse


def _address(text: str, _: Gazetteer) -> str | None:
    try:
        parts = urlsplit(text)
        named = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return text if named and not re.search(r"[\s<>\"'\\]", text) and parts.username is None else None


def _language(text: str, _: Gazetteer) -> str | None:
    return normal_language(text)


_A_LINE = f"one line of 1 to {_MAX_CHARS} characters"
_A_DAY = "a day such as 2025-01-31 or 2025年1月31日"

CORRECTABLE: Mapping[str, tuple[_Parser, str]] = MappingProxyType(
    {
        "title": (_line, _A_LINE),
        "region": (_region, "the name of one place, with the place above it where several bear the name"),
        "issuer": (_line, _A_LINE),
        "published": (_day, _A_DAY),
        "effective": (_day, _A_DAY),
        "valid_until": (_day, _A_DAY),
        "document_number": (_number, "a document number such as 云卫发〔2025〕8号"),
        "type": (_one_of(DocumentType), ", ".join(DocumentType)),
        "authority": (_one_of(Authority), ", ".join(Authority)),
        "validity": (_one_of(Validity), ", ".join(Validity)),
        "superseded_by": (_line, f"the source of the document that replaces it, {_A_LINE}"),
        "url": (_address, "an http or https address without a user name"),
        "language": (_language, ", ".join(LANGUAGES)),
    }
)
"""The facts that an admin may correct: how each is read, and what is allowed in words."""

_DOUBTS = {"region": "no_region", "published": "no_date", "issuer": "no_issuer", "authority": "unknown_authority"}


def parse_correction(field: str, text: str, gazetteer: Gazetteer) -> str:
    """Return an admin's value in its normal form (days as ISO 8601, places by their official name).

    Raises:
        UsageError: the field cannot be corrected, or the value is not one that it may have; names both and what
            is allowed.
    """
    if field not in CORRECTABLE:
        raise UsageError(f"{field!r} cannot be corrected; {', '.join(CORRECTABLE)} can")
    parse, allowed = CORRECTABLE[field]
    value = text.strip()
    usable = 0 < len(value) <= _MAX_CHARS and not _UNWRITABLE.search(value)
    parsed = parse(value, gazetteer) if usable else None
    if parsed is None:
        raise UsageError(f"{field}: {value[:80]!r} is not allowed; it takes {allowed}")
    return parsed


def apply_corrections(document: Document, values: Mapping[str, str], gazetteer: Gazetteer) -> Document:
    """Return the document with an admin's values in place of what was read; the given document is left as it is.

    Each corrected fact gets the origin ``correction`` and the certainty 1.0, and the doubt about it goes. A corrected
    ``superseded_by`` makes the document superseded unless ``validity`` is corrected too; links between documents never
    change a corrected validity (`ingest.metadata_successors.link_successors`).

    Raises:
        UsageError: as `parse_correction`.
    """
    parsed = {field: parse_correction(field, text, gazetteer) for field, text in values.items()}
    if not parsed:
        return document
    if {"validity", "superseded_by"} & parsed.keys():
        document = without_link(document)
    if "superseded_by" in parsed:
        parsed.setdefault("validity", Validity.SUPERSEDED.value)
    facts: dict[str, Any] = {}
    for field, value in parsed.items():
        facts |= _facts(field, value, gazetteer)
    settled = {_DOUBTS[field] for field in parsed if field in _DOUBTS and parsed[field] != Authority.UNKNOWN}
    return replace(
        document,
        **facts,
        origins=MappingProxyType({**document.origins, **dict.fromkeys(parsed, CORRECTION)}),
        certainty=MappingProxyType({**document.certainty, **dict.fromkeys(parsed, CORRECTED)}),
        doubts=tuple(doubt for doubt in document.doubts if doubt not in settled),
    )


def _facts(field: str, value: str, gazetteer: Gazetteer) -> dict[str, Any]:
    """Return the fields of a document that one corrected value sets."""
    if field == "region":
        region = _place(value, gazetteer)
        return {"region": region.name, "region_code": None if region.code.startswith("x:") else region.code}
    types: Mapping[str, Callable[[str], object]] = {
        "type": DocumentType,
        "authority": Authority,
        "validity": Validity,
        "published": date.fromisoformat,
        "effective": date.fromisoformat,
        "valid_until": date.fromisoformat,
    }
    return {field: types[field](value) if field in types else value}
