"""Build the web application for a test."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI

from rag.ports import Assistant
from rag.settings import Settings
from ui.app import build_app


def built(assistant: Assistant, settings: Settings) -> FastAPI:
    """Build the application inside a running loop: outside one, Gradio leaks an event loop for every lock it makes.

    In a thread of its own, because the browser tests' driver keeps a loop running in the main one.
    """

    async def build() -> FastAPI:
        return build_app(assistant, settings)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(build())).result()
