"""The processes of attempts. Each is waited for also after an interrupt: it undoes its faults then."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path


class Processes:
    """Runs commands, and ends all that run. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, words: Sequence[str], output: Path | None = None) -> None:
        """Run a command to its end, whatever its exit status is.

        :param output: the file that takes what it prints, written anew; None where it prints what this process prints to
        :raises KeyboardInterrupt: when it, or all, were interrupted
        """
        with ExitStack() as stack:
            file = stack.enter_context(output.open("wb")) if output else None
            with self._lock:
                self._require_going_on()
                process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT if file else None)
                self._running.add(process)
            self._wait(process)
        self._require_going_on()

    def stop(self) -> None:
        """Tell every command to end, and let none be started any more. Does not wait for them."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait()
        except KeyboardInterrupt as told:
            if str(told).startswith(("SIGTERM", "SIGHUP")):  # a terminal's SIGINT it got by itself
                process.terminate()
            process.wait()
            raise
        finally:
            with self._lock:
                self._running.discard(process)

    def _require_going_on(self) -> None:
        if self._stopped:
            raise KeyboardInterrupt("all attempts were told to end")
