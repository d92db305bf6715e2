"""``/``: the page on which residents ask. Gradio lays it out; the browser's scripts ask, ``ui.page_api`` answers.

Imports Gradio, which takes seconds: ``ui.app`` imports this module only when the application is built.

The page has no handlers on the server: whatever Gradio runs there can be called by anybody over HTTP with anything, and
an answer would live in a session that a restart ends. Its components call the page's scripts instead.
"""

from __future__ import annotations

from typing import cast

import gradio as gr

from ui.wording import Wording


def build_resident(wording: Wording) -> gr.Blocks:
    """Lay out the page. Its words are put in by ``ui.shell`` for each reader; those given here name the parts."""
    with gr.Blocks(title=wording.text("page.name"), analytics_enabled=False) as blocks:
        # Filled by page.js with the nodes of the first screen, which are there before Gradio is.
        gr.HTML(elem_id="slot-conversation", js_on_load=None, apply_default_css=False, padding=False)
        with gr.Column(elem_id="form"):
            gr.HTML(elem_id="slot-place", js_on_load=None, apply_default_css=False, padding=False)
            gr.HTML(elem_id="slot-label", js_on_load=None, apply_default_css=False, padding=False)
            gr.Textbox(
                lines=2,
                max_lines=6,
                elem_id="question",
                # The words beside the box are its label; one of Gradio's would be read out as well.
                label=" ",
                show_label=False,
                container=False,
                placeholder=wording.text("page.question.hint"),
            )
            with gr.Row(elem_id="actions"):
                gr.Button(wording.text("page.ask"), variant="primary", elem_id="ask")
                gr.Button(wording.text("page.stop"), elem_id="stop")
                gr.Button(wording.text("page.clear"), elem_id="clear")
        gr.HTML(elem_id="slot-examples", js_on_load=None, apply_default_css=False, padding=False)
    return cast("gr.Blocks", blocks)


def words_of(wording: Wording) -> dict[str, dict[str, str]]:
    """Return the properties that differ between readers, by the ``elem_id`` of their component."""
    return {
        "question": {"placeholder": wording.text("page.question.hint")},
        "ask": {"value": wording.text("page.ask")},
        "stop": {"value": wording.text("page.stop")},
        "clear": {"value": wording.text("page.clear")},
    }
