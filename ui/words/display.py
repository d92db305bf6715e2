"""Words of editions of the page: large type, read aloud, voice, choosing a place."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {}

ZH_HANT: dict[str, str] = {}

EN: dict[str, str] = {}
