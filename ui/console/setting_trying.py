"""Try a model, or the example questions, with what somebody typed, before it is saved; everything has a deadline."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping

from rag.domain import AnswerStatus, Question
from rag.errors import ConfigError, PolicychatError
from rag.model_failure import FailureReason, ModelCallError
from rag.ports import Assistant
from rag.settings import LanguageModelSettings, Settings
from rag.usage import is_enabled, open_counted_model
from ui.markup import Html, element, join
from ui.wording import Wording

_MODEL_S = 20.0
"""The longest that somebody waits at a page for a word from a language model."""
_EMBEDDING_S = 60.0
"""A large model is read from the disk in less."""
_QUESTIONS_S = 20.0
_TOLD = (FailureReason.UNREACHABLE, FailureReason.REFUSED, FailureReason.BUSY, FailureReason.LATE)


def try_language_model(settings: Settings, wording: Wording) -> Html:
    """Return what came of asking the language model for a word."""
    llm = settings.llm
    if llm.model is None:
        return _bad(wording.text("settings.try.none"))
    if not is_enabled(llm):
        return _bad(wording.text("settings.try.off"))
    began = time.monotonic()
    shorter = llm.model_copy(update={"deadline_s": min(llm.deadline_s, _MODEL_S)})
    try:
        model = open_counted_model(settings.model_copy(update={"llm": shorter}))
        if model is not None:
            "".join(model.stream("You test a connection.", "Reply with OK."))
    except ModelCallError as error:
        seconds = f"{shorter.deadline_s:g}"
        named = error.reason in _TOLD
        late = error.reason is FailureReason.LATE
        words = wording.text(f"settings.try.{error.reason}" if named else "settings.try.other", **_if(late, seconds))
        return _bad(words, str(error))
    except ConfigError as error:
        return _bad(wording.text("settings.try.other"), str(error))
    return _good(wording.text("settings.try.good", seconds=_seconds(began)))


def try_embedding(settings: Settings, wording: Wording) -> Html:
    """Return what came of opening the model for finding and embedding a word with it."""

    def open_and_embed() -> str:
        from rag.embedding import open_embedding

        embedding = open_embedding(settings.embedding)
        embedding.embed_query("政策")
        return embedding.fingerprint

    began = time.monotonic()
    made = _within(_EMBEDDING_S, open_and_embed)
    if made is None:
        return _bad(wording.text("settings.try.late", seconds=f"{_EMBEDDING_S:g}"))
    if isinstance(made, Exception):
        return _bad(wording.text("settings.try.other"), str(made))
    words = wording.text("settings.try.embedding.good", seconds=_seconds(began), fingerprint=made)
    return _good(words)


def try_examples(assistant: Assistant, settings: Settings, wording: Wording) -> Html:
    """Return which of the example questions are answered by what is published now."""
    deadline = time.monotonic() + _QUESTIONS_S
    lines = []
    for question in settings.examples.questions:
        outcome = _outcome(assistant, question) if time.monotonic() < deadline else "late"
        lines.append(element("li", wording.text(f"settings.try.question.{outcome}", question=question)))
    return element("ul", *lines, class_="tried", role="status") if lines else join()


def key_line(llm: LanguageModelSettings, wording: Wording) -> Html:
    """Return whether the variable that is to hold the key holds one; never the key."""
    name = "there" if os.environ.get(llm.api_key_env) else "missing"
    return element("p", wording.text(f"settings.key.{name}", name=llm.api_key_env), class_="hint")


Trial = Callable[[Assistant, Settings, Wording], Html]

TRIALS: Mapping[str, Trial] = {
    "llm": lambda _, settings, wording: try_language_model(settings, wording),
    "embedding": lambda _, settings, wording: try_embedding(settings, wording),
    "examples": try_examples,
}
"""What can be tried, by section."""


def _outcome(assistant: Assistant, question: str) -> str:
    try:
        status = assistant.answer(Question(question)).status
    except PolicychatError:
        return "bad"
    return "good" if status.carries_evidence else "asks" if status is AnswerStatus.NEEDS_CLARIFICATION else "bad"


def _within(seconds: float, call: Callable[[], str]) -> str | Exception | None:
    """Return what a call returns or raises, or None after so long; it goes on in the background, as it cannot be ended."""
    done: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put(call())
        except Exception as error:
            # Whatever a model's library raises means the same to whoever tries it.
            done.put(error)

    threading.Thread(target=run, name="trial", daemon=True).start()
    try:
        return done.get(timeout=seconds)
    except queue.Empty:
        return None


def _if(wanted: bool, seconds: str) -> dict[str, str]:
    return {"seconds": seconds} if wanted else {}


def _seconds(began: float) -> str:
    return f"{time.monotonic() - began:.1f}"


def _good(words: str) -> Html:
    return element("p", words, class_="told", role="status")


def _bad(words: str, detail: str = "") -> Html:
    own = element("span", detail, class_="source", lang="en") if detail else ""
    return element("p", words, own, class_="problem", role="alert")
