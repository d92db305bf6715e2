"""Write an answer as a PDF file. The only file that imports ``reportlab``.

No font is put into the file: Chinese is set in the fonts that Adobe's Chinese character collections define and every
reader has or replaces. What those lack must not vanish from a quotation, so it is written as ``[U+20BB7]``.
"""

from __future__ import annotations

import io
import re
import unicodedata
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ui.answer_sheet import SheetSource
from ui.export import Export
from ui.wording import Language

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable

_SONG, _MING, _LATIN = "STSong-Light", "MSung-Light", "Helvetica"
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_SAME_LOOK = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
"""Radicals and compatibility ideographs, which look like the ordinary character that they stand for."""

_VARIANT = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Choose among shapes of the character before them; without them it is still that character."""


def pdf_bytes(export: Export) -> bytes:
    """Return the file: A4, page numbers, addresses as links.

    Words of a model carry the label of GB 45438-2025 as the key ``AIGC`` of the information dictionary.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    sheet = export.sheet
    written = io.BytesIO()
    file = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=25 * mm,
        rightMargin=25 * mm,
        topMargin=20 * mm,
        bottomMargin=25 * mm,
        title=f"{export.title} - {sheet.question}",
        author=export.producer,
        creator=export.producer,
        subject=sheet.label,
        keywords=export.answer_id,
        lang=export.wording.language.value,
    )
    page = _Page(export)

    def on_page(canvas: Any, _: Any) -> None:
        page.draw_foot(canvas)

    def on_first_page(canvas: Any, _: Any) -> None:
        page.draw_foot(canvas)
        if export.implicit_label is not None:
            _label(canvas, export.implicit_label)

    file.build(page.story(), onFirstPage=on_first_page, onLaterPages=on_page)
    return written.getvalue()


class _Page:
    """Sets the parts of one file; remembers whether a character had to be written as its number."""

    def __init__(self, export: Export) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont

        for font in (_SONG, _MING):
            if font not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(UnicodeCIDFont(font))
        self._export = export
        self._numbered = False

    def story(self) -> list[Flowable]:
        """Return everything that the file says, in order."""
        export, wording, sheet = self._export, self._export.wording, self._export.sheet
        parts = [self._set(export.title, 18, 26, after=8)]
        parts += [self._set(wording.text("text.fact", name=name, value=value), after=2) for name, value in export.facts]
        parts.append(self._heading("export.answer"))
        parts += [self._set(remark) for remark in sheet.remarks]
        parts += [self._set(f"{one.text} {one.marks}".strip(), 12, 20, indent=20 * one.level) for one in sheet.lines]
        parts += [self._set(f"{number}  {name}") for number, name in sheet.calls]
        parts += [self._set(sheet.label, shade="#eeeeee")] if sheet.label else []
        if export.notices:
            parts.append(self._heading("export.notices"))
            parts += [self._set(f"- {notice}", after=2) for notice in export.notices]
        if sheet.sources:
            parts.append(self._heading("export.sources"))
            parts += [part for source in sheet.sources for part in self._source(source)]
        parts.append(self._heading("export.help"))
        parts += [self._set(f"{number}  {name}", after=2) for number, name in wording.help_lines()]
        if self._numbered:
            parts.append(self._set(wording.text("export.missing_glyphs"), 9, 14, before=10))
        return parts

    def draw_foot(self, canvas: Any) -> None:
        """Draw the foot of a page: who made it, its number, and the label of the answer."""
        from reportlab.lib.units import mm

        words = self._export.wording.text("export.page", page=canvas.getPageNumber())
        canvas.saveState()
        canvas.setFont(_SONG, 9)
        width = canvas._pagesize[0]
        canvas.drawCentredString(width / 2, 15 * mm, f"{self._export.producer}    {words}")
        canvas.drawCentredString(width / 2, 10 * mm, self._export.sheet.label)
        canvas.restoreState()

    def _source(self, source: SheetSource) -> list[Flowable]:
        wording = self._export.wording
        parts = [self._set(f"{source.marks} 《{source.title}》", 12, 18, before=8, keep=True)]
        parts += [self._set(source.demonstration, shade="#eeeeee")] if source.demonstration else []
        facts = (wording.text("text.fact", name=name, value=value) for name, value in source.facts)
        parts.append(self._set("　|　".join(facts)))
        for quote in source.quotes:
            name = wording.text("export.quote", number=quote.number)
            stands = wording.text("text.fact", name=name, value=quote.where) if quote.where else name
            parts.append(self._set(stands, after=2, keep=True))
            parts.append(self._set(quote.text, indent=12, shade="#f4f4f4"))
            parts.append(self._link("export.view", quote.address))
        if source.url:
            parts.append(self._link("document.url", source.url))
        return parts

    def _heading(self, key: str) -> Flowable:
        return self._set(self._export.wording.text(key), 14, 20, before=12, keep=True)

    def _link(self, key: str, address: str) -> Flowable:
        words = self._export.wording.text("text.fact", name=self._export.wording.text(key), value="")
        markup = self._markup(address)
        if address.startswith(("http://", "https://")):
            markup = f'<link href="{escape(address)}" color="#0b4f8a">{markup}</link>'
        return self._paragraph(self._markup(words) + markup, self._style(words, 9, 14, {}))

    def _set(self, words: str, size: float = 10.5, leading: float = 17, **more: Any) -> Flowable:
        return self._paragraph(self._markup(words), self._style(words, size, leading, more))

    def _paragraph(self, markup: str, style: ParagraphStyle) -> Flowable:
        from reportlab.platypus import Paragraph

        return Paragraph(markup, style)

    def _style(self, words: str, size: float, leading: float, more: dict[str, Any]) -> ParagraphStyle:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle

        return ParagraphStyle(
            "words",
            fontName=self._font(words),
            fontSize=size,
            leading=leading,
            spaceBefore=more.get("before", 0),
            spaceAfter=more.get("after", 5),
            leftIndent=more.get("indent", 0),
            keepWithNext=more.get("keep", False),
            backColor=HexColor(more["shade"]) if "shade" in more else None,
            borderPadding=3 if "shade" in more else 0,
            # Chinese breaks between any two characters; words of other scripts break at their spaces.
            wordWrap="CJK" if _CHINESE.search(words) else None,
            splitLongWords=True,
        )

    def _font(self, words: str) -> str:
        """Return the font of a paragraph: the Taiwan shapes where it has every character, else the mainland's.

        The first holds the characters of Big5 alone, the second those of both scripts, and a quotation stays in its own.
        """
        if self._export.wording.language is Language.ZH_HANT and _fits(words, "big5"):
            return _MING
        return _SONG

    def _markup(self, words: str) -> str:
        """Return a text as reportlab's markup, every character of it in a font that has it."""
        plain = unicodedata.normalize("NFC", _VARIANT.sub("", words))
        runs = []
        for font, run in groupby((_placed(character) for character in plain), key=lambda placed: placed[1]):
            text = escape("".join(character for character, _ in run)).replace("\n", "<br/>")
            runs.append(f'<font name="{_LATIN}">{text}</font>' if font == _LATIN else text)
            self._numbered = self._numbered or font is None
        return "".join(runs)


def _placed(character: str) -> tuple[str, str | None]:
    """Return what stands for a character and the font that has it; its number and None where none has."""
    if _in_song(character):
        return character, _SONG
    if _SAME_LOOK.match(character) and _in_song(same := unicodedata.normalize("NFKC", character)):
        return same, _SONG
    if unicodedata.category(character) == "Zs":
        return " ", _SONG
    if _fits(character, "cp1252"):
        return character, _LATIN
    return f"[U+{ord(character):04X}]", None


def _in_song(character: str) -> bool:
    """Return whether the mainland font has a character: those of GBK and of extension A (Adobe-GB1-4)."""
    return character == "\n" or "\u3400" <= character <= "\u4db5" or _fits(character, "gbk")


def _fits(words: str, charset: str) -> bool:
    try:
        words.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _label(canvas: Any, label: str) -> None:
    """Put the label that machines read into the file's information dictionary."""
    from reportlab.pdfbase.pdfdoc import PDFInfo, PDFString

    class LabelledInfo(PDFInfo):  # type: ignore[misc]
        def format(self, document: Any) -> bytes:
            written: bytes = super().format(document)
            told: bytes = PDFString(label).format(document)
            return written[: written.rindex(b">>")] + b"/AIGC " + told + b" >>"

    # The library writes a fixed set of keys, and refers to the dictionary by the object that it has already.
    canvas._doc.info.__class__ = LabelledInfo
