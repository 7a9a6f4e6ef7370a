"""Writes that may fail, as on a full disk: the error is printed, and the work continues.

Imports little, because the dead man's switch uses it and its process must start fast.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def best_effort(what: str) -> Iterator[None]:
    """Run a block whose writes may fail: an OSError ends the block and is printed on standard error.

    :param what: the subject of the sentence "… could not be written"
    """
    try:
        yield
    except OSError as full:
        warn(what, full)


def warn(what: str, error: OSError) -> None:
    """Print on standard error what could not be written.

    :param what: the subject of the sentence "… could not be written"
    """
    with contextlib.suppress(OSError, ValueError):  # standard error may be a file on the full disk, or closed
        print(f"skeptic: {what} could not be written: {error}", file=sys.stderr, flush=True)
