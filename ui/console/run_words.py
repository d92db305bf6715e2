"""Say what a run did, who had it done and how it ended."""

from __future__ import annotations

from ingest.pipeline import DRY_RUN
from ingest.run_record import BY, SCHEDULE
from rag.catalogue import RunInfo, RunOutcome
from ui.addresses import at
from ui.console.moments import moment
from ui.console.work import AUTOMATIC
from ui.markup import Html, element, line
from ui.wording import Wording

COUNTED = ("added", "changed", "removed", "refused", "unchanged")


def kind_words(wording: Wording, run: RunInfo) -> str:
    """Return what was done."""
    return wording.known(f"console.work.{run.kind}") or run.kind


def actor(wording: Wording, run: RunInfo) -> str:
    """Return who had it done: an account, a schedule, or a command line, of which no name is known."""
    by, schedule = run.arguments.get(BY), run.arguments.get(SCHEDULE)
    if schedule and by in (None, AUTOMATIC):
        return wording.text("state.run.for_schedule", name=line(str(schedule)))
    return line(str(by)) if by else wording.text("state.nobody_named")


def outcome_words(wording: Wording, run: RunInfo) -> str:
    """Return how it ended, or that it is under way."""
    if run.kind == DRY_RUN and run.outcome is RunOutcome.UNCHANGED:
        return wording.text("state.run.outcome.tried")
    return wording.text(f"state.run.outcome.{run.outcome.value if run.outcome else 'running'}")


def count_words(wording: Wording, run: RunInfo) -> str:
    """Return how many files came, changed, went or were not taken; those that are none are left out."""
    found = ((name, run.counts.get(name, 0)) for name in COUNTED)
    return " · ".join(wording.text(f"state.run.count.{name}", count=f"{count:,}") for name, count in found if count)


def when_and_who(wording: Wording, run: RunInfo) -> Html:
    """Return when a run ended and who had it done, as the way to its report."""
    words = (moment(wording, run.finished or run.started), " · ", actor(wording, run))
    return element("a", *words, href=at(f"/admin/runs/{run.run_id}"))


def how_words(wording: Wording, run: RunInfo) -> Html:
    """Return who did what, as the way to its report."""
    words = f"{actor(wording, run)} · {kind_words(wording, run)}"
    return element("a", words, href=at(f"/admin/runs/{run.run_id}"))
