"""Say a fact of a document, as reports and differences keep it, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from rag.domain import Authority, DocumentType, Validity
from ui.markup import line
from ui.wording import Wording

_NAMES = {
    "title": "state.fact.title",
    "document_number": "document.number",
    "authority": "authority.label",
    "validity": "validity.label",
}
"""Words of the facts whose key is not ``document.<name>``."""

_Say = Callable[[Wording, str], str]


def _day(wording: Wording, value: str) -> str:
    return wording.day(date.fromisoformat(value))


_VALUES: Mapping[str, _Say] = {
    "published": _day,
    "effective": _day,
    "valid_until": _day,
    "type": lambda wording, value: wording.document_type(DocumentType(value)),
    "authority": lambda wording, value: wording.authority(Authority(value)),
    "validity": lambda wording, value: wording.validity(Validity(value)),
    "language": lambda wording, value: wording.text_language(value),
}


def fact_name(wording: Wording, name: str) -> str:
    """Return what a fact is called; the code itself where there are no words for it."""
    return wording.known(_NAMES.get(name, f"document.{name}")) or name


def fact_value(wording: Wording, name: str, value: str | None) -> str:
    """Return a fact's value on one line; as it is stored where no words fit, which another version may have written."""
    if value is None:
        return wording.text("document.unknown")
    try:
        return line(_VALUES[name](wording, value)) if name in _VALUES else line(value)
    except ValueError:
        return line(value)
