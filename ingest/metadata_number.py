"""Read document numbers: 云卫发〔2023〕8号 with any brackets, 2023年第12号, 国务院令第380号."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.metadata_page import Page
from rag.folding import simplify

NUMBER = re.compile(
    r"(?P<code>[\u4e00-\u9fff]{2,14})\s?[〔\[(（【﹝［〖{]\s?(?P<year>(?:19|20)\d\d)\s?年?\s?[〕\])）】﹞］〗}]\s?第?\s?(?P<number>\d{1,5})\s?[号號]"
)
"""A document number such as 云卫发〔2023〕8号, with any of the brackets that people type."""

_ANNOUNCED = re.compile(r"(?:[\u4e00-\u9fff]{2,30})?(?:公告|通告)?(?:19|20)\d\d年第\d{1,4}号")
"""Announcements are counted by the year: 国家药品监督管理局公告2023年第12号."""
_ORDER = re.compile(r"[\u4e00-\u9fff、]{2,40}令第?[\d零一二三四五六七八九十百]+号")
_AROUND = re.compile(r"签发人[:：].*$|^[\u4e00-\u9fff（）()、]{2,40}文件(?=[\u4e00-\u9fff])")
"""What stands on the line of the number in a letterhead: the signer behind it, the name of the paper before it."""
_NOTED = re.compile(r"[（(](?P<number>[^（）()]{6,40}[号號])[）)]$")
_IN_NAME = re.compile(r"^(?P<number>[^\s《》]{2,14}[〔\[(（【﹝［](?:19|20)\d\d[〕\])）】﹞］]第?\d{1,5}[号號])")


def normal_number(number: str) -> str:
    """Write a document number in the official form, 云卫发〔2023〕8号; other text comes back without white space."""
    bare = re.sub(r"\s+", "", number)
    match = NUMBER.search(bare)
    return f"{match['code']}〔{match['year']}〕{int(match['number'])}号" if match else bare


def is_number(text: str) -> bool:
    """Tell whether ``text`` is a document number and nothing else."""
    bare = simplify(re.sub(r"\s+", "", text))
    return any(form.fullmatch(bare) is not None for form in (NUMBER, _ANNOUNCED, _ORDER))


def number_on_line(line: str) -> str | None:
    """Return the number of a line that holds a document number and nothing of the text, ``None`` for others."""
    bare = re.sub(r"\s+", "", line).strip("（()）")
    if len(bare) > 80 or "号" not in simplify(bare):
        return None
    bare = _AROUND.sub("", bare)
    return normal_number(bare) if is_number(bare) else None


def number_of(page: Page, title: str) -> tuple[str, str] | None:
    """Return the document's own number and where it was read; a number that the text only cites is none."""
    return next(_numbers(page, title), None)


def _numbers(page: Page, title: str) -> Iterator[tuple[str, str]]:
    if page.declared.get("document_number"):
        yield normal_number(page.declared["document_number"]), page.declared_origin
    if page.labelled.get("number"):
        yield normal_number(page.labelled["number"]), "source_line"
    yield from _on_lines(page.head, "first_lines")
    noted = _NOTED.search(title.strip())
    if noted and is_number(noted["number"]):
        yield normal_number(noted["number"]), "title"
    if page.adopted is not None and page.adopted.number is not None:
        yield page.adopted.number, "first_lines"
    yield from _on_lines(page.removed, "source_line")
    named = _IN_NAME.match(page.stem)
    if named:
        yield normal_number(named["number"]), "file_name"


def _on_lines(lines: Iterable[str], origin: str) -> Iterator[tuple[str, str]]:
    for line in lines:
        number = number_on_line(line)
        if number is not None:
            yield number, origin
