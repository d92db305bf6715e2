"""Describe the best sentences of a question to the model that chooses among them, one row of numbers each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.asked import Asked
from rag.boosted_trees import Rows
from rag.evidence import Evidence, title_text
from rag.forms import Fit
from rag.units import Unit, Window

_DIGIT = re.compile(r"\d")
COUNT = 40
"""Sentences that are described, the best by the formula; more were never the answer often enough to pay."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence and where it stands: the units of its window, and which of them it is."""

    evidence: Evidence
    units: tuple[Unit, ...]
    at: int


def placed(ranked: Sequence[Evidence], windows: Sequence[tuple[Window, float]]) -> list[Placed]:
    """Return the first ``COUNT`` sentences with their neighbours."""
    where: dict[tuple[str, int, int], tuple[tuple[Unit, ...], int]] = {}
    for window, _ in windows:
        for at, unit in enumerate(window.units):
            where.setdefault((window.document.document_id, unit.start, unit.end), (window.units, at))
    return [Placed(piece, *where[piece.document.document_id, piece.start, piece.end]) for piece in ranked[:COUNT]]


def sentence_rows(asked: Asked, sentences: Sequence[Placed], windows: Sequence[tuple[Window, float]]) -> Rows:
    """Return one row of features for each sentence, (n, features)."""
    hits = _hits(windows)
    order = {document: number for number, document in enumerate(sorted(hits, key=lambda key: -hits[key]))}
    ordered = sorted(hits.values(), reverse=True)
    best = max((place.evidence.rank for place in sentences), default=0.0)
    widest = max((place.evidence.coverage for place in sentences), default=0.0)
    known: dict[str, float] = {}

    def share(folded: str) -> float:
        if folded not in known:
            known[folded] = asked.share(folded)
        return known[folded]

    rows = []
    for number, place in enumerate(sentences):
        piece, unit = place.evidence, place.units[place.at]
        document = piece.document.document_id
        hit = hits[document]
        others = ordered[1] if len(ordered) > 1 and order[document] == 0 else ordered[0]
        above = " ".join((*unit.path, unit.lead))
        before = place.units[place.at - 1].folded if place.at else ""
        after = place.units[place.at + 1].folded if place.at + 1 < len(place.units) else ""
        own = share(unit.folded)
        heat, _ = asked.traces(unit.folded)
        rows.append(
            [
                piece.rank - best,
                piece.rank,
                float(number),
                piece.coverage,
                piece.coverage - widest,
                piece.own,
                float({Fit.SPECIFIC: 2, Fit.GENERAL: 1, Fit.NONE: 0}[piece.fit]),
                float(piece.announced),
                hit,
                float(order[document]),
                hit - others if len(ordered) > 1 else 0.5,
                float(piece.end - piece.start),
                float(unit.is_item),
                float(unit.is_row),
                float(unit.is_lead),
                float(unit.preamble),
                own,
                share(before) if before else 0.0,
                share(after) if after else 0.0,
                share(before + "\n" + unit.folded),
                share(above) if above.strip() else 0.0,
                share(title_text(piece.document)),
                share(f"{title_text(piece.document)}\n{above}\n{unit.folded}"),
                float((heat > 0).mean()) if len(heat) else 0.0,
                piece.start / max(1, len(piece.document.text)),
                len(_DIGIT.findall(unit.folded)) / max(1, len(unit.folded)),
                float(unit.folded.count("、") + unit.folded.count(";")),
                float(bool(asked.head) and asked.head in unit.folded),
                float(bool(asked.head) and asked.head in above),
                float(len(unit.path)),
                *asked.manner,
            ]
        )
    return np.array(rows, dtype=np.float32)


def _hits(windows: Sequence[tuple[Window, float]]) -> Mapping[str, float]:
    """Return each document's best hit as a share of the best of all."""
    hits: dict[str, float] = {}
    for window, score in windows:
        document = window.document.document_id
        hits[document] = max(hits.get(document, 0.0), score)
    return hits
