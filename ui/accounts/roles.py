"""The roles and scopes that doors ask for, under the name the pages use."""

from __future__ import annotations

from rag.catalogue.account_records import Role, Scope

__all__ = ["Role", "Scope"]
