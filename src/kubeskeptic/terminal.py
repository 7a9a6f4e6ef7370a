"""Text for terminals whose encoding lacks a character: its nearest ASCII, never an error."""

from __future__ import annotations

import codecs
import unicodedata
from typing import Any

_NEAREST = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "−": "-",
    "─": "-",
    "…": "...",
    "·": "|",
    "●": "+",
    "✕": "x",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "×": "x",
    "±": "+/-",
}


def forgive(stream: Any) -> None:
    """Let a text stream write the nearest ASCII for what its encoding lacks; anything else than a text stream stays."""
    if reconfigure := getattr(stream, "reconfigure", None):
        reconfigure(errors="kubeskeptic.nearest")


def nearest(text: str) -> str:
    """The nearest ASCII of a text; a question mark for what has none."""
    return "".join(_NEAREST.get(one) or _plain(one) for one in text)


def _plain(character: str) -> str:
    stripped = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return stripped or "?"


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return nearest(error.object[error.start : error.end]), error.end


codecs.register_error("kubeskeptic.nearest", _handle)
