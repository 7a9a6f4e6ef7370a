"""Output while the harness works: lines that stay, and a status that shows the progress.

On a terminal the status is a line below the others that is redrawn twice a second. Without a terminal it is an ordinary line,
printed only after a minute without other output, because a job with a silent log looks hung.
"""

from __future__ import annotations

import codecs
import io
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self, TextIO

from kubeskeptic.durations import HEARTBEAT, HEARTBEAT_LOOK
from kubeskeptic.waiting import Pace

Status = Callable[[], str]
"""Returns the current status in one line, such as “3 of 17 cases, 4 min left”; empty if there is nothing to show."""

_PLAIN = {
    **dict.fromkeys("“”", '"'), **dict.fromkeys("‘’", "'"), **dict.fromkeys("–—−─━·", "-"), "●": "*", "✕": "x", "×": "x",
    "…": "...", "→": "->", "≤": "<=", "≥": ">=",
}  # fmt: skip
"""Replacements for characters that an encoding lacks. All other characters become a question mark."""


def spoken(seconds: float) -> str:
    """Return a length of time for display: ``8 s``, ``3 min``."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def elapsing(what: str, then: str = "", *, lasts: float | None = None) -> Status:
    """Return a status with the time since now, or with the time left if the length is known.

    :param then: what follows, beginning with a punctuation mark
    :param lasts: the length, in seconds
    """
    began = time.monotonic()

    def now() -> str:
        """Return the status as it is now."""
        passed = time.monotonic() - began
        return (
            f"{what} for {spoken(passed)}{then}"
            if lasts is None
            else f"{what}, {spoken(max(lasts - passed, 0))} left{then}"
        )

    return now


def print_any_character(*streams: TextIO) -> None:
    """Make streams replace characters that their encoding lacks with similar plain ones, so that no character can end a run.

    :param streams: by default standard output and standard error
    """
    codecs.register_error("plain", _plain)
    for stream in streams or (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in lacking), error.end


class Display:
    """Prints lines, with the status below them, within a ``with`` block.

    Calling it prints a line, so it can be passed to functions that report their progress line by line. It is thread-safe.

    :param stream: the output stream; by default standard output
    :param status: returns the status; :meth:`show` replaces it
    :param before: called before the first line, to finish a partly printed one
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        status: Status | None = None,
        *,
        before: Callable[[], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stream = stream or sys.stdout
        self.status = status
        self._before = before
        self._clock = clock
        self._said = clock()
        self._last = ""
        self._print: Callable[[str], object] = self._write
        self._lock = threading.RLock()
        self._open = ExitStack()

    def __call__(self, line: str) -> None:
        """Print a line that stays."""
        with self._lock:
            self._said, self._last = self._clock(), line
            self._begin()
            self._print(line)

    def show(self, status: Status) -> None:
        """Replace the status."""
        self.status = status

    def __enter__(self) -> Self:
        self._said = self._clock()
        if self.stream.isatty():
            self._live()
        else:
            self._beat()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def heartbeat(self) -> None:
        """Print the status if nothing was printed for a minute; if there is no status, repeat the last line."""
        last = self._last
        if self._clock() - self._said >= HEARTBEAT:
            with suppress(OSError, ValueError):  # nothing depends on it, and the stream may be closed
                self(self._now() or f"still at: {last or 'the first step'}")
            self._last = last

    def _now(self) -> str:
        return self.status() if self.status else ""

    # -- a terminal --------------------------------------------------------------------------------------------------
    def _live(self) -> None:
        # imported here because it takes a while, and most commands do not need it
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        console = Console(file=self.stream, highlight=False)

        def drawn() -> Text:
            """Return the status line to draw."""
            return Text(self._now(), style="dim", no_wrap=True, overflow="ellipsis")

        def printed(line: str) -> None:
            """Print a line above the status line."""
            console.print(Text.from_ansi(line), soft_wrap=True)

        self._begin()
        live = Live(
            console=console, get_renderable=drawn, refresh_per_second=2, transient=True, redirect_stdout=False,
            redirect_stderr=False,
        )  # fmt: skip
        self._open.enter_context(live)
        self._print = printed
        self._open.callback(setattr, self, "_print", self._write)

    # -- no terminal -------------------------------------------------------------------------------------------------
    def _beat(self) -> None:
        pace = Pace(HEARTBEAT_LOOK)

        def beating() -> None:
            """Print a heartbeat once a minute."""
            for _ in pace:
                self.heartbeat()

        thread = threading.Thread(target=beating, name="heartbeat", daemon=True)
        self._open.callback(thread.join)
        self._open.callback(pace.stop)
        thread.start()

    def _begin(self) -> None:
        if self._before is not None:
            self._before()
            self._before = None

    def _write(self, line: str) -> None:
        self.stream.write(f"{line}\n")
        self.stream.flush()
