"""What a reader sends about an answer: whether it was of use, and the wish for a link to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, StrictBool
from starlette.exceptions import HTTPException

from rag.catalogue import MAX_COMMENT_CHARS, FeedbackReason, open_catalogue
from rag.errors import NotAvailableError
from rag.settings import Settings
from ui import api_descriptions as described
from ui.addresses import at
from ui.faults import NotStoredError
from ui.flood import Flood
from ui.public_types import FeedbackStored
from ui.purging import purging
from ui.receipts import MAX_RECEIPT_CHARS, Opened, Receipts
from ui.shared_answers import SharedAnswers
from ui.wording import Wording, chosen_language

A_MINUTE = 30
"""What one address may send in a minute: a family, or a small office behind one line."""

Receipt = Annotated[str, Field(max_length=MAX_RECEIPT_CHARS, description="The receipt that came with the answer.")]
Lang = Annotated[str | None, Query(max_length=20, description="`zh-Hans`, `zh-Hant` or `en`; goes before the header.")]


class FeedbackBody(BaseModel):
    """What a reader says of one answer."""

    receipt: Receipt
    useful: StrictBool = Field(description="Whether the answer was of use.")
    reason: FeedbackReason | None = Field(None, description="Why not; `source_error` reports a mistake in a document.")
    comment: str | None = Field(
        None,
        max_length=MAX_COMMENT_CHARS,
        description="In the reader's own words; personal numbers in it are masked before it is kept.",
    )


class ShareBody(BaseModel):
    """The answer to give a link to."""

    receipt: Receipt


def json_only(request: Request) -> None:
    """Refuse a body that does not say it is JSON: a form on another site cannot send one that does."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "only application/json")


def build_feedback(
    settings: Settings, receipts: Receipts, shared: SharedAnswers, flood: Flood | None = None
) -> APIRouter:
    """Return the routes. While they are served, what was kept long enough is deleted once a day.

    ``flood`` is what one address may send; both doors and the links count together.
    """
    limit = flood or Flood(A_MINUTE)

    def may_send(request: Request) -> None:
        limit.take(request.client.host if request.client else "")

    router = APIRouter(lifespan=lambda _: purging(settings), dependencies=[Depends(json_only), Depends(may_send)])

    def feedback(body: FeedbackBody, request: Request, lang: Lang = None) -> Response:
        opened = receipts.open(body.receipt)
        _keep(settings, opened, body)
        language = chosen_language(lang, request.headers.get("accept-language"))
        message = Wording(language, settings.help).text("feedback.stored")
        return JSONResponse({"stored": True, "message": message}, 201)

    router.add_api_route(
        "/api/v1/feedback",
        feedback,
        methods=["POST"],
        status_code=201,
        tags=["answers"],
        responses=described.responses(FeedbackStored, "feedback", 201),
        **described.FEEDBACK,
    )
    router.add_api_route("/page/feedback", feedback, methods=["POST"], include_in_schema=False)

    @router.post("/page/share", include_in_schema=False)
    def share(body: ShareBody) -> Response:
        try:
            token = shared.share(body.receipt)
        except NotAvailableError as error:
            raise NotStoredError(f"an answer could not be shared: {error}") from error
        return JSONResponse({"address": at(f"/answers/{token}"), "days": settings.retention.shared_days}, 201)

    return router


def _keep(settings: Settings, opened: Opened, said: FeedbackBody) -> None:
    try:
        with open_catalogue(settings) as catalogue:
            catalogue.feedback.put(
                opened.receipt_id,
                opened.record,
                useful=said.useful,
                reason=said.reason,
                comment=said.comment,
                generation=opened.answer.generation,
            )
    except NotAvailableError as error:
        raise NotStoredError(f"feedback could not be kept: {error}") from error
