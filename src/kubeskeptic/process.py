"""Commands run on this machine without a shell, the identity of its processes, and the signals that end this one."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import psutil

from kubeskeptic.durations import COMMAND, Patience
from kubeskeptic.errors import CommandFailed, MissingRequirement

SAME_START = 2.0
"""Seconds by which two readings of a process's start may differ. Linux reports the boot time in whole seconds and moves it
when the clock is adjusted; no process id is reused this soon."""


class ProcessId(NamedTuple):
    """The permanent identity of one process of this machine: a process id alone is reused.

    :param started: seconds after boot, which clock adjustments do not affect; 0 for a process that is not running
    """

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        """Return the identity of the process that has this id now. A zombie counts as not running."""
        try:
            process = psutil.Process(pid)
            if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
                return cls(pid, 0.0)
            return cls(pid, round(process.create_time() - psutil.boot_time(), 2))
        except psutil.Error:
            return cls(pid, 0.0)

    @classmethod
    def own(cls) -> ProcessId:
        """Return the identity of this process."""
        return cls.of(os.getpid())

    @classmethod
    def from_record(cls, record: Any) -> ProcessId | None:
        """Return the process from its JSON form, ``[pid, started]``; None for anything else.

        Earlier versions wrote the start as a whole number of clock ticks, whose meaning on this boot is not known.
        """
        match record:
            case [int(pid), float(started)]:
                return cls(pid, started)
        return None

    @classmethod
    def parse(cls, text: str) -> ProcessId | None:
        """Return the process from text written by :meth:`__str__`; None for anything else, such as text of earlier versions."""
        pid, _, started = text.strip().partition(" ")
        if not (pid.isdecimal() and "." in started and started.replace(".", "", 1).isdecimal()):
            return None
        return cls(int(pid), float(started))

    def __str__(self) -> str:
        return f"{self.pid} {self.started:.2f}"

    @property
    def alive(self) -> bool:
        """Whether this process is still running, and not another one with the same id."""
        now = ProcessId.of(self.pid)
        return bool(self.started and now.started) and self.same(now)

    def same(self, other: ProcessId) -> bool:
        """Return whether both are the same process, as far as its start is known."""
        return self.pid == other.pid and abs(self.started - other.started) < SAME_START


def run(
    command: Sequence[str],
    *,
    patience: Patience = COMMAND,
    stdin: str | bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run ``command`` and return its standard output.

    :param env: the whole environment, not an addition to it
    :raises CommandFailed: if it ends with a status other than zero or does not end in time
    :raises MissingRequirement: if the command does not exist or is not executable
    """
    shown = shlex.join(command)
    data = stdin.encode() if isinstance(stdin, str) else stdin
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, env=env, cwd=cwd, timeout=patience.seconds, check=False
        )
    except (FileNotFoundError, PermissionError) as missing:
        raise MissingRequirement(
            f"there is no command `{command[0]}` on this machine; install it and run again"
        ) from missing
    except subprocess.TimeoutExpired as late:
        raise CommandFailed(shown, None, _text(late.stderr) or _text(late.stdout)) from None
    if done.returncode != 0:
        raise CommandFailed(shown, done.returncode, _text(done.stderr) or _text(done.stdout))
    return _text(done.stdout)


def _text(data: bytes | None) -> str:
    return (data or b"").decode(errors="replace")


_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def catch_signals() -> None:
    """Install a handler: the first signal ends the session with full teardown, later ones only report that it is in progress.

    pytest itself runs no teardown on SIGTERM and SIGHUP, and a second SIGINT would abort the teardown started by the first. The
    handler is installed even if a shell started the process in the background with SIGINT ignored.
    """
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
