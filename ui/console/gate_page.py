"""Show what came of the check before a publication: passed or held, why, and which questions failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.console.answer_cells import expected_cell, question_cell, shown_cell, wrong_cell
from ui.console.frame import table
from ui.markup import Html, element, join
from ui.wording import Wording

Gate = Mapping[str, Any]
"""As ``ingest.gate_report.GateReport.to_json`` gives it."""

_MOST_FAILURES = 100


def render_gate(gate: Gate, wording: Wording) -> Html:
    """Return the whole check with the questions that failed."""
    return element(
        "section",
        element("h2", wording.text("gate.title")),
        render_verdict(gate, wording),
        _failures(gate, wording),
    )


def render_verdict(gate: Gate, wording: Wording) -> Html:
    """Return how the check ended, and why."""
    if not gate["checked"]:
        return element("p", wording.text("gate.open"), class_="hint")
    counts = {name: gate[name] for name in ("questions", "passing", "better")}
    counted = element("p", wording.text("gate.counts", newly=gate["newly_failing"], **counts))
    if gate["passed"]:
        passed = wording.text("gate.passed", passing=gate["passing"], questions=gate["questions"])
        return join(element("p", passed), counted if gate["changed"] else "")
    was_asked = not {"late", "not_asked"} & set(gate["reasons"])
    reasons = element("ul", *(element("li", _reason(name, gate, wording)) for name in gate["reasons"]))
    # The sentences about a set's own figures name them as its file does.
    missed = (
        element("ul", *(element("li", sentence, lang="en") for sentence in gate["missed"])) if gate["missed"] else ""
    )
    detail = element("p", gate["detail"], lang="en", class_="hint") if "not_asked" in gate["reasons"] else ""
    held = element("p", wording.text("gate.held"), class_="problem")
    return join(held, reasons, missed, detail, counted if was_asked else "")


def share_text(share: float) -> str:
    """Return a share as a number of hundred, without digits that say nothing."""
    return f"{100 * share:g}"


def _reason(name: str, gate: Gate, wording: Wording) -> str:
    limits = gate["thresholds"]
    values: Mapping[str, Mapping[str, str]] = {
        "share": {"share": share_text(limits["min_passing_share"])},
        "newly_failing": {"most": f"{limits['max_newly_failing']:g}"},
        "late": {"detail": str(gate["detail"])},
    }
    return wording.text(f"gate.because.{name}", **values.get(name, {}))


def _failures(gate: Gate, wording: Wording) -> Html:
    failures = gate["failures"]
    if not failures:
        return join()
    headings = ("eval.question", "eval.run.expected", "eval.run.shown", "eval.run.why")
    rows = [
        (
            join(
                element("div", element("strong", wording.text("gate.newly" if one["newly"] else "gate.before_too"))),
                question_cell(one["question"], one["region"], one["question_id"]),
            ),
            expected_cell(one["expect"], wording),
            shown_cell(one["status"], one["shown"], (), wording),
            wrong_cell(one["wrong"], wording),
        )
        for one in failures[:_MOST_FAILURES]
    ]
    names = tuple(wording.text(key) for key in headings)
    listed = table(names, rows, caption=wording.text("gate.failures"))
    cut = len(failures) > _MOST_FAILURES
    more = element("p", wording.text("gate.more", count=_MOST_FAILURES), class_="hint") if cut else ""
    return join(element("h3", wording.text("gate.failures")), listed, more)
