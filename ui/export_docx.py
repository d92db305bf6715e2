"""Write an answer as a Word file. The only file that imports ``docx``."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING

from ui.answer_sheet import SheetSource
from ui.export import Export
from ui.wording import Language

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_FONTS = {
    Language.ZH_HANS: ("宋体", "zh-CN"),
    Language.ZH_HANT: ("新細明體", "zh-TW"),
    Language.EN: ("宋体", "zh-CN"),
}
"""Font and language of the Chinese in a file: what every Word has; another program takes its own in its place."""

_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006"
_CUSTOM_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<Properties xmlns="{_PROPERTIES}/custom-properties" xmlns:vt="{_PROPERTIES}/docPropsVTypes">'
    '<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="AIGC">'
    "<vt:lpwstr>{label}</vt:lpwstr></property></Properties>"
)
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"


def docx_bytes(export: Export) -> bytes:
    """Return the file: A4, headings by style, page numbers, addresses as links.

    Words of a model carry the label of GB 45438-2025 as the custom property ``AIGC``.
    """
    import docx

    file = docx.Document()
    _set_page(file, export)
    file.add_heading(export.title, level=0)
    for name, value in export.facts:
        _fact(file, export, name, value)
    _write_answer(file, export)
    sheet, wording = export.sheet, export.wording
    if export.notices:
        file.add_heading(wording.text("export.notices"), level=1)
        for notice in export.notices:
            file.add_paragraph(notice, style="List Bullet")
    if sheet.sources:
        file.add_heading(wording.text("export.sources"), level=1)
        for source in sheet.sources:
            _write_source(file, export, source)
    file.add_heading(wording.text("export.help"), level=1)
    for number, name in wording.help_lines():
        file.add_paragraph(f"{number}  {name}", style="List Bullet")
    _set_properties(file, export)
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()


def _write_answer(file: Document, export: Export) -> None:
    from docx.shared import Pt

    sheet = export.sheet
    file.add_heading(export.wording.text("export.answer"), level=1)
    for remark in sheet.remarks:
        file.add_paragraph(remark)
    for one in sheet.lines:
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.left_indent = Pt(24 * one.level)
        paragraph.add_run(f"{one.text} {one.marks}".strip()).bold = one.is_place or None
    for number, name in sheet.calls:
        file.add_paragraph(f"{number}  {name}", style="List Bullet")
    if sheet.label:
        file.add_paragraph().add_run(sheet.label).bold = True


def _write_source(file: Document, export: Export, source: SheetSource) -> None:
    wording = export.wording
    file.add_heading(f"{source.marks} 《{source.title}》", level=2)
    if source.demonstration:
        file.add_paragraph().add_run(source.demonstration).bold = True
    for name, value in source.facts:
        _fact(file, export, name, value)
    for quote in source.quotes:
        _fact(file, export, wording.text("export.quote", number=quote.number), quote.where)
        file.add_paragraph(quote.text, style="Quote")
        _link(file, export, "export.view", quote.address)
    if source.url:
        _link(file, export, "document.url", source.url)


def _fact(file: Document, export: Export, name: str, value: str) -> Paragraph:
    from docx.shared import Pt

    paragraph = file.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(3)
    lead = export.wording.text("text.fact", name=name, value="") if value else name
    paragraph.add_run(lead).bold = True
    paragraph.add_run(value)
    return paragraph


def _link(file: Document, export: Export, key: str, address: str) -> None:
    """Add a line that ends in an address; one without a scheme leads nowhere outside the site and stays text."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = _fact(file, export, export.wording.text(key), address)
    run = paragraph.runs[-1]
    if not address.startswith(("http://", "https://")):
        return
    run.font.underline = True
    link = OxmlElement("w:hyperlink")
    target = file.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), target)
    link.append(run._r)
    paragraph._p.append(link)


def _set_page(file: Document, export: Export) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    font, tag = _FONTS[export.wording.language]
    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(25)
    page.top_margin = page.bottom_margin = Mm(22)
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Quote"):
        style = file.styles[name]
        style.font.color.rgb = RGBColor(0, 0, 0)
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        # A theme's font goes before a named one, and the theme's Chinese font is empty.
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        for kind in ("ascii", "hAnsi"):
            fonts.set(qn(f"w:{kind}"), "Times New Roman")
        fonts.set(qn("w:eastAsia"), font)
        spoken = OxmlElement("w:lang")
        spoken.set(qn("w:eastAsia"), tag)
        properties.append(spoken)
    for name, size in (("Normal", 12), ("Title", 20), ("Heading 1", 15), ("Heading 2", 13)):
        file.styles[name].font.size = Pt(size)
    file.styles["Quote"].font.italic = False
    file.styles["Quote"].paragraph_format.left_indent = Pt(18)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, after = export.wording.text("export.page", page="\0").split("\0")
    foot.add_run(f"{export.producer}    {before}")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)
    foot.add_run(after)
    if export.sheet.label:
        page.footer.add_paragraph(export.sheet.label).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _set_properties(file: Document, export: Export) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    core = file.core_properties
    # Word takes no more than 255 characters in these.
    core.title, core.subject = export.title, export.sheet.question[:255]
    core.author = core.last_modified_by = export.producer
    core.comments, core.language = export.sheet.label, export.wording.language.value
    core.identifier = export.answer_id
    if export.implicit_label is None:
        return
    core.category = "AIGC"
    xml = _CUSTOM_XML.format(label=escape(export.implicit_label, quote=False))
    package = file.part.package
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM_TYPE, xml.encode(), package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)
