"""The dead man's switch on the host: a detached process that undoes a fault when the run that inflicted it cannot.

``python -m kubeskeptic.switches.process FILE`` reads JSON from its standard input::

    {"label": "…", "deadline": seconds from now, "runner": [pid, its start in seconds after boot], "commands": [[word, …], …]}

It reads to the end of the input, so that a runner that dies while writing leaves nothing behind. It detaches itself (own
session, child of init), writes its process id to ``FILE.pid`` and the order to ``FILE``, and waits; the command that started it
then exits with status 0. Removing the file disarms the switch and ends the process. At the deadline, or when the runner is
dead, it runs the commands one after the other, and repeats each until it succeeds or patience ends. It logs to ``FILE.log``,
and removes the file or renames it to ``FILE.failed``. A signal to the runner's process group, session or terminal does not
reach it. It imports few modules, so that it starts fast.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kubeskeptic import process
from kubeskeptic.best_effort import best_effort
from kubeskeptic.durations import SWITCH_COMMAND, SWITCH_FIRES, SWITCH_LOOKS
from kubeskeptic.errors import SkepticError
from kubeskeptic.process import ProcessId
from kubeskeptic.waiting import Pace, until


def wait(file: Path, order: dict[str, Any], looks: Pace, clock: Callable[[], float] = time.monotonic) -> str:
    """Wait until the switch is disarmed or must fire. Return why it must fire; empty when it was disarmed."""
    deadline = clock() + float(order["deadline"])
    runner = ProcessId.from_record(order["runner"])
    for _ in looks:
        if not file.exists():
            return ""
        if not (runner and runner.alive):
            return "the run died"
        if clock() >= deadline:
            return "the deadline passed"
    return ""


def fire(file: Path, order: dict[str, Any], why: str) -> bool:
    """Run the commands and remove the file. Return whether all commands succeeded. A second call does nothing."""
    claimed = file.with_suffix(".firing")
    try:
        file.rename(claimed)
    except FileNotFoundError:
        return False
    log = Log(file.with_suffix(".log"))
    log.say(f"{order['label']}: {why}, undoing")
    done = [_insist(command, log) for command in order["commands"]]
    if all(done):
        log.say("done")
        claimed.unlink(missing_ok=True)
        return True
    log.say("failed; run `skeptic cleanup`")
    claimed.rename(file.with_suffix(".failed"))
    return False


class Log:
    """Appends lines with timestamps to a file, if possible: undoing does not depend on it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, line: str) -> None:
        """Write one line."""
        with best_effort(f"the log {self._path}"), self._path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {line}\n")


def _insist(command: Sequence[str], log: Log) -> bool:
    def attempt() -> bool:
        """Run the command once."""
        try:
            process.run(command, patience=SWITCH_COMMAND)
        except (SkepticError, OSError) as error:  # OSError: the machine has no room for another process
            log.say(str(error))
            raise
        return True

    try:
        until(attempt, SWITCH_FIRES, what=f"`{command[0]}`", tolerate=(SkepticError, OSError), period=2.0)
    except SkepticError:
        return False
    log.say(f"ran {' '.join(command)}")
    return True


def detach(file: Path, text: str) -> None:
    """Continue as a child of init in a session of its own. Return in that process only, once all files are written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    ready, told = os.pipe()
    if os.fork():
        os.close(told)
        os._exit(0 if os.read(ready, 1) else 1)
    os.close(ready)
    with contextlib.suppress(PermissionError):
        os.setsid()
    os.chdir("/")
    file.with_suffix(".pid").write_text(f"{ProcessId.own()}\n", encoding="utf-8")
    unfinished = file.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.rename(file)
    with Path(os.devnull).open("wb") as null:
        os.dup2(null.fileno(), 2)  # the process that started this one reads its standard error to the end
    os.write(told, b"!")
    os.close(told)


def main(file: Path) -> None:
    """Run the switch described on standard input."""
    text = sys.stdin.read()
    order = json.loads(text)
    detach(file, text)
    try:
        why = wait(file, order, Pace(SWITCH_LOOKS))
        if why:
            fire(file, order, why)
    finally:
        file.with_suffix(".pid").unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
