"""The dead man's switch on the host: a detached process that undoes a fault when nobody else can.

``python -m kubeskeptic.switches.process FILE`` reads JSON from its standard input::

    {"label": "…", "deadline": seconds from now, "runner": [pid, its start time], "commands": [[word, …], …]}

to the end, so that a runner that dies while it writes leaves nothing behind. It detaches itself (own session, child of init),
writes ``FILE``, and its process id to ``FILE.pid``, and waits; the command that started it ends with status 0 by then. When
the file goes away it was disarmed, and it ends. At the deadline, or as soon as the runner is dead, it runs the commands one
after the other, each again and again until it succeeds or patience ends, says in ``FILE.log`` what it did, and removes the
file (or renames it to ``FILE.failed``). Killing the runner's process group, session or terminal does not reach it. Nothing
but the standard library, tenacity and a few small modules is imported.
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
    """Wait until the switch is disarmed or has to fire; why it has to, or nothing."""
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
    """Run the commands and remove the file; whether all of them succeeded. Fires once however often it is called."""
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
    """Appends lines with the time to a file, as far as that is possible: undoing does not wait for it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, line: str) -> None:
        """Write one line."""
        with best_effort(f"the log {self._path}"), self._path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {line}\n")


def _insist(command: Sequence[str], log: Log) -> bool:
    def attempt() -> bool:
        """Run it once, with its trouble in the log."""
        try:
            process.run(command, patience=SWITCH_COMMAND)
        except (SkepticError, OSError) as error:  # the latter when the machine has no room for a process
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
    """Go on as a child of init in a session of our own; returns in that process only, when all files are there."""
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
        os.dup2(null.fileno(), 2)  # whoever started us reads our standard error to its end
    os.write(told, b"!")
    os.close(told)


def main(file: Path) -> None:
    """Be the switch that standard input describes."""
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
