"""The command that shows what readers said of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.catalogue import FeedbackGiven
    from rag.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(feedback)


def feedback(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many are shown, newest first.")] = 20,
    useless: Annotated[bool, typer.Option("--useless", help="Only answers that were of no use.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what readers said of answers, newest first."""
    values = feedback_values(settings_from(config, data), limit, useless=useless)
    if as_json:
        print_json(values)
        return
    from ui.cli_output import say

    for line in feedback_lines(values):
        say(line)


def feedback_values(settings: Settings, limit: int, *, useless: bool = False) -> dict[str, Any]:
    """Return what ``feedback --json`` prints.

    Raises:
        NotAvailableError: the catalogue cannot be opened.
    """
    from rag.catalogue import open_catalogue

    with open_catalogue(settings) as catalogue:
        counts = catalogue.feedback.counts()
        given = catalogue.feedback.latest(limit, useful=False if useless else None)
    return {
        "useful": counts.useful,
        "useless": counts.useless,
        "reasons": {reason.value: number for reason, number in counts.reasons.items()},
        "feedback": [_to_json(one, settings) for one in given],
    }


def _to_json(given: FeedbackGiven, settings: Settings) -> dict[str, Any]:
    from rag.answer_record import from_record
    from ui.serialise import answer_to_json
    from ui.wording import Language

    try:
        answer = from_record(given.record.get("answer"))
    except ValueError:
        answer = None  # kept by another version of the program
    return {
        "receipt_id": given.receipt_id,
        "given_at": given.given_at,
        "useful": given.useful,
        "reason": given.reason and given.reason.value,
        "comment": given.comment,
        "generation": given.generation,
        "question": answer and answer.question,
        "region": given.record.get("region"),
        "answer": answer and answer_to_json(answer, Language.ZH_HANS, settings.help),
    }


def feedback_lines(values: Mapping[str, Any]) -> Sequence[str]:
    """Return the same for people: a line of counts, and a line or two for each answer."""
    reasons = ", ".join(f"{reason} {number}" for reason, number in values["reasons"].items())
    lines = [f"Useful: {values['useful']:,}; of no use: {values['useless']:,}" + (f" ({reasons})" if reasons else "")]
    for one in values["feedback"]:
        verdict = "useful" if one["useful"] else "of no use"
        because = f", {one['reason']}" if one["reason"] else ""
        status = one["answer"]["status"] if one["answer"] else "not readable"
        lines.append(
            f"{one['given_at']}  {one['receipt_id']}  {verdict}{because}  [{status}]  {_one_line(one['question'])}"
        )
        lines += [f"    {_one_line(one['comment'])}"] if one["comment"] else []
    return lines


def _one_line(text: str | None) -> str:
    """Return a reader's words without what could move the cursor of a terminal."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "�" for c in text or "").split())
