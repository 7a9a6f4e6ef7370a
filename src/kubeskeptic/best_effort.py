"""Writing that undoing does not wait for: where a disk is full, what cannot be written is said, and the work goes on.

Imports next to nothing: the switch's process starts through here.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def best_effort(what: str) -> Iterator[None]:
    """Let the block write what nothing depends on: an OSError is said on standard error, and ends the block alone.

    :param what: as for :func:`tell`
    """
    try:
        yield
    except OSError as full:
        tell(what, full)


def tell(what: str, error: OSError) -> None:
    """Say on standard error what could not be written.

    :param what: begins the sentence "… could not be written"
    """
    with contextlib.suppress(OSError, ValueError):  # standard error may be a file on that disk, or closed
        print(f"skeptic: {what} could not be written: {error}", file=sys.stderr, flush=True)
