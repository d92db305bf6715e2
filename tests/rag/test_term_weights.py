from __future__ import annotations

import pytest

from rag.term_weights import TermWeights


class Counts:
    """A collection of 100 chunks, of which one has 罕见 and half have 常见."""

    size = 100

    def spreads(self, terms: list[str], field: str) -> dict[str, int]:
        assert field == "words"
        return {term: n for term, n in (("罕见", 1), ("常见", 50)) if term in terms}

    def terms(self, field: str) -> list[str]:
        raise AssertionError(field)


WEIGHED = TermWeights.of(["常见", "罕见", "没有", "常见"], "words", Counts())


def test_the_rarer_a_term_the_more_it_weighs_and_one_that_no_text_has_weighs_one() -> None:
    assert 0 < WEIGHED.weights["常见"] < WEIGHED.weights["罕见"] < WEIGHED.weights["没有"] == 1.0


def test_a_text_with_every_term_has_all_of_the_question_and_lacks_nothing() -> None:
    text = "常见、罕见和没有"
    assert WEIGHED.share(text) == pytest.approx(1.0)
    assert WEIGHED.heaviest_missing(text) == 0.0


def test_the_rare_term_covers_more_than_the_common_one() -> None:
    assert WEIGHED.share("罕见") > WEIGHED.share("常见") > WEIGHED.share("") == 0.0
    assert WEIGHED.heaviest_missing("没有") == WEIGHED.weights["罕见"]


def test_only_terms_that_the_collection_lacks_are_unknown() -> None:
    assert WEIGHED.unknown == pytest.approx(1.0 / WEIGHED.total)


def test_what_every_text_has_does_not_set_the_first_apart() -> None:
    pair = TermWeights.of(["常见", "罕见"], "words", Counts())
    assert pair.apart(["常见", "常见", "常见"]) == 0.0
    assert pair.apart(["常见罕见", "常见", "常见"]) == pytest.approx(1.0)


def test_texts_that_all_have_everything_leave_nothing_to_tell_them_apart() -> None:
    assert TermWeights.of(["常见"], "words", Counts()).apart(["常见", "常见"]) == 1.0


def test_a_term_is_nowhere_if_none_of_the_texts_has_it() -> None:
    assert WEIGHED.nowhere(["常见", "罕见"]) == pytest.approx(1.0 / WEIGHED.total)
    assert WEIGHED.nowhere(["常见", "罕见没有"]) == 0.0


def test_no_terms_cover_nothing_and_lack_nothing() -> None:
    empty = TermWeights.of([], "words", Counts())
    assert (empty.share("常见"), empty.heaviest_missing("常见"), empty.unknown) == (0.0, 0.0, 0.0)
