"""The command that shows how the site is used: the figures of the console's page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.domain import NamedDocument
    from rag.settings import Settings

_TOPICS = 10
_DOCUMENTS = 10
_SAMPLES = 3


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(use)


def use(
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days, today included.")] = 30,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how the site was used: questions and how they ended, what was not answered, which documents were quoted.

    The figures are those of the page /admin/use. There is nothing in them that says who asked.
    """
    settings = settings_from(config, data)
    values = use_values(settings, days, date.today(), _published(settings))
    if as_json:
        print_json(values)
        return
    from ui.cli_output import say

    for line in use_lines(values):
        say(line)


def _published(settings: Settings) -> Sequence[NamedDocument]:
    """Return the documents that are published; none where nothing is."""
    from rag.bootstrap import open_assistant
    from rag.domain import NamedDocument

    assistant = open_assistant(settings)
    try:
        documents = assistant.documents() if assistant.published() is not None else ()
        return [NamedDocument(one.document_id, one.title) for one in documents]
    finally:
        assistant.close()


def use_values(settings: Settings, days: int, today: date, published: Sequence[NamedDocument]) -> dict[str, Any]:
    """Return what ``use --json`` prints. Days are those of the machine's time zone.

    Raises:
        NotAvailableError: the catalogue cannot be opened.
    """
    from rag.catalogue import open_catalogue
    from rag.use_figures import document_use, figures_to_json, last_days, unanswered_topics, use_figures

    wanted = last_days(days, today)
    with open_catalogue(settings) as catalogue:
        values = figures_to_json(wanted, use_figures(catalogue, wanted))
        found = unanswered_topics(catalogue, wanted)
        documents = document_use(catalogue, wanted, published)
    return values | {
        "keep_days": settings.use.keep_days,
        "unanswered": [
            {
                "words": list(topic.words),
                "questions": topic.count,
                "asked": [{"question": one.question, "count": one.count} for one in topic.questions],
            }
            for topic in found.topics
        ],
        "documents": {
            "used": [
                {"document_id": document.document_id, "title": document.title, "answers": count}
                for document, count in documents.used
            ],
            "never_used": [
                {"document_id": document.document_id, "title": document.title} for document in documents.never
            ],
            "no_longer_published": documents.gone,
        },
    }


def use_lines(values: Mapping[str, Any]) -> Sequence[str]:
    """Return the same for people, the longest lists cut."""
    total = values["questions"]
    lines = [f"{values['since']} to {values['until']}: {total:,} questions"]
    if not values["keep_days"]:
        lines.append("Questions are not recorded now (use.keep_days is 0).")
    if not total:
        return lines
    lines += [
        f"  {name.replace('_', ' ')}: {count:,} ({100 * count / total:.0f} %)"
        for name, count in values["outcomes"].items()
        if count
    ]
    latency, feedback = values["latency_ms"], values["feedback"]
    if latency["p50"] is not None:
        lines.append(f"Answers: p50 {latency['p50']:,} ms, p95 {latency['p95']:,} ms")
    lines.append(f"Feedback: {feedback['useful']:,} useful, {feedback['useless']:,} not")
    lines += _named("By channel", ((one["channel"], one["questions"]) for one in values["channels"]))
    lines += _named("By place", ((one["region"] or "–", one["questions"]) for one in values["places"][:_DOCUMENTS]))
    if values["unanswered"]:
        lines.append("Not answered, by topic:")
    for topic in values["unanswered"][:_TOPICS]:
        samples = " / ".join(one["question"] for one in topic["asked"][:_SAMPLES])
        lines.append(f"  {topic['questions']:,}  {' · '.join(topic['words']) or 'other'}: {samples}")
    documents = values["documents"]
    lines += _named("Documents quoted most", ((one["title"], one["answers"]) for one in documents["used"][:_DOCUMENTS]))
    lines.append(f"Documents never quoted: {len(documents['never_used']):,}")
    return lines


def _named(heading: str, counts: Iterable[tuple[str, int]]) -> list[str]:
    told = [f"  {count:,}  {name}" for name, count in counts]
    return [f"{heading}:", *told] if told else []
