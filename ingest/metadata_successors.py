"""Find out which documents have been replaced by which: a newer text says so, or restates the same statute."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from rag.domain import Document, DocumentType, Validity
from rag.folding import fold

NUMBER = re.compile(
    r"(?P<code>[\u4e00-\u9fff]{2,14})\s?[〔\[(（【﹝［]\s?(?P<year>(?:19|20)\d\d)\s?[〕\])）】﹞］]\s?第?(?P<number>\d{1,5})\s?号"
)
"""A document number such as 云卫发〔2023〕8号, with any of the brackets that people type."""

_SENTENCE = re.compile(r"[^。；;\n]+")
_REPEAL = re.compile(r"废止|停止执行|停止施行|不再执行|予以取代|失效")
_OWN_END = re.compile(
    r"自行(?:废止|失效)|(?:本|该)(?:办法|规定|通知|条例|细则|意见|方案)[^《]{0,12}(?:废止|失效)|不一致|相抵触"
)
_TITLE = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》(?:\s?[（(]([^（）()]{2,40}号)[）)])?")
_TRAILING_NOTE = re.compile(r"[（(](?:\d{4}[-年].*?|\d{4}修[订正]版?)[）)]$")
_LINKED = "successor"


def normal_number(number: str) -> str:
    """Write a document number in the official form, 云卫发〔2023〕8号; other text comes back without white space."""
    bare = re.sub(r"\s+", "", number)
    match = NUMBER.search(bare)
    return f"{match['code']}〔{match['year']}〕{int(match['number'])}号" if match else bare


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
    return _TRAILING_NOTE.sub("", plain)


def _same_place(a: Document, b: Document) -> bool:
    return a.region is None or b.region is None or a.region == b.region


def _is_newer(successor: Document, old: Document) -> bool:
    if successor.published is None or old.published is None:
        return True
    return successor.published > old.published


def _names(reference: str, old: Document) -> bool:
    if old.document_number is not None and normal_number(reference) == normal_number(old.document_number):
        return True
    wanted, title = _key(reference), _key(old.title)
    return bool(wanted) and title in (wanted, _key(old.region or "") + wanted)


def _restates(successor: Document, old: Document) -> bool:
    """True for two states of one statute: a legislature's newer text of the same name takes the older one's place."""
    return (
        successor.type is DocumentType.STATUTE
        and old.type is DocumentType.STATUTE
        and successor.published is not None
        and old.published is not None
        and successor.region == old.region
        and _key(successor.title) == _key(old.title)
    )


def _unlinked(document: Document) -> Document:
    """Take back an earlier link, so that a removed successor no longer counts."""
    if document.origins.get("superseded_by") != _LINKED:
        return document
    origins = {
        name: origin for name, origin in document.origins.items() if name not in ("superseded_by", "validity_alone")
    }
    alone = Validity(document.origins.get("validity_alone", Validity.UNKNOWN))
    return replace(document, validity=alone, superseded_by=None, origins=MappingProxyType(origins))


def link_successors(
    documents: Sequence[Document], declared: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[Document]:
    """Mark the documents that another one of ``documents`` replaces: validity ``superseded``, ``superseded_by`` its source.

    A text replaces what it says it replaces (by title or number, re-read from its text), what its metadata declare
    (``declared``: document id → titles or numbers, the ``replaces`` of its `Metadata`), and an older state of
    the same statute. It must be newer where both dates are known, and about the same place where both are known. Links
    of an earlier call are taken back first, so the result depends on the given documents only. Order is kept.
    """
    fresh = [_unlinked(document) for document in documents]
    references = {
        document.document_id: (*declared.get(document.document_id, ()), *replaced_in(document.text))
        for document in fresh
    }
    result = []
    for old in fresh:
        successors = [
            other
            for other in fresh
            if other.document_id != old.document_id
            and _is_newer(other, old)
            and _same_place(other, old)
            and (_restates(other, old) or any(_names(reference, old) for reference in references[other.document_id]))
        ]
        if not successors:
            result.append(old)
            continue
        newest = max(successors, key=lambda other: (other.published is not None, other.published, other.source))
        origins = {**old.origins, "superseded_by": _LINKED, "validity_alone": old.validity.value}
        result.append(
            replace(old, validity=Validity.SUPERSEDED, superseded_by=newest.source, origins=MappingProxyType(origins))
        )
    return result
