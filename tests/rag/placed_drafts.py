"""Builds drafts of places without a search."""

from __future__ import annotations

from rag.evidence import Evidence
from rag.extractive import Draft
from rag.forms import Fit
from rag.place_drafts import PlacedDraft, Reach
from tests.rag.small_library import document


def draft(confidence: float, rank: float = 1.0, text: str = "每人每月100元。", fit: Fit = Fit.SPECIFIC) -> Draft:
    """Return a draft of one sentence."""
    piece = Evidence(document(text), 0, len(text), confidence, rank, confidence, fit=fit)
    return Draft((piece,), (0,), piece, confidence, rank)


def placed(
    place: str | None, reach: Reach, confidence: float, rank: float = 1.0, text: str = "每人每月100元。"
) -> PlacedDraft:
    """Return a draft of one sentence for a place."""
    return PlacedDraft(place, reach, draft(confidence, rank, text))
