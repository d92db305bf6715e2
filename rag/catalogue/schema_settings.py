"""The table of settings that admins changed: only ever added to, the newest row of a key holds."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import MAX_NAME_CHARS, Base

MAX_KEY_CHARS = 120
MAX_REASON_CHARS = 300


class SettingChangeRow(Base):
    """One change of one setting. The database refuses to change or delete rows (see revision 0007)."""

    __tablename__ = "setting_changes"

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    key: Mapped[str] = mapped_column(String(MAX_KEY_CHARS), index=True)
    value: Mapped[str | None] = mapped_column(Text)
    """JSON, so that an empty value is ``null``; NULL where the change was withdrawn."""
    before: Mapped[str] = mapped_column(Text)
    """What held until then, as JSON: the file may say something else by now."""
    reason: Mapped[str] = mapped_column(String(MAX_REASON_CHARS))
