"""Read what the form of the answer pane sends. Nothing in it is trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from starlette.datastructures import FormData, QueryParams

from rag.draft_answers import MAX_ADDED, MAX_ITEM_CHARS, Changes, Span
from ui.receipts import MAX_RECEIPT_CHARS

DRAFT_LIMITS: Mapping[str, int] = dict.fromkeys(
    ("/staff/answer", "/staff/approved/new", "/staff/approved/propose"), MAX_RECEIPT_CHARS + 1024 * 1024
)
"""Bytes of a form that holds a draft, by path: the receipt, and the words of fifty statements, nine bytes a character."""

_PASSAGE = re.compile(r"([\w.-]{1,100}):(\d{1,9})-(\d{1,9})")
_KEY = re.compile(r"[sa]\d{1,3}")
_LONGEST = 1000
_WORDS = "words-"


@dataclass(frozen=True, slots=True)
class AnswerFields:
    """What an operator asked and did. ``full`` is true where one more passage was wanted than can be added."""

    question: str = ""
    region: str | None = None
    anew: bool = False
    receipt: str = ""
    changes: Changes = field(default_factory=Changes)
    full: bool = False


def asked_in(query: QueryParams) -> AnswerFields:
    """Return the question that an address asks."""
    return AnswerFields(
        _plain(query.get("q", ""))[:_LONGEST],
        _plain(query.get("region", ""))[:_LONGEST] or None,
        query.get("anew") == "1",
    )


def sent_in(form: FormData) -> AnswerFields:
    """Return what the form says, after what its button does (field ``do``)."""
    words = {
        name.removeprefix(_WORDS): _plain(value)[:MAX_ITEM_CHARS]
        for name, value in form.multi_items()
        if name.startswith(_WORDS) and isinstance(value, str) and _KEY.fullmatch(name.removeprefix(_WORDS))
    }
    left_out = frozenset(value for value in _all(form, "out") if _KEY.fullmatch(value))
    added = tuple(span for span in map(span_of, _all(form, "added")[:MAX_ADDED]) if span is not None)
    fields = AnswerFields(
        _one(form, "q"),
        _one(form, "region") or None,
        _one(form, "anew") == "1",
        _one(form, "receipt", 100_000),
        Changes(left_out, MappingProxyType(words), added),
    )
    verb, _, what = _one(form, "do").partition(" ")
    return _done(fields, verb, what)


def span_of(name: str) -> Span | None:
    """Return the passage that a name stands for (``d1:20-45``); None where it is none."""
    match = _PASSAGE.fullmatch(name)
    return Span(match[1], int(match[2]), int(match[3])) if match else None


def name_of(span: Span) -> str:
    """Return how a form names a passage."""
    return f"{span.document_id}:{span.start}-{span.end}"


def _done(fields: AnswerFields, verb: str, what: str) -> AnswerFields:
    changes = fields.changes
    match verb:
        case "anew":
            fields = replace(fields, anew=True, receipt="", changes=Changes())
        case "place" if what:
            fields = replace(fields, region=what, receipt="", changes=Changes())
        case "add":
            fields = _with_passage(fields, span_of(what))
        case "reset":
            words = {key: value for key, value in changes.words.items() if key != what}
            fields = replace(fields, changes=replace(changes, words=MappingProxyType(words)))
        case "out":
            fields = replace(fields, changes=replace(changes, left_out=changes.left_out | {what}))
        case "back":
            fields = replace(fields, changes=replace(changes, left_out=changes.left_out - {what}))
        case "remove" if _KEY.fullmatch(what) and what[0] == "a":
            fields = replace(fields, changes=_without(changes, int(what[1:])))
    return fields


def _with_passage(fields: AnswerFields, span: Span | None) -> AnswerFields:
    changes = fields.changes
    if span is None or span in changes.added:
        return fields
    if len(changes.added) >= MAX_ADDED:
        return replace(fields, full=True)
    return replace(fields, changes=replace(changes, added=(*changes.added, span)))


def _without(changes: Changes, place: int) -> Changes:
    """Take an added passage away; those behind it move up, and their words with them."""

    def moved(key: str) -> str | None:
        number = int(key[1:])
        if key[0] == "s" or number < place:
            return key
        return None if number == place else f"a{number - 1}"

    words = {new: value for key, value in changes.words.items() if (new := moved(key)) is not None}
    left_out = frozenset(new for key in changes.left_out if (new := moved(key)) is not None)
    added = (*changes.added[:place], *changes.added[place + 1 :])
    return Changes(left_out, MappingProxyType(words), added)


def _one(form: FormData, name: str, longest: int = _LONGEST) -> str:
    value = form.get(name)
    return _plain(value)[:longest].strip() if isinstance(value, str) else ""


def _all(form: FormData, name: str) -> Sequence[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _plain(text: str) -> str:
    # Halves of a surrogate pair cannot be written anywhere.
    return text.encode("utf-8", "replace").decode()
