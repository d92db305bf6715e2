"""Judge who published a page: the body itself, a medium, or somebody who copied it. ``docs/metadata.md`` has the rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ingest.metadata_issuer import is_company, is_medium, is_public_body
from ingest.metadata_page import Page
from rag.domain import Authority
from rag.folding import simplify

_OFFICIAL_HOST = re.compile(r"(?:^|\.)gov\.(?:cn|hk|mo|tw)$")
_MEDIA_HOST = re.compile(
    r"(?:^|\.)(?:people\.com\.cn|xinhuanet\.com|news\.cn|cctv\.com|cnr\.cn|chinanews\.com(?:\.cn)?|gmw\.cn|thepaper\.cn|chinadaily\.com\.cn)$"
)
_REPOST = re.compile(
    r"转载请注明|^转载自|^转自|(?:文章|内容|信息)转载自?[:：]|[（(]转载[）)]|本文标题\s*[:：]|仅供学习|会员登录|免费(?:立即)?下载|版权归原作者|如有侵权"
    r"|与本(?:网)?站立场无关|不代表.{0,12}(?:观点|立场)|旨在传播更多信息"
)
_DISCLOSED = re.compile(
    r"^[（(]?(?:此件|此文)?(?:主动公开|公开发布|依申请公开|不予公开|公开属性|信息公开选项)|^抄送\s*[:：]"
)
"""Lines at the foot of official papers by the rules on their form (党政机关公文格式, GB/T 9704-2012)."""
_LETTERHEAD = re.compile(r"^[\u4e00-\u9fff（）()、\s]{4,40}文\s?件$")
_EDGE_LINES = 25
_LONGEST = 160


def authority_of(page: Page, url: str | None, issuer: str | None, *, formal: bool) -> tuple[Authority, str]:
    """Return who published the page and what says so; `Authority.UNKNOWN` with an empty origin where nothing does.

    ``formal`` says that the text carries the marks of an official document beside its signature: a document number,
    an adoption note, or an issuer that is named as such.
    """
    declared = page.declared.get("authority", "")
    if declared in set(Authority):
        return Authority(declared), page.declared_origin
    return _by_address(url) or _by_source(page, issuer) or _by_imprint(page, issuer, formal=formal)


def _by_address(url: str | None) -> tuple[Authority, str] | None:
    try:
        host = (urlsplit(url).hostname or "").lower() if url else ""
    except ValueError:  # http://[ is no address
        return None
    if _OFFICIAL_HOST.search(host):
        return Authority.OFFICIAL, "address"
    return (Authority.MEDIA, "address") if _MEDIA_HOST.search(host) else None


def _by_source(page: Page, issuer: str | None) -> tuple[Authority, str] | None:
    """Judge by notes of copying and by whom the page names as its source."""
    source, origin = _source(page)
    if any(_REPOST.search(line) for line in _edge_lines(page)) or is_company(source or issuer or ""):
        return Authority.REPOST, "repost_note"
    if source and is_medium(source):
        return Authority.MEDIA, origin
    if source and is_public_body(source):
        return Authority.OFFICIAL, origin
    return None


def _by_imprint(page: Page, issuer: str | None, *, formal: bool) -> tuple[Authority, str]:
    """Judge by the marks of an official paper: number, adoption note, letterhead, or a note on its disclosure."""
    if issuer is not None and is_public_body(issuer):
        signed = page.signed is not None and page.signed.issuer is not None
        papers = any(_DISCLOSED.search(line) for line in _edge_lines(page)) or any(
            _LETTERHEAD.search(line) for line in page.head
        )
        if formal or (signed and papers):
            return Authority.OFFICIAL, "imprint"
    if issuer is not None and is_medium(issuer):
        return Authority.MEDIA, "first_lines"
    return Authority.UNKNOWN, ""


def _source(page: Page) -> tuple[str | None, str]:
    """Return whom the page names as its source (来源), else whose site it says it is."""
    declared = page.declared.get("source", "")
    if declared and "://" not in declared:
        return declared, page.declared_origin
    if page.labelled.get("source"):
        return page.labelled["source"], "source_line"
    return page.declared.get("site"), page.declared_origin


def _edge_lines(page: Page) -> Iterator[str]:
    """Yield, in simplified script, the short lines at both ends; notes of copying stand there, and a text may speak of copying itself."""
    for lines in (page.removed, page.lines):
        near = lines if len(lines) <= 2 * _EDGE_LINES else (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])
        yield from (simplify(line).strip() for line in near if len(line) <= _LONGEST)
