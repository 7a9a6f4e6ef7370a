"""Arming and disarming dead man's switches: a detached process on the host; for nodes see :mod:`~kubeskeptic.node_access`."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubeskeptic import paths
from kubeskeptic.clusters.cluster_record import as_record
from kubeskeptic.durations import COMMAND, SWITCH_FIRES
from kubeskeptic.errors import CommandFailed, Refused, SkepticError
from kubeskeptic.faults import undo_records
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.switches.process import alive, born
from kubeskeptic.waiting import NotYet, until

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Fault, Plan, Site


@dataclass(frozen=True)
class Armed:
    """The switches of one fault.

    :param file: the host's switch
    """

    site: Site
    one: OpenFault
    file: Path

    def disarm(self) -> None:
        """Take the switches back; one that is firing is waited for, so that it undoes no later fault.

        :raises SkepticError: when a node or an object does not let go, or the switch does not end
        """
        disarm_in_cluster(self.site, self.one)
        if not stop(self.file) and self.file.with_suffix(".firing").exists():
            ended(self.file)
            self.file.with_suffix(".failed").unlink(missing_ok=True)  # what it did not achieve has been done meanwhile


def arm(site: Site, identity: str, fault: Fault, plan: Plan, lasts: float, where: Mapping[str, str]) -> Armed:
    """Arm the switches of a fault that is about to be applied.

    :param identity: the fault's id in the journal
    :param lasts: seconds until they fire
    :param where: scenario and act, for the journal
    :raises CommandFailed: when one cannot be armed; then none is
    """
    file = folder(site.cluster.name) / f"{site.run}-{identity}.json"
    one = OpenFault(
        id=identity,
        fault=fault.name,
        run=site.run,
        targets=tuple(str(target) for target in plan.targets),
        undo=plan.record,
        phase="armed",
        undoes=plan.undoes,
        cluster=site.guard.uid,
        nodes=tuple(timer.node for timer in plan.timers),
        objects=plan.objects,
        where=where,
    )
    armed = Armed(site, one, file)
    try:
        start(file, order_for(site, one, plan.rescue, file, lasts), site.cluster.engine.environment())
        for timer in plan.timers:
            undo_records.leave(site, timer.node, one)
            argv = undo_records.and_forget(one, timer.argv)
            site.access.start_timer(timer.node, one.unit, argv, lasts)
        undo_records.annotate(site, one, undo_records.written(one))
    except BaseException:  # an interrupt, too
        with contextlib.suppress(SkepticError):
            armed.disarm()
        raise
    return armed


def order_for(site: Site, one: OpenFault, rescue: Iterable[Sequence[str]], file: Path, lasts: float) -> dict[str, Any]:
    """What the host's switch is told: see :mod:`kubeskeptic.switches.process`; ``replay`` is for the command that it runs."""
    again = [sys.executable, "-m", "kubeskeptic.undo.replay", str(file.with_suffix(".firing").resolve())]
    return {
        "label": one.id,
        "deadline": lasts,
        "runner": [os.getpid(), born(os.getpid())],
        "commands": [*map(list, rescue), again],
        "replay": {
            "fault": one.as_record(),
            "cluster": as_record(site.cluster),
            "way": site.access.transport,
            "journal": str(site.journal.path.resolve()),
        },
    }


def disarm_in_cluster(site: Site, one: OpenFault) -> None:
    """Stop the timers of a fault and take its notes away; fine when they are gone.

    :raises SkepticError: when a node or an object does not let go
    """
    undo_records.annotate(site, one, None)
    for node in one.nodes:
        site.access.stop_timer(node, one.unit)
        undo_records.take_away(site, node, one)


# -- on the host -------------------------------------------------------------------------------------------------------
def folder(cluster: str) -> Path:
    """Where the switches of a cluster are kept."""
    return paths.state() / "switches" / cluster


def start(file: Path, order: dict[str, Any], environment: dict[str, str] | None = None) -> None:
    """Start the switch that ``order`` describes; it is detached when this comes back.

    :raises CommandFailed: when it does not start
    """
    command = [sys.executable, "-m", "kubeskeptic.switches.process", str(file)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(order).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # so that what kills our process group does not reach it
            timeout=COMMAND.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        stop(file)
        raise CommandFailed(shlex.join(command), None, "") from late
    if done.returncode != 0:
        stop(file)
        raise CommandFailed(shlex.join(command), done.returncode, done.stderr.decode(errors="replace"))


def stop(file: Path) -> bool:
    """Disarm a switch. Whether it was still waiting; when it was not, it has fired or is firing."""
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    process = pid_of(file)
    if process and alive(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process[0], signal.SIGTERM)
    file.with_suffix(".pid").unlink(missing_ok=True)
    return True


def forget(file: Path) -> None:
    """Remove the files of a switch whose process is gone; the log stays."""
    file.unlink(missing_ok=True)
    file.with_suffix(".pid").unlink(missing_ok=True)


def await_end(file: Path) -> None:
    """Wait until a switch that is about to fire, or fires, has ended.

    :raises Refused: when its run is alive: the fault is in use
    :raises PatienceExhausted: when it does not end
    """
    order = order_in(file)
    if order and alive(order["runner"]):
        raise Refused(f"process {order['runner'][0]} is using {order['label']}; end that run first")
    ended(file)


def await_the_dead(cluster: str) -> None:
    """Wait until the switches of runs that died have done their work, so that nobody takes that for his own.

    :raises Refused: when a run with a fault in force is alive
    :raises PatienceExhausted: when one does not end
    """
    for file in pending(cluster):
        pid = pid_of(file)
        if pid and alive(pid):
            await_end(file)


def ended(file: Path) -> None:
    """Wait until the process of a switch has ended; at once when there is none.

    :raises PatienceExhausted: when it does not end
    """

    def gone() -> bool | NotYet:
        """Whether the process has ended."""
        pid = pid_of(file)
        return NotYet(f"process {pid[0]} works") if pid and alive(pid) else True

    until(gone, SWITCH_FIRES, what=f"the switch {file.stem} to do its work")


def order_in(file: Path) -> dict[str, Any] | None:
    """What a switch was told; None when the file is gone or not whole."""
    try:
        order: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return order


def in_use(cluster: str) -> list[str]:
    """The faults in force on a cluster whose runs are alive on this machine."""
    orders = [order for order in map(order_in, folder(cluster).glob("*.json")) if order]
    return [f"{order['label']} of process {order['runner'][0]}" for order in orders if alive(order["runner"])]


def pid_of(file: Path) -> tuple[int, int] | None:
    """Process id and start time of the switch of a file, when it has said so."""
    try:
        pid, start = file.with_suffix(".pid").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return None
    return int(pid), int(start)


def pending(cluster: str) -> Iterator[Path]:
    """The switches of a cluster that wait, fire, or failed to undo what they should, as files."""
    for suffix in ("json", "firing", "failed"):
        yield from sorted(folder(cluster).glob(f"*.{suffix}"))
