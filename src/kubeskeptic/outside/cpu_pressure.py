"""How long processes of this machine waited for its processors: Linux's pressure stall information.

The nodes of a kind cluster share this machine's processors. Where their components wait for one, pods start late and each bound
in time is harder to keep. A failure message says how much they waited, so that a reader can tell a machine with too much to do
from a cluster that is slow.
"""

from __future__ import annotations

import re
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
