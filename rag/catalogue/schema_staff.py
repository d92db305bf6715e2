"""The table of the searches that operators keep for themselves."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import MAX_NAME_CHARS, Base


class SavedSearchRow(Base):
    """One search of one account, by the name that its owner gave it; ``query`` is the query of its address."""

    __tablename__ = "saved_searches"

    number: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.number"))
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    query: Mapped[str] = mapped_column(Text)
    saved: Mapped[str] = mapped_column(String(20))

    __table_args__ = (UniqueConstraint("account", "name"),)
