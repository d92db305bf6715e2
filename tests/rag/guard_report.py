"""Measure the guard on its authored cases and print a table: ``python -m tests.rag.guard_report [PART …] [--misses]``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from rag.guard import guard
from rag.settings import HelpSettings

CASES = Path(__file__).parent / "guard_cases.yaml"
ORDINARY = "ordinary"
PARTS = ("dev", "heldout", "unseen", "author", "author_heldout")


@dataclass(frozen=True)
class Case:
    part: str
    expected: str
    text: str
    history: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """Of one class: cases that have it, cases that were given it, and those where both agree."""

    cases: int
    given: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.cases if self.cases else 1.0


def cases() -> Iterator[Case]:
    for part, classes in yaml.safe_load(CASES.read_text(encoding="utf-8")).items():
        for expected, questions in classes.items():
            for question in questions:
                if isinstance(question, str):
                    yield Case(part, expected, question)
                else:
                    yield Case(part, expected, question["text"], tuple(question["history"]))


def given(case: Case) -> str:
    guarded = guard(case.text, HelpSettings(), case.history)
    return guarded.reason if guarded else ORDINARY


def figures(chosen: Iterable[Case]) -> dict[str, Figures]:
    pairs = [(case.expected, given(case)) for case in chosen]
    names = sorted({name for pair in pairs for name in pair})
    return {
        name: Figures(
            sum(expected == name for expected, _ in pairs),
            sum(got == name for _, got in pairs),
            sum(expected == got == name for expected, got in pairs),
        )
        for name in names
    }


def table(part: str) -> str:
    lines = [f"| {part} | cases | precision | recall |", "| --- | ---: | ---: | ---: |"]
    for name, measured in figures(case for case in cases() if case.part == part).items():
        lines.append(f"| {name} | {measured.cases} | {measured.precision:.3f} | {measured.recall:.3f} |")
    return "\n".join(lines)


def misses(part: str) -> Iterator[str]:
    for case in cases():
        if case.part == part and (got := given(case)) != case.expected:
            yield f"{case.expected} -> {got}: {' / '.join((*case.history, case.text))}"


if __name__ == "__main__":
    parts = [part for part in PARTS if part in sys.argv] or list(PARTS)
    for each in parts:
        sys.stdout.write(table(each) + "\n\n")
        if "--misses" in sys.argv:
            sys.stdout.writelines(f"{miss}\n" for miss in misses(each))
