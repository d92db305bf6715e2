"""Find the cell of a table row that a question asks for, with the names of its row and its column.

Tables reach a document's text in three forms: ``column: cell；column: cell`` (every loader that sees cells), cells between
spaces below a header line, and ``column：cell column：cell`` (PDF files without rules). A total is asked for by its own
words, so a row of totals answers no other question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.domain import Document
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.forms import Fit, announces, fit
from rag.question import QuestionKind
from rag.scoring import tile
from rag.table_rows import row_parts
from rag.units import Unit

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年|\D|$)")
_NUMBERING = re.compile(r"^(?:序号|编号|号|no\.?|备注|说明|属性|指标性质|性质)$")
"""Columns that nobody asks for unless by name."""
_NOW = re.compile("现在|目前|当前|如今|现有|现状")
_BASE = re.compile("基数|基期|基线|现状|目前|当前|现有|实际|完成")
_AHEAD = re.compile("目标|要达到|达到多少|规划|到20\\d\\d")
_GOAL = re.compile("目标|规划值|预期|计划")
_WHICH = re.compile(r"哪[个家些种类项]|谁|什么(?:病|疫苗|机构|医院|地方|人|部门|单位|项目|包)|哪里|在哪|去哪")
_NOT = re.compile("未|没有?|不(?![到足同少])|无")
_BY_FORM = (QuestionKind.AMOUNT, QuestionKind.DATE, QuestionKind.PHONE)
_TOTAL = re.compile("合计|总计|共计|总和|小计")
_ASKS_TOTAL = re.compile("合计|总计|共计|一共|总共|总数|总量|加起来|全部加|小计")
_PER_YEAR, _OTHER_YEAR = 2.0, -1.0
_FORM = 0.8
_ANNOUNCED = 0.4
_RUN = 0.6
_POLARITY = 0.6
_STEM, _BEGUN = 2, 0.7
_TOLD_NOW = 1.0
_NAMED_BY_QUESTION = 2.0
_TILE = 0.5
_LEAST = 0.35
"""What a column must be worth to be the one asked for."""
_AHEAD_OF_NEXT = 0.05
"""Two columns that are worth nearly the same are both the answer: then the row is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell ``text[start:end]`` of a document and the name of its column, "" where nothing names it."""

    column: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NamedCell:
    """The cell that a question asks for, with what names its row and its column, verbatim."""

    row: str
    column: str
    start: int
    end: int


def cell_for(matcher: FocusMatcher, document: Document, unit: Unit) -> tuple[int, int] | None:
    """Return where the cell stands that a question asks for in a row; None where the whole row answers, or no row is."""
    found = named_cell(matcher, document, unit)
    return (found.start, found.end) if found else None


def named_cell(matcher: FocusMatcher, document: Document, unit: Unit) -> NamedCell | None:
    """Return the cell that a question asks for in a row, with its row and its column."""
    cells = cells_of(document, unit)
    if len(cells) < 2:
        return None
    label = next((cell for cell in cells if not _NUMBERING.match(fold(cell.column))), cells[0])
    given = [cell for cell in cells if _is_given(matcher, document, cell, is_label=cell is label)]
    told = next((c for c in cells if c is not label and matcher.matched(fold(_text(document, c)))), None)
    if told is not None and _asks_for_label(matcher, document, label):
        return NamedCell(_text(document, told), *_place(label))
    worth = sorted(
        ((_worth(matcher, document, cell), cell) for cell in cells if cell not in given and cell is not label),
        key=lambda pair: (-pair[0], pair[1].start),
    )
    if not worth or worth[0][0] < _LEAST or (len(worth) > 1 and worth[0][0] < worth[1][0] + _AHEAD_OF_NEXT):
        return None
    best = worth[0][1]
    row = next((cell for cell in given if cell is not best), label)
    return NamedCell(_text(document, row), *_place(best))


def _place(cell: Cell) -> tuple[str, int, int]:
    return cell.column, cell.start, cell.end


def _is_given(matcher: FocusMatcher, document: Document, cell: Cell, *, is_label: bool) -> bool:
    """Tell whether the question names what stands in a cell, so that it says which row is meant and is no answer."""
    kind, value = matcher.question.kind, fold(_text(document, cell))
    if not matcher.matched(value):
        return False
    answers = kind in _BY_FORM and matcher.specific is not None and matcher.specific.search(value)
    column = fold(cell.column)
    return is_label or not (answers or announces(kind, column) or matcher.matched(column))


def _asks_for_label(matcher: FocusMatcher, document: Document, label: Cell) -> bool:
    """True for 哪家卫生院周三接种, where what names the row is asked for by a cell of it."""
    which = _WHICH.search(matcher.question.folded)
    if which is None:
        return False
    asked = matcher.question.folded[which.start() : which.end() + 3]
    return all(word in asked for word in matcher.matched(fold(_text(document, label))))


def cells_of(document: Document, unit: Unit) -> tuple[Cell, ...]:
    """Return the cells of a row in order; empty where a unit is no row."""
    line = document.text[unit.start : unit.end]
    parts = row_parts(line)
    if parts:
        return tuple(Cell(name, unit.start + start, unit.start + end) for name, start, end in parts)
    if not unit.is_row:
        return ()
    spans = [match.span() for match in re.finditer(r"\S+", line)]
    names = unit.lead.split()
    # The first cell may hold spaces of its own (每千人口 医师数), so the columns are counted from the right.
    shift = len(spans) - len(names)
    if not names or shift < 0:
        return tuple(Cell("", unit.start + start, unit.start + end) for start, end in spans)
    first = Cell(names[0], unit.start, unit.start + spans[shift][1])
    others = (
        Cell(name, unit.start + start, unit.start + end)
        for name, (start, end) in zip(names[1:], spans[shift + 1 :], strict=True)
    )
    return (first, *others)


def is_total_row(document: Document, unit: Unit) -> bool:
    """Tell whether a row holds the totals of its table."""
    cells = cells_of(document, unit)
    return any(_TOTAL.search(fold(_text(document, cell))) and cell.end - cell.start <= 8 for cell in cells[:2])


def asks_for_total(folded_question: str) -> bool:
    """Tell whether a folded question asks for a sum over the rows."""
    return bool(_ASKS_TOTAL.search(folded_question))


def _text(document: Document, cell: Cell) -> str:
    return document.text[cell.start : cell.end]


def _worth(matcher: FocusMatcher, document: Document, cell: Cell) -> float:
    """Return how well a column and what stands in it are what was asked for."""
    question = matcher.question
    column, value = fold(cell.column), fold(_text(document, cell))
    told = matcher.matched(column)
    # 起付线 is asked for, and the column is 起付标准.
    begun = frozenset(word for word in matcher.weights if len(word) > _STEM and word[:_STEM] in column) - told
    worth = matcher.share(told) + _BEGUN * matcher.share(begun) + _TILE * tile(matcher.compact, column)
    worth += _NAMED_BY_QUESTION if len(column) > 1 and column in question.folded else 0.0
    worth += _year_worth(question.folded, column)
    worth += _RUN * _longest_run(column, question.folded) / max(len(column), 1)
    denied = bool(_NOT.search(question.folded))
    worth += (_POLARITY if denied else -_POLARITY) if _NOT.search(column) else 0.0
    worth += _TOLD_NOW if _NOW.search(question.folded) and _BASE.search(column) else 0.0
    worth += _TOLD_NOW if _AHEAD.search(question.folded) and _GOAL.search(column) else 0.0
    if question.kind is not QuestionKind.OTHER:
        form = fit(question.kind, matcher.specific, f"{value}{_unit_of(column)}")
        worth += {
            Fit.SPECIFIC: _FORM,
            Fit.GENERAL: 0.0,
            Fit.NONE: 0.0 if question.kind is QuestionKind.LIST else -_FORM,
        }[form]
        worth += _ANNOUNCED if announces(question.kind, column) else 0.0
    return worth - (_FORM if _NUMBERING.match(column) and not told else 0.0)


def _longest_run(one: str, other: str) -> int:
    """Return the length of the longest run of characters that two short texts share; one character is chance."""
    longest = 0
    for start in range(len(one)):
        while one[start : start + longest + 1] in other and start + longest < len(one):
            longest += 1
    return longest if longest > 1 else 0


def _year_worth(folded: str, column: str) -> float:
    asked, there = set(_YEAR.findall(folded)), set(_YEAR.findall(column))
    if not asked or not there:
        return 0.0
    return _PER_YEAR if asked & there else _OTHER_YEAR


def _unit_of(column: str) -> str:
    """Return the unit that a column's name gives for its figures (标准（元/月） has 元 below it)."""
    found = re.search(r"[(（]([^)）]{1,8})[)）]$", column)
    return found[1].partition("/")[0] if found else ""
