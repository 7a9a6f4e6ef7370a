"""The processes of attempts. Each is waited for even after an interrupt, because it then undoes its faults."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path


class Processes:
    """Runs commands, and ends all that are running. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, words: Sequence[str], output: Path | None = None) -> int:
        """Run a command to its end, and return its exit status.

        :param output: the file for its output, overwritten; None when it shares the output of this process
        :raises KeyboardInterrupt: when this command, or all of them, were interrupted
        """
        with ExitStack() as stack:
            file = stack.enter_context(output.open("wb")) if output else None
            with self._lock:
                self._require_going_on()
                process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT if file else None)
                self._running.add(process)
            status = self._wait(process)
        self._require_going_on()
        return status

    def stop(self) -> None:
        """Terminate every command, without waiting for them, and prevent any further one from starting."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        try:
            return process.wait()
        except KeyboardInterrupt as told:
            if str(told).startswith(("SIGTERM", "SIGHUP")):  # a terminal sends SIGINT to it directly
                process.terminate()
            process.wait()
            raise
        finally:
            with self._lock:
                self._running.discard(process)

    def _require_going_on(self) -> None:
        if self._stopped:
            raise KeyboardInterrupt("all attempts were stopped")
