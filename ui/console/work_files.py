"""Show how each file of a piece of work stands: waiting, being read, taken, refused and why."""

from __future__ import annotations

from ingest.file_progress import FileStand, FileState
from ui.console.reason_words import render_reason
from ui.console.work import Job, WorkEnd
from ui.markup import Html, element, join, line
from ui.wording import Wording

_MOST = 200


def render_files(job: Job, wording: Wording) -> Html:
    """Return the counts and the files, those first that somebody would look for; nothing where no file was sent."""
    if job.files is None:
        return join()
    counts = job.files.counts()
    total = sum(counts.values())
    if not total:
        return join()
    told = (f"{_words(state, job, wording)} {count:,}" for state, count in counts.items())
    shown = job.files.stands(_MOST)
    more = total - len(shown)
    return element(
        "section",
        element("h2", wording.text("console.files")),
        element("p", " · ".join(told), class_="count"),
        element("ul", *(_row(stand, job, wording) for stand in shown), class_="files"),
        element("p", wording.text("console.files.more", count=more), class_="hint") if more else "",
    )


def _words(state: FileState, job: Job, wording: Wording) -> str:
    """Return a state in words; what was read and is not published at the end was not taken."""
    if job.state is not WorkEnd.RUNNING and state in (FileState.READ, FileState.WAITING, FileState.READING):
        return wording.text("console.files.not_published")
    return wording.text(f"console.files.{state}")


def _row(stand: FileStand, job: Job, wording: Wording) -> Html:
    name = element("span", line(stand.name), class_="name")
    state = element("span", _words(stand.state, job, wording), class_="state")
    why = element("div", render_reason(wording, stand.reason), class_="why") if stand.reason else ""
    return element("li", name, " ", state, why, data_state=stand.state.value)
