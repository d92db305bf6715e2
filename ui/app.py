"""Put the doors on one application and serve it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from rag.errors import PortInUseError
from rag.ports import Assistant
from rag.settings import ServerSettings, Settings
from rag.usage import is_enabled
from ui.api import build_api
from ui.api_descriptions import describe
from ui.desk import Desk
from ui.faults import install_faults
from ui.holdings import Shelf
from ui.openai_api import BODY_LIMITS, build_openai
from ui.pages.interface import build_interface_page
from ui.pages.viewer import build_viewer
from ui.shell import BodyLimit, SecurityHeaders

if TYPE_CHECKING:
    import gradio as gr

_SYSTEM_FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
"""No font is fetched: a web font of Chinese weighs megabytes, and every phone here has one."""


def build_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """Return the web application; the assistant stays its owner's to close.

    The interface, the probes and the viewer come first, the Gradio page takes every other path.
    """
    desk = Desk(settings.server)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    # FastAPI's own page of documentation loads its script from another origin; ours is plain HTML.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json", lifespan=lifespan)
    describe(app)
    theme = str(files("ui") / "theme")
    app.include_router(build_api(assistant, desk, settings.help))
    app.include_router(build_openai(assistant, desk, settings.help))
    app.include_router(build_viewer(assistant, settings.help))
    app.include_router(build_interface_page(app))
    app.mount("/theme", StaticFiles(directory=theme))

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(f"{theme}/icon.svg", media_type="image/svg+xml")

    @app.api_route("/api/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def nowhere(rest: str) -> None:
        raise HTTPException(404, rest)

    install_faults(app, settings.help)
    _mount_page(app, assistant, desk, settings)
    app.add_middleware(BodyLimit, numbers=settings.help, limits=BODY_LIMITS)
    app.add_middleware(SecurityHeaders, numbers=settings.help)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    return app


def _mount_page(app: FastAPI, assistant: Assistant, desk: Desk, settings: Settings) -> None:
    # Read when Gradio is imported; there must be no word to anybody outside.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from ui.pages.resident import ResidentPage, build_resident

    shelf = Shelf(assistant, try_out=settings.llm.model is None or not is_enabled(settings.llm))
    blocks = build_resident(ResidentPage(assistant, desk, shelf, settings.help))
    # The desk turns people away in words; Gradio's own queue, whose words are English, only has to hold as many.
    places = settings.server.concurrency + settings.server.queue_size
    blocks.queue(default_concurrency_limit=places, max_size=places, api_open=False)
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
    claimed = socket.socket(family, socket.SOCK_STREAM)
    claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        claimed.bind((settings.host, settings.port))
    except OSError as error:
        claimed.close()
        raise PortInUseError(f"cannot serve on {settings.host} port {settings.port}: {error.strerror}") from error
    return claimed


def serve(
    app: FastAPI,
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

    configuration = uvicorn.Config(app, log_level="warning", server_header=False, access_log=False)
    asyncio.run(Server(configuration).serve(sockets=[listening]))
