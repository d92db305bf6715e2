"""The commands about approved answers: what there is, and whether it still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.approved_records import ApprovalState
from ui.cli_shared import ConfigOption, DataOption, JsonOption, assistant_from, print_json, settings_from

if TYPE_CHECKING:
    from rag.approved_records import ApprovedAnswer
    from rag.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    approved = typer.Typer(help="Answers that people approved.", no_args_is_help=True)
    approved.command("list")(list_approved)
    approved.command("check")(check)
    app.add_typer(approved, name="approved")


def list_approved(
    state: Annotated[ApprovalState | None, typer.Option("--state", help="Only those that stand like this.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the approved answers and those proposed, the last changed first."""
    values = approved_values(settings_from(config, data), state)
    if as_json:
        print_json(values)
        return
    from ui.cli_output import say

    for one in values["approved"]:
        say(
            f"{one['number']}  {one['state']}{' (' + one['reason'] + ')' if one['reason'] else ''}  {'、'.join(one['places'])}  "
            f"{one['wordings'][0]}  {one['office']}  review {one['review']}  owner {one['owner']}"
        )
    if not values["approved"]:
        say("no approved answers")


def check(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Hold every approved answer to today's documents; withdraw what does not stand any more, with a task for its owner.

    The exit code is 1 where something was withdrawn.
    """
    values = checked_values(settings_from(config, data))
    if as_json:
        print_json(values)
    else:
        from ui.cli_output import say

        for one in values["withdrawn"]:
            title = f": {one['title']}" if one["title"] else ""
            say(f"withdrawn {one['number']}  {one['reason']}{title}  (task for {one['owner']})")
        say(f"{values['checked']} approved answers checked, {len(values['withdrawn'])} withdrawn")
    if values["withdrawn"]:
        raise typer.Exit(1)


def approved_values(settings: Settings, state: ApprovalState | None = None) -> dict[str, Any]:
    """Return what ``approved list --json`` prints.

    Raises:
        NotAvailableError: the catalogue cannot be opened.
    """
    from rag.catalogue import open_catalogue
    from rag.catalogue.approved_finding import ApprovedFilter

    with open_catalogue(settings) as catalogue:
        found = catalogue.approved.find(ApprovedFilter(state))
    return {"approved": [_to_json(one) for one in found]}


def checked_values(settings: Settings) -> dict[str, Any]:
    """Check, and return what ``approved check --json`` prints.

    Raises:
        NoGenerationError: nothing is published; nothing was withdrawn.
        NotAvailableError: the catalogue cannot be opened.
    """
    from contextlib import closing

    from rag.approved_upkeep import check_approved
    from rag.catalogue import open_catalogue

    with closing(assistant_from(settings)) as assistant, open_catalogue(settings) as catalogue:
        checked = check_approved(catalogue, assistant)
    return {
        "checked": checked.looked_at,
        "withdrawn": [
            {
                "number": one.number,
                "reason": ground.reason.value,
                "title": ground.title,
                "owner": one.proposal.owner,
                "question": one.proposal.wordings[0],
            }
            for one, ground in checked.withdrawn
        ],
    }


def _to_json(answer: ApprovedAnswer) -> dict[str, Any]:
    proposal = answer.proposal
    return {
        "number": answer.number,
        "state": answer.state.value,
        "reason": answer.reason and answer.reason.value,
        "wordings": list(proposal.wordings),
        "places": list(proposal.places),
        "owner": proposal.owner,
        "office": proposal.office,
        "review": proposal.review.isoformat(),
        "edited": proposal.is_edited,
        "proposed_by": answer.proposed_by,
        "proposed_at": answer.proposed_at,
        "decided_by": answer.decided_by,
        "decided_at": answer.decided_at,
    }
