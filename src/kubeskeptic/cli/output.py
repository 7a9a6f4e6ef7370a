"""Writes files that were named on the command line."""

from __future__ import annotations

from pathlib import Path

from kubeskeptic.errors import BadInput


def write(path: Path, text: str) -> None:
    """Write a file that was named on the command line.

    :raises BadInput: when it cannot be written
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}; name a file in a folder that exists") from error
