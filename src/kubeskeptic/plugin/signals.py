"""Signals: the first one ends the session with full teardown; later ones only report that the teardown is in progress.

pytest itself runs no teardown on SIGTERM and SIGHUP, and a second SIGINT would abort the teardown started by the first.
"""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def install() -> None:
    """Install our handler, even if a shell started the process in the background with SIGINT ignored."""
    if threading.current_thread() is not threading.main_thread():
        return
    seen: list[int] = []

    def handle(number: int, _: FrameType | None) -> None:
        """Interrupt the run at the first signal; at later ones, report that everything is being undone."""
        name = signal.Signals(number).name
        seen.append(number)
        if len(seen) == 1:
            raise KeyboardInterrupt(f"{name}: undoing everything before exiting")
        os.write(
            2,
            (f"\n{name} again: still undoing everything; if this process is killed, run `skeptic cleanup`\n").encode(),
        )

    for number in _CAUGHT:
        signal.signal(number, handle)
