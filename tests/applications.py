"""Build the web application, or a part of it, for a test."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fastapi import FastAPI

from rag.ports import Assistant
from rag.settings import PathSettings, Settings
from ui.api import build_api
from ui.api_descriptions import describe
from ui.app import build_app
from ui.desk import Desk
from ui.faults import install_faults
from ui.openai_api import BODY_LIMITS, build_openai
from ui.page_feedback import build_feedback
from ui.receipts import passing_receipts
from ui.shared_answers import SharedAnswers
from ui.shell import BodyLimit


def built(assistant: Assistant, settings: Settings) -> FastAPI:
    """Build the application inside a running loop: outside one, Gradio leaks an event loop for every lock it makes.

    In a thread of its own, because the browser tests' driver keeps a loop running in the main one.
    """

    if settings.paths == PathSettings():
        # The application keeps a key and a catalogue in its data folder; a test's must not be the checkout's.
        folder = Path(tempfile.mkdtemp(prefix="policychat-test-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        settings = settings.model_copy(update={"paths": PathSettings(data=folder)})

    async def build() -> FastAPI:
        return build_app(assistant, settings)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(build())).result()


def interfaces(assistant: Assistant, settings: Settings, keep_alive_s: float = 5.0) -> FastAPI:
    """Return the interfaces for programs without the page, which takes seconds to import."""
    desk = Desk(settings.server)
    app = FastAPI()
    describe(app)
    receipts = passing_receipts()
    app.include_router(build_api(assistant, desk, settings.help, receipts, keep_alive_s))
    app.include_router(build_openai(assistant, desk, settings.help, keep_alive_s))
    app.include_router(build_feedback(settings, receipts, SharedAnswers(settings, assistant, receipts)))
    install_faults(app, settings.help)
    app.add_middleware(BodyLimit, numbers=settings.help, limits=BODY_LIMITS)
    return app
