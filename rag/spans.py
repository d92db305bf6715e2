"""Choose the sentence that answers and mark the words in it that do, by two small learned models.

The first judges sentences (does the answer stand in it?), the second the segments around the best ones (is it part of
the answer?). Of all runs of segments the one is marked whose characters have the highest expected F1 with those of the
answer, twice the mass that it catches over its length and the mass of all, where the mass of a segment is its length
times its chance. A third model over runs was tried and chose no better (``rag/models/spans/README.md``). The models read how the words of question and text meet and hardly which words they are, so they carry over to
subjects that they were not trained on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.asked import Asked
from rag.boosted_trees import BoostedTrees
from rag.clauses import HARD
from rag.errors import ModelError
from rag.evidence import Evidence
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.forms import fit
from rag.outline import enumerator
from rag.question import QuestionKind
from rag.segment_features import Stretch, segment_rows, stretch_of
from rag.sentence_features import Placed, placed, sentence_rows
from rag.units import Window

WEIGHTS = Path(__file__).parent / "models" / "spans" / "spans.npz"
STRETCHES = 4
"""Sentences around which a span is looked for, the likeliest first."""
_FIRST = 1.4
"""How many times the expected F1 around the formula's own choice counts: the model must be clearly surer of another."""
_DAMPING = 1.0
"""Characters added below the fraction, so that a run of one doubtful character does not win where all chances are small."""
_TRUST = 0.8
"""Power of the chances: the answers that the models learned from are shorter than those that residents need, so doubtful
segments count more. Chosen with our own questions and NCP's in view; 0.6 is worse."""
_BY_FORM = (QuestionKind.AMOUNT, QuestionKind.DATE, QuestionKind.PHONE)
"""Kinds whose answer has a form that can be seen: a sentence without it never takes the place of one that has it."""

_NEVER_WHEN = (QuestionKind.PERSON, QuestionKind.PLACE)
"""Kinds that no date answers: who does it, and where."""
_CALENDAR = re.compile(r"\d{1,2}月\d{1,2}[日号]|\d{4}年")


@dataclass(frozen=True, slots=True)
class ChosenSpan:
    """The words that answer, ``text[start:end]`` of the evidence's document, and the sentences that they stand in."""

    evidence: Evidence
    """The sentence that the span was looked for around."""
    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]
    """Where the sentences stand that hold the span, in order."""
    before: tuple[int, int] | None
    behind: tuple[tuple[int, int], ...]
    """The sentence in front of those and the ones behind them, in order, where they belong to the same stretch."""
    agreement: float
    """Expected F1 of the characters of span and answer, 0..1."""
    chance: float
    """How likely the best sentence holds the answer, 0..1."""


@dataclass(frozen=True, slots=True)
class SpanModel:
    """The two models. Safe to use from several threads."""

    sentences: BoostedTrees
    segments: BoostedTrees

    @classmethod
    def load(cls, path: Path) -> SpanModel:
        """Read the weights that ``rag.models.train_spans`` wrote.

        Raises:
            ModelError: the file is missing, damaged or of another version.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return cls.from_arrays(arrays)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{path} holds no span model: {error}") from error

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> SpanModel:
        """Return the models of the arrays that ``arrays`` gave."""
        return cls(*(BoostedTrees.from_arrays(name, arrays) for name in ("sentences", "segments")))

    def arrays(self) -> dict[str, Any]:
        """Return everything that ``from_arrays`` reads."""
        return {
            **self.sentences.arrays("sentences"),
            **self.segments.arrays("segments"),
        }

    def choose(
        self,
        matcher: FocusMatcher,
        ranked: Sequence[Evidence],
        windows: Sequence[tuple[Window, float]],
        only_first: bool = False,
    ) -> ChosenSpan | None:
        """Return the span that answers best among the sentences of the windows; None where there is no sentence.

        ``ranked`` are the sentences as ``sentence_evidence`` orders them; with ``only_first`` the words are looked for
        around the first of them alone.
        """
        if not ranked:
            return None
        asked = Asked(matcher, [unit.folded for window, _ in windows for unit in window.units])
        described = placed(ranked, windows)
        chances = self.sentences.chances(sentence_rows(asked, described, windows))
        stretches = likely_stretches(described, chances)
        if only_first:
            stretches = [stretch for stretch in stretches if stretch.place is described[0]]
        elif matcher.question.kind in _BY_FORM:
            least = _form(matcher, described[0])
            stretches = [stretch for stretch in stretches if _form(matcher, stretch.place) >= least]
        rows = [segment_rows(asked, stretch) for stretch in stretches]
        parts = np.split(self.segments.chances(np.concatenate(rows)), np.cumsum([len(own) for own in rows])[:-1])
        if matcher.question.kind in _NEVER_WHEN:
            parts = [_dates_left_out(stretch, part) for stretch, part in zip(stretches, parts, strict=True)]
        runs = [best_run(stretch, part) for stretch, part in zip(stretches, parts, strict=True)]
        worth = [
            run.expected * (_FIRST if stretch.place is described[0] else 1.0)
            for stretch, run in zip(stretches, runs, strict=True)
        ]
        best = max(range(len(runs)), key=lambda number: (worth[number], -number))
        return _chosen(stretches[best], runs[best])


def likely_stretches(described: Sequence[Placed], chances: NDArray[np.float32]) -> list[Stretch]:
    """Return the stretches around the likeliest sentences, the likeliest first, and around the first one described."""
    known = {
        (place.evidence.document.document_id, place.evidence.start): float(chance)
        for place, chance in zip(described, chances, strict=True)
    }
    likely: list[int] = np.argsort(-chances, kind="stable")[:STRETCHES].tolist()
    return [stretch_of(described[n], known) for n in dict.fromkeys([*likely, 0])]


def _form(matcher: FocusMatcher, place: Placed) -> int:
    """Return how well a sentence's own words fit the form asked for; a hidden figure is none."""
    return fit(matcher.question.kind, matcher.specific, place.units[place.at].folded).value


def _dates_left_out(stretch: Stretch, chances: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the chances of segments with those of dates at 0."""
    text = stretch.place.evidence.document.text
    dates = [bool(_CALENDAR.search(fold(text[piece.start : piece.end]))) for piece in stretch.segments]
    return np.where(dates, np.float32(0.0), chances)


@dataclass(frozen=True, slots=True)
class Run:
    """Segments from ``first`` to ``last``, both included, and the expected F1 of their characters and the answer's."""

    first: int
    last: int
    expected: float


def best_run(stretch: Stretch, chances: NDArray[np.float32]) -> Run:
    """Return the run of segments with the highest expected F1; one of several clauses begins and ends with whole clauses."""
    cut = stretch.segments
    length = np.array([piece.end - piece.start for piece in cut], dtype=float)
    mass = np.concatenate([[0.0], np.cumsum(length * chances.astype(float) ** _TRUST)])
    ends = np.concatenate([[0.0], np.cumsum(length)])
    first, last = np.triu_indices(len(cut))
    clause = np.cumsum([piece.opens for piece in cut])
    whole = np.array([piece.opens for piece in cut])[first] & np.array([piece.closes for piece in cut])[last]
    allowed = whole | (clause[last] - clause[first] <= 1)
    first, last = first[allowed], last[allowed]
    expected = 2.0 * (mass[last + 1] - mass[first]) / (ends[last + 1] - ends[first] + mass[-1] + _DAMPING)
    best = int(np.argmax(expected))
    return Run(int(first[best]), int(last[best]), float(expected[best]))


@cache
def shipped_spans() -> SpanModel:
    """Return the model that ships, read once."""
    return SpanModel.load(WEIGHTS)


def _chosen(stretch: Stretch, run: Run) -> ChosenSpan:
    cut, place, first, last = stretch.segments, stretch.place, run.first, run.last
    held = stretch.units[cut[first].unit : cut[last].unit + 1]
    before = stretch.units[cut[first].unit - 1] if cut[first].unit else None
    behind = stretch.units[cut[last].unit + 1 :]
    start, end = trimmed(place.evidence.document.text, cut[first].start, cut[last].end)
    return ChosenSpan(
        place.evidence,
        start,
        end,
        tuple((unit.start, unit.end) for unit in held),
        (before.start, before.end) if before else None,
        tuple((unit.start, unit.end) for unit in behind),
        run.expected,
        stretch.score,
    )


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the number in front of it and without white space and punctuation at its ends."""
    number = enumerator(text[start:end])
    first = start + number.length if number and number.length < end - start else start
    last = end
    while last > first and (text[last - 1].isspace() or text[last - 1] in HARD):
        last -= 1
    while first < last and (text[first].isspace() or text[first] in HARD):
        first += 1
    return (first, last) if first < last else (start, end)
