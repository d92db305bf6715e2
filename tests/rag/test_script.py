from __future__ import annotations

import pytest

from rag.script import in_script_of


@pytest.mark.parametrize(
    ("text", "like", "expected"),
    [
        ("谁负责", "由誰負責", "誰負責"),
        ("誰負責", "由谁负责", "谁负责"),
        ("誰負責", "天氣", "誰負責"),
        ("谁负责", "中文", "谁负责"),
        ("誰負責", "中文", "誰負責"),
        ("在哪裏办", "那在哪裏辦", "在哪裏辦"),
        ("", "誰", ""),
    ],
)
def test_words_are_written_in_the_script_of_the_one_who_asks(text: str, like: str, expected: str) -> None:
    assert in_script_of(text, like) == expected
