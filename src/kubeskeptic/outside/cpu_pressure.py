"""How long processes of this machine waited for its processors: Linux's pressure stall information.

The nodes of a kind cluster share this machine's processors. Where their components wait for one, pods start late and each bound
in time is harder to keep. A failure message says how much they waited, so that a reader can tell a machine with too much to do
from a cluster that is slow.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

PRESSURE = Path("/proc/pressure/cpu")
_SOME = re.compile(r"^some .*\btotal=(\d+)$", re.MULTILINE)


def waited(pressure: Path = PRESSURE) -> float | None:
    """Return for how many seconds since boot at least one process waited for a processor; None where the kernel does not say.

    The kernel counts them in microseconds, as ``total`` of the line ``some`` (Linux, Documentation/accounting/psi.rst).
    """
    try:
        found = _SOME.search(pressure.read_text(encoding="ascii"))
    except OSError:
        return None
    return int(found[1]) / 1e6 if found else None


class Waiting:
    """How much processes wait for a processor from now on."""

    def __init__(self) -> None:
        self._before, self._begun = waited(), time.monotonic()

    def share(self) -> float | None:
        """Return the share of the time since then, 0 to 1, in which at least one waited; None where the kernel does not say."""
        now = waited()
        if self._before is None or now is None:
            return None
        return round((now - self._before) / (time.monotonic() - self._begun), 3)
