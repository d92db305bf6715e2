from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.text_overlap import longest_common, longest_lack, longest_run

TEXT = st.text("甲乙丙丁", max_size=12)


def slow_common(a: str, b: str) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        before, row = row, [0]
        for n, y in enumerate(b):
            row.append(before[n] + 1 if x == y else max(before[n + 1], row[-1]))
    return row[-1]


@given(TEXT, TEXT)
def test_the_longest_common_subsequence_is_that_of_the_plain_algorithm(question: str, text: str) -> None:
    assert longest_common(question, text) == slow_common(question, text)


@given(TEXT, TEXT)
def test_the_longest_run_is_the_longest_piece_that_stands_in_the_text(question: str, text: str) -> None:
    pieces = (question[a:b] for a in range(len(question)) for b in range(a + 1, len(question) + 1))
    assert longest_run(question, text) == max((len(piece) for piece in pieces if piece in text), default=0)


def test_missing_pairs_count_only_while_they_follow_each_other() -> None:
    assert longest_lack(["甲乙丙丁"], "丙丁") == 2
    assert longest_lack(["甲乙丙丁"], "乙丙") == 1


def test_pairs_of_two_runs_do_not_follow_each_other() -> None:
    assert longest_lack(["甲乙", "丙丁"], "") == 1
