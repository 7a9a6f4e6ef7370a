"""The command ``skeptic``, as a person runs it from another shell."""

from __future__ import annotations

import subprocess
import sys

SKEPTIC = (sys.executable, "-c", "from kubeskeptic.cli import main; main()")


def skeptic(*words: str, within: float = 60) -> subprocess.CompletedProcess[str]:
    """Run it to its end, which comes within so many seconds."""
    return subprocess.run([*SKEPTIC, *words], capture_output=True, text=True, timeout=within, check=False)
