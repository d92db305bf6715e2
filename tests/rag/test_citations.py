from __future__ import annotations

import pytest

from rag.citations import cite
from tests.rag.small_library import document


def test_a_quote_is_the_stored_text_without_the_white_space_around_it() -> None:
    source = document("甲\n  乙丙  \n丁")
    citation = cite(source, 1, 7, 1)
    assert citation.quote == "乙丙"
    assert source.text[citation.start : citation.end] == citation.quote


def test_a_citation_names_the_headings_above_it() -> None:
    source = document("总则\n对象\n本县居民。", {"总则": 1, "对象": 2})
    assert cite(source, 6, 11, 3).section == ("总则", "对象")


def test_a_span_of_white_space_cannot_be_cited() -> None:
    with pytest.raises(ValueError, match="0 characters"):
        cite(document("甲\n \n乙"), 1, 3, 1)
