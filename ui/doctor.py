"""Checks that tell an admin what is missing and what to do about it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rag.domain import ModelUsage
from rag.errors import PolicychatError
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``finding`` says what was found and, if it failed, what to do."""

    name: str
    passed: bool
    finding: str

    def to_json(self) -> dict[str, Any]:
        """Return the check as ``doctor --json`` prints it."""
        return {"name": self.name, "passed": self.passed, "finding": self.finding}


def run_checks(settings: Settings) -> list[Check]:
    """Run every check on what a file says and what admins changed; a failing one never stops the next."""
    found, settings = _settings(settings)
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("python", _python),
        ("data folder", _data_folder),
        ("disk", _disk),
        ("embedding model", _embedding),
        ("reranker", _reranker),
        ("published generation", _generation),
        ("a question", _question),
        ("language model", _language_model),
        ("port", _port),
    )
    return [found, *(_checked(name, check, settings) for name, check in checks)]


def _settings(configured: Settings) -> tuple[Check, Settings]:
    """Return whether what admins changed can be read and holds, and the settings to check with."""
    from rag.settings_changed import read_effective

    name = "settings"
    try:
        held = read_effective(configured)
    except PolicychatError as error:
        return Check(name, False, f"the changes made on the page cannot be read: {error}"), configured
    if held.ignored:
        why = "; ".join(f"{key} ({reason})" for key, reason in held.ignored.items())
        finding = f"changes that are not used: {why}; withdraw them with 'policychat settings reset KEY'"
        return Check(name, False, finding), held.settings
    finding = f"config.yaml and {len(held.changed)} changes made on the page" if held.changed else "config.yaml alone"
    return Check(name, True, finding), held.settings


def _checked(name: str, check: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, check(settings))
    except (PolicychatError, OSError) as error:
        return Check(name, False, str(error))


def _python(_: Settings) -> str:
    return sys.version.split()[0]


def _data_folder(settings: Settings) -> str:
    folder = settings.paths.data
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PolicychatError(f"{folder} cannot be written to; change its owner or set paths.data")
    return str(folder)


def _disk(settings: Settings) -> str:
    free_mb = shutil.disk_usage(settings.paths.data).free // 2**20
    if free_mb < settings.ingest.min_free_mb:
        raise PolicychatError(f"{free_mb} MB free, ingest needs {settings.ingest.min_free_mb} (ingest.min_free_mb)")
    return f"{free_mb} MB free"


def _embedding(settings: Settings) -> str:
    from rag.embedding import open_embedding

    embedding = open_embedding(settings.embedding)
    return f"{embedding.fingerprint}, {embedding.dimension} dimensions"


def _reranker(settings: Settings) -> str:
    from rag.reranking import open_reranker

    reranker = open_reranker(settings.reranker)
    return reranker.fingerprint if reranker else "none configured; the formula's order stands"


def _generation(settings: Settings) -> str:
    from rag.bootstrap import open_assistant

    assistant = open_assistant(settings)
    try:
        info = assistant.published()
        if info is None:
            raise PolicychatError(assistant.problem() or "nothing is published; run 'policychat ingest PATH'")
        return f"{info.generation}: {info.documents} documents, {info.chunks} chunks"
    finally:
        assistant.close()


def _question(settings: Settings) -> str:
    from rag.bootstrap import open_assistant
    from rag.domain import Question

    assistant = open_assistant(settings)
    try:
        title = assistant.documents()[0].title[: settings.answering.max_question_chars]
        if not assistant.search(Question(title), 1).hits:
            raise PolicychatError(f"searching for the title {title!r} finds nothing; run 'policychat verify'")
        return f"{title!r} is found"
    finally:
        assistant.close()


def _language_model(settings: Settings) -> str:
    from rag.usage import is_enabled, open_counted_model

    if settings.llm.model is None:
        return "none configured; answers are quotations"
    if not is_enabled(settings.llm):
        return f"{settings.llm.model} is switched off; answers are quotations"
    model = open_counted_model(settings)
    taken: list[ModelUsage] = []
    if model is not None:
        "".join(model.stream("You test a connection.", "Reply with OK.", taken.append))
    told = (
        "tells how many tokens it took" if not any(usage.estimated for usage in taken) else "its tokens are estimated"
    )
    return f"{settings.llm.model} answers; {told}"


def _port(settings: Settings) -> str:
    address = (settings.server.host, settings.server.port)
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return f"{settings.server.port} is free"
    return f"{settings.server.port} is in use, perhaps by a running policychat"
