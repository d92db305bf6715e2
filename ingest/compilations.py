"""Split a file that holds several documents one after another (政策汇编) at their title lines.

A part must be known as a document of its own by what official papers carry: an own document number beside its title,
an issuer with a salutation or a signature, or, for plans, another place in the title and numbering that begins again.
It must differ from the part before it in number, issuer or place. A notice and the plan that it brings, a text that
is passed on (转发) and annexes stay with what they belong to. Where in doubt nothing is split: two documents in one
are found by search all the same, half a document is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ingest.blocks import MAX_SAMPLES, Block, sample
from ingest.cleaning import CleanedFile
from ingest.compilation_titles import TitleLine, find_title_lines
from ingest.metadata_dates import dates_in, may_hold_date
from ingest.metadata_issuer import labelled_facts, signature
from ingest.metadata_number import number_on_line
from rag.domain import MarkKind
from rag.folding import fold, simplify
from rag.regions import Gazetteer

_LISTED_CHARS = 180
_LOOK_AHEAD_TITLES = 50
_LOOK_AHEAD_BLOCKS = 600
_MIN_BODY_CHARS = 120
_MIN_FOREWORD_CHARS = 200
_PROSE_CHARS = 25

_PASSES_ON = re.compile(r"转发|批转")
_BRINGS = re.compile(r"印发|发布|公布|下发|制定|报送|批复|转发|批转")
_FIRST_HEADING = re.compile(r"^(?:一[、.．]|第一[章条节编]|[（(]一[）)]|1[、.．])")

_KEPT_KEYS = frozenset(
    {
        "url", "source_url", "source", "contentsource", "author", "authority", "policychat:authority", "demonstration",
        "policychat:demonstration", "sitename", "ingest", "keywords", "language", "policychat:language",
    }
)  # fmt: skip
"""What a file says of its whole that holds for each part; title, place, number and days of the whole do not."""


def split_compilation(cleaned: CleanedFile, gazetteer: Gazetteer) -> tuple[CleanedFile, ...]:
    """Return the documents in a file, in order; the file itself, unchanged, where it is one document.

    Parts keep their blocks with their pages and what the file says of its origin. Repairs, doubts and samples are
    counted at the first part; lines before the first title (a cover, a list of contents) are taken out and counted
    there as ``compilation``, unless they are a foreword, which becomes a part. ``compilation: false`` in the front
    matter keeps a file whole.
    """
    if cleaned.metadata.get("compilation", "").strip().lower() in ("false", "no", "0"):
        return (cleaned,)
    starts = _parts(cleaned.blocks, find_title_lines(cleaned.blocks, gazetteer))
    if len(starts) < 2:
        return (cleaned,)
    return _split(cleaned, starts)


def _parts(blocks: Sequence[Block], candidates: Sequence[TitleLine]) -> list[TitleLine]:
    """Return the candidates at which a document of its own begins."""
    if len(candidates) < 2:
        return []
    candidates = _without_contents(blocks, candidates)
    accepted: list[TitleLine] = []
    carried: list[TitleLine] = []
    names = _Names(blocks)
    for position, found in enumerate(candidates):
        following = candidates[position + 1 : position + 1 + _LOOK_AHEAD_TITLES]
        end = next((other.start for other in following if other.start >= found.end), len(blocks))
        # A notice of a few lines has little below it before the title of the plan that it brings.
        if _prose_chars(blocks[found.end : end]) < _MIN_BODY_CHARS and not found.salutation:
            continue
        signed = _signer(blocks, found, following)
        candidate = replace(found, issuer=found.issuer or signed)
        if not _stands_alone(blocks, candidate, end, signed):
            continue
        if accepted:
            passed_on = not carried and _PASSES_ON.search(simplify(accepted[-1].title)) is not None
            belongs = passed_on or any(_brings(title, candidate) for title in (accepted[-1], *carried))
            if belongs or names.between(accepted[-1].end, candidate.start, _core(candidate.title)):
                carried.append(candidate)
                continue
            if not _differs(accepted[-1], candidate):
                continue
        accepted.append(candidate)
        carried = []
    return accepted


def _without_contents(blocks: Sequence[Block], candidates: Sequence[TitleLine]) -> list[TitleLine]:
    """Leave out titles that stand in a list of contents: another title follows at once, and they come again later."""
    names = [_squeezed(candidate.title) for candidate in candidates]
    last = {name: position for position, name in enumerate(names)}
    return [
        candidate
        for position, candidate in enumerate(candidates)
        if last[names[position]] == position
        or names[position + 1] == names[position]
        or _prose_chars(blocks[candidate.end : candidates[position + 1].start]) > 0
    ]


def _signer(blocks: Sequence[Block], title: TitleLine, following: Sequence[TitleLine]) -> str | None:
    """Return who signed below a title before the next paper with a salutation begins."""
    end = next((other.start for other in following if other.salutation and other.start >= title.end), len(blocks))
    found = signature([block.text for block in blocks[title.end : min(end, title.end + _LOOK_AHEAD_BLOCKS)]])
    return found.issuer if found is not None else None


def _stands_alone(blocks: Sequence[Block], candidate: TitleLine, end: int, signed: str | None) -> bool:
    """Tell whether a title carries the marks of a paper of its own."""
    if candidate.number is not None:
        return True
    if candidate.salutation:
        return candidate.issuer is not None or signed is not None
    begins = any(_FIRST_HEADING.match(block.text) for block in blocks[candidate.end : end])
    return candidate.leads_with_place and begins


def _differs(last: TitleLine, candidate: TitleLine) -> bool:
    """Tell whether number, issuer or place of two titles are both known and not the same.

    A candidate that is known only by its place must stand in another one.
    """
    if candidate.number is None and not candidate.salutation:
        return candidate.place is not None and last.place is not None and candidate.place != last.place
    pairs = ((last.number, candidate.number), (last.issuer, candidate.issuer), (last.place, candidate.place))
    return any(a is not None and b is not None and fold(a) != fold(b) for a, b in pairs)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s《》〈〉<>\"“”]", "", fold(text))


def _core(title: str) -> str:
    """Return the words by which another title or a list of annexes would name a text."""
    plain = re.sub(r"[(][^()]*[)]$", "", _squeezed(title))
    return plain.partition("关于")[2] or plain


def _brings(notice: TitleLine, text: TitleLine) -> bool:
    """Tell whether a title says that its notice issues or passes on the other text."""
    named = _squeezed(notice.title)
    return _BRINGS.search(named) is not None and _core(text.title) in named


class _Names:
    """The short lines of a file, to look up which texts they name: the annexes that a notice lists are no parts."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._offsets = [0]
        lines = []
        for block in blocks:
            lines.append(_squeezed(block.text) if len(block.text) <= _LISTED_CHARS else "")
            self._offsets.append(self._offsets[-1] + len(lines[-1]) + 1)
        self._text = "\n".join(lines)

    def between(self, start: int, end: int, name: str) -> bool:
        """Tell whether a line among the blocks ``start..end`` holds ``name``."""
        return self._text.find(name, self._offsets[start], self._offsets[end]) >= 0


def _prose_chars(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks if len(block.text) >= _PROSE_CHARS)


def _split(cleaned: CleanedFile, starts: Sequence[TitleLine]) -> tuple[CleanedFile, ...]:
    metadata = MappingProxyType({k: v for k, v in cleaned.metadata.items() if k.lower() in _KEPT_KEYS})
    removed = tuple(line for line in cleaned.removed_lines if _holds_for_all(line))
    front = cleaned.blocks[: starts[0].start]
    stretches: list[tuple[str | None, tuple[Block, ...]]] = []
    repairs: Mapping[str, int] = cleaned.repairs
    samples: Mapping[str, tuple[str, ...]] = cleaned.samples
    if _prose_chars(front) >= _MIN_FOREWORD_CHARS:
        stretches.append((cleaned.title, front))
    elif front:
        repairs = {**repairs, "compilation": len(front)}
        samples = {**samples, "compilation": tuple(sample(block.text) for block in front[:MAX_SAMPLES])}
    ends = [following.start for following in starts[1:]] + [len(cleaned.blocks)]
    stretches += [(one.title, cleaned.blocks[one.start : end]) for one, end in zip(starts, ends, strict=True)]
    marks = {kind.value for kind in MarkKind}  # found again in the text of each part
    parts = [
        CleanedFile(blocks, title, metadata, cleaned.media_type, MappingProxyType({}), removed, ())
        for title, blocks in stretches
    ]
    parts[0] = replace(
        parts[0],
        repairs=MappingProxyType(dict(sorted(repairs.items()))),
        samples=MappingProxyType(dict(samples)),
        doubts=tuple(doubt for doubt in cleaned.doubts if doubt not in marks),
        unread_pages=cleaned.unread_pages,
    )
    return tuple(parts)


def _holds_for_all(line: str) -> bool:
    """Tell whether a line of the page says something of every part: its source does, its day and number do not."""
    if number_on_line(line) is not None or (may_hold_date(line) and dates_in(line)):
        return False
    return not labelled_facts([line]).keys() - {"source"}
