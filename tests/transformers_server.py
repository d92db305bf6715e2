"""A real `transformers serve` with models of a few hundred kilobytes that are made on the spot.

As a program (``python -m tests.transformers_server PORT FOLDER PIECE…``) it writes the models and is then the command
itself, on a processor. Without the package `accelerate` the command refuses to place a model anywhere, though a
processor is where it is anyway; so the one argument that asks for the placing is left out.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
START_S = 120.0
_SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant:"
)


def write_model(folder: Path, reply: Sequence[str] = ()) -> Path:
    """Write a model of the Llama kind that says ``reply`` and ends, or random letters without end where it is empty.

    What it says is a chain of tokens, each of which has only one that can follow. The pieces must all differ.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer(reply)
    tokenizer.save_pretrained(folder)
    size = len(tokenizer)
    width = -(-size // 16) * 16
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=width,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=16384,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=0,
        tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config)
    if reply:
        chain = [tokenizer.convert_tokens_to_ids(piece) for piece in (":", *reply)] + [tokenizer.eos_token_id]
        with torch.no_grad():
            for layer in model.model.layers:
                layer.self_attn.o_proj.weight.zero_()
                layer.mlp.down_proj.weight.zero_()
            model.model.embed_tokens.weight.copy_(torch.eye(size, width))
            model.lm_head.weight.zero_()
            for before, after in pairwise(chain):
                model.lm_head.weight[after, before] = 10.0
    model.save_pretrained(folder)
    return folder


def _tokenizer(reply: Sequence[str]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    names = [*_SPECIALS, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bytewise = Tokenizer(models.BPE(vocab={name: n for n, name in enumerate(names)}, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    bytewise.add_special_tokens(list(_SPECIALS))
    bytewise.add_tokens([AddedToken(piece, normalized=False) for piece in reply])
    made: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bytewise, eos_token=_SPECIALS[2], pad_token=_SPECIALS[0]
    )
    made.chat_template = _TEMPLATE
    return made


@dataclass(frozen=True, slots=True)
class TransformersServer:
    """A running server."""

    url: str
    """Its address, ``/v1`` included."""
    speaking: str
    """Name of the model that says what it was made to say."""
    babbling: str
    """Name of the model that writes letters by chance and never ends."""


@contextmanager
def transformers_server(folder: Path, reply: Sequence[str]) -> Iterator[TransformersServer]:
    """Run the server in ``folder`` until the block ends; its speaking model says the pieces of ``reply``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "hub").mkdir(parents=True)
    environment = {**os.environ, "HF_HOME": str(folder), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.transformers_server", str(port), str(folder), *reply],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(server, f"http://127.0.0.1:{port}/health", folder / "log")
            yield TransformersServer(f"http://127.0.0.1:{port}/v1", str(folder / "speaking"), str(folder / "babbling"))
        finally:
            server.kill()
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                json.load(response)
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def main() -> None:
    """Write the models and be the command, on a processor."""
    from transformers.cli.serve import Serve
    from transformers.cli.serving import model_manager
    from transformers.utils.import_utils import is_accelerate_available

    port, folder, reply = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    write_model(folder / "speaking", reply)
    write_model(folder / "babbling")
    if not is_accelerate_available():

        class OnTheProcessor(model_manager.ModelManager):
            """Loads where it stands."""

            device = property(lambda _: None, lambda _, __: None)

        model_manager.ModelManager = OnTheProcessor  # type: ignore[misc]
    Serve(host="127.0.0.1", port=port, device="cpu")


if __name__ == "__main__":
    main()
