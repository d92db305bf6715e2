"""The commands for supervisors' statistics: calls, and questions handed over to offices."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.catalogue.call_records import Call, CallFilter, CallOutcome
from rag.catalogue.case_records import Case, CaseFilter, CaseStatus
from rag.errors import UsageError
from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.catalogue import Catalogue
    from rag.settings import Settings

calls = typer.Typer(help="Calls that the hotline logged.", no_args_is_help=True)
cases = typer.Typer(help="Questions that the hotline handed over to offices.", no_args_is_help=True)

LimitOption = Annotated[int, typer.Option("--limit", min=0, max=100_000, help="How many are shown one by one.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(calls, name="calls")
    app.add_typer(cases, name="cases")


@calls.command("list")
def list_calls(
    limit: LimitOption = 50,
    who: Annotated[str | None, typer.Option("--who", help="Only calls that this person logged.")] = None,
    outcome: Annotated[CallOutcome | None, typer.Option("--outcome", help="Only calls with this outcome.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="Only from this day (UTC) on.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count calls by outcome, and show the newest."""
    wanted = CallFilter(by=who, outcome=outcome, since=_day(since))
    with _opened(settings_from(config, data)) as catalogue:
        counts = catalogue.calls.counts(wanted)
        found = catalogue.calls.entries(wanted, limit=limit)
    if as_json:
        by_outcome = {one.value: number for one, number in counts.items()}
        print_json(
            {"calls": sum(counts.values()), "outcomes": by_outcome, "list": [_call_to_json(one) for one in found]}
        )
        return
    _say(f"{sum(counts.values())} calls: " + ", ".join(f"{one} {number}" for one, number in counts.items()))
    for call in found:
        _say(f"{call.number}  {call.at}  {call.by}  {call.outcome}  {call.region or '–'}  {call.question}")


@cases.command("list")
def list_cases(
    limit: LimitOption = 50,
    status: Annotated[CaseStatus | None, typer.Option("--status", help="Only cases with this status.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only cases whose answer is overdue today.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count cases by status, and show those that press most first."""
    today = datetime.now().astimezone().date()
    with _opened(settings_from(config, data)) as catalogue:
        counts = catalogue.cases.counts()
        late = catalogue.cases.count(CaseFilter(overdue_on=today))
        wanted = CaseFilter(status=status, overdue_on=today if overdue else None)
        found = catalogue.cases.entries(wanted, limit=limit)
    if as_json:
        by_status = {one.value: number for one, number in counts.items()}
        listed = [_case_to_json(one, today) for one in found]
        print_json({"cases": sum(counts.values()), "statuses": by_status, "overdue": late, "list": listed})
        return
    told = ", ".join(f"{one} {number}" for one, number in counts.items())
    _say(f"{sum(counts.values())} cases: {told}; overdue {late}")
    for case in found:
        mark = "  overdue" if case.is_overdue(today) else ""
        _say(
            f"{case.number}  {case.status}  due {case.due}{mark}  {case.office}  {case.region or '–'}  {case.question}"
        )


def _opened(settings: Settings) -> Catalogue:
    from rag.catalogue import open_catalogue

    return open_catalogue(settings)


def _say(line: str) -> None:
    from ui.cli_output import say

    # What people type may hold what moves the cursor of a terminal.
    say("".join(character if character.isprintable() else " " for character in line))


def _day(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(written), time.min, UTC)
    except ValueError as error:
        raise UsageError(f"--since {written!r}: expected a day such as 2026-01-31") from error


def _call_to_json(call: Call) -> dict[str, Any]:
    return {
        "number": call.number,
        "at": call.at,
        "by": call.by,
        "question": call.question,
        "region": call.region,
        "answer": call.answer,
        "outcome": call.outcome.value,
        "follow_up": call.follow_up and call.follow_up.isoformat(),
        "receipt_id": call.receipt_id,
    }


def _case_to_json(case: Case, today: date) -> dict[str, Any]:
    return {
        "number": case.number,
        "opened_at": case.opened_at,
        "opened_by": case.opened_by,
        "changed_at": case.changed_at,
        "question": case.question,
        "region": case.region,
        "office": case.office,
        "status": case.status.value,
        "due": case.due.isoformat(),
        "overdue": case.is_overdue(today),
        "answer": case.answer,
        "source": case.source,
        "call": case.call,
    }
