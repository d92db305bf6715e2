"""Put the doors on one application and serve it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from rag.errors import PortInUseError
from rag.ports import Assistant
from rag.settings import ServerSettings, Settings
from rag.usage import is_enabled
from ui.accounts.audit_api import build_audit_api
from ui.accounts.doors import Doors, install_doors
from ui.addresses import at, served_under
from ui.answered import Answered
from ui.anywhere import build_anywhere
from ui.api import build_api
from ui.api_descriptions import describe
from ui.approved_upkeep import keeping_approved
from ui.assets import LongCaching, themed
from ui.console.app import build_admin
from ui.console.evaluation import IMPORT, IMPORT_LIMIT_BYTES
from ui.console.parts import ConsoleParts
from ui.console.schedule_running import build_schedule_running
from ui.console.uploads import UPLOADS, upload_limit
from ui.desk import Desk
from ui.faults import install_faults
from ui.gradio_frame import ResidentFrame
from ui.holdings import Shelf
from ui.house import House
from ui.openai_api import BODY_LIMITS, build_openai
from ui.page_api import TURNS_LIMIT_BYTES, build_page_api
from ui.page_export import EXPORT_LIMITS, Exporting, build_export
from ui.page_feedback import build_feedback
from ui.page_more import build_more
from ui.pages.frame_page import message_page
from ui.pages.interface import build_interface_page
from ui.pages.originals import COMPRESSED, build_originals
from ui.pages.plain import PlainPages, build_plain
from ui.pages.privacy import build_privacy
from ui.pages.shared import build_shared
from ui.pages.sign_in import build_sign_in
from ui.pages.sign_on import build_sign_on
from ui.pages.viewer import build_viewer
from ui.prefix import Prefix
from ui.proxies import BehindProxies
from ui.question_logging import question_logging
from ui.receipts import receipts_in
from ui.shared_answers import SharedAnswers
from ui.shell import BodyLimit, SecurityHeaders
from ui.staff.answer_fields import DRAFT_LIMITS
from ui.staff.app import build_staff
from ui.staff.call_form import CALL_LIMITS
from ui.standing import AtTheDoor, Standing
from ui.wording import Language, Wording

if TYPE_CHECKING:
    import gradio as gr

_SYSTEM_FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
"""No font is fetched: a web font of Chinese weighs megabytes, and every phone here has one."""


def build_app(assistant: Assistant, settings: Settings, house: House | None = None) -> FastAPI:
    """Return the web application; the assistant stays its owner's to close.

    The interface, the probes and the viewer come first, the Gradio page takes every other path. ``house`` is what an
    application that is replaced (``ui.live``) hands on to the next; without one, it has its own.
    """
    house = house or House(settings, Standing(settings))
    desk = Desk(settings.server)
    try_out = settings.llm.model is None or not is_enabled(settings.llm)
    shelf = Shelf(assistant, try_out, settings.examples.questions)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(shelf.keep_prepared)
        async with keeping_approved(settings, assistant):
            yield
        desk.close()
        await asyncio.to_thread(log.close)

    # FastAPI's own page of documentation loads its script from another origin; ours is plain HTML.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json", lifespan=lifespan)
    describe(app)
    receipts = receipts_in(settings.paths.data)
    shared = SharedAnswers(settings, assistant, receipts)
    log = question_logging(settings, assistant)
    answered = Answered(assistant, receipts, settings.help, log)
    pages = PlainPages(answered, desk, shelf)
    doors = Doors(settings)
    for interface in (
        build_api(assistant, desk, settings.help, receipts=receipts, log=log),
        build_openai(assistant, desk, settings.help, log=log),
    ):
        app.include_router(interface, dependencies=[Depends(doors.presented)])
    for router in (
        build_audit_api(settings, doors),
        build_sign_in(settings, doors),
        build_sign_on(settings, doors),
        build_feedback(settings, receipts, shared),
        build_page_api(answered, desk, shelf),
        build_more(answered, desk, shelf),
        build_export(Exporting(receipts, assistant, settings.help, message_page), desk),
        build_plain(pages),
        build_viewer(assistant, settings.help),
        build_originals(assistant, settings.help),
        build_shared(shared, settings.help),
        build_privacy(settings),
        build_anywhere(settings, lambda request: pages.page(request, "/embed")),
        build_interface_page(app),
    ):
        app.include_router(router)

    console = ConsoleParts(settings, assistant, doors, house.work, house, log)

    @app.get("/admin", include_in_schema=False)
    def admin() -> RedirectResponse:
        return RedirectResponse(at("/admin/"), 307)

    app.mount("/admin", build_admin(console))
    app.include_router(build_schedule_running(console))

    @app.get("/staff", include_in_schema=False)
    def staff() -> RedirectResponse:
        return RedirectResponse(at("/staff/"), 307)

    app.mount("/staff", build_staff(console))

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> RedirectResponse:
        return RedirectResponse(themed("icon.svg"), 307)

    @app.api_route("/api/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def nowhere(rest: str) -> None:
        raise HTTPException(404, rest)

    install_faults(app, settings.help)
    install_doors(app, settings.help)
    with served_under(settings.server.path_prefix):
        _mount_page(app, settings)
    limits = (
        dict(BODY_LIMITS)
        | dict(EXPORT_LIMITS)
        | dict(CALL_LIMITS)
        | dict(DRAFT_LIMITS)
        | {"/page/turns": TURNS_LIMIT_BYTES, IMPORT: IMPORT_LIMIT_BYTES}
    )
    # Each layer lies round those before it.
    streamed = {UPLOADS: upload_limit(console)}
    app.add_middleware(BodyLimit, numbers=settings.help, limits=limits, streamed=streamed)
    app.add_middleware(SecurityHeaders, frames={"/": ResidentFrame(pages, settings.help)})
    app.add_middleware(LongCaching)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6, exclude_content_types=COMPRESSED)
    app.add_middleware(AtTheDoor, standing=house.standing, let_in=doors.works_here)
    app.add_middleware(Prefix, prefix=settings.server.path_prefix)
    app.add_middleware(BehindProxies, trusted=settings.server.trusted_proxies)
    return app


def _mount_page(app: FastAPI, settings: Settings) -> None:
    # Read when Gradio is imported; there must be no word to anybody outside.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from ui.pages.resident import build_resident

    blocks = build_resident(Wording(Language.ZH_HANS, settings.help))
    blocks.queue(api_open=False)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=_theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
    )


def _theme() -> gr.Theme:
    import gradio as gr

    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue, font=list(_SYSTEM_FONTS), font_mono=["monospace"], text_size="lg"
    )


def claim_address(settings: ServerSettings) -> socket.socket:
    """Bind the address to serve on; done first, so that a taken port is told before anything heavy is loaded.

    Raises:
        PortInUseError: another program has the port, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sends at once what is written; else every answer waits 40 ms for the browser's word.
    claimed = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        claimed.bind((settings.host, settings.port))
    except OSError as error:
        claimed.close()
        raise PortInUseError(f"cannot serve on {settings.host} port {settings.port}: {error.strerror}") from error
    return claimed


def serve(
    app: ASGIApp,
    settings: ServerSettings,
    claimed: socket.socket | None = None,
    announce: Callable[[str], object] = sys.stdout.write,
) -> None:
    """Serve until interrupted; ``announce`` is told the address once the application answers.

    Raises:
        PortInUseError: the port is taken (unless ``claimed`` was bound by :func:`claim_address` already).
    """
    import uvicorn

    listening = claimed or claim_address(settings)
    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                announce(f"policychat: {address}\n")

    # What a proxy tells is believed by a layer of the application, which knows the trusted ones.
    configuration = uvicorn.Config(app, log_level="warning", server_header=False, access_log=False, proxy_headers=False)
    asyncio.run(Server(configuration).serve(sockets=[listening]))
