"""Find out which documents have been replaced by which: a newer text says so, or restates the same title."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ingest.metadata_number import NUMBER, normal_number
from rag.domain import Document, DocumentType, Validity
from rag.folding import fold

__all__ = ["CORRECTION", "link_successors", "normal_number", "replaced_in", "without_link"]

CORRECTION = "correction"
"""Origin of what an admin said; no link between documents goes against it."""

_SENTENCE = re.compile(r"[^。；;\n]+")
_REPEAL = re.compile(r"废止|停止执行|停止施行|不再执行|予以取代|失效")
_OWN_END = re.compile(
    r"自行(?:废止|失效)|(?:本|该)(?:办法|规定|通知|条例|细则|意见|方案)[^《]{0,12}(?:废止|失效)|不一致|相抵触"
)
_TITLE = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》(?:\s?[（(]([^（）()]{2,40}号)[）)])?")
_STATE_NOTE = re.compile(
    r"[（(](?:\d{4}-\d{1,2}-\d{1,2}|(?:\d{4}年?)?(?:\d{1,2}月)?(?:第[一二三四五六]次)?修[订正改](?:版|稿|本)?|试行|暂行|\d{4}年?版"
    r"|(?:试行)?第[一二三四五六七八九十\d]{1,3}版(?:修[订正]版)?)[）)]$"
)
"""Notes behind a title that name a state of the same text. A period (2021—2025年) or a year names another text."""
_LINKED = "successor"
_RESTATABLE = frozenset({DocumentType.STATUTE, DocumentType.PLAN, DocumentType.NOTICE})
_CERTAINTY_OF_REPEAL = 0.9
_CERTAINTY_OF_RESTATEMENT = 0.7


def replaced_in(text: str) -> tuple[str, ...]:
    """Return titles (without 《》) and document numbers that ``text`` says it replaces, in order, without repeats."""
    found: dict[str, None] = {}
    for sentence in _SENTENCE.findall(text):
        plain = fold(sentence)
        repeal = _REPEAL.search(plain)
        if repeal is None or _OWN_END.search(plain):
            continue
        for match in _TITLE.finditer(sentence[: repeal.start()]):
            found.setdefault(match[1].strip())
            if match[2]:
                found.setdefault(normal_number(match[2]))
        for number in NUMBER.finditer(re.sub(r"《[^》]*》", "", sentence[: repeal.start()])):
            found.setdefault(
                normal_number(
                    re.sub(r"^.*(?:的|和|及|、|关于|以)", "", number["code"]) + number[0][len(number["code"]) :]
                )
            )
    return tuple(found)


def _key(title: str) -> str:
    plain = re.sub(r"[\s《》〈〉<>\"“”]", "", fold(title))
    return _STATE_NOTE.sub("", plain)


def _same_place(a: Document, b: Document) -> bool:
    return a.region is None or b.region is None or a.region == b.region


def _is_newer(successor: Document, old: Document) -> bool:
    if successor.published is None or old.published is None:
        return True
    return successor.published > old.published


def without_link(document: Document) -> Document:
    """Take back what `link_successors` said of a document, so that a removed successor no longer counts."""
    if document.origins.get("superseded_by") != _LINKED:
        return document
    origins, certainty = dict(document.origins), dict(document.certainty)
    for facts in (origins, certainty):
        facts.pop("superseded_by", None)
        facts.pop("validity", None)
    alone = Validity(origins.pop("validity_alone", Validity.UNKNOWN))
    if "validity_alone_origin" in origins:
        origins["validity"] = origins.pop("validity_alone_origin")
    if "validity_alone" in certainty:
        certainty["validity"] = certainty.pop("validity_alone")
    return replace(
        document,
        validity=alone,
        superseded_by=None,
        origins=MappingProxyType(origins),
        certainty=MappingProxyType(certainty),
    )


def _with_link(old: Document, successor: Document, certainty: float) -> Document:
    origins, levels = dict(old.origins), dict(old.certainty)
    if "validity" in origins:
        origins["validity_alone_origin"] = origins["validity"]
    if "validity" in levels:
        levels["validity_alone"] = levels["validity"]
    origins |= {"superseded_by": _LINKED, "validity": _LINKED, "validity_alone": old.validity.value}
    levels |= {"superseded_by": certainty, "validity": certainty}
    return replace(
        old,
        validity=Validity.SUPERSEDED,
        superseded_by=successor.source,
        origins=MappingProxyType(origins),
        certainty=MappingProxyType(levels),
    )


def _named_documents(documents: Iterable[Document]) -> Mapping[str, Sequence[Document]]:
    """Return the documents by every name that others may call them: number, title, and title without their place."""
    named: defaultdict[str, list[Document]] = defaultdict(list)
    for document in documents:
        title, place = _key(document.title), _key(document.region or "")
        names = {title, title.removeprefix(place) if place else title}
        if document.document_number is not None:
            names.add(_key(normal_number(document.document_number)))
        for name in names - {""}:
            named[name].append(document)
    return named


def _repeals(
    documents: Sequence[Document], declared: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Document, Document]]:
    """Yield (old, successor) for every document that another one says it replaces."""
    named = _named_documents(documents)
    for successor in documents:
        references = (*declared.get(successor.document_id, ()), *successor.replaces)
        for name in {_key(text) for reference in references for text in (reference, normal_number(reference))}:
            for old in named.get(name, ()):
                if old is not successor and _is_newer(successor, old) and _same_place(successor, old):
                    yield old, successor


def _restatements(documents: Sequence[Document]) -> Iterator[tuple[Document, Document]]:
    """Yield (old, newest) for the states of one text: title, kind and place are the same, both dates are known.

    A legislature's statutes need no more; plans and notices must come from the same issuer.
    """
    states: defaultdict[tuple[object, ...], list[Document]] = defaultdict(list)
    for document in documents:
        if document.published is None or document.type not in _RESTATABLE:
            continue
        statute = document.type is DocumentType.STATUTE
        if statute or (document.issuer is not None and document.region is not None):
            issuer = None if statute else fold(document.issuer or "")
            states[_key(document.title), document.type, document.region, issuer].append(document)
    for group in states.values():
        newest = max(group, key=lambda document: (document.published, document.source))
        yield from ((old, newest) for old in group if old is not newest and _is_newer(newest, old))


def link_successors(
    documents: Sequence[Document], declared: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[Document]:
    """Mark the documents that another one of ``documents`` replaces: validity ``superseded``, ``superseded_by`` its source.

    A text replaces what it says it replaces (its ``replaces``, and what ``declared`` adds: document id → titles or
    numbers) and an older state of the same text: a statute, plan or notice with the same title but for notes such as
    （2021年修订）, about the same place, plans and notices by the same issuer. It must be newer where both dates are
    known, and about the same place where both are known. An admin's word on the validity of a document is left as it
    is. Links of an earlier call are taken back first, so the result depends on the given documents only. Order is kept.
    """
    fresh = [without_link(document) for document in documents]
    successors: defaultdict[str, list[tuple[Document, float]]] = defaultdict(list)
    for old, successor in _repeals(fresh, declared):
        successors[old.document_id].append((successor, _CERTAINTY_OF_REPEAL))
    for old, successor in _restatements(fresh):
        successors[old.document_id].append((successor, _CERTAINTY_OF_RESTATEMENT))
    return [
        document
        if CORRECTION in (document.origins.get("validity"), document.origins.get("superseded_by"))
        or document.document_id not in successors
        else _with_link(document, *_newest(successors[document.document_id]))
        for document in fresh
    ]


def _newest(successors: Sequence[tuple[Document, float]]) -> tuple[Document, float]:
    return max(
        successors,
        key=lambda found: (found[0].published is not None, str(found[0].published), found[0].source, found[1]),
    )
