from __future__ import annotations

import json
import os
import subprocess
import sys

import psutil
import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.process import SAME_START, ProcessId
from kubeskeptic.waiting import NotYet, until

NO_PROCESS = 2**22 + 1


def test_a_process_is_known_by_more_than_its_number() -> None:
    me = ProcessId.own()
    assert me.alive
    assert ProcessId.of(os.getpid()) == me
    for other in (me.started - 10 * SAME_START, me.started + 10 * SAME_START, 0.0):
        assert not ProcessId(me.pid, other).alive
    assert ProcessId.of(NO_PROCESS) == (NO_PROCESS, 0.0)
    assert not ProcessId.of(NO_PROCESS).alive
    assert not ProcessId(NO_PROCESS, SAME_START / 2).alive, "it started with the machine, and has ended"


def ended(process: ProcessId) -> bool:
    return not process.alive


def test_a_zombie_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert child.stdin
    identity = ProcessId.of(child.pid)
    assert identity.alive
    child.stdin.close()

    def zombie() -> bool | NotYet:
        status = psutil.Process(child.pid).status()
        return status == psutil.STATUS_ZOMBIE or NotYet(status)

    until(zombie, Patience(10), what="the child to end", period=0.01)
    assert ended(identity)
    child.wait()
    assert ended(identity)


def test_no_change_of_the_clock_makes_a_process_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux moves the time of boot with the clock, and psutil the time of a process's start with it."""
    me = ProcessId.own()
    boot, created = psutil.boot_time, psutil.Process.create_time
    monkeypatch.setattr(psutil, "boot_time", lambda: boot() + 3600)
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: created(self) + 3600)
    assert me.alive
    monkeypatch.setattr(psutil, "boot_time", lambda: boot() + 3601)  # whole seconds, read a moment apart
    assert me.alive


def test_it_is_read_as_it_was_written() -> None:
    me = ProcessId.own()
    assert ProcessId.parse(str(me)) == me
    assert ProcessId.from_record(json.loads(json.dumps(me))) == me


@pytest.mark.parametrize("text", ["", "7", "7 4711", "7 x", "x 1.5", "7 1.5 2"])
def test_what_is_no_process_is_none(text: str) -> None:
    assert ProcessId.parse(text) is None


@pytest.mark.parametrize("record", [None, [], [7], [7, 4711], ["7", 1.5], {"pid": 7}])
def test_what_is_no_record_of_a_process_is_none(record: object) -> None:
    assert ProcessId.from_record(record) is None


def test_a_switch_starts_fast() -> None:
    """A fault waits for its switch: what the switch imports stays small."""
    modules = "import sys, kubeskeptic.switches.process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", modules], capture_output=True, text=True, check=True).stdout.split()
    assert not {"kubernetes", "pytest", "yaml", "httpx", "click"} & set(loaded)
