"""Open a Word file's zip safely, and mend the one kind of damage that office programs leave behind."""

from __future__ import annotations

import io
import posixpath
import zipfile

from rag.errors import SourceError

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
_MAX_MEMBERS = 10_000
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def _owner_folder(rels_name: str) -> str:
    folder = posixpath.dirname(posixpath.dirname(rels_name))
    return f"/{folder}"


def _mended_relationships(rels_name: str, content: bytes, members: set[str]) -> tuple[bytes, int]:
    """Drop relationships to parts that are not in the package; ``Target="NULL"`` is what some editors write."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    dropped = 0
    for relationship in root.findall(_RELATIONSHIP):
        if relationship.get("TargetMode") == "External":
            continue
        target = (relationship.get("Target") or "").split("#")[0]
        part = posixpath.normpath(posixpath.join(_owner_folder(rels_name), target)).lstrip("/")
        if not target or part not in members:
            root.remove(relationship)
            dropped += 1
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True), dropped


def mended_package(name: str, data: bytes) -> tuple[bytes, int]:
    """Return a package whose internal relationships all lead somewhere, and how many were dropped for it.

    Raises:
        SourceError: not a zip, encrypted, damaged, or larger than 200 MB when unpacked.
    """
    from lxml import etree

    if data.startswith(_OLE_MAGIC):
        raise SourceError(f"{name}: an encrypted or old binary Word file; save it as unprotected .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES or len(members) > _MAX_MEMBERS:
                raise SourceError(f"{name}: unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MB, refused")
            known = {member.filename for member in members}
            changed: dict[str, bytes] = {}
            dropped = 0
            for member in members:
                if member.filename.endswith(".rels"):
                    content, count = _mended_relationships(member.filename, package.read(member), known)
                    if count:
                        changed[member.filename] = content
                        dropped += count
            if not changed:
                return data, 0
            mended = io.BytesIO()
            with zipfile.ZipFile(mended, "w", zipfile.ZIP_DEFLATED) as copy:
                for member in members:
                    copy.writestr(member.filename, changed.get(member.filename) or package.read(member))
            return mended.getvalue(), dropped
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise SourceError(f"{name}: the DOCX is damaged and cannot be read ({type(error).__name__})") from error
