"""Every error that policychat raises on purpose, in one tree.

::

    PolicychatError
    ├── UsageError                  exit 2: bad usage or bad input, nothing was changed
    │   ├── ConfigError             a setting names the key, the value and what is allowed
    │   ├── SourceError             a path, a file or a folder that cannot be ingested
    │   ├── QuestionError           a question that cannot be taken
    │   └── UnknownIdError          a document or generation that does not exist
    └── NotAvailableError           exit 3: not possible now
        ├── NoGenerationError       nothing is published yet
        ├── LockedError             another ingest runs
        ├── ModelError              a model is missing, damaged or not reachable
        ├── IndexDamagedError       a generation does not pass its own checks
        ├── LanguageModelError      the configured language model gave no usable text
        ├── BusyError               every place is taken and the queue is full
        ├── LateError               a call did not end in time
        └── PortInUseError          the address to serve on is taken

Errors of third-party libraries are translated where the library is called, with ``raise … from error``.
"""

from __future__ import annotations


class PolicychatError(Exception):
    """Base of all expected errors; ``exit_code`` is what the command line ends with."""

    exit_code = 1


class UsageError(PolicychatError):
    """Bad usage or bad input; nothing was changed."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting that cannot be used."""


class SourceError(UsageError):
    """A path, file or folder that cannot be ingested."""


class QuestionError(UsageError):
    """A question cannot be taken: it is empty, too long, or names something unknown; ``field`` says where, if known."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnknownIdError(UsageError):
    """A document or generation that does not exist."""


class NotAvailableError(PolicychatError):
    """Something that is needed is not there now."""

    exit_code = 3


class NoGenerationError(NotAvailableError):
    """No generation has been published yet."""


class LockedError(NotAvailableError):
    """Another process is writing."""


class ModelError(NotAvailableError):
    """A model is missing, damaged or cannot be reached."""


class IndexDamagedError(NotAvailableError):
    """A generation fails its own checks."""


class LanguageModelError(NotAvailableError):
    """The language model gave no complete, usable text within its deadline."""


class PortInUseError(NotAvailableError):
    """The address to serve on is taken by another program."""


class BusyError(NotAvailableError):
    """Every place is taken and the queue is full."""


class LateError(NotAvailableError):
    """A call did not end in time."""
