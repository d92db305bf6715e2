"""Describe the segments around a sentence to the model that tells how likely each is part of the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.asked import Asked
from rag.boosted_trees import Rows
from rag.clauses import Segment, segments
from rag.sentence_features import Placed
from rag.units import Unit

_BEFORE, _BEHIND = 1, 4
"""Sentences around the best one that may be part of the answer."""
_WIDEST = 900
_CUES = {
    cue: float(number)
    for number, group in enumerate(
        (
            "应当 应 必须 须 要 需",
            "可以 可",
            "不得 不",
            "为 是 即 指 达 达到 有",
            "由 经",
            "通过 采取 采用 实行 按 按照 依照 依法 以",
            "在 于 自 从",
            "至 到 向",
            "对 将",
            "包括 等 及 和 与 并",
            "给予 予以 开展 做好 负责 令 处 处以",
            "的 了",
        ),
        start=1,
    )
    for cue in group.split()
}
_ENDS = {mark: float(number) for number, mark in enumerate((",，", "。！!？?", ";；", ":：", "、"), start=1)}
_ORG = re.compile(r"[局委院部厅办处会科室站所社司校组]|中心|公司|医院|部门|政府|机构|银行|平台")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千万两]{2,}|[一二两三四五六七八九十][个项家种名人次年月日天元倍]")
_DATE = re.compile(r"\d+[年月日时点]|周[一二三四五六日]|\d:\d|[年月]底")
_AHEAD = re.compile(r"下列|以下|如下|包括|分别")
_FAR = 60.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences that follow each other, cut into segments; ``main`` is the place in ``units`` of the best one."""

    place: Placed
    units: tuple[Unit, ...]
    main: int
    segments: tuple[Segment, ...]
    score: float
    """How likely the best sentence holds the answer, 0..1."""
    scores: tuple[float, ...]
    """The same of each sentence; 0 for those that were not described."""


def stretch_of(place: Placed, known: Mapping[tuple[str, int], float]) -> Stretch:
    """Return a sentence with its neighbours below the same headings, cut into segments.

    ``known`` has how likely each described sentence holds the answer, by its document and beginning.
    """
    unit = place.units[place.at]
    first = last = place.at
    while first > 0 and place.at - first < _BEFORE and _goes_on(place.units[first - 1], place.units[first]):
        first -= 1
    while (
        last + 1 < len(place.units)
        and last - place.at < _BEHIND
        and _goes_on(place.units[last], place.units[last + 1])
        and place.units[last + 1].end - unit.start <= _WIDEST
    ):
        last += 1
    units = place.units[first : last + 1]
    cut = tuple(piece for number, own in enumerate(units) for piece in _cut(own.folded, own.start, number))
    document = place.evidence.document.document_id
    scores = tuple(known.get((document, own.start), 0.0) for own in units)
    return Stretch(place, units, place.at - first, cut, scores[place.at - first], scores)


@lru_cache(maxsize=4096)
def _cut(folded: str, start: int, number: int) -> tuple[Segment, ...]:
    """Return the segments of a sentence, kept: the stretches of one question share most of theirs."""
    return tuple(segments(folded, start, number))


def _goes_on(unit: Unit, following: Unit) -> bool:
    return following.path == unit.path and not unit.is_row and not following.is_row and following.start - unit.end < 80


def segment_rows(asked: Asked, stretch: Stretch) -> Rows:
    """Return one row of features for each segment of a stretch, (n, features)."""
    cut = stretch.segments
    count = len(cut)
    length = np.array([piece.end - piece.start for piece in cut], dtype=float)
    ends_at = np.cumsum(length).astype(np.int64)
    starts_at = ends_at - length.astype(np.int64)
    heat, weights = _traced(asked, stretch, starts_at)
    own_heat = np.add.reduceat(heat, starts_at) / length
    lit = np.add.reduceat((heat > 0).astype(float), starts_at) / length
    clause = _groups([(piece.unit, piece.clause) for piece in cut])
    unit = np.array([piece.unit for piece in cut])
    clause_length = np.bincount(clause, length)
    clause_lit = np.bincount(clause, lit * length) / clause_length
    clause_weight = np.bincount(clause, weights)
    unit_weight = np.bincount(unit, weights, minlength=len(stretch.units))
    clauses = len(clause_length)
    before_lit = np.concatenate([[0.0], clause_lit[:-1]])
    after_lit = np.concatenate([clause_lit[1:], [0.0]])
    before_weight = np.concatenate([[0.0], clause_weight[:-1]])
    after_weight = np.concatenate([clause_weight[1:], [0.0]])
    left = _running(weights, unit)
    number = np.arange(count)
    place_in_clause = (number - _firsts(clause)).astype(float)
    first_clause = clause[_firsts(unit)]
    clauses_in_unit = clause[_firsts(unit[::-1])[::-1] * -1 + count - 1] - first_clause + 1.0
    near_left, near_right = _distances(heat, starts_at, ends_at)
    ends = [_mark(stretch, piece) for piece in cut]
    texts = [_text(stretch, piece) for piece in cut]
    total = asked.total
    columns: list[NDArray[Any]] = [
        length,
        own_heat,
        lit,
        weights / total,
        clause_lit[clause],
        clause_weight[clause] / total,
        clause_length[clause],
        before_lit[clause],
        after_lit[clause],
        before_weight[clause] / total,
        after_weight[clause] / total,
        left / total,
        (unit_weight[unit] - left - weights) / total,
        unit_weight[unit] / total,
        unit_weight[stretch.main] / total - unit_weight[unit] / total,
        near_left,
        near_right,
        place_in_clause,
        clause - first_clause,
        clauses_in_unit - (clause - first_clause),
        clauses_in_unit,
        np.full(count, float(clauses)),
        unit - stretch.main,
        np.full(count, stretch.score),
        np.array(stretch.scores)[unit],
        np.array([float(piece.opens) for piece in cut]),
        np.array([float(piece.closes) for piece in cut]),
        np.array([_CUES.get(piece.cue, 0.0) for piece in cut]),
        np.array([_CUES.get(piece.first, 0.0) for piece in cut]),
        np.array(ends),
        np.concatenate([[0.0], np.array(ends[:-1])]),
        *_forms(asked, stretch, texts),
        *(np.full(count, number) for number in asked.manner),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _forms(asked: Asked, stretch: Stretch, texts: Sequence[str]) -> list[NDArray[np.float64]]:
    specific = asked.matcher.specific
    head = asked.head

    def column(values: Sequence[object]) -> NDArray[np.float64]:
        return np.array([float(bool(value)) for value in values])

    return [
        column([specific is not None and specific.search(text) for text in texts]),
        column([_FIGURE.search(text) for text in texts]),
        column([_DATE.search(text) for text in texts]),
        column([_ORG.search(text) for text in texts]),
        column([text[0] in "“《" for text in texts]),
        column([_AHEAD.search(text) for text in texts]),
        column([head and head in text for text in texts]),
        column([head and head in stretch.units[piece.unit].folded for piece in stretch.segments]),
        column([head and head in stretch.units[piece.unit].lead for piece in stretch.segments]),
        column([stretch.units[piece.unit].is_item for piece in stretch.segments]),
        column([stretch.units[piece.unit].is_row for piece in stretch.segments]),
        column([stretch.units[piece.unit].is_lead for piece in stretch.segments]),
        column([text.rstrip("，,。；;").endswith("的") for text in texts]),
        np.array(
            [float(stretch.units[piece.unit].end - stretch.units[piece.unit].start) for piece in stretch.segments]
        ),
    ]


def _text(stretch: Stretch, piece: Segment) -> str:
    unit = stretch.units[piece.unit]
    return unit.folded[piece.start - unit.start : piece.end - unit.start]


def _mark(stretch: Stretch, piece: Segment) -> float:
    last = _text(stretch, piece)[-1]
    return next((number for marks, number in _ENDS.items() if last in marks), 0.0)


def _traced(
    asked: Asked, stretch: Stretch, starts_at: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the heat of all characters, one segment after the other, and the weight of the pairs that begin in each."""
    heats: list[NDArray[np.float64]] = []
    weights = np.zeros(len(stretch.segments))
    first = 0
    for unit in stretch.units:
        heat, places = asked.traces(unit.folded)
        if places:
            at, weight = np.array(places).T
            np.add.at(weights, np.searchsorted(starts_at, at.astype(np.int64) + first, side="right") - 1, weight)
        heats.append(heat)
        first += len(heat)
    return np.concatenate(heats), weights


def _groups(keys: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return for each key the number of its run."""
    numbers, number = [], -1
    for at, key in enumerate(keys):
        number += at == 0 or key != keys[at - 1]
        numbers.append(number)
    return np.array(numbers, dtype=np.int64)


def _running(weights: NDArray[np.float64], unit: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what stands in front of each segment in its own sentence."""
    sums = np.cumsum(weights) - weights
    return sums - sums[_firsts(unit)]


def _firsts(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each place the first one of its run of equal numbers."""
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    return np.repeat(starts, np.diff(np.append(starts, len(groups))))


def _distances(
    heat: NDArray[np.float64], starts_at: NDArray[np.int64], ends_at: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each segment the characters to the nearest repeated one on its left and on its right."""
    hot = np.flatnonzero(heat)
    bounded = np.concatenate([[-_FAR - 1.0], hot, [len(heat) + _FAR]])
    left = starts_at - 1.0 - bounded[np.searchsorted(hot, starts_at)]
    right = bounded[np.searchsorted(hot, ends_at) + 1] - ends_at
    return np.minimum(left, _FAR), np.minimum(right, _FAR)
