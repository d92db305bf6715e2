"""Find a model of a hub in the local cache, and fetch it within a deadline that really ends the attempt."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from rag.errors import ModelError

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")

_CAUSE_CHARS = 500


def is_hub_name(name: str) -> bool:
    """Tell whether ``name`` has the form of a hub name, ``owner/model`` or ``model``."""
    return _HUB_NAME.fullmatch(name) is not None


def cached_model(name: str) -> Path | None:
    """Return the folder of a hub model in the local cache, named after its commit; no network is touched."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    except (OSError, ValueError, HfHubHTTPError, HFValidationError) as error:
        raise ModelError(f"model {name}: the local cache cannot be read: {error}") from error


def cached_names() -> tuple[str, ...]:
    """Return the models of a hub that the local cache holds, whole or in part; no network is touched."""
    from huggingface_hub import constants, scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir(constants.HF_HUB_CACHE).repos
    except (CacheNotFound, OSError, ValueError):
        return ()
    return tuple(sorted(repository.repo_id for repository in repositories if repository.repo_type == "model"))


def download_model(name: str, timeout_s: int) -> Path:
    """Download a hub model into the local cache and return its folder.

    Raises:
        ModelError: the hub cannot be reached, refuses, or is not done after ``timeout_s`` seconds.
    """
    command = [sys.executable, "-m", "rag.hub_download", name]
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the name has passed is_hub_name
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"model {name}: the download was given up after {timeout_s} s (embedding.download_timeout_s, or --timeout)"
        ) from error
    except OSError as error:
        raise ModelError(f"model {name}: the download could not be started: {error}") from error
    if done.returncode != 0:
        cause = done.stderr.decode("utf-8", "replace").strip()[-_CAUSE_CHARS:]
        raise ModelError(f"model {name}: the download failed: {cause}")
    folder = cached_model(name)
    if folder is None:
        raise ModelError(f"model {name}: the download ended but the cache does not have the model")
    return folder
