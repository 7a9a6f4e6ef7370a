"""Starting, disarming and listing the switches of this machine.

A switch is identified by its file. Next to it are its process's id (``.pid``) and its log (``.log``). The file's suffix is the
switch's state: ``.json`` is waiting, ``.firing`` is undoing the fault, ``.failed`` has given up.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubeskeptic import paths
from kubeskeptic.durations import COMMAND, SWITCH_FIRES
from kubeskeptic.errors import CommandFailed, Refused
from kubeskeptic.process import ProcessId
from kubeskeptic.waiting import NotYet, until

Order = dict[str, Any]
"""What a switch does when it fires, and for whom: see :mod:`kubeskeptic.switches.process`."""


@dataclass(frozen=True)
class Switch:
    """One switch, identified by its file."""

    file: Path

    def start(self, order: Order, environment: dict[str, str] | None = None) -> None:
        """Start the process of the switch; it is detached when this returns.

        :param environment: of the process, and of the commands that it runs; by default this process's
        :raises CommandFailed: when it does not start
        """
        command = [sys.executable, "-m", "kubeskeptic.switches.process", str(self.file)]
        try:
            done = subprocess.run(
                command,
                input=json.dumps(order).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
                start_new_session=True,  # so that a signal to our process group does not reach it
                timeout=COMMAND.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            self.disarm()
            raise CommandFailed(shlex.join(command), None, "") from late
        if done.returncode != 0:
            self.disarm()
            raise CommandFailed(shlex.join(command), done.returncode, done.stderr.decode(errors="replace"))

    def disarm(self) -> bool:
        """Disarm the switch. Return whether it was still waiting; if not, it has fired or is firing."""
        try:
            self.file.unlink()
        except FileNotFoundError:
            return False
        process = self.process
        if process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        self.file.with_suffix(".pid").unlink(missing_ok=True)
        return True

    def settle(self) -> None:
        """Disarm the switch, or wait until it has fired, so that it undoes no later fault.

        :raises PatienceExhausted: when it does not end
        """
        if not self.disarm() and self.file.with_suffix(".firing").exists():
            self.wait()
            self.file.with_suffix(".failed").unlink(missing_ok=True)  # what it failed to do has been done since

    def forget(self) -> None:
        """Remove the files of a switch whose process has ended; the log stays."""
        self.file.unlink(missing_ok=True)
        self.file.with_suffix(".pid").unlink(missing_ok=True)

    def wait(self) -> None:
        """Wait until the process of the switch has ended; return at once when there is none.

        :raises PatienceExhausted: when it does not end
        """

        def ended() -> bool | NotYet:
            """Return whether the process has ended."""
            process = self.process
            return NotYet(f"process {process.pid} is running") if process else True

        until(ended, SWITCH_FIRES, what=f"the switch {self.file.stem} to end")

    def wait_for_undo(self) -> None:
        """Wait until a switch that is firing or about to fire has ended.

        :raises Refused: when its run is alive, because the fault is in use
        :raises PatienceExhausted: when it does not end
        """
        order = self.order
        runner = runner_of(order)
        if runner and runner.alive:
            raise Refused(f"process {runner.pid} is using {order['label']}; end that run first")
        self.wait()

    @property
    def order(self) -> Order:
        """The switch's order; empty when its file is gone or damaged."""
        try:
            order: Order = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return order

    @property
    def process(self) -> ProcessId | None:
        """The process of the switch; None when it has not started, or has ended."""
        try:
            process = ProcessId.parse(self.file.with_suffix(".pid").read_text(encoding="utf-8"))
        except OSError:
            return None
        return process if process and process.alive else None


def runner_of(order: Order) -> ProcessId | None:
    """Return the process of the run that a switch belongs to."""
    return ProcessId.from_record(order.get("runner"))


def folder(cluster: str) -> Path:
    """Return the folder with the switches of a cluster."""
    return paths.state() / "switches" / cluster


def pending(cluster: str) -> Iterator[Switch]:
    """Yield the switches of a cluster that wait, fire, or failed to undo their fault."""
    for suffix in ("json", "firing", "failed"):
        yield from map(Switch, sorted(folder(cluster).glob(f"*.{suffix}")))


def in_use(cluster: str) -> list[str]:
    """Return the faults in force on a cluster whose runs are alive on this machine, one phrase each."""
    orders = [Switch(file).order for file in folder(cluster).glob("*.json")]
    runners = [(order, runner_of(order)) for order in orders]
    return [f"{order['label']} of process {runner.pid}" for order, runner in runners if runner and runner.alive]


def wait_for_orphans(cluster: str) -> None:
    """Wait until switches of dead runs have undone their faults, so that a new run does not take that for its own doing.

    :raises Refused: when a run with a fault in force is alive
    :raises PatienceExhausted: when a switch does not end
    """
    for switch in pending(cluster):
        if switch.process:
            switch.wait_for_undo()
